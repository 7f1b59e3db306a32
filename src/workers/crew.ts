/**
 * The workers of one relay: keeps as many there as are wanted. Whoever crashes is replaced, at once and under the same number, and
 * nobody else hears of it; whoever hangs is ended, which is a crash like any other. Owns who there is; what they are asked is for others to ask.
 */

import type { Settings } from '../relay/config/settings.js'
import type { RelayLog } from '../relay/observe/relay-log.js'
import { say } from '../relay/observe/say.js'
import type { StartFailure } from './messages.js'
import { RestartPauses } from './restart-pauses.js'
import { errorOf, wordsOf } from './start-failure.js'
import { Watch } from './watch.js'
import { type LinkEvents, WorkerLink } from './worker-link.js'

export interface CrewOptions {
  readonly of: number
  readonly log: RelayLog & { passOn(line: string): void }
  /** What a worker that begins now runs with. */
  readonly settings: () => Settings
  /** How many connections a worker that begins now may have, where that is known. */
  readonly limitOf: (number: number) => number | null
  /** How long a worker may say nothing before it is ended. */
  readonly hungMs: () => number | 'off'
  /** One takes connections from now on, also one in place of another. */
  readonly opened: (link: WorkerLink) => void
  /** One has ended that nobody had told to. */
  readonly lost: (link: WorkerLink) => void
}

export class Crew {
  /** Crashes since the start. */
  restarts = 0
  readonly #options: CrewOptions
  readonly #links = new Map<number, WorkerLink>()
  readonly #pauses = new Map<number, RestartPauses>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #watch: Watch<WorkerLink>
  #ending = false
  /** Hears how the first of each number comes out. */
  #first: ((link: WorkerLink, failure: StartFailure | null) => void) | null = null
  #allEnded: () => void = () => {}

  constructor(options: CrewOptions) {
    this.#options = options
    this.#watch = new Watch({
      workers: () => this.all,
      hungMs: options.hungMs,
      hung: (link, silentMs) => this.#hung(link, silentMs),
      now: () => performance.now(),
    })
  }

  /** Those whose process is there, by number. */
  get all(): readonly WorkerLink[] {
    return [...this.#links.values()].sort((one, other) => one.number - other.number)
  }

  /** Those that take connections. */
  get ready(): readonly WorkerLink[] {
    return this.all.filter(({ isReady }) => isReady)
  }

  /**
   * Begins all of them. Resolves when each takes connections, or has crashed and will be replaced, and one at least is there.
   * @throws ConfigError
   * @throws StartError when one cannot start as it is told
   */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const waited = new Set<number>()
      this.#first = (link, failure) => {
        waited.delete(link.number)
        if (failure !== null) {
          this.dismiss()
          reject(errorOf(failure))
        } else if (waited.size === 0 && this.ready.length > 0) resolve()
        else return
        this.#first = null
      }
      for (let number = 1; number <= this.#options.of; number++) {
        waited.add(number)
        this.#pauses.set(number, new RestartPauses(() => performance.now()))
        this.#begin(number, false)
      }
      this.#watch.start()
    })
  }

  /** Nobody is replaced any more. */
  dismiss(): void {
    this.#ending = true
    this.#watch.stop()
    for (const timer of this.#timers) clearTimeout(timer)
  }

  /** Resolves when all have ended, after `dismiss`. */
  ended(): Promise<void> {
    if (this.#links.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#allEnded = resolve
    })
  }

  #begin(number: number, takesOver: boolean): void {
    const { of, settings, limitOf } = this.#options
    this.#pauses.get(number)?.started()
    const assignment = { number, of, settings: settings(), maxConnections: limitOf(number), takesOver }
    this.#links.set(number, new WorkerLink(assignment, this.#events))
  }

  readonly #events: LinkEvents = {
    said: (line) => this.#options.log.passOn(line),
    opened: (link) => {
      const elapsedMs = Math.round(performance.now() - link.startedMs)
      const { number: worker, pid } = link
      say(this.#options.log, 'worker.ready', { worker, pid, elapsedMs }, `worker ${worker} is ready`)
      this.#options.opened(link)
      this.#first?.(link, null)
    },
    failed: (link, failure) => {
      if (this.#ending) return
      if (this.#first !== null) {
        this.#first(link, failure)
        return
      }
      const { number: worker, pid } = link
      const problems = wordsOf(errorOf(failure))
      say(this.#options.log, 'worker.failed', { worker, pid, problems }, `worker ${worker} cannot start`)
    },
    ended: (link, how) => {
      this.#links.delete(link.number)
      if (!this.#ending) this.#replace(link, how)
      else if (this.#links.size === 0) this.#allEnded()
    },
  }

  #hung(link: WorkerLink, silentMs: number): void {
    const { number: worker, pid } = link
    const words = `worker ${worker} has said nothing for ${silentMs} ms, and is ended`
    say(this.#options.log, 'worker.hung', { worker, pid, silentMs }, words)
    link.kill('hung')
  }

  #replace(link: WorkerLink, reason: string): void {
    const { number: worker, pid } = link
    this.restarts++
    const pauses = this.#pauses.get(worker) as RestartPauses
    const delayMs = pauses.crashed()
    const when = delayMs === 0 ? 'at once' : `in ${delayMs} ms`
    const words = `worker ${worker} has ended (${reason}) and is replaced ${when}`
    say(this.#options.log, 'worker.lost', { worker, pid, reason, delayMs, count: pauses.crashes }, words)
    this.#options.lost(link)
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#begin(worker, true)
    }, delayMs)
    this.#timers.add(timer)
    this.#first?.(link, null)
  }
}
