/** Row 13 of docs/faults.md: every byte value and strange texts as names, in each dialect and in each way to write them. Rules N2, M3, C1, J2, X2, S2. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CLAIMS } from '../fixtures/claims.js'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { assertHarmless } from '../fixtures/harmless-logs.js'
import { listedNames } from '../fixtures/listed-names.js'
import { RAW_SPEECH, type RawSpeech } from '../fixtures/raw-speech.js'
import { BEYOND_ASCII, BYTES, CONTROLS } from '../fixtures/strange-texts.js'
import { until } from '../fixtures/until.js'

const AT_ONCE = 32

/** One claim. */
interface Asked {
  readonly dialect: string
  readonly sent: Buffer
  /** The name that it is to have then; `null` when it is to be refused. */
  readonly name: string | null
}

/** N2, and C1 where it is narrower. */
function isName(dialect: string, name: string): boolean {
  return dialect === 'chatroom' ? /^[0-9A-Za-z]{3,30}$/.test(name) : /^[\x21-\x7e]{1,20}$/.test(name)
}

/** Every byte as it is, every character that one byte can number as it is written, and the strange ones. */
function* claimsOf(dialect: string, letter: string): Generator<Asked> {
  const { claim, escaped } = RAW_SPEECH[dialect] as RawSpeech
  for (const value of BYTES) {
    const sent = claim(Buffer.from([letter.charCodeAt(0), value, 0x7a]))
    const name = `${letter}${String.fromCharCode(value)}z`
    // A quote ends a string of JSON, and a backslash makes `z` another character.
    const isSyntax = escaped !== undefined && (value === 0x22 || value === 0x5c)
    yield { dialect, sent, name: isName(dialect, name) && !isSyntax ? name : null }
  }
  for (const text of [...Object.values(CONTROLS), ...Object.values(BEYOND_ASCII)]) {
    yield { dialect, sent: claim(Buffer.from(text)), name: null }
    if (escaped !== undefined) yield { dialect, sent: claim(Buffer.from(escaped(text))), name: null }
  }
  for (const value of BYTES) {
    const name = `${letter.toUpperCase()}${String.fromCharCode(value)}z`
    const written = escaped === undefined ? name : escaped(name)
    const taken = isName(dialect, name) ? name : null
    // As UTF-8, or as an escape of JSON: for what is ASCII the former is what was tried above.
    if (escaped !== undefined || value > 0x7f)
      yield { dialect, sent: claim(Buffer.from(written)), name: taken }
  }
}

/** @returns whether it was accepted; everything else is the dialect's refusal, or the end that a broken stream comes to */
async function isAccepted(trial: FaultTrial, { dialect, sent }: Asked): Promise<boolean> {
  const { accepted, refused } = CLAIMS[dialect] as (typeof CLAIMS)[string]
  const peer = await trial.open(dialect)
  peer.write(sent)
  const came = () => peer.received.toString('latin1')
  const isAnswered = () => accepted.test(came()) || refused.test(came()) || peer.ended
  await until(isAnswered, 20_000).catch(() =>
    assert.fail(`no answer to ${JSON.stringify(sent.toString('latin1'))}`),
  )
  const answer = accepted.test(came())
  peer.close()
  return answer
}

test('row 13, N2 M3: of every byte value and strange text inside a name only printable ASCII passes, in each dialect', async (t) => {
  const trial = await FaultTrial.start(t, { args: ['--log-level', 'trace'] })
  const all = Object.keys(RAW_SPEECH).flatMap((dialect, index) => [
    ...claimsOf(dialect, 'fcjms'[index] as string),
  ])
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const claimed = all.slice(at, at + AT_ONCE)
    const answers = await Promise.all(claimed.map((asked) => isAccepted(trial, asked)))
    for (const [index, { dialect, sent, name }] of claimed.entries()) {
      assert.equal(answers[index], name !== null, `${dialect}: ${JSON.stringify(sent.toString('latin1'))}`)
    }
  }
  t.diagnostic(
    `${all.length} claims, of which ${all.filter(({ name }) => name !== null).length} were accepted`,
  )
  const everybody = await trial.open('sendto')
  await until(async () => (await listedNames(everybody)).length === 2, 20_000)
  await trial.assertAsBefore()
  // Who was let in is recorded by the name that they asked for, byte by byte, and nobody else is.
  const accepted = trial.logs
    .all('connections')
    .flatMap(({ event, name }) => (event === 'accepted' ? [name] : []))
  const expected = ['Left', 'Right', ...all.flatMap(({ name }) => (name === null ? [] : [name]))]
  assert.deepEqual(accepted.map(String).sort(), expected.sort())
  assertHarmless(trial)
})
