/**
 * A relay in which the engine makes no code of text and nothing has a `__proto__` to write to, as the container runs it: everything works,
 * in every dialect, with all that can be turned on.
 */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CLAIMS } from '../fixtures/access-claims.js'
import { fileOf, passwordFile, SECRET, token } from '../fixtures/access-files.js'
import { adminSocketIn, ask } from '../fixtures/admin-socket.js'
import { certificateQuery } from '../fixtures/certificate.js'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { direct, message } from '../fixtures/framed-bytes.js'
import { noNats, startNats } from '../fixtures/nats-server.js'
import { freePort } from '../fixtures/relay-process.js'
import { openSocket, WebSocketPeer } from '../fixtures/websocket-peer.js'

/** Those of the Dockerfile. */
const FLAGS = ['--disable-proto=delete', '--disallow-code-generation-from-strings']
/** Says in the relay itself that they hold. */
const PROBE = new URL('../fixtures/hardened-probe.mjs', import.meta.url).href

test('the container runs the relay so, and its health check too', () => {
  const dockerfile = readFileSync(fileURLToPath(new URL('../../Dockerfile', import.meta.url)), 'utf8')
  const entry = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]'
  assert.deepEqual(JSON.parse(entry), ['node', ...FLAGS, '/app/dist/cli.js'])
})

test('hardened, a relay does everything: dialects, pages, TLS, passwords and tokens, history, operators, a reload, the end', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-hardened-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const [webPort, tlsPort, adminSocket] = [await freePort(), await freePort(), adminSocketIn(t)]
  const listen = [`ws://127.0.0.1:${webPort}`]
  const certificate = certificateQuery()
  if (certificate !== null) listen.push(`framed+tls://127.0.0.1:${tlsPort}?${certificate}`)
  const kinds = Object.entries(CLAIMS)
  const names = kinds.flatMap((_, index) => [
    [`Amy${index}`, 'correct horse'] as const,
    [`Bea${index}`, null] as const,
  ])
  const access = ['--access', 'reserved', '--access-file', await passwordFile(Object.fromEntries(names))]
  const nats = noNats() === null ? ['--nats', (await startNats(t)).url] : []
  const kept = nats.length > 0 ? ['--durable', 'on', '--history', '10'] : ['--history', '10']
  const args = [
    ...listen.flatMap((url) => ['--listen', url]),
    ...access,
    ...['--token-key-file', fileOf(SECRET)],
    ...nats,
    ...kept,
    ...['--data-dir', join(dir, 'data'), '--admin-socket', adminSocket, '--log-level', 'trace'],
  ]
  const env = { NODE_OPTIONS: [...FLAGS, `--import=${PROBE}`].join(' ') }
  const trial = await FaultTrial.start(t, { args, env })
  assert.match(trial.program.output, /hardened: no eval, no Function, no __proto__/)
  for (const [index, [kind, claim]] of kinds.entries()) {
    for (const [name, secret, isRight] of [
      [`Amy${index}`, 'a wrong one', false],
      [`Amy${index}`, 'correct horse', true],
      [`Bea${index}`, await token(`Bea${index}`), true],
    ] as const) {
      const peer = await trial.open(claim.dialect)
      await claim.greeted(peer)
      peer.write(claim.ask(name, secret))
      const expected = isRight ? claim.accepted(name) : claim.refused(name, 'wrong')
      await peer.until(() => peer.received.toString('latin1').startsWith(expected), `${kind}: ${expected}`)
      peer.close()
    }
  }
  const bob = await trial.join('Bob')
  const carol = await trial.join('Carol')
  bob.send(message('constructor __proto__ toString'))
  await carol.skipTo(message('[Bob] constructor __proto__ toString'))
  bob.send(direct('Carol __proto__'))
  await carol.skipTo(direct('[Bob] __proto__'))
  await trial.join('__proto__')
  await trial.join('constructor')

  const page = await fetch(`http://127.0.0.1:${webPort}/`)
  assert.equal(page.status, 200)
  const socket = await openSocket(webPort)
  const odd = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__', '__defineGetter__']
  const head = ['GET / HTTP/1.1', 'Host: a', ...odd.map((name) => `${name}: x`), 'Connection: close']
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  assert.match(await new WebSocketPeer(socket).rest(), /^HTTP\/1\.1 200 /)
  const web = await WebSocketPeer.connect({ port: webPort, subprotocol: 'chatmaster' })
  web.destroy()
  if (certificate !== null) {
    const secure = await trial.connect({ port: tlsPort, tls: true })
    await secure.frame('the greeting')
  }
  assert.equal((await ask(adminSocket, 'GET', '/stats')).status, 200)
  assert.equal((await ask(adminSocket, 'POST', '/say', { text: 'hello' })).status, 200)
  trial.program.child.kill('SIGHUP')
  await trial.program.shows('config.reloaded')
  await trial.logs.until('chat', ({ event }) => event === 'message')
  trial.pair.abandon()
  trial.program.child.kill('SIGTERM')
  assert.equal(await trial.program.exitCode(), 0)
  const faults = trial.program.output
    .split('\n')
    .filter((line) => /"level":50|EvalError|TypeError/.test(line))
  assert.deepEqual(faults, [])
})
