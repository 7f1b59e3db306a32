/**
 * Tells a message that comes late from one that comes twice: keeps the ranges of sequences that were skipped,
 * per receiver and sender. Empty, and never asked, as long as everything arrives in order.
 */

interface SkippedRange {
  from: number
  /** Exclusive. */
  to: number
}

export class MissingSequences {
  readonly #skipped = new Map<number, SkippedRange[]>()
  #lost = 0
  #duplicated = 0
  #reordered = 0

  /** All three together, since the last time that they were taken. */
  get count(): number {
    return this.#lost + this.#duplicated + this.#reordered
  }

  /** `sequence` came where `expected` should have: everything between is missing, so far. */
  skipped(slot: number, expected: number, sequence: number): void {
    this.#lost += sequence - expected
    const ranges = this.#skipped.get(slot)
    const range = { from: expected, to: sequence }
    if (ranges === undefined) this.#skipped.set(slot, [range])
    else ranges.push(range)
  }

  /** `sequence` came after a later one: late when it was missing, else a second time. */
  late(slot: number, sequence: number): void {
    const ranges = this.#skipped.get(slot)
    const index = ranges?.findIndex(({ from, to }) => from <= sequence && sequence < to) ?? -1
    if (ranges === undefined || index < 0) {
      this.#duplicated++
      return
    }
    const { from, to } = ranges[index] as SkippedRange
    const rest = [
      { from, to: sequence },
      { from: sequence + 1, to },
    ].filter((range) => range.from < range.to)
    ranges.splice(index, 1, ...rest)
    this.#lost--
    this.#reordered++
  }

  /** The counts since the last time; what is missing by then will not be waited for. */
  take(): { lost: number; duplicated: number; reordered: number } {
    const counts = { lost: this.#lost, duplicated: this.#duplicated, reordered: this.#reordered }
    this.#skipped.clear()
    this.#lost = 0
    this.#duplicated = 0
    this.#reordered = 0
    return counts
  }
}
