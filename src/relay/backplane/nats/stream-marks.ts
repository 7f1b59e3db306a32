/**
 * Where in the stream something is that this node should have heard: behind what it knew of the stream's end some time before it may have missed
 * anything. Sequences of the stream only grow, so that whoever looks from such a mark on finds everything that is there.
 */

/** Whatever came to the stream so long before a link was found to be gone has surely come here. */
const SURE_MS = 15_000
/** A gap is found so long after the link is back at most. */
const FOUND_MS = 120_000
const EVERY_MS = 1_000
const KEPT = 1_000
/** Of a link that comes and goes all the time, the first two are one that lasted from the one to the other. */
const MOST_DOWNS = 100

interface Down {
  readonly downMs: number
  /** `null` while it is gone. */
  upMs: number | null
}

export class StreamMarks {
  #marks: { readonly atMs: number; readonly sequence: number }[] = []
  /** The first of all: what is before it was never for this node. */
  #first = 0
  /** When the link was gone, as far as anything of it can still be found to be missing. */
  #downs: Down[] = []

  /** The stream's last sequence at that time was at least this. */
  note(atMs: number, sequence: number): void {
    const last = this.#marks.at(-1)
    if (last === undefined) {
      this.#first = sequence
      this.#marks.push({ atMs, sequence })
      return
    }
    if (sequence < last.sequence || atMs - last.atMs < EVERY_MS) return
    this.#marks.push({ atMs, sequence })
    if (this.#marks.length > KEPT) this.#marks.splice(0, KEPT / 2)
  }

  /** It was asked for: an end before what was known is that of another stream, which begins anew. */
  noteEnd(atMs: number, sequence: number): void {
    const last = this.#marks.at(-1)
    if (last !== undefined && sequence < last.sequence && last.atMs < atMs) {
      this.#marks = []
      this.#first = 0
      this.#marks.push({ atMs: Number.NEGATIVE_INFINITY, sequence: 0 })
    }
    this.note(atMs, sequence)
  }

  get lastMs(): number {
    return this.#marks.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY
  }

  linkDown(nowMs: number): void {
    this.#forgetDowns(nowMs)
    this.#downs.push({ downMs: nowMs, upMs: null })
    if (this.#downs.length <= MOST_DOWNS) return
    const [second] = this.#downs.splice(1, 1)
    const first = this.#downs[0] as Down
    first.upMs = second?.upMs ?? nowMs
  }

  /** How many times are remembered at which the link was gone. */
  get downs(): number {
    return this.#downs.length
  }

  linkUp(nowMs: number): void {
    const last = this.#downs.at(-1)
    if (last !== undefined) last.upMs ??= nowMs
  }

  /** From which sequence on to look for what is found to be missing now. */
  from(nowMs: number): number {
    this.#forgetDowns(nowMs)
    const since = (this.#downs[0]?.downMs ?? nowMs) - SURE_MS
    let sequence = this.#first
    for (const mark of this.#marks) {
      if (mark.atMs > since) break
      sequence = mark.sequence
    }
    return sequence + 1
  }

  #forgetDowns(nowMs: number): void {
    this.#downs = this.#downs.filter(({ upMs }) => upMs === null || nowMs - upMs < FOUND_MS)
  }
}
