/** The client by commands as a real process, in a pipe: the words of the sendto page and no others. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { after, afterEach, before, test } from 'node:test'
import { CLI, freePort, type RelayProcess, startRelay } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { FAILURE, header, list, login, MALFORMED, OK, packet, sendto } from '../fixtures/sendto-bytes.js'
import { SendtoPeer } from '../fixtures/sendto-peer.js'

let relay: RelayProcess
const peers: SendtoPeer[] = []
const servers: Server[] = []

before(async () => {
  relay = await startRelay('', 'sendto')
})
after(() => relay.stop())
afterEach(() => {
  for (const peer of peers.splice(0)) peer.destroy()
  for (const server of servers.splice(0)) server.close()
})

function client(port: number = relay.port): RunningProgram {
  return new RunningProgram(process.execPath, [CLI, 'sendto', '127.0.0.1', String(port)])
}

async function somebody(name: string): Promise<SendtoPeer> {
  const peer = await SendtoPeer.connect(relay.port)
  peers.push(peer)
  peer.send(login(name))
  await peer.expect(OK)
  return peer
}

/** A relay that does what the test says. */
async function scripted(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    serve(socket)
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Types all, ends the input, and gives what was written. */
async function said(lines: readonly string[], port?: number): Promise<string[]> {
  const john = client(port)
  john.endInput(lines.map((line) => `${line}\n`).join(''))
  assert.equal(await john.exitCode(), 0)
  assert.equal(john.errorOutput, '')
  return john.output.split('\n').slice(0, -1)
}

test('S2–S5 a session: what is typed and exactly what is written', async () => {
  const bob = await somebody('Bob')
  const john = client()
  john.type('login John')
  await john.shows('Success\n')
  john.type('list', 'sendto Bob Hi how are you?')
  await bob.expect(sendto('John', 'Hi how are you?'))
  bob.send(sendto('John', 'Fine, très bien 😀'))
  await john.shows('😀\n')
  john.type('logout', 'logout', 'list', 'login John', 'exit')
  assert.equal(await john.exitCode(), 0)
  const expected = [
    'Success',
    'Bob',
    'John',
    'Success',
    'Bob: Fine, très bien 😀',
    'Success',
    'Failure',
    'Bob',
    'Success',
    '',
  ]
  assert.deepEqual(john.output.split('\n'), expected)
  assert.equal(john.errorOutput, '')
  bob.send(list())
  await bob.expect(OK, list('Bob'))
})

test('what is typed wrong is said, and nothing else is done', async () => {
  let bytes = 0
  const port = await scripted((socket) => {
    socket.on('data', (chunk) => {
      bytes += chunk.length
    })
    socket.on('end', () => socket.end())
  })
  const wrong: [string, string][] = [
    ['login', 'Bad username'],
    ['login ', 'Bad username'],
    ['login John Doe', 'Bad username'],
    [`login ${'x'.repeat(21)}`, 'Bad username'],
    ['sendto', 'Bad username'],
    ['sendto Bob', 'Bad username'],
    ['sendto Bob ', 'Bad username'],
    [`sendto ${'x'.repeat(21)} Hi`, 'Bad username'],
    [`sendto Bob ${'x'.repeat(65_536)}`, 'Bad message'],
    [`sendto Bob ${'é'.repeat(32_768)}`, 'Bad message'],
    ['list all', 'Invalid command'],
    ['logout now', 'Invalid command'],
    ['exit now', 'Invalid command'],
    ['quit', 'Invalid command'],
    ['LIST', 'Invalid command'],
    ['', 'Invalid command'],
  ]
  assert.deepEqual(
    await said(
      wrong.map(([line]) => line),
      port,
    ),
    wrong.map(([, words]) => words),
  )
  assert.equal(bytes, 0)
})

test('S1 every answer of the relay has its words', async () => {
  const answers = [FAILURE, MALFORMED, list(''), list('Amy\nBob\n'), list('Cyd'), OK, packet(77, 'x', 'y')]
  const asked: Buffer[] = []
  const port = await scripted((socket) => {
    socket.on('data', (chunk) => asked.push(chunk))
    socket.once('data', () => socket.write(Buffer.concat(answers)))
    socket.on('end', () => socket.end())
  })
  const words = await said(['logout', 'login José', 'list', 'list', `sendto ${'x'.repeat(20)} a  b `], port)
  assert.deepEqual(words, ['Failure', 'Malformed packet', '', 'Amy', 'Bob', 'Cyd', 'Success'])
  const sent = [packet(4), login('José'), list(), list(), sendto('x'.repeat(20), 'a  b ')]
  assert.deepEqual(Buffer.concat(asked), Buffer.concat(sent))
})

test('in a pipe everything is sent and every answer written before the end, and the last line needs none', async () => {
  const bob = await somebody('Bob')
  const john = client()
  const texts = Array.from({ length: 20_000 }, (_, n) => `${n}`)
  john.endInput(`login John\n${texts.map((text) => `sendto Bob ${text}\n`).join('')}sendto Bob last`)
  for (const text of [...texts, 'last']) await bob.expect(sendto('John', text))
  assert.equal(await john.exitCode(), 0)
  assert.equal(john.output, 'Success\n'.repeat(20_002))
})

test('exit ends at once, whatever is in the pipe behind it and though nobody closed it', async () => {
  const bob = await somebody('Bob')
  const john = client()
  john.type('login John', 'sendto Bob before', 'exit', 'sendto Bob after')
  assert.equal(await john.exitCode(), 0)
  assert.equal(john.output, 'Success\nSuccess\n')
  await bob.expect(sendto('John', 'before'))
  await bob.expectQuiet()
})

test('the longest text goes through', async () => {
  const bob = await somebody('Bob')
  const words = await said([
    'login John',
    `sendto Bob ${'x'.repeat(65_535)}`,
    `sendto Bob ${'你'.repeat(21_845)}`,
  ])
  assert.deepEqual(words, ['Success', 'Success', 'Success'])
  await bob.expect(sendto('John', 'x'.repeat(65_535)), sendto('John', '你'.repeat(21_845)))
})

test('a lost connection is said on the error output, with 1', async () => {
  const port = await scripted((socket) => {
    socket.on('data', () => socket.end(OK))
  })
  const john = client(port)
  john.type('login John')
  assert.equal(await john.exitCode(), 1)
  assert.equal(john.output, 'Success\n')
  assert.match(john.errorOutput, /^Lost the connection to 127\.0\.0\.1:\d+: the relay closed it\.\n$/)
})

test('a relay that does not answer before the end is said too', async () => {
  const port = await scripted((socket) => {
    socket.on('data', () => socket.end())
  })
  const john = client(port)
  john.endInput('login John\n')
  assert.equal(await john.exitCode(), 1)
  assert.match(john.errorOutput, /not everything was answered/)
})

test('no relay at the address is one line that names it and the reason, with 69', async () => {
  const john = client(await freePort())
  assert.equal(await john.exitCode(), 69)
  assert.match(
    john.errorOutput,
    /^Cannot connect to 127\.0\.0\.1:\d+: connection refused; nothing listens there\.\n$/,
  )
})

test('addresses in every form, and arguments that are none', async () => {
  const run = (...args: string[]) => new RunningProgram(process.execPath, [CLI, 'sendto', ...args])
  const good = [[`127.0.0.1:${relay.port}`], ['localhost', String(relay.port)]]
  const wrong = [[], ['127.0.0.1', 'x'], ['127.0.0.1:1', '2'], ['127.0.0.1', '70000'], ['a', '1', '2']]
  await Promise.all([
    ...good.map(async (args) => {
      const john = run(...args)
      john.endInput('list\n')
      assert.equal(await john.exitCode(), 0, john.errorOutput)
    }),
    ...wrong.map(async (args) => assert.equal(await run(...args).exitCode(), 64, args.join(' '))),
  ])
})

test('M3 what a hostile relay sends does not reach the terminal as it is', async () => {
  const port = await scripted((socket) => {
    socket.once('data', () => {
      const attacks = [packet(3, '\x1b]0;x', '\x07\u009b2J'), list('\x1b[2J\nAmy')]
      socket.write(Buffer.concat([...attacks, header(5, 0, 0)]))
    })
    socket.on('end', () => socket.end())
  })
  assert.deepEqual(await said(['list'], port), ['^[]0;x: ^G\\u{9b}2J', '^[[2J', 'Amy'])
})

test('SIGINT and SIGTERM end in good order', async () => {
  const bob = await somebody('Bob')
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const john = client()
    john.type('login John')
    await john.shows('Success')
    john.child.kill(signal)
    assert.equal(await john.exitCode(), code)
    bob.send(list())
    await bob.expect(list('Bob'))
  }
})

