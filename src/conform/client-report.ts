/** What a client under development kept and broke: each new thing as it happens, and a summary by rule at its end. */

import type { Verdicts } from './check.js'

interface RuleNotes {
  kept: number
  broken: number
  /** The first mistake, or the first thing done right. */
  first: string
}

export class ClientReport implements Verdicts {
  readonly #who: string
  readonly #print: (line: string) => void
  readonly #rules = new Map<string, RuleNotes>()
  readonly #said = new Set<string>()

  /** @param who begins each line, such as `#1` */
  constructor(who: string, print: (line: string) => void) {
    this.#who = who
    this.#print = print
  }

  get mistakes(): number {
    let count = 0
    for (const { broken } of this.#rules.values()) count += broken
    return count
  }

  kept(rule: string, what: string): void {
    const notes = this.#notes(rule, what)
    notes.kept++
    this.#say(`ok ${rule} ${what}`)
  }

  broken(rule: string, what: string): void {
    const notes = this.#notes(rule, what)
    if (notes.broken++ === 0) notes.first = what
    this.#say(`not ok ${rule} ${what}`)
  }

  /** A line for each rule that came up, in the order in which they did. */
  summary(): void {
    for (const [rule, { kept, broken, first }] of this.#rules) {
      if (broken > 0) this.#line(`summary: not ok ${rule} ${times(broken)}, first: ${first}`)
      else this.#line(`summary: ok ${rule} ${times(kept)}`)
    }
    const bad = [...this.#rules.values()].filter(({ broken }) => broken > 0).length
    this.#line(`summary: ${this.#rules.size - bad} rules kept, ${bad} broken`)
  }

  /** Something that is not about a rule. */
  note(words: string): void {
    this.#line(words)
  }

  /** The same thing again is counted, and said once. */
  #say(line: string): void {
    if (this.#said.has(line)) return
    if (this.#said.size < MOST_LINES) this.#said.add(line)
    this.#line(line)
  }

  #line(line: string): void {
    this.#print(`${this.#who} ${line}`)
  }

  #notes(rule: string, what: string): RuleNotes {
    let notes = this.#rules.get(rule)
    if (notes === undefined) {
      notes = { kept: 0, broken: 0, first: what }
      this.#rules.set(rule, notes)
    }
    return notes
  }
}

/** So many different lines are remembered, however long a client goes on. */
const MOST_LINES = 1000

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
