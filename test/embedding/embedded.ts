/** A relay as a program has it inside, on free ports of the loopback, with what it says about itself and raw clients. */

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { RawPeer } from '../../src/conform/raw-peer.js'
import { createRelay, type EmbeddedRelay, type RelayHooks, type RelayOptions } from '../../src/index.js'

export interface Said {
  readonly level: 'warn' | 'error'
  readonly words: string
  readonly err?: Error
  readonly hook?: keyof RelayHooks
  readonly name?: string
}

export interface Embedded {
  readonly relay: EmbeddedRelay
  /** What it said that an operator should know. */
  readonly said: Said[]
  /** A new connection to the first listener of that dialect. */
  connect(dialect: string): Promise<Client>
}

/** Whoever sends and expects bytes, and nothing else. */
export class Client {
  readonly peer: RawPeer

  constructor(peer: RawPeer) {
    this.peer = peer
  }

  send(...pieces: readonly (string | Buffer)[]): this {
    this.peer.write(Buffer.concat(pieces.map((piece) => Buffer.from(piece as string))))
    return this
  }

  /** Exactly these bytes come next. */
  async expect(...pieces: readonly (string | Buffer)[]): Promise<void> {
    const wanted = Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)))
    const came = await this.peer.take(wanted.length, JSON.stringify(wanted.toString('latin1')))
    assert.equal(came.toString('latin1'), wanted.toString('latin1'))
  }

  /** The next line, with its end. */
  async line(): Promise<string> {
    const bytes = await this.peer.takeUnit((received) => received.indexOf('\n') + 1, 'a line')
    return bytes.toString()
  }
}

const EVERY_DIALECT = ['framed', 'chatroom', 'json-irc', 'chatmaster', 'sendto'].map(
  (dialect) => `${dialect}://127.0.0.1:0${dialect === 'framed' ? '?greeting=off' : ''}`,
)

/** Ended after the test. */
export async function embedded(t: TestContext, options: RelayOptions = {}): Promise<Embedded> {
  const said: Said[] = []
  const log = {
    warn: (about: object, words: string) => said.push({ ...about, level: 'warn', words }),
    error: (about: object, words: string) => said.push({ ...about, level: 'error', words }),
  }
  const relay = createRelay({ listen: EVERY_DIALECT, log, ...options })
  const clients: Client[] = []
  t.after(async () => {
    for (const { peer } of clients) peer.close()
    await relay.close()
  })
  await relay.listen()
  const connect = async (dialect: string) => {
    const { port } = relay.listeningAt.find((at) => at.dialect === dialect) ?? assert.fail(dialect)
    const client = new Client(await RawPeer.open('127.0.0.1', port, { timeoutMs: 20_000, quietMs: 50 }))
    clients.push(client)
    return client
  }
  return { relay, said, connect }
}
