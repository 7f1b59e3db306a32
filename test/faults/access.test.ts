/** Passwords under attack: races, floods of guesses, who vanishes while theirs is checked; and that none of them is ever written down. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { Writable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { pino } from 'pino'
import { RawPeer } from '../../src/conform/raw-peer.js'
import { loadConfig } from '../../src/relay/config/load.js'
import { Relay } from '../../src/relay/relay.js'
import { CLAIMS, type ClaimKind } from '../fixtures/access-claims.js'
import { CHEAP, fileOf, newFolder, passwordFile, SECRET, token } from '../fixtures/access-files.js'
import { ACCEPTED, error, join, joining, leave, TAKEN } from '../fixtures/framed-bytes.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { startRelay } from '../fixtures/start-relay.js'

const PASSWORD = 'correct horse'
const OPTIONS = { timeoutMs: 20_000, quietMs: 50 }
const WRONG = error('that is not the password of that name')

/** Every way to ask, on a relay that listens for all of them and for WebSocket. */
const LISTEN = ['framed', 'chatroom', 'json-irc', 'chatmaster', 'sendto', 'ws'].map(
  (kind) => `${kind}://127.0.0.1:0`,
)

async function everyDialect(
  t: TestContext,
  settings: Record<string, string>,
  log = pino({ level: 'silent' }),
) {
  const flags = { listen: LISTEN, ops: '127.0.0.1:0', logDir: 'off', ...settings }
  const relay = await Relay.start(loadConfig({ environment: {}, flags }), log)
  const peers: RawPeer[] = []
  // Whoever is still there first: nobody waits for them then.
  t.after(async () => {
    for (const peer of peers) peer.close()
    await relay.stop()
  })
  const portOf = (dialect: string) => relay.listeningAt.find((at) => at.dialect === dialect)?.port as number
  const open = async (kind: ClaimKind) => {
    const peer = await RawPeer.open('127.0.0.1', portOf(kind.dialect), OPTIONS)
    peers.push(peer)
    await kind.greeted(peer)
    return peer
  }
  return { relay, portOf, open }
}

test('N3 of many who show the right password for one name at once, in every dialect, exactly one has it', async (t) => {
  const accessFile = await passwordFile({ Amy: PASSWORD })
  const { open } = await everyDialect(t, { access: 'closed', accessFile })
  // Whoever asks for it to be held and whoever comes in with it want the same.
  const kinds = Object.values(CLAIMS)
  const peers = await Promise.all(
    Array.from({ length: 70 }, (_, index) => open(kinds[index % kinds.length] as ClaimKind)),
  )
  for (const [index, peer] of peers.entries()) {
    peer.write((kinds[index % kinds.length] as ClaimKind).ask('Amy', PASSWORD))
  }
  let accepted = 0
  for (const [index, peer] of peers.entries()) {
    const beginning = (kinds[index % kinds.length] as ClaimKind).accepted('Amy')
    await peer.until(() => peer.received.length >= Math.min(beginning.length, 4), 'an answer')
    if (peer.received.toString('latin1').startsWith(beginning)) accepted++
  }
  assert.equal(accepted, 1)
})

test('while hundreds of wrong passwords are tried others chat on, and everybody gets an answer', async (t) => {
  const accessFile = await passwordFile({ Amy: PASSWORD }, { ...CHEAP, ln: 11 })
  const settings = {
    access: 'reserved',
    accessFile,
    wrongPasswordsPerMinute: '100000',
    loginDeadlineMs: '100000',
  }
  const relay = await startRelay(t, { settings })
  const pair = await HealthyPair.start(relay)
  const left = await relay.join('Ping')
  const right = await relay.join('Pong')
  const guessers = await Promise.all(Array.from({ length: 200 }, () => relay.connect()))
  for (const guesser of guessers) {
    await guesser.frame('the greeting')
    guesser.send(join('Amy a wrong password'))
  }
  let answered = 0
  const answers = guessers.map(async (guesser) => {
    await guesser.skipTo(WRONG)
    answered++
  })
  // As long as any of them waits, what is said arrives: a loop that does the checking itself would do nothing else.
  let roundTrips = 0
  while (answered < guessers.length && roundTrips < 10_000) {
    left.send(Buffer.concat([Buffer.of(4, 0, 6), Buffer.from('Pong .')]))
    await right.skipTo(Buffer.concat([Buffer.of(4, 0, 8), Buffer.from('[Ping] .')]))
    roundTrips++
  }
  await Promise.all(answers)
  t.diagnostic(`${roundTrips} round trips while ${guessers.length} wrong passwords were checked`)
  assert.ok(roundTrips >= 20, `${roundTrips} round trips while ${answered} were answered`)
  await pair.stop()
  const amy = await relay.connect()
  await amy.frame('the greeting')
  amy.send(join(`Amy ${PASSWORD}`))
  await amy.skipTo(ACCEPTED)
})

test('whoever guesses on and on is sent away, and their address not listened to for a while', async (t) => {
  const accessFile = await passwordFile({ Amy: PASSWORD })
  const relay = await startRelay(t, {
    settings: { access: 'reserved', accessFile, wrongPasswordsPerMinute: '12' },
  })
  const guesser = await relay.connect()
  await guesser.frame('the greeting')
  for (let times = 0; times < 10; times++) guesser.send(join('Amy a wrong password'))
  for (let times = 0; times < 10; times++) await guesser.expect(WRONG, TAKEN)
  await guesser.expect(leave('too many names were refused'))
  await guesser.ended()
  const next = await relay.connect()
  await next.frame('the greeting')
  for (let times = 0; times < 3; times++) next.send(join('Amy a wrong password'))
  await next.expect(WRONG, TAKEN, WRONG, TAKEN)
  await next.expect(error('too many wrong passwords came from your address: wait a minute'), TAKEN)
  // A name that needs none is not guessed.
  next.send(join('Bob'))
  await next.expect(ACCEPTED, joining('Bob'))
})

