/**
 * What the build has made for browsers, read into memory once: some two hundred kilobytes, so that no request opens a
 * file or takes a descriptor from those who chat. Knows files and their encodings, and nothing of HTTP's methods.
 */

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { getMimeType } from 'hono/utils/mime'

/** Where `scripts/build-web.mjs` puts them. */
const BUILT = fileURLToPath(new URL('../../../dist/web/public/', import.meta.url))
/** How a file may be compressed, best first, and what the build appends to its name. */
const ENCODINGS = { br: '.br', gzip: '.gz' } as const
/** Where chat.html has what the relay tells it. */
const TOLD = /(<meta name="(room|access)" content=")[^"]*"/g
const COMPRESSED = /\.(br|gz)$/

export type PageEncoding = keyof typeof ENCODINGS

export interface PageFile {
  readonly type: string
  /** Of its contents, in quotes; that of a compressed form has the encoding behind it. */
  readonly etag: (encoding: PageEncoding | null) => string
  readonly plain: Uint8Array<ArrayBuffer>
  readonly compressed: ReadonlyMap<PageEncoding, Uint8Array<ArrayBuffer>>
}

/** By name below the folder, such as `chat.html` or `assets/chat-QJ4.js`. Empty where nothing is built. */
export function readPageFiles(folder = BUILT): ReadonlyMap<string, PageFile> {
  const names = filesIn(folder)
  const files = new Map<string, PageFile>()
  for (const name of names) {
    if (COMPRESSED.test(name)) continue
    const plain = new Uint8Array(readFileSync(join(folder, name)))
    const compressed = new Map<PageEncoding, Uint8Array<ArrayBuffer>>()
    for (const [encoding, ending] of Object.entries(ENCODINGS) as [PageEncoding, string][])
      if (names.includes(name + ending))
        compressed.set(encoding, new Uint8Array(readFileSync(join(folder, name + ending))))
    files.set(name, pageFile(getMimeType(name) ?? 'application/octet-stream', plain, compressed))
  }
  return files
}

/** What the page of the chat is told. */
export interface Told {
  /** What the relay calls the room that everybody comes into. */
  readonly room: string
  /** Whether names need a password: `off`, some (`reserved`) or all (`closed`). */
  readonly access: string
}

/** The page of the chat with that in it. */
export function telling({ type, plain }: PageFile, told: Told): PageFile {
  const html = new TextDecoder().decode(plain)
  const filled = html.replace(TOLD, (_, before, what: keyof Told) => `${before}${escaped(told[what])}"`)
  const bytes = new TextEncoder().encode(filled)
  const compressed = new Map<PageEncoding, Uint8Array<ArrayBuffer>>([
    ['br', new Uint8Array(brotliCompressSync(bytes))],
    ['gzip', new Uint8Array(gzipSync(bytes))],
  ])
  return pageFile(type, bytes, compressed)
}

function pageFile(type: string, plain: PageFile['plain'], compressed: PageFile['compressed']): PageFile {
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 16)
  const etag = (encoding: PageEncoding | null) => `"${hash}${encoding === null ? '' : `-${encoding}`}"`
  return { type, etag, plain, compressed }
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function filesIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
