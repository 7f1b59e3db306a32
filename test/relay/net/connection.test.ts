/** One connection between a transport and a speaker of the test's own: turns, pauses, deadlines, and the bytes in between. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RateLimits } from '../../../src/relay/addresses/rate-limits.js'
import type { Client, Speaker } from '../../../src/relay/dialects/dialect.js'
import { ChunkPool } from '../../../src/relay/fanout/chunk.js'
import { Flusher } from '../../../src/relay/fanout/flusher.js'
import { PAUSE } from '../../../src/relay/fanout/pauses.js'
import { Pressure } from '../../../src/relay/fanout/pressure.js'
import { CLOSE_REASONS } from '../../../src/relay/hub/close-reason.js'
import { Admission } from '../../../src/relay/net/admission.js'
import { Allowances } from '../../../src/relay/net/allowances.js'
import { Bans } from '../../../src/relay/net/bans.js'
import { Connection } from '../../../src/relay/net/connection.js'
import type { ConnectionContext } from '../../../src/relay/net/connection-context.js'
import { Deadlines } from '../../../src/relay/net/deadlines.js'
import { HandlePorts } from '../../../src/relay/net/handle-ports.js'
import { Strangers } from '../../../src/relay/net/strangers.js'
import type { Transport, TransportEvents } from '../../../src/relay/net/transport.js'
import { TurnBudget } from '../../../src/relay/net/turn-budget.js'

class FakeTransport implements Transport {
  readonly remoteAddress = '127.0.0.1'
  readonly remotePort = 1
  readonly takenBytes = 0
  readonly partialFrame = 0
  readonly heldBytes = 0
  readonly kernelKey = ''
  readonly openDescriptor = null
  readonly certificateName = null
  readonly presentedSecret = null
  readonly port = null
  events: TransportEvents | null = null
  paused = false
  readonly calls: string[] = []

  open(events: TransportEvents): void {
    this.events = events
  }

  write(): boolean {
    return true
  }

  writeRest(): boolean {
    return true
  }

  lastWords(): null {
    return null
  }

  writeMany(): boolean {
    return true
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  end(): void {
    this.calls.push('end')
  }

  destroy(): void {
    this.calls.push('destroy')
  }

  reset(): void {
    this.calls.push('reset')
  }
}

/** Takes one byte a request, and what it is told to do then. */
class FakeSpeaker implements Speaker {
  partialFrame = 0
  heldBytes = 0
  heard = ''
  readonly #client: Client
  readonly #then: (byte: string) => void

  constructor(client: Client, then: (byte: string) => void) {
    this.#client = client
    this.#then = then
  }

