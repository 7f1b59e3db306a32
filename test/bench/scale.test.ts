/** That the bench of many clients sees what a relay does wrong: a message lost, doubled, changed, or told to somebody else. */

import assert from 'node:assert/strict'
import { createServer, type Server as NetServer, connect as openSocket } from 'node:net'
import { describe, it, type TestContext, test } from 'node:test'
import { Nodes } from '../../bench/cluster/nodes.js'
import { attachedServer } from '../../bench/load/server.js'
import { targetOf } from '../../bench/scale/client.js'
import { SCALE_DIALECTS, type ScaleDialect } from '../../bench/scale/dialects.js'
import { ANYTHING, ExpectedUnit } from '../../bench/scale/expected-unit.js'
import { Generators } from '../../bench/scale/generators.js'
import { faultsOf, Ledger, sumOf } from '../../bench/scale/ledger.js'
import {
  dialectOf,
  isMeant,
  meantIn,
  nameOf,
  nodeOf,
  portOf,
  processesFor,
  rangesOf,
  requireNodes,
} from '../../bench/scale/plan.js'
import { runScale, type ScaleResult } from '../../bench/scale/run.js'
import { type AllDialects, startAllDialects } from '../fixtures/all-dialects.js'

const TEXT = 'round 0 ......'

function matches(unit: ExpectedUnit, text: string): boolean {
  const bytes = Buffer.from(`..${text}..`, 'latin1')
  return unit.matches(bytes, 2, bytes.length - 2)
}

describe('what a delivery must look like', () => {
  it('is known to the last byte where nothing else is allowed', () => {
    const unit = new ExpectedUnit('abc')
    assert.ok(matches(unit, 'abc'))
    for (const other of ['ab', 'abcd', 'abd', 'xabc', '']) assert.ok(!matches(unit, other), other)
  })

  it('has places for what the relay decides, of a byte at least', () => {
    const unit = new ExpectedUnit('id=', ANYTHING, ';text=', ANYTHING, ';')
    assert.ok(matches(unit, 'id=1;text=2;'))
    assert.ok(matches(unit, 'id=long one;text=;;'))
    for (const other of ['id=;text=2;', 'id=1;text=;', 'id=1;text=2', 'id=1;tex=2;', 'id=1;text=2;;x']) {
      assert.ok(!matches(unit, other), other)
    }
  })
})

/** Ten clients, two of each dialect, of whom the first speaks. */
const EVERYBODY = { first: 0, clients: 10 }

function ledgerOf(speaker: number): Ledger {
  const ledger = new Ledger(EVERYBODY)
  ledger.expect({ speaker, text: TEXT })
  return ledger
}

/** What `client` would read when `speaker` says `text`. */
function bytesFor(client: number, speaker: number, text: string): Uint8Array {
  const [name, { name: dialect }] = [nameOf(speaker), dialectOf(client)]
  switch (dialect) {
    case 'framed':
      return Buffer.concat([
        Buffer.from([2, 0, name.length + text.length + 3]),
        Buffer.from(`[${name}] ${text}`),
      ])
    case 'chatroom':
      return Buffer.from(
        `SEND {"sender":"${name}","header":"@everyone","timestamp":"1:00 pm","messageId":"01","message":"${text}"}\n`,
      )
    case 'json-irc':
      return Buffer.from(
        `{"command":"/broadcast","nickname":"${name}","room":"general","message":"${text}"}\n`,
      )
    case 'chatmaster':
      return Buffer.from(`{"type":"message","data":{"message":"${text}","username":"${name}"}}\n`)
    default:
      return Buffer.concat([Buffer.from([3, name.length, 0, text.length]), Buffer.from(name + text)])
  }
}

function tell(ledger: Ledger, client: number, speaker: number, text = TEXT): void {
  const bytes = bytesFor(client, speaker, text)
  ledger.beginChunk()
  ledger.take(client, dialectOf(client), bytes, 0, bytes.length)
}

function tellAll(ledger: Ledger, speaker: number, except = -1): void {
  for (let client = 0; client < EVERYBODY.clients; client++) {
    if (isMeant(client, speaker) && client !== except) tell(ledger, client, speaker)
  }
}

