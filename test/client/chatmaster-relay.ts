/** A chatmaster relay that does what a test tells it, and keeps the packages that it gets. Written from the wire up. */

import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { deflateSync, inflateSync } from 'node:zlib'

export interface Package {
  readonly type: string
  readonly data: Record<string, unknown>
}

/** One client as the relay sees it. */
export class Guest {
  readonly socket: Socket
  /** Whether it sent compressed packages, and gets them (X12). */
  isCompressed = false

  constructor(socket: Socket) {
    this.socket = socket
  }

  send(type: string, data: object): void {
    const bytes = Buffer.from(`${JSON.stringify({ type, data })}\n`)
    this.socket.write(this.isCompressed ? deflateSync(bytes) : bytes)
  }

  notify(event: string, fields: object): void {
    this.send('notification', { event_type: event, ...fields })
  }
}

/** What a scripted relay does with one package. */
export type Script = (received: Package, guest: Guest) => void

export class ChatmasterRelay {
  readonly packages: Package[] = []
  readonly guests: Guest[] = []
  readonly #server: Server

  constructor(script: Script = welcoming()) {
    this.#server = createServer((socket) => {
      const guest = new Guest(socket)
      this.guests.push(guest)
      let held = Buffer.alloc(0)
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        held = Buffer.concat([held, chunk])
        for (let text = ''; held.length > 0; ) {
          if (held[0] === 0x78) {
            guest.isCompressed = true
            const { buffer, engine } = inflateSync(held, { info: true }) as unknown as {
              buffer: Buffer
              engine: { bytesWritten: number }
            }
            text = buffer.toString()
            held = held.subarray(engine.bytesWritten)
          } else {
            const end = held.indexOf(0x0a)
            if (end === -1) return
            text = held.toString('utf8', 0, end)
            held = held.subarray(end + 1)
          }
          const received = JSON.parse(text) as Package
          this.packages.push(received)
          script(received, guest)
        }
      })
      guest.send('request', { request: 'login' })
    })
  }

  /** @returns the port */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    for (const { socket } of this.guests) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** Lets everybody in but `taken`, takes them where they want to go, and leaves the rest to `more`. */
export function welcoming(taken: readonly string[] = [], more: Script = () => {}): Script {
  const names = new WeakMap<Guest, string>()
  return (received, guest) => {
    const { command, parameters } = received.data as { command?: string; parameters?: Record<string, string> }
    const name = names.get(guest) ?? parameters?.username ?? ''
    if (command === 'login' && taken.includes(name)) {
      guest.send('session', { status: 0, reason: 'Username is already taken.' })
    } else if (command === 'login') {
      names.set(guest, name)
      guest.send('session', { status: 1, channels: ['general'] })
      guest.notify('user_joined', { username: name, channel: 'general' })
    } else if (command === 'join') {
      guest.notify('user_joined', { username: name, channel: parameters?.channel })
    } else if (command === 'rename') {
      names.set(guest, parameters?.username ?? '')
      guest.notify('user_rename', { old_username: name, new_username: parameters?.username })
    }
    more(received, guest)
  }
}