  feed(bytes: Buffer, start: number, end: number): number {
    for (let at = start; at < end; at++) {
      const byte = String.fromCharCode(bytes[at] as number)
      this.heard += byte
      this.#then(byte)
      if (!this.#client.requestDone()) return at + 1
    }
    return end
  }

  farewell(): void {}

  closed(): void {}
}

function connected(then: (byte: string, connection: Connection, speaker: FakeSpeaker) => void = () => {}) {
  let nowMs = 0
  const now = () => nowMs
  const pool = new ChunkPool()
  const limits = {
    softLimitBytes: 1000,
    hardLimitBytes: 2000,
    graceMs: 1000,
    minDrainBytesPerSecond: 1000,
    retainedLimitBytes: 1e9,
  }
  const pressure = new Pressure(limits, pool, now, null)
  const expired: string[] = []
  const deadlines = (word: string) =>
    new Deadlines<Connection>({ durationMs: 10_000, now, expired: () => expired.push(word) })
  const kinds = {
    login: deadlines('login'),
    frame: deadlines('frame'),
    linger: deadlines('linger'),
    refusal: deadlines('refusal'),
  }
  let speaker: FakeSpeaker | null = null
  const all = new Set<Connection>()
  const closes: string[] = []
  const allowances = new Allowances(now)
  const context: ConnectionContext<Connection> = {
    dialect: 'spoken',
    needsLogin: true,
    speak: (client) => {
      speaker = new FakeSpeaker(client, (byte) => then(byte, client as Connection, speaker as FakeSpeaker))
      return speaker
    },
    outboxes: {
      flusher: new Flusher(),
      pool,
      pressure,
      createPorts: () => new HandlePorts(),
      encodingFailed: assert.fail,
      slowTarget: null,
    },
    slowPolicy: 'cut',
    deadlines: kinds,
    strangers: new Strangers(() => 100),
    turn: new TurnBudget(now),
    access: { isOn: false, applicant: assert.fail },
    history: null,
    input: { bytes: 0, limitBytes: 1000 },
    stats: { opened: 0, closed: 0, bytesIn: 0, bytesOut: 0 },
    transport: { open: 0 },
    observer: {
      connected() {},
      nameRequested() {},
      closed: (_connection, reason) => closes.push(reason.label),
      faulted: assert.fail,
      refused: assert.fail,
    },
    admission: new Admission({
      rules: {
        deny: null,
        allow: null,
        perAddress: null,
        addressRate: null,
        rate: null,
        maxConnections: 100,
        refusedNames: new RateLimits({ perSecond: 1, burst: 3 }, now),
        nameless: new RateLimits({ perSecond: 1, burst: 1000 }, now),
      },
      bans: new Bans({ now }),
      connections: all,
    }),
    allowances,
    otherNodes: null,
    all,
  }
  const transport = new FakeTransport()
  const connection = new Connection(context, transport)
  const read = (text: string) => {
    const bytes = Buffer.from(text)
    transport.events?.received(bytes, bytes.length)
    // What was read is written over by the next read.
    bytes.fill(0x21)
  }
  const isSet = (kind: keyof typeof kinds) => {
    expired.length = 0
    kinds[kind].endOldest()
    return expired.length > 0
  }
  return {
    connection,
    transport,
    context,
    closes,
    pauses: pressure.stats.pauses,
    get speaker() {
      return speaker as unknown as FakeSpeaker
    },
    read,
    isSet,
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}

const deferred = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

test('what was read and not decoded is kept, though the memory that it was read into is used again', async () => {
  const world = connected((byte, connection) => {
    if (byte === 'p') connection.pause(PAUSE.room)
  })
  world.read('abpcd')
  assert.equal(world.speaker.heard, 'abp')
  assert.ok(world.transport.paused)
  world.connection.resume(PAUSE.room)
  await deferred()
  assert.equal(world.speaker.heard, 'abpcd')
  assert.ok(!world.transport.paused)
})

test('a read of 64 KiB ends the turn, a smaller one does not', async () => {
  const world = connected()
  world.read('a'.repeat(1000))
  assert.ok(!world.transport.paused)
  world.read('a'.repeat(64 * 1024))
  assert.ok(world.transport.paused)
  await deferred()
  for (let turn = 0; turn < 70; turn++) await deferred()
  assert.ok(!world.transport.paused)
  assert.equal(world.speaker.heard.length, 1000 + 64 * 1024)
})

test('the time of a turn ends it, whatever few requests it was', async () => {
  const world = connected((byte) => {
    if (byte === 's') world.pass(5)
  })
  world.read('absab')
  assert.equal(world.speaker.heard, 'abs')
  await deferred()
  assert.equal(world.speaker.heard, 'absab')
})

test('what is decoded later was read when it was read, however often it had to wait', async () => {
  const readMs: number[] = []
  const world = connected((byte, connection) => {
    readMs.push(world.context.turn.readMs)
    if (byte === 'p') connection.pause(PAUSE.room)
  })
  world.pass(10)
  world.read('pbpc')
  for (let pause = 0; pause < 2; pause++) {
    world.pass(100)
    world.connection.resume(PAUSE.room)
    await deferred()
  }
  world.read('d')
  assert.deepEqual(readMs, [10, 10, 10, 10, 210])
})

test('a pause ends with the connection: its clock does not go on', () => {
  const world = connected((_byte, connection) => connection.pause(PAUSE.room))
  world.read('a')
  assert.equal(world.pauses.room.active, 1)
  world.transport.events?.failed('ECONNRESET')
  assert.equal(world.pauses.room.active, 0)
  world.connection.pause(PAUSE.direct)
  assert.equal(world.pauses.direct.active, 0, 'nor does another begin')
})

test('F15 time in which the relay does not read is not the client’s: a pause clears the frame deadline', async () => {
  const world = connected((byte, connection, speaker) => {
    speaker.partialFrame = 1
    if (byte === 'p') connection.pause(PAUSE.room)
  })
  world.read('a')
  assert.ok(world.isSet('frame'))
  const other = connected((byte, connection, speaker) => {
    speaker.partialFrame = 1
    if (byte === 'p') connection.pause(PAUSE.room)
  })
  other.read('a')
  other.read('p')
  assert.ok(!other.isSet('frame'))
  other.connection.resume(PAUSE.room)
  await deferred()
  assert.ok(other.isSet('frame'), 'and reading on sets it anew')
})

test('F15 a turn that frames of a transport, or its full reads, have ended does not move the frame deadline', async () => {
  const spend: ((connection: Connection) => void)[] = [
    (connection) => connection.looked(64 * 1024),
    (connection) => {
      for (let frame = 0; frame < 1024; frame++) connection.worked()
    },
  ]
  for (const spendTurn of spend) {
    const world = connected((_byte, _connection, speaker) => {
      speaker.partialFrame = 1
    })
    world.read('a')
    spendTurn(world.connection)
    assert.ok(world.transport.paused)
    assert.ok(world.isSet('frame'))
    await deferred()
    assert.ok(!world.transport.paused)
  }
  const little = connected()
  little.connection.looked(1000)
  assert.ok(!little.transport.paused)
})

for (const cause of ['decoding', 'access', 'cluster', 'history'] as const) {
  test(`what was asked before the end is answered after it, when it takes a while: ${cause}`, async () => {
    const { connection, transport, closes, read } = connected((_byte, connection) =>
      connection.pause(PAUSE[cause]),
    )
    read('a')
    // A socket says so even while it is paused.
    transport.events?.ended()
    assert.deepEqual(closes, [])
    connection.resume(PAUSE[cause])
    await deferred()
    assert.deepEqual(closes, ['ended'])
  })
}

test('whoever is closed has a time to end their side, which their end clears', () => {
  const world = connected()
  world.connection.close(CLOSE_REASONS.left)
  assert.deepEqual(world.transport.calls, ['end'])
  world.transport.events?.ended()
  assert.deepEqual(world.transport.calls, ['end', 'destroy'])
  assert.ok(!world.isSet('linger'))
  const silent = connected()
  silent.connection.close(CLOSE_REASONS.left)
  assert.ok(silent.isSet('linger'))
})

test('what is held of requests that are not complete is counted, let go at the end, and bounded for all together', async () => {
  const world = connected((_byte, _connection, speaker) => {
    speaker.heldBytes += 600
    speaker.partialFrame = 1
  })
  world.read('a')
  assert.equal(world.context.input.bytes, 600)
  world.read('b')
  assert.equal(world.context.input.bytes, 1200)
  await deferred()
  assert.ok(!world.isSet('frame'), 'what was begun first has had its time')
  world.transport.events?.failed('ECONNRESET')
  assert.equal(world.context.input.bytes, 0)
})

test('a peer that the kernel has asked in vain has vanished; any other that breaks off is a reset', () => {
  for (const [code, label] of [
    ['ETIMEDOUT', 'vanished'],
    ['ECONNRESET', 'reset'],
  ] as const) {
    const world = connected()
    world.transport.events?.failed(code)
    assert.deepEqual(world.closes, [label])
  }
})

test('an address that was refused too many names is sent away, on whichever connection', async () => {
  const world = connected((byte, connection) => connection.nameRequested(byte, 'taken'))
  world.read('abc')
  await deferred()
  assert.deepEqual(world.closes, [])
  world.read('d')
  await deferred()
  assert.deepEqual(world.closes, ['refused'])
})

test('a request too many is carried out, and the rest of what was read is kept until there is more to spend', async (t) => {
  const world = connected()
  t.after(() => world.context.allowances.stop())
  world.context.allowances.use({ connection: { perSecond: 10, burst: 3 }, address: null, floodMs: 1000 })
  world.read('abcdef')
  assert.equal(world.speaker.heard, 'abcd')
  assert.equal(world.pauses.allowance.active, 1)
  assert.ok(world.transport.paused)
  world.context.allowances.use({ connection: null, address: null, floodMs: 1000 })
  await deferred()
  assert.equal(world.speaker.heard, 'abcdef')
  assert.ok(!world.transport.paused)
})
