/**
 * Which code has run, as V8 counts it for itself: precise coverage by blocks, asked of the process that is covered. What is asked
 * for is loaded only afterwards, since blocks are counted from when a script is compiled.
 */

import { Session } from 'node:inspector'
import { basename } from 'node:path'

interface Range {
  readonly startOffset: number
  readonly endOffset: number
  readonly count: number
}

interface Script {
  readonly url: string
  readonly functions: readonly { readonly functionName: string; readonly ranges: readonly Range[] }[]
}

/** A place in the code that had never run. */
export interface News {
  readonly url: string
  readonly at: number
  /** In which function it is, and of which file. */
  readonly words: string
}

/** How much of a folder has run. */
export interface Share {
  readonly run: number
  readonly of: number
}

export class Coverage {
  readonly #session: Session
  readonly #covers: readonly string[]
  /** Of each script, for each character 1 where it has run and 2 where it is code that has not. */
  readonly #seen = new Map<string, Uint8Array>()

  private constructor(session: Session, covers: readonly string[]) {
    this.#session = session
    this.#covers = covers
  }

  /** Counts from now on. */
  static start(): Coverage {
    const session = new Session()
    session.connect()
    session.post('Profiler.enable')
    session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
    return new Coverage(session, [])
  }

  /** The same counts, of some scripts. @param covers what their paths have in them */
  of(covers: readonly string[]): Coverage {
    return new Coverage(this.#session, covers)
  }

  /** What has run since it was asked last. */
  take(): Taken {
    let scripts: readonly Script[] = []
    this.#session.post('Profiler.takePreciseCoverage', (error, result) => {
      if (error !== null) throw error
      scripts = result.result
    })
    return new Taken(scripts.filter(({ url }) => this.#covers.some((part) => url.includes(part))))
  }

  /** The first place in it that had never run before; `null` when there is none. */
  newsIn(taken: Taken): News | null {
    for (const [url, painted] of taken.painted) {
      const seen = this.#seen.get(url)
      const at = painted.findIndex((state, index) => state === RUN && seen?.[index] !== RUN)
      if (at >= 0) return { url, at, words: taken.wordsOf(url, at) }
    }
    return null
  }

  add(taken: Taken): void {
    for (const [url, painted] of taken.painted) {
      const before = this.#seen.get(url) ?? new Uint8Array(0)
      const seen = painted.length > before.length ? grown(before, painted.length) : before
      for (const [at, state] of painted.entries()) {
        if (state === RUN || seen[at] === UNKNOWN) seen[at] = state
      }
      this.#seen.set(url, seen)
    }
  }

  /** In characters of code. */
  get share(): Share {
    let [run, of] = [0, 0]
    for (const seen of this.#seen.values()) {
      for (const state of seen) {
        if (state !== UNKNOWN) of++
        if (state === RUN) run++
      }
    }
    return { run, of }
  }
}

/** What had run between two looks. */
export class Taken {
  readonly painted: ReadonlyMap<string, Uint8Array>
  readonly #scripts: readonly Script[]

  constructor(scripts: readonly Script[]) {
    this.#scripts = scripts
    this.painted = new Map(scripts.map((script) => [script.url, paintedOf(script)]))
  }

  has({ url, at }: News): boolean {
    return this.painted.get(url)?.[at] === RUN
  }

  /** The innermost function with a name around a place, and its file. */
  wordsOf(url: string, at: number): string {
    const functions = this.#scripts.find((script) => script.url === url)?.functions ?? []
    const around = functions.filter(({ functionName, ranges: [whole] }) => {
      return functionName !== '' && whole !== undefined && whole.startOffset <= at && at < whole.endOffset
    })
    return `${around.at(-1)?.functionName ?? 'module'} of ${basename(url, '.js')}`
  }
}

const UNKNOWN = 0
const RUN = 1
const NOT_RUN = 2

/** Ranges lie within each other, and the innermost counts. */
function paintedOf({ functions }: Script): Uint8Array {
  const length = Math.max(0, ...functions.map(({ ranges }) => ranges[0]?.endOffset ?? 0))
  const painted = new Uint8Array(length)
  // Functions that are in others come behind them.
  for (const { ranges } of functions) {
    for (const { startOffset, endOffset, count } of ranges)
      painted.fill(count > 0 ? RUN : NOT_RUN, startOffset, endOffset)
  }
  return painted
}

function grown(bytes: Uint8Array, length: number): Uint8Array {
  const larger = new Uint8Array(length)
  larger.set(bytes)
  return larger
}
