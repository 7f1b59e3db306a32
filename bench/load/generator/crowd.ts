/** Brings many clients in, a bounded number at a time, from several source addresses; knows who is in. */

import type { Histogram } from 'hdr-histogram-js'
import { monotonicUs } from '../clock.js'
import type { JoinRequest, SlowClient } from '../requests.js'
import type { Target } from '../targets/target.js'
import type { Topology } from '../topology.js'
import { LoadClient, type LoadClientSetup } from './load-client.js'
import type { Tally } from './tally.js'
import { UNHEARD } from './unheard.js'

const JOIN_DEADLINE_MS = 240_000

export interface CrowdSetup {
  plan: JoinRequest
  topology: Topology
  target: Target
  tally: Tally
  joinTimes: Histogram
  chunkRead: () => void
  /** Nobody is left of those who came in and read as fast as they can. */
  deserted: (why: string) => void
}

export class Crowd {
  readonly clients: LoadClient[] = []
  /** How many are in. */
  joined = 0
  /** Of them, those who read as fast as they can. */
  #readers = 0
  readonly #setup: CrowdSetup

  constructor(setup: CrowdSetup) {
    this.#setup = setup
  }

  /** Resolves when every client has joined or failed, or the deadline is there; `failures` says who is not in. */
  join(): Promise<void> {
    const { plan, joinTimes } = this.#setup
    return new Promise((resolve) => {
      let settledCount = 0
      const timer = setTimeout(resolve, JOIN_DEADLINE_MS)

      // Those who start together wanted to be there at the same moment, however long it takes to begin them all.
      const joinNext = (wantedUs: number): void => {
        const client = new LoadClient(
          this.#clientSetup(this.clients.length),
          () => onSettled(client, wantedUs),
          () => this.#gone(client),
        )
        this.clients.push(client)
      }

      const onSettled = (client: LoadClient, wantedUs: number): void => {
        settledCount++
        if (client.isJoined) {
          this.joined++
          this.#readers++
          joinTimes.recordValue(Math.max(1, Math.round(monotonicUs() - wantedUs)))
        }
        if (this.clients.length < plan.clients) joinNext(monotonicUs())
        else if (settledCount === plan.clients) finish()
      }

      const finish = (): void => {
        clearTimeout(timer)
        resolve()
      }

      const beganUs = monotonicUs()
      for (let begun = 0; begun < Math.min(plan.joining, plan.clients); begun++) joinNext(beganUs)
      if (plan.clients === 0) finish()
    })
  }

  /** Who reads slowly may be cut off, and does not see it. */
  #gone(lost: LoadClient): void {
    this.joined--
    if (!lost.isSlow && --this.#readers === 0) this.#setup.deserted(lost.failure ?? '')
  }

  /** Those who are to read slowly begin to. @returns where they are, so that their end can be seen */
  slowDown(): SlowClient[] {
    const { topology, plan } = this.#setup
    return this.clients.flatMap((client, receiver) => {
      const pace = topology.paceOf(plan.first + receiver)
      const { ends } = client
      if (pace === 'healthy' || ends === null) return []
      if (client.isJoined) this.#readers--
      if (pace === 'stopped') client.stopReading()
      else client.trickle()
      return [{ pace, ...ends }]
    })
  }

  /** How many are not there, by reason. Those who read slowly may be cut off: that is not a failure. */
  failures(): Record<string, number> {
    const failures: Record<string, number> = {}
    for (const client of this.clients) {
      const failure = client.failure ?? (client.isJoined ? null : 'did not come in before the deadline')
      if (failure !== null && !client.isSlow) failures[failure] = (failures[failure] ?? 0) + 1
    }
    return failures
  }

  destroy(): void {
    for (const client of this.clients) client.destroy()
  }

  #clientSetup(receiver: number): LoadClientSetup {
    const { plan, topology, target, tally, chunkRead } = this.#setup
    const number = plan.first + receiver
    const pace = topology.paceOf(number)
    return {
      ...placeOf(plan, target, topology, number),
      name: nameOf(number),
      receiver,
      sink: pace === 'healthy' ? tally : UNHEARD,
      chunkRead,
      ...(pace === 'trickling' ? { trickleBytesPerSecond: plan.trickleBytesPerSecond } : {}),
    }
  }
}

export function nameOf(client: number): string {
  return `c${client}`
}

export function roomNameOf(room: number): string {
  return `room${room}`
}

/** Where client `number` connects to, and from: the same for those who stay and those who come and go. */
export function placeOf(plan: JoinRequest, target: Target, topology: Topology, number: number) {
  const room = topology.roomOf(number)
  const { mixture } = target
  const listener = mixture === undefined ? room : number
  const listeners = plan.ports.length / plan.nodes
  const node = Math.floor(number / (mixture?.length ?? 1)) % plan.nodes
  return {
    target: mixture === undefined ? target : (mixture[number % mixture.length] as Target),
    host: plan.host,
    port: plan.ports[node * listeners + (listener % listeners)] as number,
    sourceAddress: plan.sourceAddresses[number % plan.sourceAddresses.length],
    room: target.rooms === 'setup' ? roomNameOf(room) : undefined,
    payloadBytes: plan.payloadBytes,
  }
}
