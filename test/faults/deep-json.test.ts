/**
 * Row 15 of docs/faults.md: deep and huge JSON in each dialect that has any, and 60 KB of `[` in those that have none. It is refused within
 * the dialect's caps, before anything is parsed that deep: nothing throws. Framing of json-irc and chatmaster; rules J9, X11, C5.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { direct } from '../fixtures/framed-bytes.js'
import { comeIn } from '../fixtures/one-of-each.js'
import { timesOf } from '../fixtures/soak.js'
import { chatmasterVoice } from '../fixtures/voices/chatmaster-voice.js'
import { chatroomVoice } from '../fixtures/voices/chatroom-voice.js'
import { framedVoice } from '../fixtures/voices/framed-voice.js'
import { jsonIrcVoice } from '../fixtures/voices/json-irc-voice.js'
import { sendtoVoice } from '../fixtures/voices/sendto-voice.js'
import type { VoiceKind } from '../fixtures/voices/voice.js'

const DEEP = 60_000
/** How many send each of them at the same time. */
const AT_ONCE = timesOf(5, 200)

interface Case {
  readonly what: string
  readonly kind: VoiceKind
  readonly sent: Buffer
  readonly answer: RegExp
  /** Whether the connection goes on. */
  readonly stays: boolean
}

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

const LONGEST_ANSWER = 1000
const BROKEN_IRC = /"message":"Error: [^"]+"/
const NOT_A_PACKAGE = /"Not a package\."/
const TOO_DEEP = /"Package nested too deeply\."/
const TOO_LARGE = /"Package too large\."/
const TOO_LONG = /^500 SERVER ERROR$/m
const FAILED = /^400 MESSAGE FAILED$/m

function row(kind: VoiceKind, what: string, sent: string | Buffer, answer: RegExp, stays = false): Case {
  return { kind, what, sent: Buffer.from(sent as string), answer, stays }
}

const CASES: readonly Case[] = [
  row(jsonIrcVoice, '60 KB of [', '['.repeat(DEEP), BROKEN_IRC),
  row(jsonIrcVoice, '60 KB of [ in an object', `{"message":${'['.repeat(DEEP)}`, BROKEN_IRC),
  row(jsonIrcVoice, '60 KB of {', '{'.repeat(DEEP), BROKEN_IRC),
  row(jsonIrcVoice, '30,000 arrays, all of them closed', `{"message":${nested(30_000)}}`, BROKEN_IRC),
  row(jsonIrcVoice, '9,000 objects, all of them closed', objects(9000), BROKEN_IRC),
  row(jsonIrcVoice, 'a megabyte of a string', `{"message":"${'x'.repeat(1_000_000)}"}`, BROKEN_IRC),
  row(jsonIrcVoice, 'a megabyte of keys', `{${'"a":"",'.repeat(140_000)}"a":""}`, BROKEN_IRC),
  row(
    jsonIrcVoice,
    'a string of 60 KB of [',
    `{"command":"/direct","room":"nobody","message":"${'['.repeat(DEEP)}"}`,
    BROKEN_IRC,
    true,
  ),
  row(chatmasterVoice, '60 KB of [', '['.repeat(DEEP), NOT_A_PACKAGE),
  row(chatmasterVoice, '60 KB of [ in a package', `{"type":"message","data":${'['.repeat(DEEP)}`, TOO_DEEP),
  row(chatmasterVoice, '60 KB of {', '{'.repeat(DEEP), TOO_DEEP),
  row(
    chatmasterVoice,
    '30,000 arrays, all of them closed',
    `{"type":"x","data":${nested(30_000)}}`,
    TOO_DEEP,
  ),
  row(chatmasterVoice, '9,000 objects, all of them closed', objects(9000), TOO_DEEP),
  row(chatmasterVoice, 'a megabyte of a string', `{"type":"${'x'.repeat(1_000_000)}"}`, TOO_LARGE),
  row(chatmasterVoice, 'a megabyte of keys', `{${'"a":"",'.repeat(140_000)}"a":""}`, TOO_LARGE),
  row(chatroomVoice, '60 KB of [ on a line', `SEND ${'['.repeat(DEEP)}\n`, TOO_LONG),
  row(chatroomVoice, '60 KB of [ and no end of the line', `SEND ${'['.repeat(DEEP)}`, TOO_LONG),
  row(chatroomVoice, 'a line full of [', `SEND ${'['.repeat(8187)}\n`, FAILED, true),
  row(chatroomVoice, 'a line of arrays, all of them closed', `SEND ${nested(4000)}\n`, FAILED, true),
  row(chatroomVoice, 'a line of objects, all of them closed', `SEND ${objects(1300)}\n`, FAILED, true),
  // Where there is no JSON it is a text like any other.
  row(framedVoice, '60 KB of [', direct(`nobody ${'['.repeat(DEEP)}`), /No such user: nobody/, true),
  row(
    sendtoVoice,
    '60 KB of [',
    Buffer.concat([Buffer.of(3, 6, DEEP >> 8, DEEP & 255), Buffer.from(`nobody${'['.repeat(DEEP)}`)]),
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the answer's bytes
    /\x05\x00\x00\x01\x01/,
    true,
  ),
]

