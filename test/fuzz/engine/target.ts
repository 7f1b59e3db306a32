/** What a fuzzer works on: one way into the relay, inputs that are right there, and the question whether all is well after one. */

/** A fresh one of what is fuzzed. Inputs are run one after the other. */
export interface Subject {
  /**
   * Takes all of one input.
   * @param input lent until this returns
   * @param way below `Target.ways`: how it is cut, over which listener, how it ends
   * @returns what came of it, in marks: an input that has one that no other had is worth keeping
   * @throws whatever is wrong; then this subject is not used again
   */
  run(input: Buffer, way: number): readonly string[] | Promise<readonly string[]>
  stop(): void | Promise<void>
}

export interface Target {
  readonly name: string
  /** In how many ways one input can be run. */
  readonly ways: number
  /** Inputs that are right. */
  readonly seeds: readonly Buffer[]
  /** Bytes that mean something there. */
  readonly words: readonly Buffer[]
  /** Folders and files of the relay, as in `dist/relay/`, of which it is noted what was run. */
  readonly covers: readonly string[]
  /** How many inputs of each kind a usual test run tries. */
  readonly usualRuns: number
  start(): Subject | Promise<Subject>
}

/** The way in which a fuzzer runs an input: always the same one for the same bytes, so that a file is all that it takes to do it again. */
export function wayOf(input: Buffer, ways: number): number {
  return seedOf(input) % ways
}

/** A number that is the input's own (FNV-1a). */
export function seedOf(input: Buffer): number {
  let hash = 0x811c9dc5
  for (const byte of input) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
