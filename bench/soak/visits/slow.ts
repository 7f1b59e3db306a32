/** Visits of those who do not read what they are sent, and have to be cut off; beside them those who do read are told everything. */

import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicUs } from '../../load/clock.js'
import { CutOffWatch } from '../../load/cut-offs.js'
import { LoadClient, type LoadClientSetup } from '../../load/generator/load-client.js'
import { UNHEARD } from '../../load/generator/unheard.js'
import { targetOf, type UnitTaker } from '../../scale/client.js'
import { type CheckedCounts, Checker } from '../checker.js'
import type { Door } from '../door.js'
import type { House } from '../guest.js'
import { type Member, Senders } from '../senders.js'
import { dialectNamed } from '../speech.js'

/** The grace time, what the kernel takes before, and as much again. */
const CUT_WITHIN_MS = 60_000
const TRICKLE_BYTES_PER_SECOND = 4096
const STORM_TEXT_BYTES = 16_000
/** So much is on its way at most, here and in the kernel. */
const MOST_QUEUED_BYTES = 256 * 1024
const PAUSE_MS = 2
const ASKED_AT_ONCE = 200
const STALL_MS = 10_000
const SETTLE_MS = 60_000

const NOBODY: UnitTaker = { triedAgain: 0, take: () => {} }

/** Asks for lists without end and reads none of them. */
export async function deafAsker(house: House): Promise<void> {
  const { deeds } = house
  const framed = dialectNamed('framed')
  const asker = await enter(house, 'framed', { receiver: 0, taker: NOBODY })
  const watch = stopsReading([asker])
  try {
    const questions = Buffer.concat(Array.from({ length: ASKED_AT_ONCE }, () => framed.question))
    await untilCut(watch, 1, () => write(asker, questions))
    deeds.end('slow')
  } finally {
    watch.stop()
    asker.destroy()
  }
}

/**
 * In a room of their own somebody says very much. Two read it and are told all of it; one has stopped reading and one reads a
 * little at a time, and these are cut off.
 *
 * @param settled told what became of all that was said
 */
export async function storm(house: House, settled: (counts: CheckedCounts) => void): Promise<void> {
  const { deeds } = house
  const framed = dialectNamed('framed')
  const names = Array.from({ length: 3 }, () => house.freshName())
  const members: Member[] = names.map((name, number) => ({
    number,
    name,
    dialect: framed,
    isOverWebSocket: false,
  }))
  const senders = new Senders(members, 0, () => STORM_TEXT_BYTES)
  const checker = new Checker(senders)
  const clients: LoadClient[] = []
  for (const { name, number } of members)
    clients.push(await enter(house, 'storm', { name, receiver: number, taker: checker }))
  const stopped = await enter(house, 'storm', { receiver: 0, taker: NOBODY })
  const trickling = await enter(house, 'storm', {
    receiver: 0,
    taker: NOBODY,
    trickleBytesPerSecond: TRICKLE_BYTES_PER_SECOND,
  })
  const speaker = clients[0] as LoadClient
  const watch = stopsReading([stopped], [trickling])
  try {
    await untilCut(watch, 2, () => {
      if (speaker.socket.writableLength > MOST_QUEUED_BYTES) return
      speaker.socket.write(framed.wire.say('', senders.next(0, monotonicUs()), ''))
      deeds.said.message++
    })
    deeds.end('slow', 2)
    await checker.settle(STALL_MS, SETTLE_MS)
    settled(checker.counts())
    await Promise.all(clients.map((client) => leave(house, client)))
  } finally {
    watch.stop()
    for (const client of [...clients, stopped, trickling]) client.destroy()
  }
}

interface Entering extends Pick<LoadClientSetup, 'receiver' | 'trickleBytesPerSecond'> {
  readonly name?: string
  readonly taker: UnitTaker
}

/** Somebody of framed, where `place` is. */
async function enter(house: House, place: string, entering: Entering): Promise<LoadClient> {
  const { name = house.freshName(), taker, ...setup } = entering
  const client = await house.door.enter(() => connect(house.door, place, name, taker, setup))
  house.deeds.connected++
  house.deeds.accepted++
  return client
}

function connect(
  door: Door,
  place: string,
  name: string,
  taker: UnitTaker,
  setup: Pick<LoadClientSetup, 'receiver' | 'trickleBytesPerSecond'>,
): Promise<LoadClient> {
  return new Promise((resolve, reject) => {
    const sink = taker instanceof Checker ? taker.tally : UNHEARD
    new LoadClient(
      {
        ...setup,
        target: targetOf(dialectNamed('framed').wire, taker),
        host: door.places.host,
        port: door.portOf(place),
        sourceAddress: undefined,
        name,
        room: undefined,
        payloadBytes: 0,
        sink,
        chunkRead: () => {},
      },
      (client) =>
        client.failure === null
          ? resolve(client)
          : reject(new Error(`${name} is not let in: ${client.failure}`)),
      () => {},
    )
  })
}

function stopsReading(stopped: readonly LoadClient[], trickling: readonly LoadClient[] = []): CutOffWatch {
  for (const client of stopped) client.stopReading()
  for (const client of trickling) client.trickle()
  return new CutOffWatch([
    ...stopped.map((client) => ({ pace: 'stopped' as const, ...endsOf(client) })),
    ...trickling.map((client) => ({ pace: 'trickling' as const, ...endsOf(client) })),
  ])
}

/** @throws Error when it is gone already */
function endsOf({ ends, failure }: LoadClient): NonNullable<LoadClient['ends']> {
  if (ends === null) throw new Error(`somebody is gone before they stop reading: ${failure}`)
  return ends
}

/** Has `more` done until so many are cut off. @throws Error when they are not */
async function untilCut(watch: CutOffWatch, clients: number, more: () => void): Promise<void> {
  const deadlineMs = performance.now() + CUT_WITHIN_MS
  while (watch.cut < clients) {
    if (performance.now() > deadlineMs)
      throw new Error(`only ${watch.cut} of ${clients} who do not read were cut off`)
    more()
    await sleep(PAUSE_MS)
  }
}

function write({ socket }: LoadClient, bytes: Uint8Array): void {
  if (!socket.destroyed && socket.writableLength < MOST_QUEUED_BYTES) socket.write(bytes)
}

async function leave({ deeds }: House, { socket }: LoadClient): Promise<void> {
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write(dialectNamed('framed').farewell as Uint8Array)
  await closed
  deeds.end('left')
}
