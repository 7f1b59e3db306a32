/**
 * The samples of the last ten minutes, as they come from the relay, and what is made of them: columns for charts and figures
 * for people. A sample is an array of numbers; what each of them is, the relay says first.
 */

export type Sample = readonly (number | null)[]

/** What has come at once: the names of the numbers, and all samples that the relay has. */
export interface Beginning {
  readonly fields: readonly string[]
  readonly samples: readonly Sample[]
}

/** Of one number, over some time; null where there was none. */
export interface Figures {
  readonly now: number | null
  readonly mean: number | null
  readonly most: number | null
}

const KEPT_MS = 600_000
/** More than this between two samples is a gap, which a chart shows as one. */
const GAP_MS = 3500
const SECOND_MS = 1000

export class History {
  #places: ReadonlyMap<string, number> = new Map()
  #samples: Sample[] = []

  /** Everything begins anew; what was known from before a relay that has started again stays. */
  begin({ fields, samples }: Beginning): void {
    const places = new Map(fields.map((field, index) => [field, index]))
    const isSame = [...places].every(([field, index]) => this.#places.get(field) === index)
    this.#places = places
    const first = samples[0] === undefined ? Number.POSITIVE_INFINITY : this.#atOf(samples[0])
    const before = isSame ? this.#samples.filter((sample) => this.#atOf(sample) < first) : []
    this.#samples = [...before, ...samples]
    this.#forget()
  }

  add(sample: Sample): void {
    this.#samples.push(sample)
    this.#forget()
  }

  /** When the last sample was taken, in milliseconds since 1970; null before the first. */
  get lastAt(): number | null {
    const last = this.#samples.at(-1)
    return last === undefined ? null : this.#atOf(last)
  }

  /**
   * The samples of the last `ms`, as a chart takes them: seconds since 1970, then a column for each field. In a gap stands
   * a point without numbers.
   */
  columns(fields: readonly string[], ms: number): (number | null)[][] {
    const places = fields.map((field) => this.#places.get(field))
    const columns: (number | null)[][] = [[], ...fields.map(() => [])]
    let before: number | null = null
    const put = (at: number, sample: Sample | null) => {
      columns[0]?.push(at / SECOND_MS)
      for (const [index, place] of places.entries())
        columns[index + 1]?.push(sample === null || place === undefined ? null : (sample[place] ?? null))
    }
    for (const sample of this.#since(ms)) {
      const at = this.#atOf(sample)
      if (before !== null && at - before > GAP_MS) put(before + SECOND_MS, null)
      put(at, sample)
      before = at
    }
    return columns
  }

  /** @param ms over how long, up to the last sample */
  figures(field: string, ms: number): Figures {
    const place = this.#places.get(field)
    if (place === undefined) return { now: null, mean: null, most: null }
    const values = this.#since(ms).flatMap((sample) => sample[place] ?? [])
    return {
      now: this.#samples.at(-1)?.[place] ?? null,
      mean: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length,
      most: values.length === 0 ? null : Math.max(...values),
    }
  }

  #since(ms: number): readonly Sample[] {
    const { lastAt } = this
    return lastAt === null ? [] : this.#samples.filter((sample) => this.#atOf(sample) > lastAt - ms)
  }

  #atOf(sample: Sample): number {
    return sample[this.#places.get('at') ?? 0] ?? 0
  }

  #forget(): void {
    const last = this.lastAt ?? 0
    this.#samples = this.#samples.filter((sample) => this.#atOf(sample) > last - KEPT_MS)
  }
}
