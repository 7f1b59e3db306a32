/** Where a trial of the model takes place: the built relay as a process, or the nodes of a cluster. */

import type { TestContext } from 'node:test'
import { messages as chatmasterMessages } from '../../src/conform/chatmaster/messages.js'
import { messages as chatroomMessages } from '../../src/conform/chatroom/messages.js'
import type { Messages } from '../../src/conform/check.js'
import { messages as framedMessages } from '../../src/conform/framed/messages.js'
import { messages as jsonIrcMessages } from '../../src/conform/json-irc/messages.js'
import { RawPeer } from '../../src/conform/raw-peer.js'
import { messages as sendtoMessages } from '../../src/conform/sendto/messages.js'
import { WebSocketCarrier } from '../../src/conform/websocket/carrier.js'
import { openWebSocket } from '../../src/conform/websocket/opening.js'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { freePort } from '../fixtures/relay-process.js'
import { startThreeNodes } from '../fixtures/three-nodes.js'
import type { Order } from './cursor.js'

const HOST = '127.0.0.1'
const OPTIONS = { timeoutMs: 30_000, quietMs: 50 }

const MESSAGES: Readonly<Record<string, Messages>> = {
  framed: framedMessages,
  chatroom: chatroomMessages,
  'json-irc': jsonIrcMessages,
  chatmaster: chatmasterMessages,
  sendto: sendtoMessages,
}

/** Clients wait for each other here, and half a message may wait for the rest of the trial. */
const PATIENT = {
  'refused-names-per-address': '10000000',
  'login-deadline-ms': '3600000',
  'frame-deadline-ms': '3600000',
  'ping-ms': '3600000',
}
/** M6: who does not read is cut off soon enough for a test. */
const STRICT = { 'soft-limit-bytes': '131072', 'hard-limit-bytes': '262144', 'grace-ms': '1000' }

export interface Place {
  readonly order: Order
  /** Whether who stops reading and is told too much is cut off in time. */
  readonly cuts: boolean
  /** @param which of all connections; where there are several nodes they take turns */
  connect(dialect: string, isCarried: boolean, which: number): Promise<RawPeer>
  /** What was done is known everywhere. */
  settled(): Promise<void>
}

/** What is left of a relay when all have gone, by what it says of itself. */
export interface Accounts {
  readonly connections: number
  readonly sessions: number
  readonly rooms: number
  /** Connections that it has ended because they did not read, as it has counted and as it has logged. */
  readonly slowCounted: number
  readonly slowLogged: number
}

export class OneRelay implements Place {
  readonly order = 'relay'
  readonly cuts = true
  readonly #trial: FaultTrial
  readonly #webPort: number

  private constructor(trial: FaultTrial, webPort: number) {
    this.#trial = trial
    this.#webPort = webPort
  }

  static async start(t: TestContext): Promise<OneRelay> {
    const webPort = await freePort()
    const settings = Object.entries({ ...PATIENT, ...STRICT }).flatMap(([key, value]) => [`--${key}`, value])
    const args = ['--listen', `ws://${HOST}:${webPort}`, ...settings]
    return new OneRelay(await FaultTrial.start(t, { pair: false, args }), webPort)
  }

  async connect(dialect: string, isCarried: boolean): Promise<RawPeer> {
    if (!isCarried) return RawPeer.open(HOST, this.#trial.portOf(dialect), OPTIONS)
    const peer = await RawPeer.open(HOST, this.#webPort, OPTIONS)
    await openWebSocket(peer, { authority: `${HOST}:${this.#webPort}`, path: '/' }, dialect)
    peer.carry(new WebSocketCarrier(MESSAGES[dialect] as Messages))
    return peer
  }

  async settled(): Promise<void> {}

  /** @throws when the relay has ended */
  async accounts(): Promise<Accounts> {
    const series = await this.#trial.scrape()
    const value = (name: string) => series.get(name) ?? 0
    const slow = ['slow', 'memory']
    const slowCounted = slow.reduce(
      (sum, one) => sum + value(`parlance_disconnects_total{reason="${one}"}`),
      0,
    )
    let slowLogged = 0
    const { logs } = this.#trial
    for (const file of [...logs.rotated('connections'), logs.file('connections')]) {
      for (const line of logs.text(file).split('\n')) {
        if (/"event":"closed"/.test(line) && /"reason":"(slow|memory)"/.test(line)) slowLogged++
      }
    }
    return {
      connections: value('parlance_connections'),
      sessions: value('parlance_sessions'),
      rooms: value('parlance_rooms'),
      slowCounted,
      slowLogged,
    }
  }

  /** Ends it: the next run has a relay of its own. */
  async end(): Promise<void> {
    await this.#trial.program.end()
  }
}

/** Three nodes, inside the test. */
export async function threeNodes(t: { after(end: () => void | Promise<void>): void }): Promise<Place> {
  const { nodes, settled } = await startThreeNodes(t, {
    refusedNamesPerAddress: '10000000',
    loginDeadlineMs: '3600000',
    frameDeadlineMs: '3600000',
  })
  return {
    order: 'cluster',
    cuts: false,
    settled,
    connect: (dialect, _isCarried, which) => {
      const node = nodes[which % nodes.length] as (typeof nodes)[number]
      return RawPeer.open(HOST, node.portOf(dialect), OPTIONS)
    },
  }
}
