/**
 * The file of a Unix socket that is one user's alone. Owns that nobody else can open it even for a moment, that one which a
 * dead process has left is replaced and one of a living process is not, and that it is gone afterwards.
 *
 *   PATH's directory/.admin/   made for this, 0700: nobody else gets in, and of several who begin at once only one does
 *                           s  bound there, then 0600, then linked to PATH
 *
 * Not by a umask around the call: that is the whole process's, other files and a program that has the relay inside included.
 */

import { chmodSync, linkSync, lstatSync, mkdirSync, rmSync, type Stats, unlinkSync } from 'node:fs'
import { connect, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { makeDirectory } from '../observe/make-directory.js'

const NEST = '.admin'
/** Nobody takes so long: who made one that is older has died. */
const NEST_STALE_MS = 2_000
const POLL_MS = 20

export class SocketFile {
  readonly #path: string
  readonly #stats: Stats

  private constructor(path: string) {
    this.#path = path
    this.#stats = lstatSync(path)
  }

  /**
   * Has `server` listen at `path`. Directories that are missing are made, for this user alone.
   * @throws the system's error; `EADDRINUSE` where another process listens there, `EEXIST` where something else is
   */
  static async listen(server: Server, path: string): Promise<SocketFile> {
    makeDirectory(dirname(path), 0o700)
    const nest = join(dirname(path), NEST)
    await makeNest(nest)
    try {
      await refuseWhatIsThere(path)
      await listening(server, join(nest, 's'))
      chmodSync(join(nest, 's'), 0o600)
      rmSync(path, { force: true })
      linkSync(join(nest, 's'), path)
      return new SocketFile(path)
    } catch (error) {
      if (server.listening) await new Promise((resolve) => server.close(resolve))
      throw error
    } finally {
      rmSync(nest, { recursive: true, force: true })
    }
  }

  /** Unless it is another one's by now. */
  remove(): void {
    const there = statsOf(this.#path)
    if (there === null || there.ino !== this.#stats.ino || there.dev !== this.#stats.dev) return
    try {
      unlinkSync(this.#path)
    } catch {
      // Somebody else has removed it, or it cannot be: nobody answers there any more.
    }
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}

/** @throws unless nothing is there, or a socket that nobody listens on */
async function refuseWhatIsThere(path: string): Promise<void> {
  refuseOtherThanSocket(path)
  if (statsOf(path) !== null && (await answers(path))) throw inUse(path)
}

/** @throws an `EEXIST` where something is that is no socket */
export function refuseOtherThanSocket(path: string): void {
  if (statsOf(path)?.isSocket() === false)
    throw systemError('EEXIST', 'open', `${path} is there already, and is no socket`)
}

/** Waits while somebody else is about to do the same. */
async function makeNest(nest: string): Promise<void> {
  const deadline = performance.now() + 2 * NEST_STALE_MS
  for (;;) {
    try {
      mkdirSync(nest, { mode: 0o700 })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || performance.now() > deadline) throw error
    }
    const there = statsOf(nest)
    // Also one from the future: a clock was set back, or somebody has given it that time.
    if (there !== null && Math.abs(Date.now() - there.mtimeMs) > NEST_STALE_MS) {
      rmSync(nest, { recursive: true, force: true })
    } else {
      await delay(POLL_MS)
    }
  }
}

/** Whether a process listens there. @throws the system's error where that cannot be known */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false)
      // More wait to be accepted than may.
      else if (error.code === 'EAGAIN') resolve(true)
      else reject(error)
    })
  })
}

function statsOf(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null
}

function inUse(path: string): NodeJS.ErrnoException {
  return systemError(
    'EADDRINUSE',
    'listen',
    `a process that runs listens on ${path} already: each relay needs a socket of its own`,
  )
}

function systemError(code: string, syscall: string, words: string): NodeJS.ErrnoException {
  return Object.assign(new Error(words), { code, syscall })
}
