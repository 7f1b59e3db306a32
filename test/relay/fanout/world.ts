/**
 * Rooms, recipients and a kernel that can be full, around the real fan-out; and next to it a list for each
 * recipient of what it must be sent, made without batches, lanes or memory of any kind.
 */

import assert from 'node:assert/strict'
import type { Batch } from '../../../src/relay/fanout/batch.js'
import { ChunkPool, ownSlice } from '../../../src/relay/fanout/chunk.js'
import type { Encoding } from '../../../src/relay/fanout/encoding.js'
import { Flusher } from '../../../src/relay/fanout/flusher.js'
import { Outbox, type OutboxContext } from '../../../src/relay/fanout/outbox.js'
import type { PauseCause, Source } from '../../../src/relay/fanout/pauses.js'
import type { Port, Ports } from '../../../src/relay/fanout/ports.js'
import { Pressure, type PressureLimits } from '../../../src/relay/fanout/pressure.js'
import { Recipient } from '../../../src/relay/fanout/recipient.js'
import { RoomFanout } from '../../../src/relay/fanout/room-fanout.js'
import type { Sink, SlowPolicy } from '../../../src/relay/fanout/sink.js'
import type { PrivateEvent, RoomEvent } from '../../../src/relay/hub/events.js'

/** A kernel that takes everything, or nothing while it is `full`. */
export class FakeSink implements Sink {
  full = false
  writes = 0
  cutOffs = 0
  evictions = 0
  presenceDeliveries = 0
  gone = false
  readonly kernelKey: string = ''
  readonly traffic = { bytesOut: 0 }
  readonly pauses = new Set<PauseCause>()
  /** The very buffers of the last write. */
  lastPieces: readonly Buffer[] = []
  outbox: Outbox | null = null
  readonly #taken: Buffer[] = []
  #outstanding: { piece: Buffer; copy: Buffer }[] | null = null

  write(bytes: Buffer): boolean {
    return this.writeMany([bytes])
  }

  writeRest(bytes: Buffer, rest: number): boolean {
    return this.write(bytes.subarray(bytes.length - rest))
  }

