/**
 * A file that is written block by block and put aside when it is large or old enough, under a name with the time
 * (`rotated-name.ts`). Only files that are named like that are ever removed, compressed ones too, and only in its own directory.
 */

import { close, write } from 'node:fs'
import { lstat, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type AppendFile, openToAppend } from './append-file.js'
import { byRotation, COMPRESSED, parseRotatedName, type RotatedName, rotatedName } from './rotated-name.js'

/** When a file is put aside, and how many are kept. */
export interface RotationLimits {
  readonly maxBytes: number
  /** Counted from 1970, so that a day begins at midnight UTC. */
  readonly periodMs: number
  readonly keepFiles: number
}

export interface RotatingFileOptions extends RotationLimits {
  readonly dir: string
  /** Such as `chat`, for `chat.log`. */
  readonly name: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** It was put aside under this name. */
  readonly rotated: (fileName: string) => void
}

/** What became of a block. Of one that was refused, the first `writtenBytes` are in the file. */
export interface Written {
  readonly writtenBytes: number
  readonly error: Error | null
}

const writeBytes = promisify(write)
const closeFile = promisify(close)

/** So many files may be put aside in one millisecond. */
const MOST_AT_ONCE = 99

export class RotatingFile {
  #options: RotatingFileOptions
  readonly #path: string
  #fd: number
  #size = 0
  /** When its last record was written, in milliseconds since 1970. */
  #writtenMs = 0
  #closing = false
  #lastWrite: Promise<Written> | null = null

  /** @throws the system's error when it cannot be opened */
  constructor(options: RotatingFileOptions) {
    this.#options = options
    this.#path = join(options.dir, `${options.name}.log`)
    this.#fd = this.#begin(openToAppend(this.#path))
  }

  /** Other limits, from the next block on. */
  limit(limits: RotationLimits): void {
    this.#options = { ...this.#options, ...limits }
  }

  /** Writes whole lines. One block at a time: the next may come when this resolves. */
  write(block: Buffer): Promise<Written> {
    this.#lastWrite = this.#write(block)
    return this.#lastWrite
  }

  /** Waits for the block under way, which is written here whatever has become of the name. */
  async close(): Promise<void> {
    this.#closing = true
    await this.#lastWrite
    const fd = this.#fd
    this.#fd = -1
    if (fd !== -1) await closeFile(fd)
  }

  async #write(block: Buffer): Promise<Written> {
    const now = this.#options.now()
    let writtenBytes = 0
    try {
      if (this.#isDue(block.length, now)) await this.#rotate()
      while (writtenBytes < block.length) {
        // The system may take a part only, when the disk is about to be full.
        const { bytesWritten } = await writeBytes(
          this.#fd,
          block,
          writtenBytes,
          block.length - writtenBytes,
          null,
        )
        writtenBytes += bytesWritten
        this.#size += bytesWritten
      }
      this.#writtenMs = now
      if (this.#size >= this.#options.maxBytes && !this.#closing) await this.#rotate()
      return { writtenBytes, error: null }
    } catch (error) {
      return { writtenBytes, error: error as Error }
    }
  }

  #isDue(bytes: number, now: number): boolean {
    if (this.#size === 0 || this.#closing) return false
    const { maxBytes } = this.#options
    return this.#size + bytes > maxBytes || this.#periodOf(now) > this.#periodOf(this.#writtenMs)
  }

  #periodOf(timeMs: number): number {
    return Math.floor(timeMs / this.#options.periodMs)
  }

  #begin({ fd, size, modifiedMs }: AppendFile): number {
    this.#size = size
    this.#writtenMs = modifiedMs
    return fd
  }

  async #rotate(): Promise<void> {
    const aside = await this.#freeName()
    let isAside = true
    try {
      await rename(this.#path, join(this.#options.dir, aside))
    } catch (error) {
      // Somebody else has moved it away.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      isAside = false
    }
    const full = this.#fd
    this.#fd = this.#begin(openToAppend(this.#path))
    await closeFile(full)
    await this.#removeOldest()
    if (isAside) this.#options.rotated(aside)
  }

  async #freeName(): Promise<string> {
    const { dir, name, now } = this.#options
    const rotatedMs = now()
    for (let index = 1; index <= MOST_AT_ONCE; index++) {
      const fileName = rotatedName(name, rotatedMs, index)
      const path = join(dir, fileName)
      if (!(await isThere(path)) && !(await isThere(path + COMPRESSED))) return fileName
    }
    throw new Error(`no name is free to put ${this.#path} aside`)
  }

  async #removeOldest(): Promise<void> {
    const { dir, name, keepFiles } = this.#options
    const rotated = new Map<string, RotatedName>()
    const entries = await readdir(dir, { withFileTypes: true })
    const files = new Set(entries.filter((entry) => entry.isFile()).map((entry) => entry.name))
    for (const file of files) {
      const parsed = parseRotatedName(file)
      if (parsed?.log === name && parsed.form !== 'unfinished') rotated.set(parsed.plain, parsed)
    }
    for (const { plain } of [...rotated.values()].sort(byRotation).slice(0, -keepFiles)) {
      // `force`: compressing may have taken it away meanwhile.
      for (const form of [plain, plain + COMPRESSED])
        if (files.has(form)) await rm(join(dir, form), { force: true })
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
