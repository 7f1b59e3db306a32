/** A transport over a `net.Socket` or a TLS socket, by public interfaces alone. */

import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { clientOf, ownPeer } from './peer-address.js'
import { kernelKey, type Transport, type TransportEvents } from './transport.js'

export class SocketTransport implements Transport {
  readonly remoteAddress: string
  readonly remotePort: number
  readonly port = null
  readonly #socket: Socket
  #events: TransportEvents | null = null

  constructor(socket: Socket) {
    this.#socket = socket
    const client = clientOf(socket)
    this.remoteAddress = client.address
    this.remotePort = client.port
    // From the first tick: an unhandled `error` would end the process.
    socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(error.code ?? error.message))
  }

  get certificateName(): string | null {
    const socket = this.#socket
    if (!(socket instanceof TLSSocket) || !socket.authorized) return null
    // Node makes a list of several: then there is no telling which is meant.
    const name: unknown = socket.getPeerCertificate()?.subject?.CN
    return typeof name === 'string' && name !== '' ? name : null
  }

  /** Of TLS: before it was encrypted, which makes it a few percent more. */
  get takenBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength
  }

  get presentedSecret(): null {
    return null
  }

  get partialFrame(): number {
    return 0
  }

  get heldBytes(): number {
    return 0
  }

  get kernelKey(): string {
    const { address, port } = ownPeer(this.#socket)
    return kernelKey(this.#socket.localPort ?? 0, address, port)
  }

  get openDescriptor(): null {
    return null
  }

  open(events: TransportEvents): void {
    this.#events = events
    const socket = this.#socket
    socket.on('data', (chunk) => this.#events?.received(chunk as Buffer, chunk.length))
    socket.on('end', () => this.#events?.ended())
    socket.on('close', () => this.#fail('closed'))
    if (socket.destroyed) this.#fail('closed')
  }

  write(bytes: Buffer): boolean {
    this.#socket.write(bytes, this.#onWritten)
    return false
  }

  writeMany(pieces: Buffer[]): boolean {
    const socket = this.#socket
    socket.cork()
    const last = pieces.length - 1
    for (let index = 0; index < last; index++) socket.write(pieces[index] as Buffer)
    socket.write(pieces[last] as Buffer, this.#onWritten)
    socket.uncork()
    return false
  }

  /** There is no port, so nothing was begun elsewhere. */
  writeRest(bytes: Buffer, rest: number): boolean {
    return this.write(bytes.subarray(bytes.length - rest))
  }

  lastWords(): null {
    return null
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  end(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#events = null
    this.#socket.destroy()
  }

  reset(): void {
    this.#events = null
    // Only a plain socket can be reset.
    if (this.#socket instanceof TLSSocket) this.#socket.destroy()
    else this.#socket.resetAndDestroy()
  }

  /** One for all writes: a closure per write would be per delivery. Errors come by the `error` event. */
  readonly #onWritten = (error?: Error | null): void => {
    if (!error) this.#events?.written()
  }

  #fail(code: string): void {
    const events = this.#events
    this.#events = null
    this.#socket.destroy()
    events?.failed(code)
  }
}
