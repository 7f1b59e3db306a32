/**
 * One simulated client: a socket, the protocol's side of it, and whether it is still there. All clients of a
 * process receive into one buffer; it is free again when a read returns, since nothing keeps its bytes.
 */

import { connect, type Socket } from 'node:net'
import type { ClientEvents, Target, TargetClient } from '../targets/target.js'
import type { Tally } from './tally.js'

const RECEIVE_BYTES = 256 * 1024
const receiveBuffer = Buffer.allocUnsafeSlow(RECEIVE_BYTES)

export interface LoadClientSetup {
  target: Target
  host: string
  port: number
  /** The address to connect from; undefined for the system's choice. */
  sourceAddress: string | undefined
  name: string
  receiver: number
  payloadBytes: number
  tally: Tally
  /** Called after each chunk, when all of it has been counted. */
  chunkRead: () => void
}

export class LoadClient implements ClientEvents {
  /** Why the client is no longer there, or never was; null while it is. */
  failure: string | null = null

  readonly socket: Socket
  readonly #protocol: TargetClient
  readonly #settled: (client: LoadClient) => void
  #isJoined = false

  /** @param settled called once: joined, or failed before it */
  constructor(setup: LoadClientSetup, settled: (client: LoadClient) => void) {
    const { target, tally, chunkRead } = setup
    this.#settled = settled
    const protocol = target.client({
      name: setup.name,
      payloadBytes: setup.payloadBytes,
      receiver: setup.receiver,
      deliveries: tally,
      events: this,
    })
    this.#protocol = protocol
    this.socket = connect({
      host: setup.host,
      port: setup.port,
      ...(setup.sourceAddress === undefined ? {} : { localAddress: setup.sourceAddress }),
      noDelay: true,
      // Without `onread` each chunk costs a Buffer, an event and a pass through the stream machinery.
      onread: {
        buffer: receiveBuffer,
        callback: (length, buffer) => {
          tally.beginChunk()
          protocol.read(buffer, length)
          tally.endChunk()
          chunkRead()
          return true
        },
      },
    })
    this.socket.on('connect', () => this.socket.write(this.#protocol.opening()))
    this.socket.on('error', (error) => this.#fail(error.message))
    this.socket.on('close', () => this.#fail('the server closed the connection'))
  }

  get isJoined(): boolean {
    return this.#isJoined && this.failure === null
  }

  joined(): void {
    if (this.#isJoined) return
    this.#isJoined = true
    this.#settled(this)
  }

  refused(reason: string): void {
    this.#fail(reason)
  }

  reply(bytes: Uint8Array): void {
    this.socket.write(bytes)
  }

  /** Goes without a word; not a failure. */
  destroy(): void {
    this.failure ??= 'left'
    this.socket.destroy()
  }

  #fail(reason: string): void {
    if (this.failure !== null) return
    this.failure = reason
    this.socket.destroy()
    if (!this.#isJoined) this.#settled(this)
  }
}
