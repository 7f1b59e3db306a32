/**
 * A whole relay but for its listeners: the hub, the fan-out, connections and speakers as they are, over transports in memory. One
 * of each dialect is there all the time and is sent only what its page defines; whoever visits leaves nothing behind.
 */

import { Access } from '../../../src/relay/access/access.js'
import { Assembly } from '../../../src/relay/assembly.js'
import { SingleNode } from '../../../src/relay/backplane/single.js'
import type { ListenerSpec } from '../../../src/relay/config/listener-url.js'
import { loadConfig } from '../../../src/relay/config/load.js'
import type { Dialect } from '../../../src/relay/dialects/dialect.js'
import { admit } from '../../../src/relay/net/admit.js'
import type { Connection } from '../../../src/relay/net/connection.js'
import type { ConnectionContext } from '../../../src/relay/net/connection-context.js'
import type { Transport } from '../../../src/relay/net/transport.js'
import { type FuzzedDialect, WITNESSES } from './fuzzed-dialect.js'
import { MemoryTransport } from './memory-transport.js'
import { WatchedRecords } from './watched-records.js'

/** So many turns are plenty for whatever has to come to rest in turns. */
const MOST_TURNS = 2000
/** What takes time, such as inflating, takes no more than this. */
const MOST_WAIT_MS = 10_000

interface Witness {
  readonly dialect: FuzzedDialect
  readonly transport: MemoryTransport
  readonly entered: Buffer
}

export class FuzzRelay {
  readonly parts: Assembly
  readonly #records: WatchedRecords
  readonly #contexts: readonly ConnectionContext<Connection>[]
  readonly #witnesses = new Map<string, Witness>()
  #visits = 0

  private constructor(
    parts: Assembly,
    records: WatchedRecords,
    contexts: readonly ConnectionContext<Connection>[],
  ) {
    this.parts = parts
    this.#records = records
    this.#contexts = contexts
  }

  /**
   * @param urls of the listeners that are visited
   * @param all the dialects, one witness each
   * @param visitors what they are counted as
   */
  static async start(
    urls: readonly string[],
    all: readonly FuzzedDialect[],
    visitors: 'tcp' | 'ws' = 'tcp',
  ): Promise<FuzzRelay> {
    const listen = [...all.map(({ name }) => `${name}://127.0.0.1:0`), ...urls]
    const config = loadConfig({ environment: {}, flags: { listen, ops: 'off', logDir: 'off' } })
    const access = await Access.open({ config, now: () => performance.now(), failed: () => {} })
    const records = new WatchedRecords()
    const options = {
      useHandles: false,
      hooks: undefined,
      reservedNames: undefined,
      access,
      history: null,
      backplane: new SingleNode(),
    }
    const parts = new Assembly(config, options, records)
    const contextOf = (spec: ListenerSpec, kind: 'tcp' | 'ws') =>
      parts.contextOf(spec.dialect as Dialect, spec, kind)
    const visited = config.listen.slice(all.length).map((spec) => contextOf(spec, visitors))
    const relay = new FuzzRelay(parts, records, visited)
    for (const [index, dialect] of all.entries()) {
      relay.#enter(dialect, contextOf(config.listen[index] as ListenerSpec, 'tcp'))
      await relay.rest()
    }
    relay.hear()
    return relay
  }

