/**
 * The native ports: one call for a whole lane, which sends to descriptors (`fanout.c`). Optional: without a compiler at
 * build time there is none, and `handle-ports.ts` does the same. Owns the bytes that Node's handles do not see. Members
 * over WebSocket get the same bytes behind a header: a frame that is made once for all of them, and a second call.
 *
 * A descriptor's number is used again as soon as it is closed. So it is taken out here before: a transport says
 * `releasing` right before every close, and the outbox then has its lane let go of its port.
 */

import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Port, Ports } from '../fanout/ports.js'
import type { DirectCount, HandleTransport } from './handle-transport.js'
import { handlesSupported } from './tcp-handle.js'
import { MAX_HEADER_BYTES, OPCODE, writeHeader } from './websocket/server-frame.js'

/** Where `scripts/build-native` puts it: the same from the sources and from what is built of them. */
const ADDON = fileURLToPath(new URL('../../../dist/fanout.node', import.meta.url))

interface Addon {
  /** @returns how many pairs it has written into `refused`: a place, and how many of the last bytes were not taken */
  send(descriptors: Int32Array, places: number, bytes: Buffer, refused: Int32Array): number
  /** Two numbers for each place: what is not acknowledged, in bytes, and how often the kernel has asked in vain. */
  held(descriptors: Int32Array, places: number, held: Int32Array): void
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

/** As `held` of `fanout.c`; only after `loadNativeFanout` has returned `null`. */
export function heldByKernel(descriptors: Int32Array, places: number, held: Int32Array): void {
  ;(addon as Addon).held(descriptors, places, held)
}

const NONE = -1
const FIRST_PLACES = 16
/** As many as there are kinds: nothing before the bytes, the header of a text frame, that of a binary one. */
const OPCODES = [0, OPCODE.text, OPCODE.binary] as const

/** Only after `loadNativeFanout` has returned `null`. */
export class DescriptorPorts implements Ports {
  refused = new Int32Array(2 * FIRST_PLACES)
  /** By opcode; a lane has one or two of them. */
  readonly #kinds: (DescriptorsOfKind | null)[] = OPCODES.map(() => null)

  set(place: number, port: Port | null): void {
    const transport = port as HandleTransport | null
    const opcode = transport?.opcode ?? NONE
    for (const kind of this.#kinds) if (kind !== null && kind.opcode !== opcode) kind.set(place, null)
    if (transport === null) return
    let kind = this.#kinds[opcode] ?? null
    if (kind === null) {
      kind = new DescriptorsOfKind(opcode)
      this.#kinds[opcode] = kind
    }
    kind.set(place, transport)
  }

  send(bytes: Buffer, places: number): number {
    let refused = 0
    for (const kind of this.#kinds) {
      if (kind === null || kind.count === 0) continue
      const pairs = kind.send(bytes, places)
      if (pairs > 0) this.#note(kind.refused, pairs, refused)
      refused += pairs
    }
    return refused
  }

  #note(of: Int32Array, pairs: number, before: number): void {
    const values = 2 * (before + pairs)
    if (values > this.refused.length) {
      const larger = new Int32Array(Math.max(values, 2 * this.refused.length))
      larger.set(this.refused)
      this.refused = larger
    }
    this.refused.set(of.subarray(0, 2 * pairs), 2 * before)
  }
}

/** Those of one lane who get the same bytes, also before them. */
class DescriptorsOfKind implements DirectCount {
  readonly opcode: number
  refused = new Int32Array(2 * FIRST_PLACES)
  /** How many places are taken. */
  count = 0
  /** What a port that has always been here was sent: nothing is counted for each of them. */
  sentBytes = 0
  readonly #addon = addon as Addon
  #descriptors = new Int32Array(FIRST_PLACES).fill(NONE)
  readonly #transports: (HandleTransport | null)[] = []

  constructor(opcode: number) {
    this.opcode = opcode
  }

  set(place: number, transport: HandleTransport | null): void {
    const before = this.#transports[place] ?? null
    if (before === null && transport === null) return
    if (place >= this.#descriptors.length) this.#growTo(place + 1)
    if (before !== null) {
      before.directBytes += this.sentBytes
      before.directCount = null
      this.count--
    }
    this.#transports[place] = transport
    this.#descriptors[place] = transport?.descriptor ?? NONE
    if (transport !== null) {
      transport.directBytes -= this.sentBytes
      transport.directCount = this
      this.count++
    }
  }

  send(bytes: Buffer, places: number): number {
    // The kernel copies before the call returns, so the next one can have the same memory.
    const framed = this.opcode === 0 ? bytes : frameInScratch(this.opcode, bytes)
    const refused = this.#addon.send(
      this.#descriptors,
      Math.min(places, this.#descriptors.length),
      framed,
      this.refused,
    )
    this.sentBytes += framed.length
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
    this.refused = new Int32Array(places * 2)
  }
}

let scratch = Buffer.allocUnsafeSlow(64 * 1024)

/** @returns a whole frame, good until the next call */
function frameInScratch(opcode: number, bytes: Buffer): Buffer {
  const most = MAX_HEADER_BYTES + bytes.length
  if (most > scratch.length) scratch = Buffer.allocUnsafeSlow(2 * most)
  const header = writeHeader(scratch, opcode, bytes.length)
  scratch.set(bytes, header)
  return scratch.subarray(0, header + bytes.length)
}
