/** Packages as the conformance suite writes, reads and shows them: JSON with a line feed, or one zlib stream each. */

import { deflateSync, inflateSync } from 'node:zlib'
import { shownBytes } from '../shown-bytes.js'

export const MAX_PACKAGE_BYTES = 64 * 1024
export const MAX_PACKAGE_DEPTH = 4

const FIRST_OF_ZLIB = 0x78
const OPEN_BRACE = 0x7b

export type Json = Readonly<Record<string, unknown>>

/** A package `{"type","data"}`. */
export interface Package {
  readonly type: string
  readonly data: Json
}

export function command(name: string, parameters?: unknown): Package {
  return {
    type: 'command',
    data: parameters === undefined ? { command: name } : { command: name, parameters },
  }
}

export function message(text: string, username?: string): Package {
  return { type: 'message', data: username === undefined ? { message: text } : { message: text, username } }
}

export function said(username: string, text: string, more: Json = {}): Package {
  return { type: 'message', data: { message: text, username, ...more } }
}

export function notification(eventType: string, more: Json): Package {
  return { type: 'notification', data: { event_type: eventType, ...more } }
}

export function errorOf(type: string, words: string): Package {
  return { type: 'error', data: { error_type: type, message: words } }
}

export function joined(username: string, channel = 'general'): Package {
  return notification('user_joined', { username, channel })
}

export function left(username: string, channel = 'general'): Package {
  return notification('user_left', { username, channel })
}

/** A package as a client writes it. Text is taken as it is. */
export function packed(what: Package | string, compressed: boolean): Buffer {
  const text = typeof what === 'string' ? what : JSON.stringify(what)
  return compressed ? deflateSync(text) : Buffer.from(text)
}

/** How long the package of a relay is that begins here, a line or a zlib stream; 0 as long as it is not all there. */
export function wholePackage(bytes: Buffer): number {
  if (bytes[0] === FIRST_OF_ZLIB) return inflated(bytes)?.consumed ?? 0
  return bytes.indexOf('\n') + 1
}

/** What one package of a relay says. */
export interface Parsed {
  readonly text: string
  readonly compressed: boolean
}

/** @param bytes one whole package */
export function parsed(bytes: Buffer): Parsed {
  const stream = bytes[0] === FIRST_OF_ZLIB ? inflated(bytes) : null
  if (stream === null) return { text: bytes.toString(), compressed: false }
  return { text: stream.bytes.toString(), compressed: true }
}

/** A zlib stream at the beginning of `bytes`. @returns `null` as long as it is not all there @throws when it is none */
export function inflated(bytes: Buffer): { readonly bytes: Buffer; readonly consumed: number } | null {
  try {
    const result = inflateSync(bytes, { info: true, maxOutputLength: MAX_PACKAGE_BYTES }) as unknown as {
      readonly buffer: Buffer
      readonly engine: { readonly bytesWritten: number }
    }
    return { bytes: result.buffer, consumed: result.engine.bytesWritten }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR') return null
    throw error
  }
}

/** Where the object ends that begins `bytes`; 0 as long as it is not all there, -1 when there is none. */
export function objectEnd(bytes: Buffer): number {
  if (bytes.length > 0 && bytes[0] !== OPEN_BRACE) return -1
  let depth = 0
  let quoted = false
  for (let at = 0; at < bytes.length; at++) {
    const character = String.fromCharCode(bytes[at] as number)
    if (quoted) {
      if (character === '\\') at++
      else if (character === '"') quoted = false
    } else if (character === '"') {
      quoted = true
    } else if ('{['.includes(character)) {
      depth++
    } else if ('}]'.includes(character)) {
      if (--depth === 0) return at + 1
    }
  }
  return 0
}

/** How deep objects and arrays are within each other. */
export function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

/** Text as a package; `null` when it is none. */
export function asPackage(text: string): Package | null {
  try {
    const value: unknown = JSON.parse(text)
    if (!isObject(value) || typeof value.type !== 'string' || !isObject(value.data)) return null
    return { type: value.type, data: value.data }
  } catch {
    return null
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function shown(what: Package): string {
  return shownBytes(Buffer.from(JSON.stringify(what)))
}
