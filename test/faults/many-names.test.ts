/** Row 23 of docs/faults.md: many names, rooms and texts over time, 100,000 in a soak; the number of series on /metrics does not move. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RawPeer } from '../../src/conform/raw-peer.js'
import { FaultTrial, type Series } from '../fixtures/fault-trial.js'
import {
  ACCEPTED,
  direct,
  frameLength,
  INVALID,
  join,
  leave,
  message,
  TAKEN,
} from '../fixtures/framed-bytes.js'
import { comeIn } from '../fixtures/one-of-each.js'
import { timesOf } from '../fixtures/soak.js'
import { chatmasterVoice } from '../fixtures/voices/chatmaster-voice.js'
import { chatroomVoice } from '../fixtures/voices/chatroom-voice.js'
import { jsonIrcVoice } from '../fixtures/voices/json-irc-voice.js'

/** Of each kind: people who come and go, renames, rooms. */
const NAMES = timesOf(1000, 100_000)
const AT_ONCE = 50
/** All come from one address, and are refused more names than it may be. */
const FORBEARING = ['--refused-names-per-address', '1000000']
const PIPELINED = 500
/** What a label would have to escape, as a part of each name. */
const HOSTILE = '"\\{}'
/** Node's own, by what it happens to wait for or has collected while it is asked. */
const PASSING = /^nodejs_(active_(resources|handles|requests)|gc_duration_seconds)/

function names(series: Series): string[] {
  return [...series.keys()].filter((name) => !PASSING.test(name)).sort()
}

/** Comes, says something, is refused twice, goes. */
async function visit(trial: FaultTrial, number: number): Promise<void> {
  const peer = await trial.open('framed')
  const name = `v${number}${HOSTILE}`
  const claims = [join(`${name} ${name}`), join('Left'), join(name)]
  peer.write(Buffer.concat([...claims, message(`text of ${name}`), direct(`${name} psst`), leave()]))
  await peer.closed()
  const bytes = peer.received
  const answers = [INVALID, TAKEN, ACCEPTED].map((answer) => bytes.indexOf(answer, frameLength(bytes)))
  assert.ok(
    answers.every((at, index) => at > (answers[index - 1] ?? 0)),
    `${name}: ${answers}`,
  )
  peer.close()
}

/** Has it carried out; what it is answered with in the end has `last` in it. */
async function carryOut(peer: RawPeer, requests: string, last: string): Promise<void> {
  peer.write(requests)
  await peer.until(() => peer.received.includes(last), last, 60_000)
  await peer.take(peer.received.length)
}

/** The same for each number, some hundreds at once. */
async function carryOutEach(
  peer: RawPeer,
  numbers: readonly number[],
  request: (number: number) => string,
  answer: (number: number) => string,
): Promise<void> {
  for (let at = 0; at < numbers.length; at += PIPELINED) {
    const some = numbers.slice(at, at + PIPELINED)
    await carryOut(peer, some.map(request).join(''), answer(some.at(-1) as number))
  }
}

/** People, renames, rooms and statuses with the numbers `from` to `to`. */
async function happen(trial: FaultTrial, from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index)
  for (let at = 0; at < numbers.length; at += AT_ONCE) {
    await Promise.all(numbers.slice(at, at + AT_ONCE).map((number) => visit(trial, number)))
  }
  const cyd = await comeIn(trial, chatmasterVoice, `cyd${from}`)
  const command = (name: string, parameters: object) =>
    JSON.stringify({ type: 'command', data: { command: name, parameters } })
  const renamed = (number: number) => `r${number}${HOSTILE}`
  await carryOutEach(
    cyd.peer,
    numbers,
    (number) => command('rename', { username: renamed(number) }),
    (number) => JSON.stringify(renamed(number)),
  )
  const amy = await comeIn(trial, jsonIrcVoice, `amy${from}`)
  const roomOf = (number: number) => `room${number}${HOSTILE}`
  const asked = (command: string, number: number) =>
    JSON.stringify({ command, nickname: '', room: roomOf(number), message: `text ${number}` })
  await carryOutEach(
    amy.peer,
    numbers,
    (number) => ['/join', '/broadcast', '/leaveRoom'].map((verb) => asked(verb, number)).join(''),
    (number) => `"/leaveRoom","nickname":"amy${from}","room":${JSON.stringify(roomOf(number))}`,
  )
  const bob = await comeIn(trial, chatroomVoice, `bob${from}`)
  await carryOut(bob.peer, `USERSTATUS OFFLINE\nBLOCK ${renamed(to - 1)}\nUSERBOARD\n`, 'USERBOARD {')
  for (const { peer } of [cyd, amy, bob]) peer.close()
}

test(`row 23: ${NAMES} people, renames and rooms later a scrape has the series that it had before`, async (t) => {
  const trial = await FaultTrial.start(t, { args: FORBEARING })
  // Each dialect, way to end and kind of event has happened once.
  await happen(trial, 0, 10)
  const before = await trial.scrape()
  await happen(trial, 10, NAMES)
  await trial.reaches('parlance_events_total{kind="renamed"}', NAMES)
  const after = await trial.scrape()
  assert.deepEqual(names(after), names(before))
  assert.ok(
    !names(after).some((name) => name.includes('room1') || name.includes('v1') || name.includes('r1{')),
  )
  const counted = (series: Series, kind: string) => series.get(`parlance_events_total{kind="${kind}"}`) ?? 0
  for (const kind of ['joined', 'left']) assert.ok(counted(after, kind) >= 2 * NAMES, kind)
  t.diagnostic(`${names(after).length} series, after ${counted(after, 'joined')} joins as before`)
  trial.pair.others = []
  await trial.assertAsBefore()
})