describe('the ledger', () => {
  it('finds nothing wrong when each who is meant was told once', () => {
    for (const speaker of [0, 4]) {
      const ledger = ledgerOf(speaker)
      tellAll(ledger, speaker)
      assert.equal(ledger.reached, ledger.meant)
      assert.deepEqual(faultsOf(ledger.counts(), meantIn(EVERYBODY, speaker)), [])
    }
    assert.deepEqual([meantIn(EVERYBODY, 0), meantIn(EVERYBODY, 4)], [7, 1])
  })

  it('finds a message that somebody did not get', () => {
    const ledger = ledgerOf(0)
    tellAll(ledger, 0, 7)
    assert.deepEqual(faultsOf(ledger.counts(), 7), ['6 of 7 got it exactly once', '1 did not get it'])
  })

  it('finds a message that somebody got twice', () => {
    const ledger = ledgerOf(0)
    tellAll(ledger, 0)
    tell(ledger, 7, 0)
    assert.deepEqual(faultsOf(ledger.counts(), 7), ['6 of 7 got it exactly once', '1 got it more than once'])
  })

  it('finds a message told to its speaker, and to somebody outside the room', () => {
    const ledger = ledgerOf(0)
    tellAll(ledger, 0)
    tell(ledger, 0, 0)
    tell(ledger, 9, 0)
    assert.deepEqual(faultsOf(ledger.counts(), 7), ['2 got it and must not'])
  })

  it('finds other bytes, in each dialect, and says which', () => {
    for (let client = 1; client < 6; client++) {
      const speaker = dialectOf(client).isInRoom ? 0 : 9
      const ledger = ledgerOf(speaker)
      tellAll(ledger, speaker, client)
      tell(ledger, client, speaker, 'round 0 .....!')
      const faults = faultsOf(ledger.counts(), meantIn(EVERYBODY, speaker)).join()
      assert.match(faults, /1 messages have other bytes than they must, such as .*round 0 \.\.\.\.\.!/)
      assert.match(faults, /1 did not get it/)
    }
  })

  it('finds what an earlier round has left over', () => {
    const ledger = ledgerOf(0)
    tellAll(ledger, 0)
    ledger.expect({ speaker: 1, text: 'round 1 ......' })
    tell(ledger, 7, 0)
    assert.equal(ledger.counts().wrongBytes, 1)
  })

  it('adds up over processes, and says that somebody was not asked at all', () => {
    const ledger = ledgerOf(0)
    tellAll(ledger, 0)
    const counts = sumOf([ledger.counts(), ledger.counts()])
    assert.deepEqual([counts.meant, counts.once], [14, 14])
    assert.deepEqual(faultsOf(counts, 15), [
      '14 clients were meant, expected 15',
      '14 of 15 got it exactly once',
    ])
  })

  it('tells a crowd that comes from a person, in each dialect', () => {
    const presence: Record<string, [string, string]> = {
      framed: [
        '\x02\x00\x2b**client7 is joining the chat**',
        '\x02\x00\x2b**212 people are joining the chat**',
      ],
      chatroom: ['JOIN {"username":"client7","message":"…"}\n', 'JOIN {"username":"","message":"…"}\n'],
      'json-irc': [
        '{"command":"/join","nickname":"client7","room":"general","message":""}\n',
        '{"command":"/join","nickname":"","room":"general","message":""}\n',
      ],
      chatmaster: [
        '{"type":"notification","data":{"event_type":"user_joined","username":"client7","channel":"general"}}\n',
        '{"type":"notification","data":{"event_type":"user_joined","username":"3 people","channel":"general"}}\n',
      ],
    }
    for (const dialect of SCALE_DIALECTS) {
      const lines = presence[dialect.name] ?? []
      assert.deepEqual(
        lines.map((line) => kindOf(dialect, line)),
        lines.length === 0 ? [] : ['person', 'crowd'],
      )
    }
  })
})

function kindOf(dialect: ScaleDialect, line: string): string {
  const bytes = Buffer.from(line, 'latin1')
  return dialect.kindOf(bytes, 0, bytes.length)
}

describe('who the clients are', () => {
  it('is the same on every node: two nodes have half of each dialect', () => {
    const seen = new Map<string, number>()
    for (let client = 0; client < 100; client++) {
      const key = `${dialectOf(client).name} on ${nodeOf(client, 2)}`
      seen.set(key, (seen.get(key) ?? 0) + 1)
    }
    assert.equal(seen.size, 10)
    assert.deepEqual([...new Set(seen.values())], [10])
  })

  it('says where a client connects to, by node and dialect', () => {
    const plan = {
      clients: 20,
      host: '127.0.0.1',
      ports: [
        [1, 2, 3, 4, 5],
        [11, 12, 13, 14, 15],
      ],
    }
    assert.deepEqual(
      [0, 4, 5, 9, 10].map((client) => portOf(plan, client)),
      [1, 5, 11, 15, 1],
    )
    assert.throws(() => portOf({ ...plan, ports: [[1, 2]] }, 2), /client 2: no port for json-irc/)
  })

  it('divides all clients among processes, each in one', () => {
    const ranges = rangesOf(100_003, 6)
    assert.equal(
      ranges.reduce((sum, { clients }) => sum + clients, 0),
      100_003,
    )
    for (const [index, { first }] of ranges.entries()) {
      const before = ranges[index - 1]
      assert.equal(first, before === undefined ? 0 : before.first + before.clients)
    }
  })

  it('asks for processes by file descriptors, here and at the relay', () => {
    assert.equal(processesFor(100_000, 20_000), 6)
    assert.equal(processesFor(100, 20_000), 1)
    requireNodes(100_000, 6, 20_000)
    assert.throws(() => requireNodes(100_000, 5, 20_000), /--clients 100000: .* expected --workers 6 or more/)
  })
})

