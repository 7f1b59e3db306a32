/**
 * One simulated client: a socket, the protocol's side of it, and whether it is still there. All clients of a
 * process receive into one buffer; it is free again when a read returns, since nothing keeps its bytes.
 */

import { connect, type Socket } from 'node:net'
import type { End } from '../requests.js'
import type { ClientEvents, DeliverySink, Target, TargetClient } from '../targets/target.js'

const RECEIVE_BYTES = 256 * 1024
const receiveBuffer = Buffer.allocUnsafeSlow(RECEIVE_BYTES)

const TRICKLE_MS = 100

/** Takes what a chunk brings; told where each chunk begins and ends. */
export interface ChunkSink extends DeliverySink {
  beginChunk(): void
  endChunk(): void
}

export interface LoadClientSetup {
  target: Target
  host: string
  port: number
  /** The address to connect from; undefined for the system's choice. */
  sourceAddress: string | undefined
  name: string
  /** The room to be in; undefined where it is not the client's to say. */
  room: string | undefined
  receiver: number
  payloadBytes: number
  sink: ChunkSink
  /** Called after each chunk, when all of it has been counted. */
  chunkRead: () => void
  /** How much to read at a time, once `trickle` was called; undefined for a client that always reads all. */
  trickleBytesPerSecond?: number
}

export class LoadClient implements ClientEvents {
  /** Why the client is no longer there, or never was; null while it is. */
  failure: string | null = null

  readonly socket: Socket
  readonly #protocol: TargetClient
  readonly #settled: (client: LoadClient) => void
  readonly #gone: (client: LoadClient) => void
  #isJoined = false
  #isSlow = false
  #trickles = false

  /**
   * @param settled called once: joined, or failed before it
   * @param gone called when it fails after it has joined
   */
  constructor(
    setup: LoadClientSetup,
    settled: (client: LoadClient) => void,
    gone: (client: LoadClient) => void,
  ) {
    const { target, sink, chunkRead, trickleBytesPerSecond } = setup
    this.#settled = settled
    this.#gone = gone
    const protocol = target.client({
      name: setup.name,
      ...(setup.room === undefined ? {} : { room: setup.room }),
      payloadBytes: setup.payloadBytes,
      receiver: setup.receiver,
      deliveries: sink,
      events: this,
    })
    this.#protocol = protocol
    const ownBuffer =
      trickleBytesPerSecond === undefined
        ? receiveBuffer
        : Buffer.allocUnsafeSlow(Math.max(1, Math.round((trickleBytesPerSecond * TRICKLE_MS) / 1000)))
    this.socket = connect({
      host: setup.host,
      port: setup.port,
      ...(setup.sourceAddress === undefined ? {} : { localAddress: setup.sourceAddress }),
      noDelay: true,
      // Without `onread` each chunk costs a Buffer, an event and a pass through the stream machinery.
      onread: {
        buffer: ownBuffer,
        callback: (length, buffer) => {
          sink.beginChunk()
          protocol.read(buffer, length)
          sink.endChunk()
          chunkRead()
          return !this.#trickles
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

  /** Whether it no longer reads as fast as it can. */
  get isSlow(): boolean {
    return this.#isSlow
  }

  /** Both ends of its connection; null for one that is not connected. */
  get ends(): { client: End; server: End } | null {
    const { localAddress, localPort, remoteAddress, remotePort } = this.socket
    if (localAddress === undefined || localPort === undefined) return null
    if (remoteAddress === undefined || remotePort === undefined) return null
    return {
      client: { address: localAddress, port: localPort },
      server: { address: remoteAddress, port: remotePort },
    }
  }

  /** Reads nothing more: what the server sends stays in the kernel, and then with the server. */
  stopReading(): void {
    this.#isSlow = true
    this.socket.pause()
  }

  /** Reads its small buffer full ten times a second from now on. */
  trickle(): void {
    this.#isSlow = true
    this.#trickles = true
    const timer = setInterval(() => {
      if (this.failure === null) this.socket.resume()
      else clearInterval(timer)
    }, TRICKLE_MS)
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
    if (this.#isJoined) this.#gone(this)
    else this.#settled(this)
  }
}
