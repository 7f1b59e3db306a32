/** Listens for clients under development and lets a suite's strict server serve each. Owns the listener and its connections. */

import { createServer, type Server, type Socket } from 'node:net'
import type { Suite } from './check.js'
import { ClientReport } from './client-report.js'
import { CheckFailure } from './failure.js'
import { FOREVER_MS, RawPeer } from './raw-peer.js'
import { shownBytes } from './shown-bytes.js'

export interface TrialOptions {
  readonly suite: Suite
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  /** Takes one line without a line end. */
  readonly print: (line: string) => void
  /** A client has gone, and its summary is printed. */
  readonly ended?: () => void
}

const QUIET_MS = 200
/** How long a client may take to end its side when it is done. */
const CLOSING_MS = 1000

export class ClientTrial {
  readonly #options: TrialOptions
  readonly #server: Server
  readonly #peers = new Set<RawPeer>()
  readonly #serving = new Set<Promise<void>>()
  #count = 0
  #mistakes = 0

  private constructor(options: TrialOptions) {
    this.#options = options
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket))
  }

  /** @throws the system's error when the address cannot be had */
  static async listen(options: TrialOptions): Promise<ClientTrial> {
    const trial = new ClientTrial(options)
    await new Promise<void>((resolve, reject) => {
      trial.#server.once('error', reject).once('listening', resolve)
      trial.#server.listen(options.port, options.host)
    })
    return trial
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port
  }

  /** How many mistakes the clients made so far that have gone. */
  get mistakes(): number {
    return this.#mistakes
  }

  /** Ends everything; the summaries of clients that are still there are printed. */
  async stop(): Promise<void> {
    this.#server.close()
    for (const peer of this.#peers) peer.close()
    await Promise.all(this.#serving)
  }

  #accept(socket: Socket): void {
    const peer = new RawPeer(socket, { timeoutMs: FOREVER_MS, quietMs: QUIET_MS })
    this.#peers.add(peer)
    const serving = this.#serve(peer, ++this.#count)
    this.#serving.add(serving)
    void serving.finally(() => this.#serving.delete(serving))
  }

  async #serve(peer: RawPeer, number: number): Promise<void> {
    const { suite, print, ended } = this.#options
    const report = new ClientReport(`#${number}`, print)
    const { remoteAddress, remotePort } = peer.socket
    report.note(`connected from ${remoteAddress} port ${remotePort}`)
    try {
      await suite.strictServer(peer, report)
    } catch (error) {
      // The end of the connection is what a strict server waits for in the end.
      if (!(error instanceof CheckFailure && peer.ended))
        report.note(`the strict server failed: ${String(error)}`)
      else if (peer.received.length > 0)
        report.note(`the connection ended behind ${shownBytes(peer.received)}`)
    }
    if (!peer.socket.destroyed) {
      peer.end()
      await peer.closed('', CLOSING_MS).catch(() => {})
    }
    peer.close()
    this.#peers.delete(peer)
    this.#mistakes += report.mistakes
    report.note('disconnected')
    report.summary()
    ended?.()
  }
}
