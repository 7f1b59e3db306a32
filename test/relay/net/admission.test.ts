/**
 * Who may come in, whatever they come over: lists, bans, limits by address and rates; that they are told so where they can be,
 * that each is counted, that nothing is left over, and that a reload changes all of it or nothing.
 */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ConfigError, loadConfig } from '../../../src/relay/config/load.js'
import type { SettingKey } from '../../../src/relay/config/settings.js'
import { CLOSE_REASONS } from '../../../src/relay/hub/close-reason.js'
import type { Relay } from '../../../src/relay/relay.js'
import { certificateQuery } from '../../fixtures/certificate.js'
import { ACCEPTED, join as joinAs, LEAVE, MESSAGE, textOf } from '../../fixtures/framed-bytes.js'
import { FramedPeer } from '../../fixtures/framed-peer.js'
import { LogDir } from '../../fixtures/log-dir.js'
import { onEachTransport, startRelay } from '../../fixtures/start-relay.js'
import { upgradeRequest } from '../../fixtures/websocket-bytes.js'
import { openSocket, WebSocketPeer } from '../../fixtures/websocket-peer.js'

const ELSEWHERE = '127.0.0.2'
const certificate = certificateQuery()
const dir = mkdtempSync(join(tmpdir(), 'parlance-admission-'))
after(() => rmSync(dir, { recursive: true }))

/** Takes up these settings as a reload does. */
function reload(relay: Relay, settings: Partial<Record<SettingKey, string>>): void {
  relay.parts.gate.prepare(loadConfig({ environment: {}, flags: settings }))()
}

/** What a framed client hears that may not stay: LEAVE with these words, and the end. */
async function refused(port: number, localAddress: string, tls = false): Promise<string> {
  const peer = await FramedPeer.connect({ port, localAddress, tls })
  const frames = await peer.rest()
  peer.destroy()
  assert.equal(frames.length, 1)
  assert.equal(frames[0]?.[0], LEAVE)
  return textOf(frames[0] as Buffer)
}

/** The whole answer to some bytes. */
function answerTo(port: number, localAddress: string, request: string): Promise<string> {
  const socket = createConnection({ port, host: '127.0.0.1', localAddress }, () => socket.write(request))
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })
}

const page = 'GET / HTTP/1.1\r\nHost: relay.test\r\nConnection: close\r\n\r\n'
const upgrade = upgradeRequest({ 'Sec-WebSocket-Protocol': 'framed' })
const status = (answer: string) => answer.split(' ')[1]

