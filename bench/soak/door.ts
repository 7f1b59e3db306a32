/**
 * The only way in for everybody of this bench. Knows where the relay listens for what; can be shut for a while, so that whoever is to
 * be refused because there is no room is the one who was meant.
 */

import type { RawPeer } from '../../src/conform/raw-peer.js'
import { connectTo } from '../../src/conform/run-check.js'
import type { Deeds } from './deeds.js'
import type { SoakDialect } from './speech.js'

/** How long somebody who is answered may have to wait, on a machine that does other things as well. */
const ANSWER_MS = 30_000
const QUIET_MS = 50

export interface Places {
  readonly host: string
  /** By dialect; `ws` for WebSocket, and `storm` for framed in a room of its own. */
  readonly ports: ReadonlyMap<string, number>
}

export class Door {
  readonly places: Places
  readonly #deeds: Deeds
  #entering = 0
  #shut: Promise<void> | null = null

  constructor(places: Places, deeds: Deeds) {
    this.places = places
    this.#deeds = deeds
  }

  portOf(what: string): number {
    const port = this.places.ports.get(what)
    if (port === undefined) throw new RangeError(`nobody listens for ${what}`)
    return port
  }

  /** A connection of a dialect's, as plain bytes, which counts as one that was made. */
  async open(dialect: SoakDialect, isOverWebSocket: boolean): Promise<RawPeer> {
    return await this.enter(() => this.openNow(dialect, isOverWebSocket))
  }

  /** The same, whether or not the door is shut. */
  async openNow({ wire, messages }: SoakDialect, isOverWebSocket: boolean): Promise<RawPeer> {
    const { host } = this.places
    const port = this.portOf(isOverWebSocket ? 'ws' : wire.name)
    const peer = await connectTo({
      host,
      port,
      timeoutMs: ANSWER_MS,
      quietMs: QUIET_MS,
      freshName: () => '',
      ...(isOverWebSocket
        ? {
            over: {
              url: { authority: `${host}:${port}`, path: '/' },
              tls: false,
              subprotocol: wire.name,
              messages,
            },
          }
        : {}),
    })
    this.#deeds.connected++
    return peer
  }

  /** Has `come` done while the door is open. */
  async enter<Result>(come: () => Promise<Result>): Promise<Result> {
    while (this.#shut !== null) await this.#shut
    this.#entering++
    try {
      return await come()
    } finally {
      this.#entering--
    }
  }

  /** Has `work` done while nobody else comes in. */
  async alone(work: () => Promise<void>): Promise<void> {
    while (this.#shut !== null) await this.#shut
    let open = () => {}
    this.#shut = new Promise((resolve) => {
      open = resolve
    })
    try {
      while (this.#entering > 0) await new Promise((resolve) => setTimeout(resolve, 5))
      await work()
    } finally {
      this.#shut = null
      open()
    }
  }
}
