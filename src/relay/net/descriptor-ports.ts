/**
 * The native ports: one call for a whole lane, which sends to descriptors (`fanout.c`). Optional: without a compiler at
 * build time there is none, and `handle-ports.ts` does the same. Owns the bytes that Node's handles do not see.
 *
 * A descriptor's number is used again as soon as it is closed. So it is taken out here before: a transport says
 * `releasing` right before every close, and the outbox then has its lane let go of its port.
 */

import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Port, Ports } from '../fanout/ports.js'
import type { HandleTransport } from './handle-transport.js'
import { handlesSupported } from './tcp-handle.js'

/** Where `scripts/build-native` puts it: the same from the sources and from what is built of them. */
const ADDON = fileURLToPath(new URL('../../../dist/fanout.node', import.meta.url))

interface Addon {
  /** @returns how many pairs it has written into `refused`: a place, and how many of the last bytes were not taken */
  send(descriptors: Int32Array, places: number, bytes: Buffer, refused: Int32Array): number
}

let addon: Addon | null = null

/** Has it ready. @returns why there is none, or `null` when there is */
export function loadNativeFanout(): string | null {
  if (!handlesSupported) return 'this Node has no handles of which the descriptors are known'
  try {
    addon ??= createRequire(import.meta.url)(ADDON) as Addon
    return null
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'MODULE_NOT_FOUND'
      ? 'it was not built, which takes a C compiler'
      : (message.split('\n')[0] as string)
  }
}

const NONE = -1
const FIRST_PLACES = 16

/** Only after `loadNativeFanout` has returned `null`. */
export class DescriptorPorts implements Ports {
  refused = new Int32Array(2 * FIRST_PLACES)
  readonly #addon = addon as Addon
  #descriptors = new Int32Array(FIRST_PLACES).fill(NONE)
  readonly #transports: (HandleTransport | null)[] = []
  /** What a port that has always been here was sent: nothing is counted for each of them. */
  sentBytes = 0

  set(place: number, port: Port | null): void {
    if (place >= this.#descriptors.length) this.#growTo(place + 1)
    const before = this.#transports[place] ?? null
    if (before !== null) {
      before.directBytes += this.sentBytes
      before.directCount = null
    }
    const transport = port as HandleTransport | null
    this.#transports[place] = transport
    this.#descriptors[place] = transport?.descriptor ?? NONE
    if (transport !== null) {
      transport.directBytes -= this.sentBytes
      transport.directCount = this
    }
  }

  send(bytes: Buffer, places: number): number {
    const refused = this.#addon.send(
      this.#descriptors,
      Math.min(places, this.#descriptors.length),
      bytes,
      this.refused,
    )
    this.sentBytes += bytes.length
    for (let pair = 0; pair < refused; pair++) {
      const transport = this.#transports[this.refused[pair * 2] as number] as HandleTransport
      transport.directBytes -= this.refused[pair * 2 + 1] as number
    }
    return refused
  }

  #growTo(least: number): void {
    let places = this.#descriptors.length
    while (places < least) places *= 2
    const larger = new Int32Array(places).fill(NONE)
    larger.set(this.#descriptors)
    this.#descriptors = larger
    // Of the last call something may still be to be read.
    const refused = new Int32Array(places * 2)
    refused.set(this.refused)
    this.refused = refused
  }
}
