/**
 * Row 13 of docs/faults.md: every byte value, and texts that are something else to terminals and programs, from each dialect to each other
 * and into the log files. What is refused reaches nobody, and what is taken reaches everybody as M2 says. Rules M2, M3, F7, C5, J5, X4, S4.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import anyAscii from 'any-ascii'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { assertHarmless } from '../fixtures/harmless-logs.js'
import {
  comeIn,
  heardBy,
  isCarried,
  type Listener,
  lettersOf,
  listenersOf,
  MARK,
} from '../fixtures/one-of-each.js'
import { RAW_SPEECH, type RawSpeech } from '../fixtures/raw-speech.js'
import { BEYOND_ASCII, BYTES, CONTROLS, isControl } from '../fixtures/strange-texts.js'
import { ALL_VOICES } from '../fixtures/voices/all-voices.js'
import type { Told } from '../fixtures/voices/voice.js'

/** Dialects whose clients read and write no more than ASCII. */
const ASCII_ONLY = ['framed', 'json-irc']
const TEXTS = [
  ...BYTES.map((code) => `a${String.fromCharCode(code)}b`),
  ...Object.values(CONTROLS),
  ...Object.values(BEYOND_ASCII),
].map((text, index) => `${MARK}${index}${MARK}${text}`)

function isTaken(dialect: string, text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) as number)
  if (codes.some(isControl)) return false
  return !ASCII_ONLY.includes(dialect) || codes.every((code) => code < 0x80)
}

/** M2: as a dialect of ASCII shows it. */
function shownIn(dialect: string, text: string): string {
  return ASCII_ONLY.includes(dialect) ? anyAscii(text) : text
}

test('row 13, M2 M3: every byte value and strange texts from each dialect to each, to the room and directly, and into the logs', async (t) => {
  const trial = await FaultTrial.start(t, { args: ['--log-level', 'trace', '--log-direct', 'text'] })
  const listeners = await listenersOf(trial)
  const said: string[] = []
  for (const kind of ALL_VOICES) {
    const { dialect } = kind
    const name = `from${lettersOf(kind)}`
    const voice = await comeIn(trial, kind, name)
    for (const text of TEXTS) {
      const answer = isTaken(dialect, text) ? 'taken' : 'refused'
      const words = `${dialect}: ${JSON.stringify(text)}`
      if (voice.say !== undefined) assert.equal(await voice.say(text), answer, words)
      if (answer === 'taken' && voice.say !== undefined) said.push(text)
      for (const { kind: to, name: target, expected } of listeners) {
        const shown = shownIn(to.dialect, text)
        const toRoom: Told = { kind: 'message', name, text: shown, to: target }
        const hearsRoom = voice.say !== undefined && isCarried(to, toRoom)
        if (answer === 'taken' && hearsRoom) expected.push(...to.told(toRoom))
        if (hearsRoom) continue
        assert.equal(await voice.direct(target, text), answer, `${words} to ${to.dialect}`)
        if (answer === 'taken') said.push(text)
        if (answer === 'taken') expected.push(...to.told({ kind: 'direct', name, text: shown, to: target }))
      }
    }
    voice.leave()
  }
  for (const listener of listeners) {
    const { kind, expected } = listener
    assert.deepEqual(await heardBy(listener), expected, `what ${kind.dialect} heard`)
    t.diagnostic(`${kind.dialect} heard ${expected.length} of the ${said.length} that were taken`)
  }
  await trial.assertAsBefore()
  // M3: what was taken is recorded as it was said, and nothing else.
  const texts = trial.logs.all('chat').flatMap(({ text }) => (`${text}`.startsWith(MARK) ? [`${text}`] : []))
  assert.deepEqual(texts, said)
  assertHarmless(trial)
})

/** Says the bytes and waits for the refusal, or for the end that a broken stream comes to. */
async function assertRefused(trial: FaultTrial, dialect: string, text: Buffer, to: string): Promise<void> {
  const { comeAndSay, refused } = RAW_SPEECH[dialect] as RawSpeech
  const peer = await trial.open(dialect)
  const name = `raw${dialect.replace('-', '')}${text[text.length - 2]}`
  peer.write(comeAndSay(name, text, to))
  const came = () => peer.received.toString('latin1')
  await peer.until(() => refused.test(came()), `a refusal of ${JSON.stringify(text.toString('latin1'))}`)
  peer.close()
}

test('row 13, M3: bytes that are no text where they stand are refused in each dialect, and nobody hears of them', async (t) => {
  const trial = await FaultTrial.start(t, { args: ['--log-level', 'trace'] })
  const listeners = await listenersOf(trial)
  // A tab is text, and a line feed ends a line of chatroom; what is printable is in the test above.
  const bad = BYTES.filter((value) => (value < 0x20 && value !== 0x09 && value !== 0x0a) || value > 0x7e)
  const to = (listeners[0] as Listener).name
  const said = bad.map((value) => Buffer.from([...Buffer.from(MARK), 0x61, value, 0x62]))
  for (const dialect of Object.keys(RAW_SPEECH)) {
    for (let at = 0; at < said.length; at += 20) {
      await Promise.all(said.slice(at, at + 20).map((text) => assertRefused(trial, dialect, text, to)))
    }
  }
  for (const listener of listeners) assert.deepEqual(await heardBy(listener), [])
  await trial.assertAsBefore()
  const texts = trial.logs.all('chat').filter(({ text }) => `${text}`.startsWith(MARK))
  assert.deepEqual(texts, [])
  assertHarmless(trial)
})
