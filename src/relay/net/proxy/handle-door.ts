/** The PROXY header of a connection over Node's handle: read through the transport that then is the client's. */

import type { HandleTransport } from '../handle-transport.js'
import type { PeerAddress } from '../peer-address.js'
import type { Transport, TransportEvents } from '../transport.js'
import type { Arrival, Door, ProxyGate } from './proxy-gate.js'

/** @returns takes a transport in the place of `accept`, which gets it when its client is known */
export function throughGate(
  gate: ProxyGate,
  accept: (transport: Transport) => void,
): (transport: HandleTransport) => void {
  return (transport) => new HandleDoor(transport, gate, accept).open()
}

class HandleDoor implements Door, TransportEvents {
  readonly peer: PeerAddress
  readonly #transport: HandleTransport
  readonly #gate: ProxyGate
  readonly #accept: (transport: Transport) => void
  #arrival: Arrival | null = null
  /** Whether it has been closed already, because it broke. */
  #isBroken = false

  constructor(transport: HandleTransport, gate: ProxyGate, accept: (transport: Transport) => void) {
    this.#transport = transport
    this.#gate = gate
    this.#accept = accept
    this.peer = { address: transport.remoteAddress, port: transport.remotePort }
  }

  open(): void {
    this.#arrival = this.#gate.arrive(this)
    if (this.#arrival !== null) this.#transport.open(this)
  }

  enter(client: PeerAddress | null, rest: Buffer): void {
    if (client !== null) this.#transport.standFor(client)
    this.#accept(this.#transport)
    if (rest.length > 0) this.#transport.feed(rest)
  }

  close(): void {
    if (!this.#isBroken) this.#transport.destroy()
  }

  received(bytes: Buffer, length: number): void {
    this.#arrival?.take(bytes.subarray(0, length))
  }

  ended(): void {
    this.#arrival?.ended()
  }

  failed(): void {
    this.#isBroken = true
    this.#arrival?.ended()
  }

  written(): void {}

  releasing(): void {}
}
