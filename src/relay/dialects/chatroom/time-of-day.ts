/** C6: times as `h:mm am` or `h:mm pm`, in one time zone. */

const MINUTE_MS = 60_000

export class TimeOfDay {
  readonly #format: Intl.DateTimeFormat
  #minute = Number.NaN
  #words = ''

  /** @param timeZone an IANA name */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hour: 'numeric',
      minute: '2-digit',
      hourCycle: 'h12',
    })
  }

  /**
   * @param at milliseconds since 1970
   * @returns such as `9:05 pm`; made once a minute, because making it costs more than the rest of a message
   */
  at(at: number): string {
    const minute = Math.floor(at / MINUTE_MS)
    if (minute !== this.#minute) {
      this.#minute = minute
      this.#words = this.#write(at)
    }
    return this.#words
  }

  /** From parts: what stands between them is a no-break space in some versions of the library. */
  #write(at: number): string {
    const parts = new Map(this.#format.formatToParts(at).map(({ type, value }) => [type, value]))
    return `${parts.get('hour')}:${parts.get('minute')} ${parts.get('dayPeriod')?.toLowerCase()}`
  }
}