/** Waits until nobody from there counts any more. */
async function nobodyFrom(relay: Relay, address: string): Promise<void> {
  const deadline = Date.now() + 10_000
  while (relay.parts.gate.admission.openFrom(address) > 0 && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal(relay.parts.gate.admission.openFrom(address), 0)
}

/** By reason, as a scrape has them; to be asked once, because the numbers are made once a second. */
async function refusals(relay: Relay): Promise<Record<string, number>> {
  const metrics = await (await fetch(`http://127.0.0.1:${relay.opsPort}/metrics`)).text()
  const found = metrics.matchAll(/^parlance_refused_connections_total\{reason="(.*)"\} ([1-9]\d*)$/gm)
  return Object.fromEntries([...found].map(([, reason, count]) => [reason, Number(count)]))
}

onEachTransport((start) => {
  test('F17 who is denied, not allowed or banned is told so over TCP, and by an HTTP status over WebSocket', async (t) => {
    const bans = join(dir, `bans-${Math.random()}`)
    writeFileSync(bans, `${ELSEWHERE} - a test\n`)
    const { relay, ports } = await start(t, { also: ['ws://127.0.0.1:0'], settings: { ops: '127.0.0.1:0' } })
    const [port, web] = ports as [number, number]
    const amy = await FramedPeer.connect({ port, localAddress: ELSEWHERE })
    t.after(() => amy.destroy())
    amy.send(joinAs('Amy'))
    const cases = [
      [{ deny: '127.0.0.2,192.0.2.0/24' }, CLOSE_REASONS.denied],
      [{ allow: '127.0.0.1 2001:db8::/32' }, CLOSE_REASONS.denied],
      [{ banFile: bans }, CLOSE_REASONS.banned],
    ] as const
    for (const [settings, { words }] of cases) {
      reload(relay, settings)
      assert.equal(await refused(port, ELSEWHERE), words)
      for (const request of [page, upgrade]) {
        const answer = await answerTo(web, ELSEWHERE, request)
        assert.equal(status(answer), '403', answer)
        assert.ok(answer.endsWith(words), answer)
      }
      assert.equal(status(await answerTo(web, '127.0.0.1', page)), '200')
    }
    assert.deepEqual(await refusals(relay), { denied: 6, banned: 3 })
    // Nobody who is here is sent away, and counts are right in the end.
    amy.send(joinAs('Again'))
    await amy.skipTo(ACCEPTED)
    assert.equal(relay.parts.gate.admission.openFrom(ELSEWHERE), 1)
    reload(relay, {})
    const bob = await FramedPeer.connect({ port, localAddress: ELSEWHERE })
    assert.equal((await bob.frame())[0], MESSAGE)
    for (const peer of [amy, bob]) peer.destroy()
    await nobodyFrom(relay, ELSEWHERE)
    await nobodyFrom(relay, '127.0.0.1')
  })

  test('connections of every kind count for their address, as long as they last', async (t) => {
    const also = ['ws://127.0.0.1:0']
    if (certificate !== null) also.push(`framed+tls://127.0.0.1:0?${certificate}`)
    const { relay, ports } = await start(t, { also, settings: { maxConnectionsPerAddress: '3' } })
    const [port, web, tls] = ports as [number, number, number | undefined]
    const here: { destroy(): void }[] = []
    t.after(() => {
      for (const one of here) one.destroy()
    })
    const one = await FramedPeer.connect({ port })
    here.push(one, await WebSocketPeer.connect({ port: web, subprotocol: 'framed' }))
    here.push((await openSocket(web)).on('error', () => {}))
    while (relay.parts.gate.admission.openFrom('127.0.0.1') < 3) await new Promise(setImmediate)
    const { words } = CLOSE_REASONS.addressFull
    assert.equal(await refused(port, '127.0.0.1'), words)
    assert.equal(status(await answerTo(web, '127.0.0.1', page)), '429')
    assert.equal(status(await answerTo(web, '127.0.0.1', upgrade)), '429')
    if (tls !== undefined) await assert.rejects(FramedPeer.connect({ port: tls, tls: true }))
    assert.equal(status(await answerTo(web, ELSEWHERE, page)), '200')
    one.destroy()
    while (relay.parts.gate.admission.openFrom('127.0.0.1') > 2) await new Promise(setImmediate)
    if (tls === undefined) return
    const encrypted = await FramedPeer.connect({ port: tls, tls: true })
    here.push(encrypted)
    assert.equal((await encrypted.frame())[0], MESSAGE)
    assert.equal(relay.parts.gate.admission.openFrom('127.0.0.1'), 3)
    for (const peer of here) peer.destroy()
    await nobodyFrom(relay, '127.0.0.1')
  })

  test('a flood from one address is refused, beyond some without a word; the log has sums, and others come in', async (t) => {
    const logs = new LogDir()
    const limits = { connectionsPerSecondPerAddress: '1', closeSpreadMs: '0' }
    const settings = { ...limits, logDir: logs.path, ops: '127.0.0.1:0' }
    const { relay, port } = await start(t, { settings })
    const sockets = Array.from({ length: 300 }, () =>
      createConnection({ port, host: '127.0.0.1', localAddress: ELSEWHERE }).on('error', () => {}),
    )
    await Promise.all(
      sockets.map((socket) => new Promise((resolve) => socket.once('data', resolve).once('close', resolve))),
    )
    const amy = await FramedPeer.connect({ port })
    assert.equal((await amy.frame())[0], MESSAGE)
    for (const socket of sockets) socket.destroy()
    amy.destroy()
    const { 'address-rate': count = 0 } = await refusals(relay)
    assert.ok(count >= 280 && count <= 290, `${count}: ten at once, and what the time has brought`)
    await nobodyFrom(relay, ELSEWHERE)
    await relay.stop()
    const records = logs.records('connections').filter(({ reason }) => reason === 'address-rate')
    assert.equal(
      records.reduce((sum, { count: more = 1 }) => sum + Number(more), 0),
      count,
    )
    assert.ok(records.length < 60, `${records.length} records`)
  })
})

for (const useHandles of [true, false]) {
  test(`behind a proxy it is the client’s address that counts${useHandles ? '' : ', without handles'}`, async (t) => {
    const also = ['ws://127.0.0.1:0?proxy=on']
    if (certificate !== null) also.push(`framed+tls://127.0.0.1:0?proxy=on&${certificate}`)
    const settings = { trustedProxies: '127.0.0.1', deny: '203.0.113.0/24', maxConnectionsPerAddress: '1' }
    const { relay, ports } = await startRelay(t, { query: 'proxy=on', also, settings, useHandles })
    const [port, web, tls] = ports as [number, number, number | undefined]
    const by = (address: string) => `PROXY TCP4 ${address} 127.0.0.1 1 2\r\n`
    const denied = await answerTo(port, '127.0.0.1', by('203.0.113.7'))
    assert.ok(denied.endsWith(CLOSE_REASONS.denied.words), denied)
    assert.equal(status(await answerTo(web, '127.0.0.1', `${by('203.0.113.7')}${upgrade}`)), '403')
    if (tls !== undefined) assert.equal(await answerTo(tls, '127.0.0.1', by('203.0.113.7')), '')
    const amy = await FramedPeer.connect({ port })
    amy.send(Buffer.from(by('198.51.100.7')))
    await amy.frame()
    assert.equal(relay.parts.gate.admission.openFrom('198.51.100.7'), 1)
    const second = await answerTo(port, '127.0.0.1', by('198.51.100.7'))
    assert.ok(second.endsWith(CLOSE_REASONS.addressFull.words), second)
    assert.equal(status(await answerTo(web, '127.0.0.1', `${by('198.51.100.7')}${page}`)), '429')
    amy.destroy()
    for (const address of ['198.51.100.7', '203.0.113.7', '127.0.0.1']) await nobodyFrom(relay, address)
  })
}

test('connections from everywhere together have a rate too, which one address cannot use up', async (t) => {
  const settings = { connectionsPerSecond: '2', connectionsPerSecondPerAddress: '1' }
  const { relay, port, ports } = await startRelay(t, { settings, also: ['ws://127.0.0.1:0'] })
  const peers = await Promise.all(
    Array.from({ length: 30 }, () => FramedPeer.connect({ port, localAddress: ELSEWHERE })),
  )
  for (const peer of peers) await peer.frame()
  const others = await Promise.all(Array.from({ length: 9 }, () => FramedPeer.connect({ port })))
  for (const peer of others) assert.equal((await peer.frame())[0], MESSAGE)
  const crowd = ['127.0.0.3', '127.0.0.4', '127.0.0.5'].flatMap((localAddress) =>
    Array.from({ length: 8 }, () => FramedPeer.connect({ port, localAddress })),
  )
  const words: string[] = []
  for (const peer of await Promise.all(crowd)) {
    const first = await peer.frame()
    if (first[0] === LEAVE) words.push(textOf(first))
    peers.push(peer)
  }
  assert.ok(words.length >= 10, `${words.length}`)
  assert.deepEqual([...new Set(words)], [CLOSE_REASONS.rate.words])
  assert.equal(status(await answerTo(ports[1] as number, '127.0.0.6', page)), '503')
  for (const peer of [...peers, ...others]) peer.destroy()
  await nobodyFrom(relay, ELSEWHERE)
})

test('what comes to nothing counts no more: TLS handshakes, HTTP connections, resets in the middle of anything', {
  skip: certificate === null && 'openssl is missing',
}, async (t) => {
  const also = [
    'ws://127.0.0.1:0',
    `framed+tls://127.0.0.1:0?${certificate}`,
    `wss://127.0.0.1:0?${certificate}`,
  ]
  const { relay, ports } = await startRelay(t, { also, settings: { loginDeadlineMs: '300' } })
  for (const port of ports) {
    for (const bytes of ['', 'x', '\x16\x03\x01', 'GET / HTTP/1.1\r\n', upgrade]) {
      for (const ending of ['reset', 'end', 'stay'] as const) {
        const socket = createConnection({ port, host: '127.0.0.1', localAddress: ELSEWHERE })
        socket.on('error', () => {}).resume()
        await new Promise((resolve) => socket.write(bytes === '' ? '\n' : bytes, resolve))
        if (ending === 'reset') socket.resetAndDestroy()
        else if (ending === 'end') socket.end()
        else setTimeout(() => socket.destroy(), 400)
      }
    }
  }
  await nobodyFrom(relay, ELSEWHERE)
})

test('a reload with mistakes in the file of bans says all of them and changes nothing', async (t) => {
  const bans = join(dir, 'mistakes')
  writeFileSync(bans, 'name:Mallory\n')
  const settings = { banFile: bans, reservedNames: 'Server *admin*', deny: ELSEWHERE }
  const { relay, port, connect } = await startRelay(t, { settings })
  writeFileSync(bans, 'Mallory\n10.0.0.0/33\n')
  assert.throws(
    () => reload(relay, { banFile: bans }),
    (error) => {
      assert.ok(error instanceof ConfigError)
      assert.equal(error.problems.length, 2)
      assert.match(error.problems[0] as string, /^banFile: .*mistakes: line 1: "Mallory": expected/)
      return true
    },
  )
  assert.equal(await refused(port, ELSEWHERE), CLOSE_REASONS.denied.words)
  const peer = await connect()
  await peer.frame()
  for (const name of ['Mallory', 'server', 'TheAdm1n']) {
    peer.send(joinAs(name))
    await peer.expect(Buffer.of(0, 0, 1, 1))
  }
  peer.send(joinAs('Amy'))
  await peer.expect(ACCEPTED)
})

test('a file of bans with mistakes, or none: no start, and clear words', async (t) => {
  const bans = join(dir, 'no-start')
  await assert.rejects(
    startRelay(t, { settings: { banFile: bans } }),
    /banFile: .*no-start: there is no such file/,
  )
  writeFileSync(bans, 'Mallory\n')
  await assert.rejects(
    startRelay(t, { settings: { banFile: bans } }),
    /banFile: .*line 1: "Mallory": expected/,
  )
})

test('somebody who is banned finds their connections cut by whoever asks, and cannot come back', async (t) => {
  const { relay, port, join: joinRelay } = await startRelay(t)
  const { bans, admission } = relay.parts.gate
  await joinRelay('Amy')
  const mallory = await joinRelay('Mallory', { localAddress: ELSEWHERE })
  const ban = { subject: ELSEWHERE, untilMs: null, reason: 'a test' }
  bans.add(ban)
  for (const connection of bans.hits(ban, relay.parts.connections)) connection.expel(CLOSE_REASONS.banned)
  await mallory.expectLike(LEAVE, /banned/)
  await mallory.ended()
  assert.equal(await refused(port, ELSEWHERE), CLOSE_REASONS.banned.words)
  assert.equal(admission.openFrom('127.0.0.1'), 1)
})

test('those who are no connections yet share the descriptors, whichever listener they come to, and give way to those who chat', async (t) => {
  if (certificate === null) return
  const also = ['framed+tls', 'chatroom+tls'].map((scheme) => `${scheme}://127.0.0.1:0?${certificate}`)
  const settings = { maxConnections: '20' }
  const { relay, ports, join } = await startRelay(t, { also: [...also, 'ws://127.0.0.1:0'], settings })
  const [, one, other, web] = ports as [number, number, number, number]
  let closed = 0
  const come = (port: number, many: number) =>
    Array.from({ length: many }, () => {
      const socket = createConnection({ port, host: '127.0.0.1', localAddress: ELSEWHERE })
      t.after(() => socket.destroy())
      return socket.on('error', () => {}).on('close', () => closed++)
    })
  const here = () => relay.parts.gate.admission.openFrom(ELSEWHERE)
  const settled = async (many: number) => {
    while (here() + closed !== many) await new Promise((resolve) => setTimeout(resolve, 5))
    return here()
  }
  come(web, 5)
  assert.equal(await settled(5), 5)
  // As many as there are places, and the 64 that are for those who are refused.
  come(one, 50)
  assert.equal(await settled(55), 55)
  come(other, 50)
  assert.equal(await settled(105), 84)
  await join('Amy')
  assert.equal(await settled(105), 83)
})