/** One who has a name sends it; what they are told meanwhile is not looked at. */
async function send(
  trial: FaultTrial,
  { kind, what, sent, answer, stays }: Case,
  name: string,
): Promise<void> {
  const voice = await comeIn(trial, kind, name)
  const { peer } = voice
  // Piece by piece: of hundreds, each is told of all the others, and looking at all of that again and again would keep the pair waiting.
  let end = ''
  let isAnswered = false
  peer.onPiece = (piece) => {
    end = end.slice(-LONGEST_ANSWER) + piece.toString('latin1')
    isAnswered ||= answer.test(end)
  }
  if (!stays) peer.discard()
  peer.write(sent)
  await peer.until(() => isAnswered, `${answer} to ${what} in ${kind.dialect}`)
  if (!stays) await peer.closed()
  else if (voice.heard !== undefined) await voice.heard()
  peer.close()
}

/** Compressed, which begins with the login already: the answers are too, so that only the end is looked at. */
async function sendCompressed(trial: FaultTrial, json: string, name: string): Promise<void> {
  const login = { type: 'command', data: { command: 'login', parameters: { username: name } } }
  const peer = await trial.open('chatmaster')
  peer.write(Buffer.concat([deflateSync(JSON.stringify(login)), deflateSync(json)]))
  await peer.closed(`the end after ${json.slice(0, 20)}… compressed`)
  peer.close()
}

test('row 15: 60 KB of [ and other deep or huge JSON gets the page’s error in each dialect, and nothing throws', async (t) => {
  const trial = await FaultTrial.start(t)
  let ended = 0
  for (const [index, one] of CASES.entries()) {
    const names = Array.from({ length: AT_ONCE }, (_, at) => `deep${index}x${at}`)
    await Promise.all(names.map((name) => send(trial, one, name)))
    if (!one.stays) ended += AT_ONCE
  }
  const compressed = ['['.repeat(DEEP), `{"a":${'['.repeat(DEEP)}`, `{"a":${nested(30_000)}}`, objects(9000)]
  for (const [index, json] of compressed.entries()) {
    const names = Array.from({ length: AT_ONCE }, (_, at) => `zip${index}x${at}`)
    await Promise.all(names.map((name) => sendCompressed(trial, json, name)))
    ended += AT_ONCE
  }
  const series = await trial.scrape()
  assert.equal(series.get('parlance_faults_total'), 0)
  const { heard, longestMs } = await trial.assertAsBefore()
  const ends = trial.logs.ends()
  assert.equal((ends.get('malformed') ?? 0) + (ends.get('oversize') ?? 0), ended)
  t.diagnostic(
    `${ended} were sent away; the pair heard ${heard}, the longest took ${longestMs.toFixed(0)} ms`,
  )
})
