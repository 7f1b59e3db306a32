/** The built `parlance conform`: arguments, exit codes, and a reader that goes away. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import test, { type TestContext } from 'node:test'
import { startAllDialects } from '../fixtures/all-dialects.js'
import { certificateQuery } from '../fixtures/certificate.js'
import { join } from '../fixtures/framed-bytes.js'
import { FramedPeer } from '../fixtures/framed-peer.js'
import { CLI, freePort } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { startRelay } from '../fixtures/start-relay.js'
import { readTap } from './read-tap.js'
import { startWrongFramed } from './wrong-framed.js'

function conform(t: TestContext, ...args: readonly string[]): RunningProgram {
  const program = new RunningProgram(process.execPath, [CLI, 'conform', ...args])
  t.after(() => program.end())
  return program
}

test('a server that is right: a line for each rule, a summary, exit code 0', async (t) => {
  const { port } = await startRelay(t)
  const program = conform(t, 'framed', `127.0.0.1:${port}`, '--only', 'f2,F15,F10,F16', '--quiet-ms', '40')
  assert.equal(await program.exitCode(), 0, program.output)
  assert.match(
    program.output,
    /^ok F2 .*\nok F10 .*\nok F15 .*\nskip F16 .*\(needs --slow\)\n3 ok, 0 not ok, 1 skipped\n$/,
  )
})

test('--edit-window: what waits for it is run, and otherwise said to need it', async (t) => {
  const settings = { listen: 'chatroom://127.0.0.1:0', editWindowMs: '500' }
  const { port } = await startRelay(t, { settings })
  const args = ['chatroom', `127.0.0.1:${port}`, '--only', 'C13']
  const without = conform(t, ...args)
  assert.equal(await without.exitCode(), 0)
  assert.match(
    without.output,
    /^skip C13 .*\(needs --edit-window\) \(1 more skipped\)\n0 ok, 0 not ok, 1 skipped\n$/,
  )
  const program = conform(t, ...args, '--edit-window', '0.5')
  assert.equal(await program.exitCode(), 0, program.output)
  assert.match(program.output, /^ok C13 .*\n1 ok, 0 not ok, 0 skipped\n$/)
  // A server with another window than it says is wrong.
  const longer = conform(
    t,
    'chatroom',
    `127.0.0.1:${port}`,
    '--only',
    'C8',
    '--edit-window',
    '0.001',
    '--verbose',
  )
  assert.equal(await longer.exitCode(), 1)
  assert.match(
    longer.output,
    /not ok C8 an edit is taken within the window and fails after it: expected 400 EDIT FAILED/,
  )
})

test('C13 --recent-messages: a server that remembers more than it says is wrong, and one that does not is not', async (t) => {
  const settings = { listen: 'chatroom://127.0.0.1:0', recentMessages: '120' }
  const { port } = await startRelay(t, { settings })
  const args = ['chatroom', `127.0.0.1:${port}`, '--only', 'C13', '--verbose', '--recent-messages']
  const right = conform(t, ...args, '120')
  assert.equal(await right.exitCode(), 0, right.output)
  assert.match(right.output, /^ok C13 a message with as many newer ones as the server remembers/m)
  const wrong = conform(t, ...args, '60')
  assert.equal(await wrong.exitCode(), 1)
  assert.match(
    wrong.output,
    /^not ok C13 a message with as many .*: expected 400 EDIT FAILED for .*; came "200 MESSAGE UPDATED"$/m,
  )
})

test('a server that is wrong: exit code 1', async (t) => {
  const port = await startWrongFramed(t, 'no space after the bracket')
  const program = conform(t, 'framed', `127.0.0.1:${port}`, '--only', 'F3,F4', '--timeout-ms', '500')
  assert.equal(await program.exitCode(), 1)
  assert.match(
    program.output,
    /^ok F3 .*\nnot ok F4 .*: expected MESSAGE "\[.*; came MESSAGE "\[.*\n1 ok, 1 not ok/,
  )
})

test('--tap is TAP version 14, also when something is wrong', async (t) => {
  const port = await startWrongFramed(t, 'no space after the bracket')
  const program = conform(
    t,
    'framed',
    `127.0.0.1:${port}`,
    '--tap',
    '--only',
    'F3,F4,F16',
    '--timeout-ms',
    '500',
  )
  assert.equal(await program.exitCode(), 1)
  const { points } = readTap(program.output)
  assert.deepEqual(
    points.map(({ ok, description, directive }) => [ok, description, directive]),
    [
      [true, 'F3', ''],
      [false, 'F4', ''],
      [true, 'F16', 'SKIP'],
    ],
  )
  assert.match(points[1]?.subtest?.points[0]?.diagnostics.came ?? '', /^MESSAGE "\[/)
})

test('--over: a dialect over WebSocket, and over TLS; what cannot be sent is skipped with the reason', async (t) => {
  const query = certificateQuery()
  if (query === null) return t.skip('openssl is missing')
  const listen = `ws://127.0.0.1:0 wss://127.0.0.1:0?${query}`
  const { ports } = await startRelay(t, { settings: { listen } })
  const [port, tlsPort] = ports as [number, number]
  const plain = conform(
    t,
    'framed',
    '--over',
    `ws://127.0.0.1:${port}`,
    '--only',
    'F8',
    '--quiet-ms',
    '40',
    '--verbose',
  )
  assert.equal(await plain.exitCode(), 0, plain.output)
  assert.match(plain.output, /^ok F8 LIST has everybody/m)
  assert.match(plain.output, /^skip F8 bare=on: .* \(over WebSocket every frame comes whole\)$/m)
  const secure = conform(
    t,
    'chatroom',
    '--over',
    `wss://127.0.0.1:${tlsPort}/`,
    '--only',
    'C3',
    '--quiet-ms',
    '40',
  )
  assert.equal(await secure.exitCode(), 0, secure.output)
  assert.match(secure.output, /^ok C3 .*\n1 ok, 0 not ok, 0 skipped\n$/)
})

test('websocket: WebSocket itself, by the numbers of Autobahn', async (t) => {
  const { port } = await startRelay(t, { settings: { listen: 'ws://127.0.0.1:0' } })
  const program = conform(t, 'websocket', `ws://127.0.0.1:${port}`, '--only', '2,W6', '--quiet-ms', '40')
  assert.equal(await program.exitCode(), 0, program.output)
  assert.match(program.output, /^ok 2 2\.1 a ping .* \(10 more ok\)\nok W6 .*\n2 ok, 0 not ok, 0 skipped\n$/)
})

test('a server of HTTP that speaks no such dialect: exit code 76', async (t) => {
  const server = createHttpServer((_, response) => response.writeHead(404).end())
  server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 404 Not Found\r\n\r\n'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const args of [
    ['sendto', '--over', url],
    ['websocket', url],
  ]) {
    const program = conform(t, ...args)
    assert.equal(await program.exitCode(), 76)
    assert.match(program.errorOutput, /expected 101 Switching Protocols.*; came HTTP\/1\.1 404 Not Found\n$/)
  }
})

test('a server that cannot be reached: exit code 69', async (t) => {
  const program = conform(t, 'framed', `127.0.0.1:${await freePort()}`)
  assert.equal(await program.exitCode(), 69)
  assert.match(program.errorOutput, /connection refused/)
  assert.equal(program.output, '')
})

test('several addresses: the clients are spread over them, so that relays that know nothing of each other are wrong', async (t) => {
  const other = await startAllDialects()
  t.after(() => other.relay.stop())
  const { ports } = await startRelay(t, { query: ['', ''] })
  const conformAt = (...at: readonly unknown[]) => {
    const addresses = at.map((port) => `127.0.0.1:${port}`).join(',')
    return conform(t, 'framed', addresses, '--only', 'F4', '--quiet-ms', '20', '--timeout-ms', '200')
  }
  const one = conformAt(...ports)
  assert.equal(await one.exitCode(), 0, one.output + one.errorOutput)
  const two = conformAt(ports[0], other.portOf('framed'))
  assert.equal(await two.exitCode(), 1)
  assert.match(two.output, /^not ok F4 .*came nothing/)
  const away = conformAt(ports[0], await freePort())
  assert.equal(await away.exitCode(), 69)
  assert.match(away.errorOutput, /connection refused/)
})

test('a server of another dialect: which it looks like, exit code 76', async (t) => {
  const { port } = await startRelay(t, { settings: { listen: 'sendto://127.0.0.1:0' } })
  const program = conform(t, 'framed', `127.0.0.1:${port}`, '--tap')
  assert.equal(await program.exitCode(), 76)
  assert.equal(
    program.errorOutput,
    `parlance: 127.0.0.1:${port}: expected a framed server; this one looks like sendto\n`,
  )
  assert.equal(program.output, '')
})

test('a server that says nothing: exit code 69', async (t) => {
  const silent = createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
  await new Promise((resolve) => silent.once('listening', resolve))
  t.after(() => silent.close())
  const { port } = silent.address() as { port: number }
  const program = conform(t, 'json-irc', `127.0.0.1:${port}`, '--timeout-ms', '300')
  assert.equal(await program.exitCode(), 69)
  const words = 'expected an answer to /nick within 300 ms; came nothing'
  assert.equal(program.errorOutput, `parlance: 127.0.0.1:${port}: ${words}\n`)
})

test('--client without --listen is not where a relay of the dialect is: 100 ports further', async (t) => {
  // Ours or somebody else's: it is taken.
  const taken = createServer()
    .on('error', () => {})
    .listen(8100, '127.0.0.1')
  t.after(() => taken.close())
  await new Promise((resolve) => taken.once('listening', resolve).once('error', resolve))
  const program = conform(t, 'chatroom', '--client')
  assert.equal(await program.exitCode(), 69)
  assert.match(program.errorOutput, /127\.0\.0\.1:8100: .*in use/)
})

test('a port that cannot be had: exit code 69', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  t.after(() => taken.close())
  const { port } = taken.address() as { port: number }
  const program = conform(t, 'framed', '--client', '--listen', String(port))
  assert.equal(await program.exitCode(), 69)
  assert.match(program.errorOutput, new RegExp(`127\\.0\\.0\\.1:${port}: .*in use`))
})

for (const [what, args, words] of [
  ['no dialect', [], /missing required argument 'dialect'/],
  ['an unknown dialect', ['telnet', '127.0.0.1'], /"telnet": expected one of framed/],
  ['no address', ['framed'], /the address of the server is missing/],
  ['an address that is none', ['framed', 'tcp://here'], /is not an address/],
  ['a rule that there is not', ['framed', '127.0.0.1', '--only', 'F2,F99'], /F99: framed has F1, /],
  [
    'a URL that is none of WebSocket',
    ['framed', '--over', 'http://127.0.0.1'],
    /expected ws:\/\/HOST:PORT or/,
  ],
  [
    'a URL and an address',
    ['framed', '127.0.0.1', '--over', 'ws://127.0.0.1'],
    /--over goes without another/,
  ],
  ['an address for WebSocket', ['websocket', '127.0.0.1:8080'], /expected ws:\/\/HOST:PORT or/],
  ['clients of WebSocket', ['websocket', '--client'], /has no strict server/],
  ['no rule', ['framed', '127.0.0.1', '--only', ','], /Expected rules such as/],
  ['a time that is none', ['framed', '127.0.0.1', '--quiet-ms', '0'], /Expected milliseconds/],
  [
    'a number of messages that is none',
    ['chatroom', '127.0.0.1', '--recent-messages', '0'],
    /Expected a whole number/,
  ],
  ['an edit window that is none', ['chatroom', '127.0.0.1', '--edit-window', '0'], /Expected seconds up to/],
  ['a server for clients', ['framed', '127.0.0.1', '--client'], /--client goes without/],
  ['--listen for a server', ['framed', '127.0.0.1', '--listen', '9'], /--listen goes with --client/],
  ['--once for a server', ['framed', '127.0.0.1', '--once'], /--once goes with --client/],
  ['--tap for clients', ['framed', '--client', '--tap'], /--tap is for servers/],
  ['--only for clients', ['framed', '--client', '--only', 'F2'], /--only is for servers/],
  ['--slow for clients', ['framed', '--client', '--slow'], /--slow is for servers/],
  ['a time for clients', ['framed', '--client', '--timeout-ms', '9'], /--timeout-ms is for servers/],
  ['a port that is none', ['framed', '--client', '--listen', '99999'], /--listen 99999: expected PORT or/],
] as const) {
  test(`${what}: exit code 64`, async (t) => {
    const program = conform(t, ...args)
    assert.equal(await program.exitCode(), 64)
    assert.match(program.errorOutput, words)
    assert.equal(program.output, '')
  })
}

test('a reader that has seen enough ends the run without a trace', async (t) => {
  const { port } = await startRelay(t)
  const command = `'${process.execPath}' '${CLI}' conform framed 127.0.0.1:${port} | head -1`
  const program = new RunningProgram('bash', ['-c', `set -o pipefail; ${command}`])
  t.after(() => program.end())
  assert.equal(await program.exitCode(), 0)
  assert.match(program.output, /^ok F1 .*\n$/)
  assert.equal(program.errorOutput, '')
})

for (const [what, sent, code] of [
  ['does nothing wrong', join('Bob'), 0],
  ['does something wrong', join('two words'), 1],
] as const) {
  test(`--client --once with a client that ${what}: exit code ${code}`, async (t) => {
    const program = conform(t, 'framed', '--client', '--listen', '0', '--once')
    await program.shows('waiting for framed clients on')
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(program.output)?.[1])
    const peer = await FramedPeer.connect({ port })
    peer.send(sent)
    await program.shows('ok F2')
    peer.destroy()
    assert.equal(await program.exitCode(), code)
    assert.match(program.output, new RegExp(`summary: ${1 - code} rules kept, ${code} broken\n$`))
  })
}

test('--client until Ctrl-C: the summary of who is still there, exit code 1', async (t) => {
  const program = conform(t, 'framed', '--client', '--listen', '127.0.0.1:0')
  await program.shows('waiting for framed clients on')
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(program.output)?.[1])
  const peer = await FramedPeer.connect({ port })
  t.after(() => peer.destroy())
  peer.send(join('two words'))
  await program.shows('not ok F2')
  program.child.kill('SIGINT')
  assert.equal(await program.exitCode(), 1)
  assert.match(program.output, /#1 summary: 0 rules kept, 1 broken\n$/)
})