  writeMany(pieces: Buffer[]): boolean {
    assert.equal(this.#outstanding, null, 'no write comes before the last one was taken')
    assert.ok(pieces.length > 0)
    assert.ok(
      pieces.every((piece) => piece.length > 0),
      'no write is empty',
    )
    this.writes++
    this.lastPieces = pieces
    const copies = pieces.map((piece) => ({ piece, copy: Buffer.from(piece) }))
    if (this.full) {
      this.#outstanding = copies
      return false
    }
    for (const { copy } of copies) this.#taken.push(copy)
    return true
  }

  get port(): this {
    return this
  }

  /** @returns how many bytes were not taken: with `full` a part of them, as a kernel does */
  writeDirectly(bytes: Buffer): number {
    assert.equal(this.#outstanding, null, 'nobody is passed who waits for a write')
    assert.equal(this.outbox?.queuedBytes, 0, 'nobody is passed who has something queued')
    const taken = this.full ? bytes.length >> 1 : bytes.length
    // What is left is written by the sink: together they are one write of a turn's share.
    if (taken === bytes.length) this.writes++
    this.lastPieces = [bytes]
    if (taken > 0) this.#taken.push(Buffer.from(bytes.subarray(0, taken)))
    return bytes.length - taken
  }

  get takenBytes(): number {
    return this.#taken.reduce((total, piece) => total + piece.length, 0)
  }

  tooSlow(): void {
    this.cutOffs++
  }

  evict(): void {
    this.evictions++
    this.gone = true
    this.outbox?.close()
  }

  spend(deliveries: number): void {
    this.presenceDeliveries += deliveries
  }

  pause(cause: PauseCause): void {
    this.pauses.add(cause)
  }

  resume(cause: PauseCause): void {
    this.pauses.delete(cause)
  }

  get stalled(): boolean {
    return this.#outstanding !== null
  }

  get outstandingBytes(): number {
    return this.#outstanding?.reduce((total, { copy }) => total + copy.length, 0) ?? 0
  }

  /** The kernel reads what it refused only now: it must be what it was. */
  take(): void {
    const outstanding = this.#outstanding
    if (outstanding === null) return
    for (const { piece, copy } of outstanding) {
      assert.ok(copy.equals(piece), 'bytes changed while a write was outstanding')
      this.#taken.push(copy)
    }
    this.#outstanding = null
    this.outbox?.written()
  }

  received(): string {
    return Buffer.concat(this.#taken).toString('latin1')
  }
}

/** Writes directly to fake kernels. Those who were set and are no longer are not touched. */
export class FakePorts implements Ports {
  refused: number[] = []
  readonly #sinks: (FakeSink | null)[] = []

  set(place: number, port: Port | null): void {
    this.#sinks[place] = port as FakeSink | null
  }

  send(bytes: Buffer, places: number): number {
    this.refused = []
    for (const [place, sink] of this.#sinks.entries()) {
      if (sink === null || sink === undefined) continue
      assert.ok(place < places, 'nobody stands behind the last member')
      const rest = sink.writeDirectly(bytes)
      if (rest > 0) this.refused.push(place, rest)
    }
    return this.refused.length / 2
  }
}

/** Lines such as `brief|Bob|3|xxxx`, and how often it was asked. */
export class FakeEncoding implements Encoding {
  readonly name: string
  encodes = 0

  constructor(name: string) {
    this.name = name
  }

  encode(event: RoomEvent, batch: Batch): void {
    this.encodes++
    const line = this.line(event)
    if (line === '') return
    const bytes = Buffer.from(line, 'latin1')
    batch.reserve(bytes.length).set(bytes, batch.end)
    batch.commit(bytes.length)
  }

  encodePrivate(event: PrivateEvent): Buffer | null {
    return event.kind === 'direct' ? Buffer.from(this.#line(event.name, event.text), 'latin1') : null
  }

  encodeMissed(events: number): Buffer {
    return Buffer.from(`missed ${events}\n`)
  }

  tellsActor(event: RoomEvent): boolean {
    return event.kind === 'joined'
  }

  /** This encoding has no form for somebody leaving. */
  line(event: RoomEvent): string {
    if (event.kind === 'left' || event.kind === 'crowd') return ''
    return this.#line(event.name, event.kind === 'message' ? event.text : 'joined')
  }

  #line(name: string, text: string): string {
    return `${this.name}|${name}|${text}\n`
  }
}

export class Person {
  readonly name: string
  readonly sink = new FakeSink()
  readonly recipient: Recipient
  readonly encoding: FakeEncoding

  constructor(world: World, name: string, encoding: FakeEncoding, policy: SlowPolicy) {
    this.name = name
    this.encoding = encoding
    this.recipient = new Recipient(encoding, new Outbox(this.sink, world.outboxes, policy))
    this.recipient.outbox.named = true
    this.sink.outbox = this.recipient.outbox
  }

  /** Bytes for this one alone. */
  send(text: string): void {
    this.recipient.send(ownSlice(Buffer.from(text, 'latin1')))
  }

  receive(from: Person, text: string): void {
    const event = {
      kind: 'direct',
      at: 0,
      id: '',
      dialect: '',
      name: from.name,
      to: this.name,
      text,
      saidAt: null,
    } as const
    this.recipient.receive(event, from.recipient)
  }

  received(): string {
    return this.sink.received()
  }
}

/** Limits that nothing reaches. */
const NO_LIMITS: PressureLimits = {
  softLimitBytes: 2 ** 40,
  hardLimitBytes: 2 ** 40,
  graceMs: 10_000,
  minDrainBytesPerSecond: 1000,
  retainedLimitBytes: 2 ** 40,
}

export class World {
  readonly flusher = new Flusher()
  readonly pool = new ChunkPool()
  readonly pressure: Pressure
  readonly outboxes: OutboxContext
  /** The time that drain clocks see; `wait` passes it. */
  nowMs = 0
  readonly encodingFailures: { error: unknown; source: Source | null }[] = []

  constructor(limits: Partial<PressureLimits> = {}) {
    this.pressure = new Pressure({ ...NO_LIMITS, ...limits }, this.pool, () => this.nowMs, null)
    this.outboxes = {
      flusher: this.flusher,
      pool: this.pool,
      pressure: this.pressure,
      createPorts: () => new FakePorts(),
      encodingFailed: (error, source) => this.encodingFailures.push({ error, source }),
      slowTarget: null,
    }
  }

  /** Time passes, and everybody slow is looked at. */
  wait(ms: number): void {
    this.nowMs += ms
    this.pressure.tick()
  }

  room(...people: Person[]): RoomFanout {
    const room = new RoomFanout(this.outboxes)
    for (const person of people) room.add(person.recipient)
    return room
  }

  person(name: string, encoding: FakeEncoding, policy: SlowPolicy = 'cut'): Person {
    return new Person(this, name, encoding, policy)
  }

  /** Everything that can be sent is sent, and no memory is held. */
  assertDrained(...people: Person[]): void {
    this.flusher.flush()
    for (const { name, recipient, sink } of people) {
      assert.equal(sink.stalled, false)
      assert.equal(recipient.outbox.queuedBytes, 0, `${name} has nothing queued`)
    }
    assert.equal(this.pool.retainedBytes, 0)
  }
}

export function message(from: Person, text: string): RoomEvent {
  return { kind: 'message', at: 0, id: '', dialect: '', room: '', name: from.name, text, saidAt: null }
}

export function joined(who: Person): RoomEvent {
  return { kind: 'joined', at: 0, dialect: '', room: '', name: who.name }
}

export function left(who: Person): RoomEvent {
  return { kind: 'left', at: 0, dialect: '', room: '', name: who.name, reason: 'left' }
}

/** Amy and Bob share an encoding, Cyd has another. */
export function threePeople() {
  const world = new World()
  const plain = new FakeEncoding('plain')
  const fancy = new FakeEncoding('fancy')
  const amy = world.person('Amy', plain)
  const bob = world.person('Bob', plain)
  const cyd = world.person('Cyd', fancy)
  return { world, plain, fancy, amy, bob, cyd }
}
