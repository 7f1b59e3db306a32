/**
 * Tells how the end of the relay goes on, to whoever has asked for it: a line of JSON at a time, and the last one when it is
 * over. Whoever does not read misses lines, and nobody waits for them.
 *
 *     {"state":"closing","connections":812}
 *     {"state":"ended","connections":0}
 */

const EVERY_MS = 250
/** Some lines may wait; the last one is always sent. */
const MOST_WAITING_BYTES = 1024
/** Those who can watch at once. */
export const MOST_WATCHERS = 4

export interface DrainStep {
  readonly state: string
  /** How many there are still. */
  readonly connections: number
}

type Bytes = Uint8Array<ArrayBuffer>
type Watcher = ReadableStreamDefaultController<Bytes>

const encoder = new TextEncoder()

export class DrainProgress {
  readonly #step: () => DrainStep
  readonly #watchers = new Set<Watcher>()
  #timer: NodeJS.Timeout | null = null

  constructor(step: () => DrainStep) {
    this.#step = step
  }

  get isFull(): boolean {
    return this.#watchers.size >= MOST_WATCHERS
  }

  watch(): ReadableStream<Bytes> {
    let watcher: Watcher
    const source = {
      start: (controller: Watcher) => {
        watcher = controller
        this.#watchers.add(watcher)
        watcher.enqueue(lineOf(this.#step()))
        this.#timer ??= setInterval(() => this.#tell(), EVERY_MS).unref()
      },
      cancel: () => {
        this.#watchers.delete(watcher)
      },
    }
    return new ReadableStream(source, {
      highWaterMark: MOST_WAITING_BYTES,
      size: (chunk?: Bytes) => chunk?.length ?? 0,
    })
  }

  /** It is over: everybody is told. */
  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    const last = lineOf({ state: 'ended', connections: 0 })
    for (const watcher of this.#watchers) {
      watcher.enqueue(last)
      watcher.close()
    }
    this.#watchers.clear()
  }

  #tell(): void {
    const line = lineOf(this.#step())
    for (const watcher of this.#watchers) if ((watcher.desiredSize ?? 0) > 0) watcher.enqueue(line)
  }
}

function lineOf(step: DrainStep): Bytes {
  return encoder.encode(`${JSON.stringify(step)}\n`)
}