/** What refuses a login because too many came at once, and what lets in. */
const LOGIN_ANSWERS: Readonly<Record<string, readonly [string, string]>> = {
  framed: ['\x05\x00\x04busy\x00\x00\x01\x01', '\x00\x00\x01\x00'],
  chatroom: ['500 SERVER ERROR\n', '200 OK\n'],
  'json-irc': [
    '{"command":"/nickFail"}\n{"command":"","message":"Error: no name"}\n',
    '{"command":"/joinSuccess"}\n',
  ],
  chatmaster: ['{"type":"session","data":{"status":0}}\n', '{"type":"session","data":{"status":1}}\n'],
  sendto: ['\x05\x00\x00\x01\x01', '\x05\x00\x00\x01\x00'],
}

test('whoever is refused at first says the same once more, and fails after ten times', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  for (const dialect of SCALE_DIALECTS) {
    const ledger = new Ledger(EVERYBODY)
    const events: string[] = []
    const client = targetOf(dialect, ledger).client({
      name: 'client0',
      receiver: 0,
      payloadBytes: 0,
      deliveries: { delivered: () => {}, foreign: () => {}, announced: () => {} },
      events: {
        joined: () => events.push('in'),
        refused: (reason) => events.push(reason),
        reply: (bytes) =>
          events.push(Buffer.compare(bytes, dialect.login('client0')) === 0 ? 'again' : 'else'),
      },
    })
    const [no = '', yes = ''] = LOGIN_ANSWERS[dialect.name] ?? []
    const read = (text: string) => client.read(Buffer.from(text, 'latin1'), text.length)
    read(no)
    t.mock.timers.tick(1000)
    read(yes)
    assert.deepEqual(events, ['again', 'in'], dialect.name)
    assert.equal(ledger.triedAgain, 1)
  }
  const events: string[] = []
  const { client } = refusedClient(events)
  for (let times = 0; times < 10; times++) {
    client.read(Buffer.from('500 SERVER ERROR\n'), 17)
    t.mock.timers.tick(1000)
  }
  assert.deepEqual(events, ['chatroom refused 10 times: 500 SERVER ERROR'])
})

function refusedClient(events: string[]) {
  const chatroom = SCALE_DIALECTS[1] as ScaleDialect
  const client = targetOf(chatroom, new Ledger(EVERYBODY)).client({
    name: 'client1',
    receiver: 1,
    payloadBytes: 0,
    deliveries: { delivered: () => {}, foreign: () => {}, announced: () => {} },
    events: { joined: () => {}, refused: (reason) => events.push(reason), reply: () => {} },
  })
  return { client }
}

const QUICK = { startMs: 0, joinQuietMs: 60, roundQuietMs: 60, stallMs: 1000 }

/** The whole bench with 40 clients on a relay of this process. @param chatroomPort another one than the relay's own */
async function runSmall(t: TestContext, all: AllDialects, chatroomPort?: number): Promise<ScaleResult> {
  const ports = SCALE_DIALECTS.map(({ name }) =>
    name === 'chatroom' && chatroomPort !== undefined ? chatroomPort : all.portOf(name),
  )
  const host = '127.0.0.1'
  const server = attachedServer({ label: 'relay', host, ports, pid: process.pid, metricsUrl: null })
  const generators = new Generators(2)
  t.after(() => generators.end())
  const options = { joining: 10, payloadBytes: 64, idleSeconds: 0.05, waits: QUICK }
  return await runScale(
    { clients: 40, host, ports: [ports] },
    new Nodes([server], null),
    generators,
    options,
    () => {},
  )
}

test('a relay that does what it must is found to, in all five dialects', async (t) => {
  const all = await startAllDialects()
  t.after(() => all.relay.stop())
  const { faults, rounds, inRoom } = await runSmall(t, all)
  assert.deepEqual(faults, [])
  assert.equal(inRoom, 32)
  assert.deepEqual(
    rounds.map(({ dialect, counts }) => `${dialect} ${counts.once}`),
    ['framed 31', 'chatroom 31', 'json-irc 31', 'chatmaster 31', 'sendto 7'],
  )
})

test('one that loses a message to one client and doubles it to another is found to', async (t) => {
  const all = await startAllDialects()
  t.after(() => all.relay.stop())
  const liar = await lyingProxy(all.portOf('chatroom'))
  t.after(() => liar.close())
  const { faults } = await runSmall(t, all, (liar.address() as { port: number }).port)
  assert.ok(faults.includes('framed: 29 of 31 got it exactly once'), faults.join('; '))
  assert.ok(faults.includes('framed: 1 did not get it'), faults.join('; '))
  assert.ok(faults.includes('framed: 1 got it more than once'), faults.join('; '))
})

/** Passes everything on, but for what is said to the room: its third client does not get that, its fourth twice. */
async function lyingProxy(port: number): Promise<NetServer> {
  let connections = 0
  const proxy = createServer((client) => {
    const number = ++connections
    const relay = openSocket(port, '127.0.0.1')
    client.pipe(relay)
    let rest = ''
    relay.on('data', (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const times = !line.startsWith('SEND ') || number < 3 || number > 4 ? 1 : number === 3 ? 0 : 2
        client.write(`${line}\n`.repeat(times), 'latin1')
      }
    })
    for (const socket of [client, relay]) socket.on('error', () => {})
    client.on('close', () => relay.destroy())
    relay.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return proxy
}
