/**
 * Where a running relay listens, in a file that is there for as long as it does: for the health check, which knows
 * neither flags nor configuration file of the relay, for whoever had it take any free port, and for `parlance reload`,
 * which learns there what became of it.
 */

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

export interface Place {
  /** `null` for all addresses. */
  readonly host: string | null
  readonly port: number
}

export interface ListenerPlace extends Place {
  readonly dialect: string
  readonly tls: boolean
  /** Whether it expects a PROXY header before anything else. */
  readonly proxy: boolean
}

/** One setting that is another than before, as an operator would write it. */
export interface Changed {
  readonly key: string
  readonly before: unknown
  readonly after: unknown
}

/** What became of the last reload of the configuration. */
export interface LastReload {
  /** Counted from 1: whoever asks for one waits for a higher number than there was. */
  readonly number: number
  readonly state: 'under way' | 'taken' | 'refused'
  /** In use from then on. */
  readonly live: readonly Changed[]
  /** Takes a new start. */
  readonly waiting: readonly Changed[]
  /** Why it was refused. */
  readonly problems: readonly string[]
  /** Who has taken it, where several workers are the relay. */
  readonly workers?: readonly number[] | undefined
}

/** One of several processes that are the relay together. */
export interface WorkerPlace {
  /** From 1. */
  readonly worker: number
  readonly pid: number
}

/** What the file says, as JSON. */
export interface Places {
  /** With several workers, that of the process that has them. */
  readonly pid: number
  /** See `processStart`; without it there is no way to know whether the process is still the same. */
  readonly started?: string | null
  /** `null` where there is no ops endpoint. */
  readonly ops: Place | null
  /** The path of the admin socket, from the root on; `null` where there is none. */
  readonly admin: string | null
  /** In the order of the configuration. */
  readonly listeners: readonly ListenerPlace[]
  /** The directory of its log files; `null` where it writes none. */
  readonly logDir: string | null
  /** Not there where the relay is one process. */
  readonly workers?: readonly WorkerPlace[]
  /** Not there before the first. */
  readonly reload?: LastReload
}

export class AddressFile {
  readonly #path: string
  #places: Places
  #text = ''
  #removed = false

  /** Whoever reads it sees all of it or nothing. @throws the system's error */
  constructor(path: string, places: Places) {
    this.#path = path
    this.#places = places
    this.#write(places)
  }

  /** Says that too, for as long as the file is this relay's. @throws the system's error */
  tell(reload: LastReload): void {
    this.change({ reload })
  }

  /** Says these from now on, for as long as the file is this relay's. @throws the system's error */
  change(changed: Partial<Pick<Places, 'reload' | 'workers' | 'listeners'>>): void {
    if (this.#removed || !this.#isOwn()) return
    this.#places = { ...this.#places, ...changed }
    this.#write(this.#places)
  }

  /** Unless another relay has written it since. */
  remove(): void {
    this.#removed = true
    try {
      if (this.#isOwn()) rmSync(this.#path)
    } catch {
      // It cannot be removed: nobody answers there any more.
    }
  }

  /** Somebody may have removed it, or another relay may have written it since. */
  #isOwn(): boolean {
    try {
      return readFileSync(this.#path, 'utf8') === this.#text
    } catch {
      return false
    }
  }

  #write(places: Places): void {
    const text = `${JSON.stringify(places)}\n`
    const draft = `${this.#path}.${places.pid}`
    rmSync(draft, { force: true })
    try {
      // `wx` follows no link, and a rename replaces one.
      writeFileSync(draft, text, { flag: 'wx', mode: 0o644 })
      renameSync(draft, this.#path)
      this.#text = text
    } catch (error) {
      rmSync(draft, { force: true })
      throw error
    }
  }
}

/** @throws the system's error, or one that says that this is no such file */
export function readPlaces(path: string): Places {
  const text = readFileSync(path, 'utf8')
  let places: Partial<Places> | null = null
  try {
    places = JSON.parse(text)
  } catch {}
  if (!Array.isArray(places?.listeners) || places.ops === undefined)
    throw new Error(`${path}: expected what parlance serve --address-file writes`)
  return places as Places
}