test('a reader of the output that goes away ends the client quietly', async (t) => {
  const bob = await somebody('Bob')
  const john = client()
  john.type('login John')
  await john.shows('Success')
  john.child.stdout.destroy()
  const talking = setInterval(() => bob.send(sendto('John', 'Hi')), 10)
  t.after(() => clearInterval(talking))
  assert.equal(await john.exitCode(), 0)
  assert.equal(john.errorOutput, '')
})

test('and so it does where messages keep coming while it leaves', async () => {
  const port = await scripted((socket) => {
    const talking = setInterval(() => socket.write(sendto('Bob', 'Hi')), 10)
    socket.on('close', () => clearInterval(talking))
    // What the client still gets comes after its FIN.
    socket.resume().on('end', () => setTimeout(() => socket.end(), 300))
  })
  const john = client(port)
  await john.shows('Bob: Hi')
  john.child.stdout.destroy()
  assert.equal(await john.exitCode(), 0)
  assert.equal(john.errorOutput, '')
})

test('chat --dialect sendto without a name in the end is 1, and a port that is given twice 64', async () => {
  await somebody('Bob')
  const chat = (name: string) =>
    new RunningProgram(process.execPath, [
      CLI,
      'chat',
      '--dialect',
      'sendto',
      `127.0.0.1:${relay.port}`,
      name,
    ])
  const ends: [name: string, input: string, code: number, output: string][] = [
    ['Bob', 'list\n', 1, 'Failure\nBob\n'],
    ['Bob', 'login Bob\nlogin Jim\nlogin Jack\nlogout\n', 0, 'Failure\nFailure\nSuccess\nFailure\nSuccess\n'],
    ['two words', 'exit\n', 1, 'Bad username\n'],
  ]
  for (const [name, input, code, output] of ends) {
    const john = chat(name)
    john.endInput(input)
    assert.equal(await john.exitCode(), code, name)
    assert.equal(john.output, output)
    assert.equal(john.errorOutput, code === 0 ? '' : 'There is no other name to try.\n')
  }
  const twice = new RunningProgram(process.execPath, [CLI, 'sendto', '127.0.0.1:9', '3560'])
  assert.equal(await twice.exitCode(), 64)
  assert.equal(
    twice.errorOutput,
    'parlance: "127.0.0.1:9 3560" is not an address: the port is given twice, expected HOST:PORT or HOST PORT\n',
  )
})

test('chat --dialect sendto logs in first and then does the same', async () => {
  const john = new RunningProgram(process.execPath, [
    ...[CLI, 'chat', '--dialect', 'sendto', `127.0.0.1:${relay.port}`, 'John'],
  ])
  john.endInput('list\nlogin Jack\nexit\n')
  assert.equal(await john.exitCode(), 0, john.errorOutput)
  assert.equal(john.output, 'Success\nJohn\nFailure\n')
})
