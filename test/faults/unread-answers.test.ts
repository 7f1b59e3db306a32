/**
 * Row 2 of docs/faults.md: requests that flood in and whose answers are never read, a million in a soak, in each dialect that has a question,
 * of strangers and of people with a name. Reading pauses above the soft limit, which is lower without a name; then it is row 1. Rules M6, S3.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RawPeer } from '../../src/conform/raw-peer.js'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { timesOf } from '../fixtures/soak.js'
import { chatmasterVoice } from '../fixtures/voices/chatmaster-voice.js'
import { chatroomVoice } from '../fixtures/voices/chatroom-voice.js'
import { framedVoice } from '../fixtures/voices/framed-voice.js'
import { jsonIrcVoice } from '../fixtures/voices/json-irc-voice.js'
import { sendtoVoice } from '../fixtures/voices/sendto-voice.js'
import type { VoiceKind } from '../fixtures/voices/voice.js'

const REQUESTS = timesOf(400_000, 1_000_000)
/** People who make lists long; they are in no room, so that they hear nothing. */
const CROWD = timesOf(300, 3000)
const GRACE_MS = 2000
const SOFT_BYTES = 256 * 1024
const STRANGER_BYTES = 16 * 1024
/** What one answer may be beyond a limit: a list of all names, in the dialect that takes most for each. */
const ANSWER_BYTES = CROWD * 64
/** The chunk that a piece is in counts as a whole. */
const CHUNK_BYTES = 64 * 1024
const CUTS = 'parlance_disconnects_total{reason="slow"}'
const DEADLINE_MS = 120_000
const REQUESTS_A_WRITE = 1000

interface Asking {
  readonly voice: VoiceKind
  readonly question: string
}

const json = (value: object) => JSON.stringify(value)

/** What is larger than the question, or as large; without a name it is refused or answered as the page of the dialect says. */
const ASKING: readonly Asking[] = [
  { voice: framedVoice, question: '\x03\0\0' },
  { voice: chatroomVoice, question: 'USERBOARD\n' },
  { voice: jsonIrcVoice, question: json({ command: '/roomMembers', nickname: '', room: '', message: '' }) },
  { voice: chatmasterVoice, question: json({ type: 'command', data: { command: 'channels' } }) },
  { voice: sendtoVoice, question: '\x02\0\0\0' },
]
const LINES = { dialect: 'sendto', question: 'list\n' }

interface Asker {
  readonly peer: RawPeer
  readonly question: string
}

/** Asks as fast as TCP takes it and reads nothing. @returns how many were written before it was cut off */
async function flood({ peer, question }: Asker): Promise<number> {
  peer.socket.pause()
  const many = question.repeat(REQUESTS_A_WRITE)
  let asked = 0
  const over = new Promise((resolve) => peer.socket.once('close', resolve))
  while (asked < REQUESTS && !peer.socket.destroyed) {
    asked += REQUESTS_A_WRITE
    if (!peer.write(many))
      await Promise.race([over, new Promise((resolve) => peer.socket.once('drain', resolve))])
  }
  return asked
}

/** All at once, until each is cut off. */
async function floods(
  trial: FaultTrial,
  askers: readonly Asker[],
  limitBytes: number,
  says: (words: string) => void,
) {
  const before = await trial.metric(CUTS)
  const retained = trial.watch('parlance_retained_bytes')
  const asked = askers.map(flood)
  await trial.reaches(CUTS, before + askers.length, DEADLINE_MS)
  await retained.stop()
  assert.equal(await trial.metric(CUTS), before + askers.length)
  const mostBytes = askers.length * (limitBytes + ANSWER_BYTES + CHUNK_BYTES)
  says(`${retained.most} bytes retained at most, of ${mostBytes}`)
  assert.ok(retained.most <= mostBytes, `${retained.most} bytes retained, more than ${mostBytes}`)
  for (const { peer } of askers) peer.close()
  says(`asked: ${(await Promise.all(asked)).join(' ')}`)
}

test(`row 2, M6 S3: ${REQUESTS} requests each and no answer read, with and without a name, in every dialect: cut off as slow`, async (t) => {
  // Strangers are to be cut off for not reading, and not for having no name.
  const limits = [
    '--soft-limit-bytes',
    `${SOFT_BYTES}`,
    '--grace-ms',
    `${GRACE_MS}`,
    '--login-deadline-ms',
    '60000',
  ]
  const trial = await FaultTrial.start(t, { args: limits })
  const crowd: RawPeer[] = []
  for (let count = 0; count < CROWD; count++) {
    const peer = await trial.open('sendto')
    await sendtoVoice.make(peer, `somebody-in-no-room-${count}`.slice(-20)).join()
    crowd.push(peer)
  }
  const says = (words: string) => t.diagnostic(words)
  const strangers: Asker[] = []
  for (const { voice, question } of ASKING)
    strangers.push({ peer: await trial.open(voice.dialect), question })
  strangers.push({ peer: await trial.open(LINES.dialect), question: LINES.question })
  await floods(trial, strangers, STRANGER_BYTES, says)

  const people: Asker[] = []
  for (const [index, { voice, question }] of ASKING.entries()) {
    const peer = await trial.open(voice.dialect)
    await voice.make(peer, `asker${index}`).join()
    people.push({ peer, question })
  }
  const lines = await trial.open(LINES.dialect)
  lines.write('login asker\n')
  await lines.takeUnit((received) => received.indexOf(0x0a) + 1, 'Success')
  people.push({ peer: lines, question: LINES.question })
  await floods(trial, people, SOFT_BYTES, says)
  for (const peer of crowd) peer.close()
  const { longestMs } = await trial.assertAsBefore()
  t.diagnostic(`the longest that a message between the two took: ${longestMs.toFixed(0)} ms`)
})
