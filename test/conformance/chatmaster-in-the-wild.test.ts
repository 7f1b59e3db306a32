/**
 * A client as they are found in the wild, on the listener that is meant for it: bare JSON without anything between the
 * packages and without compression, a boolean status, notifications with `parameters`, `channel_list`, and parameters
 * that are null where there are none. It knows nothing of what else the relay could do. Rules X2, X5, X12, X13.
 */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import test from 'node:test'
import { startRelay } from '../fixtures/start-relay.js'

interface Package {
  readonly type: string
  readonly data: Record<string, unknown>
}

class WildClient {
  readonly #socket: Socket
  #text = ''
  #changed: () => void = () => {}

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      this.#text += text
      this.#changed()
    })
  }

  static async connect(port: number): Promise<WildClient> {
    const socket = connect({ port, host: '127.0.0.1' })
    const client = new WildClient(socket)
    await once(socket, 'connect')
    assert.deepEqual(await client.read(), { type: 'request', data: { request: 'login' } })
    return client
  }

  command(command: string, parameters: object | null = null): void {
    this.#socket.write(JSON.stringify({ type: 'command', data: { command, parameters } }))
  }

  message(message: string, username: string): void {
    this.#socket.write(JSON.stringify({ type: 'message', data: { message, username } }))
  }

  /** The next object in what has come, wherever it ends. */
  async read(): Promise<Package> {
    for (;;) {
      for (let end = this.#text.indexOf('}'); end !== -1; end = this.#text.indexOf('}', end + 1)) {
        const one = parsed(this.#text.slice(0, end + 1))
        if (one === null) continue
        this.#text = this.#text.slice(end + 1)
        return one
      }
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    }
  }

  /** The next one is a notification of this type. @returns its parameters */
  async notified(eventType: string): Promise<unknown> {
    const { type, data } = await this.read()
    assert.equal(type, 'notification')
    assert.deepEqual(Object.keys(data).sort(), ['event_type', 'parameters'])
    assert.equal(data.event_type, eventType)
    return data.parameters
  }

  close(): void {
    this.#socket.destroy()
  }
}

function parsed(text: string): Package | null {
  try {
    return JSON.parse(text) as Package
  } catch {
    return null
  }
}

test('X2 X5 X12 X13 a session of two clients in the wild', { timeout: 20_000 }, async (t) => {
  const listen = 'chatmaster://127.0.0.1:0?status=boolean&notifications=nested&compression=off'
  const { port } = await startRelay(t, { settings: { listen } })
  const clients: WildClient[] = []
  t.after(() => {
    for (const client of clients) client.close()
  })
  const come = async () => {
    const client = await WildClient.connect(port)
    clients.push(client)
    return client
  }

  const amy = await come()
  amy.command('login', { username: 'Amy' })
  assert.deepEqual(await amy.read(), { type: 'session', data: { status: true, channels: ['general'] } })
  assert.deepEqual(await amy.notified('user_joined'), { username: 'Amy', channel: 'general' })

  const bob = await come()
  bob.command('login', { username: 'Amy' })
  const reason = 'Username is already taken.'
  assert.deepEqual(await bob.read(), { type: 'session', data: { status: false, reason } })
  bob.command('login', { username: 'Bob' })
  assert.deepEqual(await bob.read(), { type: 'session', data: { status: true, channels: ['general'] } })
  for (const client of [bob, amy])
    assert.deepEqual(await client.notified('user_joined'), { username: 'Bob', channel: 'general' })

  bob.message('Hello World!', 'Bob')
  bob.message('Grüße {"an":"alle"}', 'Bob')
  for (const message of ['Hello World!', 'Grüße {"an":"alle"}'])
    assert.deepEqual(await amy.read(), { type: 'message', data: { message, username: 'Bob' } })

  bob.command('rename', { username: 'Rob' })
  for (const client of [bob, amy])
    assert.deepEqual(await client.notified('user_rename'), { old_username: 'Bob', new_username: 'Rob' })

  bob.command('join', { channel: 'Google' })
  assert.deepEqual(await bob.notified('user_joined'), { username: 'Rob', channel: 'Google' })
  assert.deepEqual(await amy.notified('user_left'), { username: 'Rob', channel: 'general' })
  amy.command('channel_list')
  assert.deepEqual(await amy.notified('channel_list'), { channels: ['Google', 'general'] })
  bob.command('private')
  assert.deepEqual(await bob.notified('channel_private'), { channel: 'Google' })
  amy.command('channel_list')
  assert.deepEqual(await amy.notified('channel_list'), { channels: ['general'] })
  bob.command('public')
  assert.deepEqual(await bob.notified('channel_public'), { channel: 'Google' })

  bob.command('leave')
  for (const client of [bob, amy])
    assert.deepEqual(await client.notified('user_joined'), { username: 'Rob', channel: 'general' })
  bob.command('leave')
  assert.deepEqual(await bob.read(), {
    type: 'error',
    data: { error_type: 'leave', message: 'You are not in a channel.' },
  })
  bob.close()
  assert.deepEqual(await amy.notified('user_left'), { username: 'Rob', channel: 'general' })
})
