/**
 * One round of fuzzing of one target: so many random inputs, so many that were right and are changed. Owns which are kept as parents of
 * the next: those with a mark that no other had, and, where it is noted what runs, those that run what nothing had run before.
 */

import { Random } from '../../fixtures/random.js'
import type { Coverage, News } from './coverage.js'
import { minimised } from './minimise.js'
import { Mutator } from './mutator.js'
import { type Subject, type Target, wayOf } from './target.js'

export type Kind = 'random' | 'mutated'

export interface CampaignOptions {
  readonly target: Target
  readonly seed: number
  /** Inputs that were kept before. */
  readonly corpus: readonly Buffer[]
  /** Without it, only marks count. */
  readonly coverage?: Coverage | undefined
  /** Told now and then how many of this kind are done. */
  readonly progress?: (kind: Kind, done: number) => void
}

/** An input that shows something new. */
export interface Interesting {
  readonly input: Buffer
  /** Marks that nothing before it had; there are none where it is for what it has run. */
  readonly marks: readonly string[]
  readonly news: News | null
}

/** Something is wrong: a defect of the relay, or of what looks at it. */
export class Finding extends Error {
  readonly input: Buffer
  readonly way: number

  constructor(input: Buffer, way: number, cause: unknown) {
    super((cause as Error)?.message ?? String(cause), { cause })
    this.input = input
    this.way = way
  }
}

/** What runs is asked for behind so many inputs: it takes some milliseconds, whatever there is. */
const FIRST_BATCH = 16
const LARGEST_BATCH = 4096
const MOST_TRIES = 1500
/** No parent is longer, or everything would be. */
const MOST_PARENT_BYTES = 16 * 1024

export class Campaign {
  readonly found: Interesting[] = []
  /** What is run at this moment, for whoever learns of a fault in another way. */
  running: Buffer | null = null
  readonly #options: CampaignOptions
  readonly #random: Random
  readonly #mutator: Mutator
  readonly #parents: Buffer[]
  readonly #marks = new Set<string>()
  #subject: Subject | null = null

  constructor(options: CampaignOptions) {
    const { target, seed, corpus } = options
    this.#options = options
    this.#random = new Random(seed)
    this.#mutator = new Mutator(this.#random, target.words)
    this.#parents = [...target.seeds, ...corpus].filter(({ length }) => length <= MOST_PARENT_BYTES)
    if (this.#parents.length === 0) this.#parents.push(Buffer.alloc(0))
  }

  /** @throws Finding */
  async begin(): Promise<void> {
    const { target, corpus, coverage } = this.#options
    this.#subject = await target.start()
    // What these show is no news.
    for (const input of [...target.seeds, ...corpus]) {
      for (const mark of await this.#run(input)) this.#marks.add(mark)
    }
    coverage?.add(coverage.take())
  }

  /** @throws Finding */
  async run(kind: Kind, count: number): Promise<void> {
    let size = this.#options.coverage === undefined ? LARGEST_BATCH : FIRST_BATCH
    for (let done = 0; done < count; ) {
      const batch = Array.from({ length: Math.min(size, count - done) }, () =>
        kind === 'random' ? this.#mutator.random() : this.#mutator.mutated(this.#parents),
      )
      const hadNews = await this.#runBatch(batch)
      size = hadNews ? Math.max(FIRST_BATCH, size >> 2) : Math.min(2 * size, LARGEST_BATCH)
      done += batch.length
      this.#options.progress?.(kind, done)
    }
  }

  async stop(): Promise<void> {
    await this.#subject?.stop()
    this.#subject = null
  }

  /** How many inputs others are made of. */
  get parents(): number {
    return this.#parents.length
  }

  async #runBatch(batch: readonly Buffer[]): Promise<boolean> {
    const { coverage } = this.#options
    for (const input of batch) this.#noteMarks(input, await this.#run(input))
    if (coverage === undefined) return false
    const taken = coverage.take()
    if (coverage.newsIn(taken) === null) return false
    await this.#search(batch, coverage)
    // What was not run again: something that depends on time.
    coverage.add(taken)
    return true
  }

  /** Finds which of them have run something new, by halves. */
  async #search(batch: readonly Buffer[], coverage: Coverage): Promise<void> {
    const middle = batch.length >> 1
    for (const half of batch.length === 1 ? [batch] : [batch.slice(0, middle), batch.slice(middle)]) {
      for (const input of half) await this.#run(input)
      const taken = coverage.take()
      const news = coverage.newsIn(taken)
      if (news === null) continue
      if (half.length > 1) {
        await this.#search(half, coverage)
        continue
      }
      coverage.add(taken)
      this.#keep({ input: half[0] as Buffer, marks: [], news })
    }
  }

  #noteMarks(input: Buffer, all: readonly string[]): void {
    const marks = all.filter((mark) => !this.#marks.has(mark))
    if (marks.length === 0) return
    for (const mark of marks) this.#marks.add(mark)
    this.#keep({ input, marks, news: null })
  }

  #keep(interesting: Interesting): void {
    this.found.push(interesting)
    if (interesting.input.length <= MOST_PARENT_BYTES) this.#parents.push(interesting.input)
  }

  async #run(input: Buffer): Promise<readonly string[]> {
    const way = wayOf(input, this.#options.target.ways)
    this.running = input
    try {
      return await (this.#subject as Subject).run(input, way)
    } catch (error) {
      throw new Finding(input, way, error)
    } finally {
      this.running = null
    }
  }
}

/** One input in one way, with a subject of its own. @returns what is wrong, or `null` */
export async function faultOf(target: Target, input: Buffer, way: number): Promise<Error | null> {
  const subject = await target.start()
  try {
    await subject.run(input, way)
    return null
  } catch (error) {
    return error as Error
  } finally {
    await subject.stop()
  }
}

/** The smallest input that has a fault of the same words in that way. */
export async function minimalFinding(target: Target, { input, way, message }: Finding): Promise<Buffer> {
  const words = wordsOf(message)
  const isWrong = async (smaller: Buffer) => {
    const fault = await faultOf(target, smaller, way)
    return fault !== null && wordsOf(fault.message) === words
  }
  return minimised(input, isWrong, MOST_TRIES)
}

/** What stays the same while names and numbers change. */
function wordsOf(message: string): string {
  return message.split(/[":\d\n]/)[0] as string
}
