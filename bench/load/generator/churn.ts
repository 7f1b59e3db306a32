/**
 * Clients that come at a rate, stay a while and go, next to those who are always there. An open loop: when one
 * is due it comes, however long the ones before it take to get in.
 */

import type { Histogram } from 'hdr-histogram-js'
import { monotonicUs } from '../clock.js'
import type { ChurnCounts, ChurnPlan, JoinRequest } from '../requests.js'
import type { Target } from '../targets/target.js'
import type { Topology } from '../topology.js'
import { placeOf } from './crowd.js'
import { LoadClient } from './load-client.js'
import { seededRandom } from './seeded-random.js'
import { UNHEARD } from './unheard.js'

/** More than this on their way in at once, and the rest waits: or a stuck server would take all descriptors. */
const MAX_ON_THEIR_WAY = 2000

export interface ChurnSetup {
  churn: ChurnPlan
  plan: JoinRequest
  topology: Topology
  target: Target
  joinTimes: Histogram
}

export class Churn {
  readonly counts: ChurnCounts = { joined: 0, left: 0, failures: {} }
  readonly #setup: ChurnSetup
  readonly #random: () => number
  readonly #meanGapUs: number
  readonly #visitors = new Set<LoadClient>()
  #onTheirWay = 0
  #nextUs = monotonicUs()
  #serial = 0
  #timer: NodeJS.Timeout | undefined

  constructor(setup: ChurnSetup) {
    const { churn, plan } = setup
    this.#setup = setup
    // Every process brings its share; arrivals at random of several processes are arrivals at random.
    this.#random = seededRandom(churn.seed + plan.first)
    this.#meanGapUs = (1e6 * plan.topology.clients) / (churn.perSecond * Math.max(1, plan.clients))
    this.#turn()
  }

  /** Nobody comes any more, and who is there goes. */
  stop(): ChurnCounts {
    clearTimeout(this.#timer)
    for (const visitor of this.#visitors) {
      if (visitor.isJoined) this.counts.left++
      visitor.destroy()
    }
    this.#visitors.clear()
    return this.counts
  }

  readonly #turn = (): void => {
    const nowUs = monotonicUs()
    while (this.#nextUs <= nowUs && this.#onTheirWay < MAX_ON_THEIR_WAY) {
      this.#comes(this.#nextUs)
      this.#nextUs += -Math.log(1 - this.#random()) * this.#meanGapUs
    }
    this.#timer = setTimeout(this.#turn, Math.max(1, (this.#nextUs - nowUs) / 1000))
  }

  #comes(wantedUs: number): void {
    const { plan, target, topology, joinTimes, churn } = this.#setup
    const serial = this.#serial++
    const number = plan.first + (serial % plan.clients)
    this.#onTheirWay++
    const visitor = new LoadClient(
      {
        ...placeOf(plan, target, topology, number),
        name: `v${plan.first}x${serial}`,
        receiver: 0,
        sink: UNHEARD,
        chunkRead: () => {},
      },
      () => {
        this.#onTheirWay--
        if (!visitor.isJoined) {
          this.#failed(visitor)
          return
        }
        this.counts.joined++
        joinTimes.recordValue(Math.max(1, Math.round(monotonicUs() - wantedUs)))
        setTimeout(() => this.#goes(visitor), churn.staySeconds * 1000).unref()
      },
      () => this.#failed(visitor),
    )
    this.#visitors.add(visitor)
  }

  #goes(visitor: LoadClient): void {
    if (!this.#visitors.delete(visitor) || !visitor.isJoined) return
    this.counts.left++
    visitor.destroy()
  }

  #failed(visitor: LoadClient): void {
    if (!this.#visitors.delete(visitor)) return
    const { failures } = this.counts
    const reason = visitor.failure ?? 'unknown'
    failures[reason] = (failures[reason] ?? 0) + 1
  }
}
