/** The entry of a generator process: its clients, and what the parent has them do, one request after the other. */

import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicUs } from '../load/clock.js'
import { type ChunkSink, LoadClient } from '../load/generator/load-client.js'
import { targetOf } from './client.js'
import { SCALE_DIALECTS } from './dialects.js'
import { Ledger, type Round } from './ledger.js'
import { dialectOf, isMeant, nameOf, portOf, type Range, type ScalePlan, sourceAddressOf } from './plan.js'
import type { FromScaleGenerator, ScaleAnswer, ScaleRequest } from './requests.js'

const POLL_MS = 20
const PROGRESS_MS = 1000

class Crowd {
  readonly ledger: Ledger
  readonly #plan: ScalePlan
  readonly #range: Range
  readonly #clients: LoadClient[] = []
  #settled = 0

  constructor(plan: ScalePlan, range: Range) {
    this.#plan = plan
    this.#range = range
    this.ledger = new Ledger(range)
  }

  async join(joining: number): Promise<Record<string, number>> {
    const { ledger } = this
    const targets = new Map(SCALE_DIALECTS.map((dialect) => [dialect, targetOf(dialect, ledger)]))
    const sink: ChunkSink = {
      beginChunk: () => ledger.beginChunk(),
      endChunk: () => {},
      delivered: () => {},
      foreign: () => {},
      announced: () => {},
    }
    const { first, clients } = this.#range
    const timer = setInterval(() => send({ joined: this.#settled }), PROGRESS_MS)
    await new Promise<void>((resolve) => {
      const next = () => {
        const receiver = this.#clients.length
        if (receiver === clients) return
        const number = first + receiver
        const dialect = dialectOf(number)
        const target = targets.get(dialect)
        if (target === undefined) throw new Error(`no target for ${dialect.name}`)
        this.#clients.push(
          new LoadClient(
            {
              target,
              host: this.#plan.host,
              port: portOf(this.#plan, number),
              sourceAddress: sourceAddressOf(number, this.#plan.clients),
              name: nameOf(number),
              room: undefined,
              receiver,
              payloadBytes: 0,
              sink,
              chunkRead: () => {},
            },
            () => {
              this.#settled++
              if (this.#settled === clients) resolve()
              else next()
            },
            () => {},
          ),
        )
      }
      if (clients === 0) resolve()
      for (let begun = 0; begun < Math.min(joining, clients); begun++) next()
    })
    clearInterval(timer)
    send({ joined: this.#settled })
    return this.lost()
  }

  /** Those who are not there, by reason. */
  lost(): Record<string, number> {
    const lost: Record<string, number> = {}
    for (const { failure } of this.#clients) if (failure !== null) lost[failure] = (lost[failure] ?? 0) + 1
    return lost
  }

  async settle(quietMs: number, deadlineMs: number): Promise<void> {
    const { ledger } = this
    const deadlineUs = monotonicUs() + deadlineMs * 1000
    let chunks = -1
    let changedUs = monotonicUs()
    while (monotonicUs() < deadlineUs) {
      const nowUs = monotonicUs()
      if (ledger.chunks !== chunks) changedUs = nowUs
      chunks = ledger.chunks
      if (nowUs - changedUs >= quietMs * 1000) return
      await sleep(POLL_MS)
    }
  }

  /** Settles when all who are meant have it, or nothing new has come for `stallMs`. */
  async reached(stallMs: number): Promise<void> {
    const { ledger } = this
    const { meant } = ledger
    let reached = -1
    let changedUs = monotonicUs()
    while (ledger.reached < meant) {
      const nowUs = monotonicUs()
      if (ledger.reached !== reached) changedUs = nowUs
      reached = ledger.reached
      if (nowUs - changedUs >= stallMs * 1000) return
      await sleep(POLL_MS)
    }
  }

  /** @returns when it was written */
  say({ speaker, text }: Round): number {
    const dialect = dialectOf(speaker)
    const client = this.#clients[speaker - this.#range.first]
    if (client === undefined) throw new Error(`client ${speaker} is in another process`)
    const bytes: Uint8Array[] = []
    if (dialect.isInRoom) {
      bytes.push(dialect.say(nameOf(speaker), text, ''))
    } else {
      for (let to = 0; to < this.#plan.clients; to++) {
        if (isMeant(to, speaker)) bytes.push(dialect.say(nameOf(speaker), text, nameOf(to)))
      }
    }
    const saidUs = monotonicUs()
    client.socket.write(Buffer.concat(bytes))
    return saidUs
  }

  leave(): void {
    for (const client of this.#clients) client.destroy()
  }
}

let crowd: Crowd | null = null

async function handle(request: ScaleRequest): Promise<ScaleAnswer> {
  if (request.do === 'join') {
    crowd = new Crowd(request.plan, request.range)
    return await crowd.join(request.joining)
  }
  if (request.do === 'leave') {
    crowd?.leave()
    return null
  }
  if (crowd === null) throw new Error('nobody has joined yet')
  const { ledger } = crowd
  switch (request.do) {
    case 'settle':
      await crowd.settle(request.quietMs, request.deadlineMs)
      return { presence: ledger.presence, triedAgain: ledger.triedAgain, lost: crowd.lost() }
    case 'expect':
      ledger.expect(request.round)
      return null
    case 'say':
      return crowd.say(request.round)
    case 'await':
      await crowd.reached(request.stallMs)
      await crowd.settle(request.quietMs, request.stallMs)
      return { counts: ledger.counts(), arrivalsUs: ledger.arrivalsUs() }
  }
}

function send(message: FromScaleGenerator): void {
  if (process.connected) process.send?.(message)
}

let earlier: Promise<void> = Promise.resolve()
process.on('message', ({ id, request }: { id: number; request: ScaleRequest }) => {
  earlier = earlier.then(async () => {
    try {
      send({ id, answer: await handle(request) })
    } catch (error) {
      send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
    if (request.do === 'leave') process.disconnect()
  })
})
process.on('disconnect', () => process.exit())
