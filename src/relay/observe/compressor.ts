/**
 * Compresses the log files that were put aside, those that an earlier run left too: the oldest first, one at a time. Owns what is next,
 * that a failure is said once and tried again, that it can be turned on and off, and that nobody waits for it.
 */

import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Compression, compressFile } from './compress-file.js'
import { byRotation, parseRotatedName, type RotatedName } from './rotated-name.js'

export interface CompressorOptions {
  readonly isOn: boolean
  readonly dir: string
  /** Whose files, such as `chat`. */
  readonly logs: readonly string[]
  readonly done: (file: string, compression: Compression) => void
  /** Said once, until none fails any more. */
  readonly failed: (file: string, error: Error) => void
  /** How long it rests before it begins, and after a failure. */
  readonly pauseMs?: number
  readonly retryMs?: number
}

/** What was put aside is closed and complete by then. */
const PAUSE_MS = 1000
const RETRY_MS = 60_000

export class Compressor {
  readonly #options: CompressorOptions
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | null = null
  /** Whether it is waited only because one could not be compressed. */
  #isRetry = false
  #underWay: Promise<void> | null = null
  #wokenMeanwhile = false
  #isFailing = false
  #isOn: boolean

  constructor(options: CompressorOptions) {
    this.#options = options
    this.#isOn = options.isOn
  }

  /** Turned off, it still ends the file that it has begun. */
  turn(isOn: boolean): void {
    this.#isOn = isOn
    this.wake()
  }

  /** There may be something to compress. */
  wake(): void {
    if (this.#underWay !== null) {
      this.#wokenMeanwhile = true
      return
    }
    // What was in the way may be gone.
    if (this.#isRetry) this.#cancel()
    this.#later(this.#options.pauseMs ?? PAUSE_MS)
  }

  /** What is half done is thrown away: the next run begins it again. */
  async stop(): Promise<void> {
    this.#abort.abort()
    this.#cancel()
    await this.#underWay
  }

  #cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#isRetry = false
  }

  #later(delayMs: number): void {
    if (!this.#isOn || this.#abort.signal.aborted || this.#timer !== null) return
    this.#timer = setTimeout(this.#begin, delayMs).unref()
  }

  readonly #begin = (): void => {
    this.#cancel()
    this.#wokenMeanwhile = false
    this.#underWay = this.#compressAll().then((fails) => {
      this.#underWay = null
      this.#isFailing = fails
      if (this.#wokenMeanwhile) {
        this.wake()
      } else if (fails) {
        this.#isRetry = true
        this.#later(this.#options.retryMs ?? RETRY_MS)
      }
    })
  }

  /** @returns whether one could not be */
  async #compressAll(): Promise<boolean> {
    let fails = false
    const failed = (file: string, error: unknown) => {
      // Too old to be kept, and removed meanwhile; or the relay ends.
      if (this.#abort.signal.aborted || (error as NodeJS.ErrnoException).code === 'ENOENT') return
      if (!fails && !this.#isFailing) this.#options.failed(file, error as Error)
      fails = true
    }
    const waiting = await this.#waiting().catch((error: unknown) => {
      failed('.', error)
      return []
    })
    for (const { plain } of waiting) {
      try {
        this.#options.done(plain, await compressFile(this.#options.dir, plain, this.#abort.signal))
      } catch (error) {
        failed(plain, error)
      }
      if (!this.#isOn || this.#abort.signal.aborted) break
    }
    return fails
  }

  /** Oldest first. What a crash has left half done is removed: its original is still there. */
  async #waiting(): Promise<RotatedName[]> {
    const { dir, logs } = this.#options
    const waiting: RotatedName[] = []
    for (const entry of await readdir(dir, { withFileTypes: true })) {
      const rotated = entry.isFile() ? parseRotatedName(entry.name) : null
      if (rotated === null || !logs.includes(rotated.log)) continue
      if (rotated.form === 'unfinished') await rm(join(dir, entry.name), { force: true })
      else if (rotated.form === 'plain') waiting.push(rotated)
    }
    return waiting.sort(byRotation)
  }
}
