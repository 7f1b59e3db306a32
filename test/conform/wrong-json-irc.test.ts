/** A json-irc server that does one thing wrong is told so by the right rule: the relay behind a proxy that does it. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import test, { type TestContext } from 'node:test'
import { jsonIrcSuite } from '../../src/conform/json-irc/suite.js'
import { LineReport, statusOf } from '../../src/conform/report.js'
import { runSuite } from '../../src/conform/run-suite.js'
import { startJsonIrc } from '../fixtures/json-irc-peer.js'

type Fields = Record<'command' | 'nickname' | 'room' | 'message', string>

interface Fault {
  readonly what: string
  /** The rules that it breaks, of those that are run. */
  readonly broken: readonly string[]
  /** Rules that have nothing to do with it. */
  readonly unharmed: readonly string[]
  /** What becomes of an object of the relay's; '' for nothing. */
  readonly answer?: (fields: Fields, line: string) => string
  /** What becomes of what a client wrote. */
  readonly ask?: (chunk: string) => string
}

const line = (fields: object) => `${JSON.stringify(fields)}\n`
const when =
  (command: string, change: (fields: Fields) => Partial<Fields>) => (fields: Fields, whole: string) =>
    fields.command === command ? line({ ...fields, ...change(fields) }) : whole
const silent = (command: string) => (fields: Fields, whole: string) =>
  fields.command === command ? '' : whole
const isError = ({ message }: Fields) => message.startsWith('Error: ')

const FAULTS: readonly Fault[] = [
  {
    what: 'answers a taken name with nothing of the name',
    broken: ['J2'],
    unharmed: ['J1', 'J8', 'N1'],
    answer: when('/nickFail', () => ({ nickname: '' })),
  },
  {
    what: 'sends errors in other words',
    broken: ['J1', 'J5', 'J9', 'M6'],
    unharmed: ['J2', 'J8', 'J10'],
    answer: (fields, whole) => (isError(fields) ? line({ ...fields, message: 'oops' }) : whole),
  },
  {
    what: 'names the offender in errors',
    broken: ['J1', 'J5', 'M6'],
    unharmed: ['J2', 'J8'],
    answer: (fields, whole) => (isError(fields) ? line({ ...fields, nickname: 'you' }) : whole),
  },
  {
    what: 'does not sort rooms',
    broken: ['J3'],
    unharmed: ['J4', 'J6'],
    answer: when('/listRooms', ({ message }) => ({ message: message.split('\n').reverse().join('\n') })),
  },
  {
    what: 'answers /roomMembers as it likes',
    broken: ['J4'],
    unharmed: ['J3', 'J10'],
    answer: when('listMembers', () => ({ command: '/members' })),
  },
  {
    what: 'relays what is not readable',
    broken: ['J5'],
    unharmed: ['J2', 'M4'],
    ask: (chunk) => (chunk.includes('"/broadcast"') ? chunk.replace(/[^ -~]|\\u00..|\\n|\\r/g, '?') : chunk),
  },
  { what: 'is silent about joins', broken: ['J6'], unharmed: ['J3'], answer: silent('/join') },
  {
    what: 'is silent about leaving',
    broken: ['J6', 'J7', 'N3'],
    unharmed: ['J3', 'M4'],
    answer: silent('/leaveRoom'),
  },
  {
    what: 'does not close',
    broken: ['J1', 'J7'],
    unharmed: ['J2', 'M4'],
    ask: (chunk) => chunk.replaceAll('"/close"', '"/x"'),
  },
  {
    what: 'lets clients say who they are',
    broken: ['J8'],
    unharmed: ['J3', 'J4'],
    answer: when('/broadcast', () => ({ nickname: 'mallory' })),
  },
  {
    what: 'cares for the case of keys',
    broken: ['J9'],
    unharmed: ['J2', 'J8'],
    ask: (chunk) => chunk.replace('"Command"', '"x"'),
  },
  {
    what: 'knows no channel',
    broken: ['J10'],
    unharmed: ['J2'],
    ask: (chunk) => chunk.replace('"channel"', '"x"'),
  },
  {
    what: 'ends objects with nothing',
    broken: ['J9'],
    unharmed: ['J2', 'J8', 'M5'],
    answer: (_, whole) => whole.trimEnd(),
  },
  {
    what: 'writes keys in upper case',
    broken: ['J2'],
    unharmed: [],
    answer: (_, whole) => whole.replace('"command"', '"Command"'),
  },
  {
    what: 'takes the first object of a chunk alone',
    broken: ['J9'],
    unharmed: ['J3', 'N1'],
    ask: (chunk) => chunk.replace(/^(\{[^{}]*\})\s*\{.*$/s, '$1'),
  },
  {
    what: 'adds a line feed to texts',
    broken: ['M3', 'M4'],
    unharmed: ['J2', 'J3'],
    answer: when('/broadcast', ({ message }) => ({ message: `${message}\n` })),
  },
]

/** A server that does all that the relay does, but for the fault. */
async function startWrong(
  t: TestContext,
  { answer = (_, whole) => whole, ask = (chunk) => chunk }: Partial<Fault>,
) {
  let port = 0
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let held = ''
    client
      .setEncoding('latin1')
      .on('data', (chunk) => upstream.write(Buffer.from(ask(String(chunk)), 'latin1')))
    upstream.setEncoding('latin1').on('data', (chunk) => {
      const lines = (held + chunk).split('\n')
      held = lines.pop() as string
      for (const one of lines) client.write(answer(JSON.parse(one), `${one}\n`))
    })
    client.on('end', () => upstream.end()).on('close', () => upstream.destroy())
    upstream.on('end', () => client.end())
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true).on('error', () => upstream.destroy())
    }
  })
  // Before the relay's own end, which waits until nothing is left over.
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { relay } = await startJsonIrc(t)
  port = relay.ports[1] as number
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function reported(
  port: number,
  only: readonly string[] | null,
): Promise<{ bad: string[]; text: string }> {
  const report = new LineReport({ verbose: true })
  const bad: string[] = []
  let text = ''
  const options = { host: '127.0.0.1', port, timeoutMs: 800, quietMs: 60, slow: false }
  for await (const result of runSuite(jsonIrcSuite, { ...options, only: only && new Set(only) })) {
    if (statusOf(result) === 'not ok') bad.push(result.rule)
    text += report.rule(result)
  }
  return { bad, text }
}

test('a server that does nothing wrong', async (t) => {
  const { bad, text } = await reported(await startWrong(t, {}), null)
  assert.deepEqual(bad, [], text)
})

for (const fault of FAULTS) {
  const { what, broken, unharmed } = fault
  test(`${broken[0]} a server that ${what}`, async (t) => {
    const { bad, text } = await reported(await startWrong(t, fault), [...broken, ...unharmed])
    assert.deepEqual(bad, broken, text)
  })
}
