/** Wall-clock time in one time zone, both ways, by the tables that Node has. */

const MINUTE_MS = 60_000
/** Clocks change only when one of these begins. */
const STEP_MS = 15 * MINUTE_MS

/** What a clock on the wall shows; `month` from 1. */
export interface WallClock {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly millisecond: number
}

export class TimeZone {
  readonly #format: Intl.DateTimeFormat
  #step = Number.NaN
  #offsetMs = 0

  /** @param name an IANA name; without one, the zone of this machine @throws RangeError when there is none of that name */
  constructor(name?: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      ...(name === undefined ? {} : { timeZone: name }),
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    })
  }

  /** @returns such as `2026-01-31 23:59:59.999` */
  show(atMs: number): string {
    const step = Math.floor(atMs / STEP_MS)
    if (step !== this.#step) {
      this.#step = step
      this.#offsetMs = this.#offsetAt(atMs)
    }
    return new Date(atMs + this.#offsetMs).toISOString().slice(0, -1).replace('T', ' ')
  }

  /** What the clock shows at that moment. */
  wallClock(atMs: number): WallClock {
    const shown = new Date(atMs + this.#offsetAt(atMs))
    return {
      year: shown.getUTCFullYear(),
      month: shown.getUTCMonth() + 1,
      day: shown.getUTCDate(),
      hour: shown.getUTCHours(),
      minute: shown.getUTCMinutes(),
      second: shown.getUTCSeconds(),
      millisecond: shown.getUTCMilliseconds(),
    }
  }

  /**
   * Milliseconds since 1970 at which the clock shows that: the first time where it does so twice, and where it skips that, as if it
   * had not been put forward yet.
   */
  instant({ year, month, day, hour, minute, second, millisecond }: WallClock): number {
    const asUtc = Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
    // What the clock is ahead on either side of a change.
    const before = asUtc - this.#offsetAt(asUtc - 24 * 60 * MINUTE_MS)
    const after = asUtc - this.#offsetAt(asUtc + 24 * 60 * MINUTE_MS)
    const fits = [before, after].filter((at) => at + this.#offsetAt(at) === asUtc)
    return fits.length > 0 ? Math.min(...fits) : before
  }

  /** How far its clocks are ahead of UTC. */
  #offsetAt(atMs: number): number {
    const parts = new Map(this.#format.formatToParts(atMs).map(({ type, value }) => [type, value]))
    const part = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name))
    const year = parts.get('era') === 'AD' ? part('year') : 1 - part('year')
    const shown = new Date(0)
    shown.setUTCFullYear(year, part('month') - 1, part('day'))
    shown.setUTCHours(part('hour'), part('minute'), part('second'))
    const wholeSeconds = Math.floor(atMs / 1000) * 1000
    return shown.getTime() - wholeSeconds
  }
}
