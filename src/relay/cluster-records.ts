/** What is said of a cluster in the operational log, and told to rooms that have lost something. Owns that nothing is said over and over. */

import type { BackplaneState } from './backplane/backplane.js'
import type { ClusterObserver } from './backplane/cluster/observer.js'
import type { BusObserver } from './backplane/nats/nats-bus.js'
import type { DurableObserver } from './backplane/nats/nats-durable.js'
import type { RelayLog } from './observe/relay-log.js'
import { say } from './observe/say.js'

export class ClusterRecords implements BusObserver, ClusterObserver, DurableObserver {
  readonly #log: RelayLog
  #fault: (error: unknown) => void = () => {}
  #tell: (room: string, text: string) => void = () => {}
  /** What could not be done, since NATS was there the last time. */
  #failure = ''

  constructor(log: RelayLog) {
    this.#log = log
  }

  onFault(fault: (error: unknown) => void): void {
    this.#fault = fault
  }

  onLost(tell: (room: string, text: string) => void): void {
    this.#tell = tell
  }

  linkUp(server: string, isFirst: boolean): void {
    this.#failure = ''
    say(this.#log, 'nats.up', { server }, isFirst ? 'NATS is there' : 'NATS is there again')
  }

  linkDown(server: string, wasSlow: boolean): void {
    const reason = wasSlow ? 'slow' : 'lost'
    const words = wasSlow ? 'this node did not keep up with NATS, and has lost it' : 'NATS is gone'
    say(this.#log, 'nats.down', { server, reason }, words)
  }

  linkFailed({ message }: Error): void {
    if (message === this.#failure) return
    this.#failure = message
    say(this.#log, 'nats.failed', { error: message }, `NATS: ${message}`)
  }

  slow(lagMs: number): void {
    say(
      this.#log,
      'nats.slow',
      { lagMs },
      'what NATS sends waits for this node, or what this node sends for NATS',
    )
  }

  faulted(error: unknown): void {
    this.#fault(error)
  }

  stateChanged(state: BackplaneState): void {
    say(this.#log, 'cluster.state', { state }, `this node is ${state}`)
  }

  nodeCame(node: string): void {
    say(this.#log, 'cluster.node-came', { node }, `node ${node} is there`)
  }

  nodeGone(node: string): void {
    say(this.#log, 'cluster.node-gone', { node }, `node ${node} is gone`)
  }

  lost({ node, room, messages }: { node: string; room: string | null; messages: number }): void {
    const about = { node, messages, ...(room !== null && { room }) }
    const [number, what] = messages === 1 ? ['1 message', 'was'] : [`${messages} messages`, 'were']
    say(this.#log, 'cluster.lost', about, `${number} of node ${node} ${what} lost`)
    if (room !== null) this.#tell(room, `${number} from another node ${what} lost`)
  }

  recovered(batches: number, tornBytes: number): void {
    const words = `${batches} batches that NATS did not have before this node ended are published now`
    say(this.#log, 'durable.recovered', { batches, tornBytes }, words)
  }

  notKept(error: string): void {
    say(this.#log, 'durable.not-kept', { error }, 'NATS does not keep what is said')
  }

  keptAgain(): void {
    say(this.#log, 'durable.kept-again', {}, 'NATS keeps what is said again')
  }

  full(bytes: number): void {
    say(
      this.#log,
      'durable.full',
      { bytes },
      'so much waits for NATS that whoever says something has to wait',
    )
  }

  relieved(): void {
    say(this.#log, 'durable.relieved', {}, 'there is room again for what is said')
  }

  spoolFailed({ message: error }: Error): void {
    say(this.#log, 'durable.disk', { error }, 'what NATS does not have yet cannot be written to the disk')
  }

  unreadable(why: 'damaged' | 'version', words: string): void {
    say(
      this.#log,
      'cluster.unreadable',
      { reason: why, error: words },
      'another node has said something unreadable',
    )
  }

  fenced(): void {
    say(this.#log, 'cluster.fenced', {}, 'the others had declared this node dead: it begins anew')
  }

  nameLost(name: string): void {
    say(this.#log, 'cluster.name-lost', { name }, 'somebody of another node has the name')
  }
}
