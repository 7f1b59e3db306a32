/** One life of a relay with this bench: everybody comes, does what they do for a while, and goes. */

import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../load/generator/seeded-random.js'
import { type Percentiles, percentilesOf } from '../load/percentiles.js'
import { type CheckedCounts, Checker, type Presence } from './checker.js'
import { Crowd } from './crowd.js'
import type { Deeds } from './deeds.js'
import { Door } from './door.js'
import type { House } from './guest.js'
import { mixedLength } from './numbered.js'
import type { SoakPlan } from './plan.js'
import type { SoakRelay } from './relay.js'
import { Schedule } from './schedule.js'
import { membersOf, Senders } from './senders.js'
import * as breakers from './visits/breakers.js'
import * as comers from './visits/comers.js'
import * as operators from './visits/operators.js'
import { deafAsker, storm } from './visits/slow.js'

/** Guests who say numbered messages at once. */
const SLOTS = 64

export interface Lived {
  readonly checked: CheckedCounts
  /** From when somebody wrote a message to when another one had read it. */
  readonly latencyUs: Percentiles
  /** What became of all storms: each in a room of its own, whose readers were told everything. */
  readonly storms: CheckedCounts
  /** Who came and went, as each of those who speak framed was told. */
  readonly presence: readonly Presence[]
  /** Members of the crowd who are in the default room. */
  readonly inRoom: number
}

export interface LifeOptions {
  readonly seconds: number
  /** Ends it before that. */
  readonly endsEarly: Promise<unknown>
  readonly plan: SoakPlan
  readonly seed: number
  readonly deeds: Deeds
  /** Makes names of its own. */
  readonly prefix: string
  /** Told what is wrong so far, each time that it is asked for. */
  readonly watch: (wrong: () => { wrong: number; deliveries: number; said: number }) => void
}

export async function live(relay: SoakRelay, options: LifeOptions): Promise<Lived> {
  const { seconds, plan, seed, deeds, prefix } = options
  const random = seededRandom(seed)
  const door = new Door(relay.places, deeds)
  const senders = new Senders(membersOf(plan.people), SLOTS, mixedLength)
  const checker = new Checker(senders)
  const crowd = new Crowd({ door, senders, checker, deeds, random })
  let names = 0
  const house: House = { door, deeds, senders, random, freshName: () => `${prefix}${names++}` }
  const storms: CheckedCounts[] = []
  const schedule = new Schedule(random, deeds)
  try {
    await crowd.enter()
    // The crowd has heard itself come, and maybe history; from here on everybody is told the same.
    await sleep(plan.settleMs)
    checker.begin()
    options.watch(() => ({
      wrong: checker.wrong,
      deliveries: checker.deliveries,
      said: senders.said,
    }))
    crowd.speak(plan.messagesPerSecond)
    visitAll(schedule, house, relay, plan, (counts) => storms.push(counts))
    await Promise.race([sleep(seconds * 1000), options.endsEarly, goneTooSoon(relay)])
    await schedule.end()
    await crowd.hush()
    // Who has left is told of at the end of the turn.
    await sleep(plan.settleMs)
    const checked = checker.counts()
    const presence = membersOf(plan.people)
      .filter(({ dialect }) => dialect.wire.name === 'framed')
      .map(({ number }) => checker.presence.get(number) ?? { joined: 0, left: 0 })
      .map(({ joined, left }) => ({ joined, left }))
    const inRoom = senders.members.filter(({ dialect }) => dialect.wire.isInRoom).length
    await crowd.leave()
    return {
      checked,
      latencyUs: percentilesOf(checker.tally.latencies),
      storms: addedUp(storms),
      presence,
      inRoom,
    }
  } catch (error) {
    await schedule.end()
    crowd.abandon()
    throw error
  }
}

function visitAll(
  schedule: Schedule,
  house: House,
  relay: SoakRelay,
  { visitsPerSecond }: SoakPlan,
  stormed: (counts: CheckedCounts) => void,
): void {
  /** Of all visits, those that come and go are the most; the others are so many in a minute at two visits a second. */
  const inAMinute = (times: number) => 60_000 / ((times * visitsPerSecond) / 2)
  const often: readonly (readonly [
    kind: string,
    perMinute: number,
    visit: (house: House) => Promise<void>,
  ])[] = [
    ['come and go', 120, comers.comeAndGo],
    ['reset in the middle of a message', 20, breakers.resetMidFrame],
    ['reset without a name', 10, breakers.resetAsStranger],
    ['names that are refused', 8, breakers.refusedNames],
    ['questions', 6, comers.questions],
    ['renames', 4, comers.rename],
    ['rooms made and left', 4, comers.makeRoom],
    ['channels hidden', 3, comers.hideChannel],
    ['edits and receipts', 4, comers.edit],
    ['blocks', 3, comers.block],
    ['never a name', 3, breakers.neverLogin],
    ['never the end of a message', 2, breakers.neverEnd],
    ['what cannot be read', 3, breakers.badInput],
    ['what WebSocket forbids', 3, breakers.badWebSocket],
  ]
  for (const [kind, perMinute, visit] of often)
    schedule.every(kind, { everyMs: inAMinute(perMinute) }, () => visit(house))
  const alone = (kind: string, everySeconds: number, visit: () => Promise<void>) =>
    schedule.every(kind, { everyMs: everySeconds * 1000, isAlone: true }, visit)
  alone('300 messages in one write', 40, () => comers.burst(house))
  alone('questions whose answers are not read', 60, () => deafAsker(house))
  alone('storms with readers who do not read', 100, () => storm(house, stormed))
  alone('operators look', 10, () => operators.look(house, relay))
  alone('operators say something', 60, () => operators.sayAsRelay(house, relay))
  alone('operators send somebody away', 30, () => operators.kick(house, relay))
  alone('reloads', 60, () => operators.reload(house, relay))
  alone('reloads with a mistake', 120, () => operators.reloadMistaken(house, relay))
  alone('no room for more', 120, () => operators.full(house, relay))
}

async function goneTooSoon(relay: SoakRelay): Promise<never> {
  const code = await relay.ended
  throw new Error(`the relay has ended by itself (exit code ${code}): ${relay.output(2000)}`)
}

function addedUp(all: readonly CheckedCounts[]): CheckedCounts {
  const sum = (of: (counts: CheckedCounts) => number) => all.reduce((total, counts) => total + of(counts), 0)
  return {
    deliveries: sum(({ deliveries }) => deliveries),
    lost: sum(({ lost }) => lost),
    duplicated: sum(({ duplicated }) => duplicated),
    reordered: sum(({ reordered }) => reordered),
    foreign: sum(({ foreign }) => foreign),
    wrongBytes: sum(({ wrongBytes }) => wrongBytes),
    example: all.find(({ example }) => example !== null)?.example ?? null,
  }
}
