/**
 * What a client under development sends, package by package, plain or compressed as its first byte says (X12). Finds
 * what is none, and says by which rule.
 */

import { FOREVER_MS, type RawPeer } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'
import {
  asPackage,
  depthOf,
  inflated,
  MAX_PACKAGE_BYTES,
  MAX_PACKAGE_DEPTH,
  objectEnd,
  type Package,
} from './wire.js'

/** What came next. */
export type Came =
  | { readonly kind: 'package'; readonly one: Package }
  /** The connection is over; `behind` is what was begun and not completed. */
  | { readonly kind: 'end'; readonly behind: string | null }
  /** `words` are the error that is answered. */
  | { readonly kind: 'mistake'; readonly rule: string; readonly what: string; readonly words: string }

const FIRST_OF_ZLIB = 0x78

export class ClientPackages {
  /** Unknown until something has come. */
  compressed: boolean | null = null
  readonly #peer: RawPeer

  constructor(peer: RawPeer) {
    this.#peer = peer
  }

  async next(): Promise<Came> {
    const peer = this.#peer
    for (;;) {
      await this.#trim()
      if (peer.received.length > 0) {
        this.compressed ??= peer.received[0] === FIRST_OF_ZLIB
        const came = await (this.compressed ? this.#zlib() : this.#plain())
        if (came !== null) return came
      }
      const have = peer.received.length
      if (!(await arrived(peer, () => peer.received.length > have))) {
        return { kind: 'end', behind: have === 0 ? null : shownBytes(peer.received) }
      }
    }
  }

  /** White space between plain packages. */
  async #trim(): Promise<void> {
    if (this.compressed === true) return
    const { received } = this.#peer
    let spaces = 0
    while (spaces < received.length && ' \t\r\n'.includes(String.fromCharCode(received[spaces] as number)))
      spaces++
    if (spaces > 0) {
      this.compressed = false
      await this.#peer.take(spaces)
    }
  }

  async #plain(): Promise<Came | null> {
    const { received } = this.#peer
    const end = objectEnd(received)
    if (end === -1)
      return mistake('X11', `sent what is no package: ${shownBytes(received)}`, 'Not a package.')
    if (end > MAX_PACKAGE_BYTES || (end === 0 && received.length > MAX_PACKAGE_BYTES)) return tooLarge('sent')
    return end === 0 ? null : judged((await this.#peer.take(end)).toString())
  }

  async #zlib(): Promise<Came | null> {
    const { received } = this.#peer
    try {
      const stream = inflated(received)
      if (stream === null) return null
      await this.#peer.take(stream.consumed)
      return judged(stream.bytes.toString())
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return tooLarge('compressed')
      return mistake('X12', `sent what is no zlib stream: ${shownBytes(received)}`, 'Not a zlib stream.')
    }
  }
}

function judged(text: string): Came {
  const one = asPackage(text)
  const shown = shownBytes(Buffer.from(text))
  if (one === null) return mistake('X11', `sent what is no package: ${shown}`, 'Not a package.')
  if (depthOf(one) > MAX_PACKAGE_DEPTH)
    return mistake('X11', `sent a package of more than four levels: ${shown}`, 'Package nested too deeply.')
  return { kind: 'package', one }
}

function tooLarge(verb: string): Came {
  return mistake('X12', `${verb} a package of more than 64 KiB`, 'Package too large.')
}

function mistake(rule: string, what: string, words: string): Came {
  return { kind: 'mistake', rule, what, words }
}

/** Whether it came to that before the connection ended. */
function arrived(peer: RawPeer, condition: () => boolean): Promise<boolean> {
  return peer.until(condition, '', FOREVER_MS).then(
    () => true,
    () => false,
  )
}
