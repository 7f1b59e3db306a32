/**
 * The healthy crowd: people of every dialect, over TCP and WebSocket, who stay for the whole time, say numbered messages to the room
 * and to each other, and are told everybody's. Owns their connections and when they speak; what they are told is the checker's.
 */

import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { CLOSE, closing, frame } from '../../src/conform/websocket/frames.js'
import { monotonicUs } from '../load/clock.js'
import { LoadClient } from '../load/generator/load-client.js'
import { overWebSocket } from '../load/targets/parlance-ws.js'
import type { Target } from '../load/targets/target.js'
import { targetOf } from '../scale/client.js'
import type { Checker } from './checker.js'
import type { Deeds } from './deeds.js'
import type { Door } from './door.js'
import type { Member, Senders } from './senders.js'

const STALL_MS = 10_000
const SETTLE_MS = 120_000
const LEAVE_MS = 20_000
/** Somebody for whom so much waits says nothing more for a while: the relay makes them wait. */
const MOST_QUEUED_BYTES = 256 * 1024
/** Of those who speak, so many say several messages in one write, and so many one in two. */
const GLUED_SHARE = 0.1
const SPLIT_SHARE = 0.1
const GLUED_MESSAGES = 5
const SPLIT_MS = 15

export interface CrowdSetup {
  readonly door: Door
  readonly senders: Senders
  readonly checker: Checker
  readonly deeds: Deeds
  readonly random: () => number
}

export class Crowd {
  readonly #setup: CrowdSetup
  readonly #clients: LoadClient[] = []
  /** Those of whom half a message is on its way. */
  readonly #inMidst = new Set<number>()
  #timer: NodeJS.Timeout | undefined
  #isLeaving = false

  constructor(setup: CrowdSetup) {
    this.#setup = setup
  }

  /** @throws Error when somebody is not let in */
  async enter(): Promise<void> {
    const { senders, deeds } = this.#setup
    for (const member of senders.members) {
      await this.#enterAs(member)
      deeds.connected++
      deeds.accepted++
    }
  }

  /** Speaks at random moments until `hush`. @param perSecond messages to the room and to one alone, each so many */
  speak(perSecond: number): void {
    const { random } = this.#setup
    const meanMs = 1000 / (2 * perSecond)
    let dueMs = performance.now()
    const turn = () => {
      const nowMs = performance.now()
      for (; dueMs <= nowMs; dueMs += -Math.log(1 - random()) * meanMs) this.#sayOne()
      this.#timer = setTimeout(turn, dueMs - nowMs)
    }
    turn()
  }

  /** Says nothing more. Resolves when everything that anybody has said has arrived, or does not come any more. */
  async hush(): Promise<void> {
    clearTimeout(this.#timer)
    while (this.#inMidst.size > 0) await sleep(SPLIT_MS)
    await this.#setup.checker.settle(STALL_MS, SETTLE_MS)
  }

  /** Everybody leaves, in the way of their dialect. */
  async leave(): Promise<void> {
    this.#isLeaving = true
    const { senders } = this.#setup
    await Promise.all(senders.members.map((member) => this.#leaveAs(member)))
  }

  /** Says nothing more, and goes without a word. */
  abandon(): void {
    clearTimeout(this.#timer)
    this.#isLeaving = true
    for (const client of this.#clients) client.destroy()
  }

  async #enterAs(member: Member): Promise<void> {
    const { door, checker, deeds } = this.#setup
    const { dialect, isOverWebSocket } = member
    const plain = targetOf(dialect.wire, checker)
    const target: Target = isOverWebSocket
      ? { ...plain, client: overWebSocket(plain, dialect.wire.name, dialect.frameOf) }
      : plain
    await new Promise<void>((resolve, reject) => {
      const client = new LoadClient(
        {
          target,
          host: door.places.host,
          port: door.portOf(isOverWebSocket ? 'ws' : dialect.wire.name),
          sourceAddress: undefined,
          name: member.name,
          room: undefined,
          receiver: member.number,
          payloadBytes: 0,
          sink: checker.tally,
          chunkRead: () => {},
        },
        ({ failure }) =>
          failure === null ? resolve() : reject(new Error(`${member.name} is not let in: ${failure}`)),
        ({ failure }) => {
          if (!this.#isLeaving) deeds.trouble('crowd', `${member.name} was sent away: ${failure}`)
        },
      )
      this.#clients.push(client)
    })
  }

  #sayOne(): void {
    const { senders, random } = this.#setup
    const { members } = senders
    const member = members[Math.floor(random() * members.length)] as Member
    const client = this.#clients[member.number] as LoadClient
    const isIdle = client.isJoined && client.socket.writableLength < MOST_QUEUED_BYTES
    if (!isIdle || this.#inMidst.has(member.number)) return
    const sender = random() < 0.5 ? member.number : members.length + member.number
    const way = random()
    if (way < GLUED_SHARE) {
      const all = Array.from({ length: GLUED_MESSAGES }, () => this.#bytesOf(member, sender))
      client.socket.write(Buffer.concat(all))
    } else if (way < GLUED_SHARE + SPLIT_SHARE && !member.isOverWebSocket) {
      // A pong in the middle of a frame would break a rule of WebSocket; guests send their messages there in fragments.
      void this.#sayInTwo(member, client, this.#bytesOf(member, sender))
    } else {
      client.socket.write(this.#bytesOf(member, sender))
    }
  }

  async #sayInTwo({ number }: Member, { socket }: LoadClient, bytes: Uint8Array): Promise<void> {
    const cut = 1 + Math.floor(this.#setup.random() * (bytes.length - 1))
    this.#inMidst.add(number)
    socket.write(bytes.subarray(0, cut))
    await sleep(SPLIT_MS)
    socket.write(bytes.subarray(cut))
    this.#inMidst.delete(number)
  }

  #bytesOf({ name, dialect, isOverWebSocket }: Member, sender: number): Uint8Array {
    const { senders, deeds } = this.#setup
    const text = senders.next(sender, monotonicUs())
    const partner = senders.partnerOf(sender)
    deeds.said[partner === null ? 'message' : 'direct']++
    const bytes =
      partner === null ? dialect.wire.say(name, text, '') : dialect.direct(name, partner.name, text)
    return isOverWebSocket ? dialect.frameOf(bytes).bytes : bytes
  }

  async #leaveAs({ number, name, dialect, isOverWebSocket }: Member): Promise<void> {
    const { deeds } = this.#setup
    const { socket } = this.#clients[number] as LoadClient
    if (socket.destroyed) return
    const closed = once(socket, 'close', { signal: AbortSignal.timeout(LEAVE_MS) })
    const { farewell } = dialect
    if (farewell !== null) socket.write(isOverWebSocket ? dialect.frameOf(farewell).bytes : farewell)
    else if (isOverWebSocket) socket.write(frame(CLOSE, closing(1000)))
    else socket.end()
    // Who says goodbye in the dialect's words has left; who only ends, or closes the WebSocket, has ended.
    deeds.end(farewell === null ? 'ended' : 'left')
    try {
      await closed
    } catch {
      deeds.trouble('crowd', `the connection of ${name} does not end`)
    }
  }
}
