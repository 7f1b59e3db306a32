/** The lines between a client under development and the strict server: read with care, and sent whole, glued or cut. */

import { setTimeout as delay } from 'node:timers/promises'
import type { Verdicts } from '../check.js'
import { CheckFailure } from '../failure.js'
import type { RawPeer } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'
import { lineOf, maxLineBytes, SERVER_ERROR, wholeLine } from './wire.js'

/** How long a client may take to end its side when it has left. */
const CLOSING_MS = 10_000
/** Between the halves of a line that is cut in two. */
const GAP_MS = 20
/** Where it is cut: behind the verb and into the JSON. */
const CUT_BYTES = 9

export class StrictLines {
  readonly #peer: RawPeer
  readonly #verdicts: Verdicts

  constructor(peer: RawPeer, verdicts: Verdicts) {
    this.#peer = peer
    this.#verdicts = verdicts
  }

  /**
   * The next request; null when the connection is over, by the client's doing or by ours.
   * @param joined whether the client has something to leave
   */
  async next(joined: boolean): Promise<string | null> {
    const peer = this.#peer
    const tooLong = () =>
      wholeLine(peer.received) === 0 && peer.received.length > maxLineBytes(peer.received) + 1
    try {
      await peer.until(() => wholeLine(peer.received) > 0 || tooLong(), 'a line')
    } catch (error) {
      if (!(error instanceof CheckFailure)) throw error
      if (peer.received.length > 0)
        this.#verdicts.broken('C2', `ended in the middle of a line: ${shownBytes(peer.received)}`)
      else if (joined) this.#verdicts.broken('C3', 'ended the connection without LEAVE')
      return null
    }
    const bytes = tooLong() ? null : await peer.take(wholeLine(peer.received))
    if (bytes === null || bytes.length > maxLineBytes(bytes) + 2) {
      const most = maxLineBytes(bytes ?? peer.received) / 1024
      this.#verdicts.broken('C2', `sent a line of more than ${most} KiB`)
      this.send(SERVER_ERROR)
      return null
    }
    const line = lineOf(bytes)
    if (line.includes('\ufffd')) this.#verdicts.broken('M2', `sent what is not UTF-8: ${shownBytes(bytes)}`)
    // M3: padding at the end is nothing to blame anybody for.
    return line.replace(/[\r\0]+$/, '')
  }

  /** In one piece. */
  send(...lines: readonly string[]): void {
    this.#peer.write(lines.map((line) => `${line}\n`).join(''))
  }

  /** In two pieces. */
  async sendCut(line: string): Promise<void> {
    const bytes = Buffer.from(`${line}\n`)
    this.#peer.write(bytes.subarray(0, CUT_BYTES))
    await delay(GAP_MS)
    this.#peer.write(bytes.subarray(CUT_BYTES))
  }

  /** C3: ends the connection; nothing follows LEAVE. */
  async end(): Promise<void> {
    this.#peer.end()
    await this.#peer.closed('', CLOSING_MS).catch(() => {})
    const { received } = this.#peer
    if (received.length > 0) this.#verdicts.broken('C3', `sent more after LEAVE: ${shownBytes(received)}`)
  }
}
