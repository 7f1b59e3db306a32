/**
 * What the kernel holds for connections whose peers have not acknowledged it: `tx_queue` of Linux's tables of sockets,
 * which needs no native code. What it costs is in docs/performance.md; it never blocks the event loop.
 *
 *    sl  local_address rem_address   st tx_queue:rx_queue tr:tm->when retrnsmt   uid  timeout inode …
 *     2: 0100007F:8557 0100007F:E464 01 0039DC00:00000000 04:00000004 00000000     0        3 7318 …
 *
 * Addresses are 32-bit words in the machine's byte order, ports are not. `retrnsmt` counts what was sent again without an
 * answer, and what is called `timeout` the probes of a full window, and those of the keep-alive.
 */

import { open } from 'node:fs/promises'
import { SocketAddress } from 'node:net'
import { endianness } from 'node:os'
import type { HeldByKernel, KernelView } from '../fanout/sink.js'
import { kernelKey } from './transport.js'

const DIRECTORY = '/proc/net'
const TABLES = ['tcp', 'tcp6']
/** The kernel gives a page at a time, whatever is asked for. */
const PAGE_BYTES = 4096

/** As far as it is looked at, of a socket whose `tx_queue` is not 0, or whose peer leaves something unanswered. */
const LINE =
  /^ *\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) [0-9A-F]{2} (?!00000000:.{20} 00000000 +\d+ +0 )([0-9A-F]{8}):[0-9A-F]{8} [0-9A-F]{2}:[0-9A-F]{8} ([0-9A-F]{8}) +\d+ +(\d+) /
const LISTENING = /^ *\d+: [0-9A-F:]+ [0-9A-F:]+ 0A /

export class SocketTable implements KernelView {
  readonly #directory: string
  readonly #page = Buffer.alloc(PAGE_BYTES)
  /** The read that is under way: whoever asks meanwhile gets its result. */
  #reading: Promise<ReadonlyMap<string, HeldByKernel> | null> | null = null

  /** @param directory for tests */
  constructor(directory: string = DIRECTORY) {
    this.#directory = directory
  }

  read(): Promise<ReadonlyMap<string, HeldByKernel> | null> {
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  async #readAll(): Promise<ReadonlyMap<string, HeldByKernel> | null> {
    const held = new Map<string, HeldByKernel>()
    let tables = 0
    for (const name of TABLES) {
      if (await this.#readTable(`${this.#directory}/${name}`, held)) tables++
    }
    return tables === 0 ? null : held
  }

  /** @returns whether there is such a table */
  async #readTable(path: string, held: Map<string, HeldByKernel>): Promise<boolean> {
    const file = await open(path).catch(() => null)
    if (file === null) return false
    try {
      let rest = ''
      for (;;) {
        const { bytesRead } = await file.read(this.#page, 0, PAGE_BYTES, null)
        if (bytesRead === 0) return true
        const lines = (rest + this.#page.toString('latin1', 0, bytesRead)).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) takeLine(line, held)
      }
    } catch {
      return false
    } finally {
      await file.close()
    }
  }
}

function takeLine(line: string, held: Map<string, HeldByKernel>): void {
  const match = LINE.exec(line)
  if (match === null || LISTENING.test(line)) return
  const [, , localPort, remote, remotePort, unacknowledged, resent, probes] = match as unknown as string[]
  const key = kernelKey(hex(localPort), addressOf(remote as string), hex(remotePort))
  held.set(key, { unacknowledgedBytes: hex(unacknowledged), unanswered: hex(resent) + Number(probes) })
}

function hex(digits: string | undefined): number {
  return Number.parseInt(digits as string, 16)
}

/** As Node writes it, an IPv4 address that was mapped into IPv6 as IPv4. */
function addressOf(words: string): string {
  const bytes = Buffer.from(words, 'hex')
  if (endianness() === 'LE') bytes.swap32()
  const isMapped = bytes.length === 16 && bytes.subarray(0, 12).equals(MAPPED_PREFIX)
  if (bytes.length === 4 || isMapped) return bytes.subarray(-4).join('.')
  const groups = bytes.toString('hex').match(/.{4}/g) as string[]
  return new SocketAddress({ family: 'ipv6', address: groups.join(':') }).address
}

const MAPPED_PREFIX = Buffer.from('00000000000000000000ffff', 'hex')