test('who resets the connection or leaves while the password is checked has no name afterwards, and nothing is left over', async (t) => {
  const accessFile = await passwordFile({ Amy: PASSWORD }, { ...CHEAP, ln: 13 })
  const relay = await startRelay(t, {
    settings: { access: 'closed', accessFile, wrongPasswordsPerMinute: '100000' },
  })
  const others = await Promise.all(Array.from({ length: 20 }, () => relay.connect()))
  for (const [index, other] of others.entries()) {
    other.send(join(`Amy ${index % 2 === 0 ? PASSWORD : 'a wrong password'}`))
    if (index % 3 === 0) other.socket.resetAndDestroy()
    else if (index % 3 === 1) other.socket.end()
    else other.destroy()
  }
  const { connections, hub } = relay.relay.parts
  const deadline = Date.now() + 20_000
  while (connections.size > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.deepEqual([connections.size, hub.sessionCount, relay.relay.parts.access.waiting], [0, 0, 0])
  const amy = await relay.connect()
  await amy.frame('the greeting')
  amy.send(join(`Amy ${PASSWORD}`))
  await amy.expect(ACCEPTED, joining('Amy'))
})

test('F15 the login deadline goes on while a password waits to be checked, and who is sent away has no name', async (t) => {
  const accessFile = await passwordFile({ Amy: PASSWORD }, { ...CHEAP, ln: 16 })
  const settings = { access: 'closed', accessFile, loginDeadlineMs: '150', wrongPasswordsPerMinute: '100000' }
  const relay = await startRelay(t, { settings })
  // Seconds of work, two at a time.
  const others = await Promise.all(Array.from({ length: 30 }, () => relay.connect()))
  for (const other of others) other.send(join(`Amy a wrong password`))
  const late = await relay.connect()
  await late.frame('the greeting')
  late.send(join(`Amy ${PASSWORD}`))
  await late.expect(error('Closing: no name was accepted in time'), leave('no name was accepted in time'))
  await late.ended()
  assert.equal(relay.relay.parts.hub.isHere('Amy'), false)
})

test('no password and no token is ever written down: not in the logs, not in metrics, not in what others are told', async (t) => {
  const wrong = 'incorrect horse 7f3a'
  const accessFile = await passwordFile({ Amy: PASSWORD })
  const logDir = newFolder()
  let said = ''
  const log = pino(
    { level: 'trace' },
    new Writable({
      write(chunk, _encoding, done) {
        said += chunk
        done()
      },
    }),
  )
  const settings = { access: 'reserved', accessFile, tokenKeyFile: fileOf(SECRET), logDir, logDirect: 'text' }
  const { relay, open, portOf } = await everyDialect(
    t,
    { ...settings, wrongPasswordsPerMinute: '100000' },
    log,
  )
  const witness = await open(CLAIMS.framed as ClaimKind)
  let heard = ''
  witness.onPiece = (piece) => {
    heard += piece.toString('latin1')
  }
  witness.write(join('Witness'))
  const good = await token('Amy')
  const expired = await token('Amy', { expiresIn: -60 })
  const secrets = [PASSWORD, wrong, good, expired]
  for (const kind of Object.values(CLAIMS)) {
    for (const secret of [wrong, expired, good, PASSWORD]) {
      const peer = await open(kind)
      peer.write(kind.ask('Amy', secret))
      await peer.until(() => peer.received.length > 3, 'an answer')
      // A name that is none, and one that is another's by then.
      peer.write(kind.ask('Am\x7fy', secret))
      await peer.nothing().catch(() => {})
      heard += peer.received.toString('latin1')
      peer.close()
    }
  }
  for (const target of [`/?token=${encodeURIComponent(wrong)}`, `/?token=${good}`]) {
    const peer = await RawPeer.open('127.0.0.1', portOf('ws'), OPTIONS)
    const encoded = Buffer.from(wrong).toString('base64url')
    secrets.push(encoded)
    const head = [`GET ${target} HTTP/1.1`, 'Host: a', `Authorization: Bearer ${good}`]
    peer.write(
      `${[...head, `Sec-WebSocket-Protocol: secret.${encoded}`, 'Upgrade: websocket'].join('\r\n')}\r\n\r\n`,
    )
    await peer.nothing().catch(() => {})
    heard += peer.received.toString('latin1')
    peer.close()
  }
  const metrics = await (await fetch(`http://127.0.0.1:${relay.opsPort}/metrics`)).text()
  witness.close()
  await relay.stop()
  const logs = readdirSync(logDir).map((name) => readFileSync(joinPath(logDir, name), 'utf8'))
  const written = [said, metrics, heard, ...logs].join('\n')
  assert.match(written, /"event":"rejected".*"name":"Amy","reason":"wrong-secret"/)
  assert.match(written, /"event":"rejected".*"name":"Amy","reason":"expired"/)
  assert.match(metrics, /parlance_rejected_joins_total\{reason="wrong-secret"\} [1-9]/)
  for (const secret of secrets)
    assert.ok(!written.includes(secret) && !written.includes(encodeURIComponent(secret)), secret)
})
