/** A directory for one test's log files, and waiting for what happens in it. */

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { LogFile, type LogFileOptions } from '../../../src/relay/observe/log-file.js'

export class LogDir {
  /** The parent: tests may move `path` away. */
  readonly parent: string
  readonly path: string
  readonly troubles: string[] = []
  readonly recoveries: number[] = []

  constructor(t: TestContext) {
    this.parent = mkdtempSync(join(tmpdir(), 'parlance-log-'))
    this.path = join(this.parent, 'logs')
    t.after(() => rmSync(this.parent, { recursive: true, force: true }))
  }

  get chat(): string {
    return join(this.path, 'chat.log')
  }

  open(options: Partial<LogFileOptions> = {}): LogFile {
    return new LogFile({
      dir: this.path,
      name: 'chat',
      maxBytes: 64 * 1024 * 1024,
      rotateEvery: '1d',
      keepFiles: 100,
      onTrouble: (error) => this.troubles.push(error.message),
      onRecovery: (linesLost) => this.recoveries.push(linesLost),
      ...options,
    })
  }

  /** The text of `chat.log`, or of another file there. */
  read(name = 'chat.log'): string {
    return readFileSync(join(this.path, name), 'utf8')
  }

  /** Whether a rotated file has `words`. Files may go away while this looks. */
  rotatedAway(words: string): boolean {
    return this.#names().some((name) => name !== 'chat.log' && this.#readIfThere(name).includes(words))
  }

  written(words: string): boolean {
    return this.#names().some((name) => this.#readIfThere(name).includes(words))
  }

  /** Every log file, the current one last. */
  files(): string[] {
    return [...this.#names().filter((name) => name !== 'chat.log'), 'chat.log']
  }

  #names(): string[] {
    return readdirSync(this.path)
      .filter((name) => name.endsWith('.log'))
      .sort()
  }

  #readIfThere(name: string): string {
    try {
      return this.read(name)
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOENT')
      return ''
    }
  }
}

/** Looks again until `reached`, for at most forty seconds. A file that is being put aside is not there for a moment, which is not so yet. */
export async function until(words: string, reached: () => boolean): Promise<void> {
  const deadline = performance.now() + 40_000
  const isSo = () => {
    try {
      return reached()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
  }
  while (!isSo()) {
    assert.ok(performance.now() < deadline, `not within forty seconds: ${words}`)
    await sleep(10)
  }
}
