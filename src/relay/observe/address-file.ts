/**
 * Where a running relay listens, in a file that is there for as long as it does: for the health check, which knows
 * neither flags nor configuration file of the relay, and for whoever had it take any free port.
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
}

/** What the file says, as JSON. */
export interface Places {
  readonly pid: number
  /** `null` where there is no ops endpoint. */
  readonly ops: Place | null
  /** The path of the admin socket, from the root on; `null` where there is none. */
  readonly admin: string | null
  /** In the order of the configuration. */
  readonly listeners: readonly ListenerPlace[]
}

export class AddressFile {
  readonly #path: string
  readonly #text: string

  /** Whoever reads it sees all of it or nothing. @throws the system's error */
  constructor(path: string, places: Places) {
    this.#path = path
    this.#text = `${JSON.stringify(places)}\n`
    const draft = `${path}.${places.pid}`
    rmSync(draft, { force: true })
    try {
      // `wx` follows no link, and a rename replaces one.
      writeFileSync(draft, this.#text, { flag: 'wx', mode: 0o644 })
      renameSync(draft, path)
    } catch (error) {
      rmSync(draft, { force: true })
      throw error
    }
  }

  /** Unless another relay has written it since. */
  remove(): void {
    try {
      if (readFileSync(this.#path, 'utf8') === this.#text) rmSync(this.#path)
    } catch {
      // Somebody else has removed it, or it cannot be: nobody answers there any more.
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