  /**
   * Somebody comes, from an address that nobody has come from.
   * @param over lays another transport over the one in memory
   */
  visit(
    listener: number,
    isNarrow: boolean,
    over: (inner: MemoryTransport) => Transport = (inner) => inner,
  ): MemoryTransport {
    const number = ++this.#visits
    const address = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
    const transport = new MemoryTransport(address, isNarrow)
    admit(over(transport), this.#contexts[listener] as ConnectionContext<Connection>)
    return transport
  }

  /** A witness says something, to everybody and to one. */
  async speak(by: keyof typeof WITNESSES, to: string, text: string): Promise<void> {
    const { dialect, transport } = this.#witnesses.get(by) as Witness
    const said = [dialect.say(text), dialect.direct(to, text)].filter((one) => one !== null)
    transport.deliver(Buffer.concat(said))
    await turn()
  }

  /** Everything is written that there is to write, to a visitor as well. @throws when that does not come about */
  async rest(visitor: MemoryTransport | null = null): Promise<void> {
    for (let turns = 0; turns < 3 || !this.#isAtRest; turns++) {
      if (turns > MOST_TURNS) throw new Error('it does not come to rest')
      visitor?.take()
      for (const { transport } of this.#witnesses.values()) transport.take()
      await turn()
    }
  }

  /** Waits until what was read so far is carried out. @returns whether it may be read on */
  async ready(transport: MemoryTransport): Promise<boolean> {
    const begun = performance.now()
    for (let turns = 0; transport.isPaused && transport.state === 'open'; turns++) {
      // That is a second each, and nothing comes of it.
      if (this.parts.pressure.stats.pauses.refusals.active > 0) return false
      if (turns > MOST_TURNS && performance.now() - begun > MOST_WAIT_MS) throw new Error('it never reads on')
      transport.take()
      for (const witness of this.#witnesses.values()) witness.transport.take()
      await turn()
    }
    return transport.state === 'open'
  }

  /** How much is held of what has begun and is not complete. */
  get heldBytes(): number {
    return this.parts.input.bytes
  }

  /** What the witnesses were sent since this was asked last, read strictly. @returns what the framed one was sent */
  hear(): Buffer {
    let heard: Buffer = Buffer.alloc(0)
    for (const { dialect, transport, entered } of this.#witnesses.values()) {
      const received = transport.received()
      if (received.length === 0) continue
      dialect.read(received, 0, entered)
      if (dialect.name === 'framed') heard = received
    }
    return heard
  }

  /**
   * Nobody is here but the witnesses, and there is nothing of anybody else.
   * @param transport of the one who has gone
   * @returns the reason with which they have
   * @throws whatever is wrong
   */
  left(transport: MemoryTransport): string {
    const { hub, connections, pool, pressure, gate } = this.parts
    const [fault] = this.#records.faults
    if (fault !== undefined) throw fault
    const wrongs = [...transport.wrongs]
    for (const { transport: other } of this.#witnesses.values()) {
      wrongs.push(...other.wrongs)
      if (other.state !== 'open') wrongs.push('a witness was sent away')
    }
    const witnesses = this.#witnesses.size
    const expect = (what: string, count: number, expected: number) => {
      if (count !== expected) wrongs.push(`${what}: ${count} where ${expected} is right`)
    }
    expect('connections', connections.size, witnesses)
    expect('sessions', hub.sessionCount, witnesses)
    expect('rooms', hub.rooms.size, 1)
    expect('members of the room', hub.defaultRoom.members.size, witnesses - 1)
    expect('held bytes', this.heldBytes, 0)
    expect('retained bytes', pool.retainedBytes, 0)
    expect('from that address', gate.admission.openFrom(transport.remoteAddress), 0)
    expect('closes', this.#records.closes.length, 1)
    for (const [cause, { active }] of Object.entries(pressure.stats.pauses))
      expect(`paused for ${cause}`, active, 0)
    if (wrongs.length > 0) throw new Error(wrongs.join('; '))
    return this.#records.closes.pop() as string
  }

  /** Whether somebody has that name, or holds it. */
  isTaken(name: string): boolean {
    return this.parts.hub.isTakenHere(name)
  }

  stop(): void {
    for (const { transport } of this.#witnesses.values()) transport.break()
    this.parts.stop()
  }

  get #isAtRest(): boolean {
    if (this.parts.pool.retainedBytes > 0) return false
    for (const { outbox } of this.parts.connections) if (outbox.queuedBytes > 0) return false
    return true
  }

  #enter(dialect: FuzzedDialect, context: ConnectionContext<Connection>): void {
    const transport = new MemoryTransport(`192.0.2.${this.#witnesses.size + 1}`, dialect.name === 'json-irc')
    admit(transport, context)
    const entered = dialect.enter(WITNESSES[dialect.name as keyof typeof WITNESSES])
    transport.deliver(entered)
    this.#witnesses.set(dialect.name, { dialect, transport, entered })
  }
}

/** One round of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
