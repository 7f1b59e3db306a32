/**
 * Random lines and random bytes, beside two who chat: every request gets one status line that the page has for it,
 * and nobody else is harmed. `FUZZ_SEED` and `FUZZ_RUNS` repeat a run or make it longer; the seed is printed.
 */

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { ANY_CHARACTER } from '../fixtures/any-character.js'
import { type ChatroomRelay, startChatroom } from '../fixtures/chatroom-peer.js'
import { FUZZ_SEED, fuzzRuns } from '../fixtures/fuzz-seed.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'

const SEED = FUZZ_SEED
const RUNS = fuzzRuns(300)

/** The answers that each request may have; all others have the last line alone. */
const ANSWERS: ReadonlyMap<string, RegExp> = new Map([
  ['USERNAME', /^(200 OK|500 SERVER ERROR)$/],
  ['JOIN', /^(200 OK|400 INVALID USERNAME|500 SERVER ERROR)$/],
  ['LEAVE', /^(200 BYE|400 CANNOT FIND USER)$/],
  ['SEND', /^(200 SENT|300 NO HEADER FOUND|400 MESSAGE FAILED|500 SERVER ERROR)$/],
  ['RECEIVED', /^(200 OK|500 SERVER ERROR)$/],
  ['EDIT', /^(200 MESSAGE UPDATED|400 EDIT FAILED|500 SERVER ERROR)$/],
  ['USERBOARD', /^(200 OK|500 SERVER ERROR)$/],
  ['USERSTATUS', /^(200 USERSTATUS UPDATED|500 SERVER ERROR)$/],
  ['BLOCK', /^(200 OK|400 CANNOT FIND USER|500 SERVER ERROR)$/],
  ['UNBLOCK', /^(200 OK|400 CANNOT FIND USER|500 SERVER ERROR)$/],
  ['ROOMS', /^(200 OK|500 SERVER ERROR)$/],
  ['ENTER', /^(200 OK|500 SERVER ERROR)$/],
])
const OTHERWISE = /^500 SERVER ERROR$/

const PUSH = /^(SEND|SENT|RECEIVED|EDIT|USERBOARD|ROOMS|USERSTATUS|BLOCKED|JOIN|LEFT) \{.*\}$/u

const name = fc.oneof(
  fc.constantFrom('Bad', 'Bad', 'Bad', 'Worse', 'nobody', '__proto__', '', 'everyone', 'x'.repeat(31)),
  fc.string({ unit: ANY_CHARACTER, maxLength: 12 }).map((text) => text.replaceAll('\n', '')),
)
const text = fc.oneof(
  fc.constant('Hi'),
  fc.string({ unit: ANY_CHARACTER, maxLength: 600 }),
  fc.constant('x'.repeat(501)),
)
const header = fc.oneof(
  fc.constantFrom('@Bad', '@Bad @Worse', '@nobody', '', 'Bad', '@', '@@'),
  // Nobody else: what the pair hears is judged.
  fc.string({ maxLength: 10 }).map((odd) => odd.replaceAll('@', '')),
)
const any = fc.jsonValue({ maxDepth: 3 })
const sendJson = fc
  .record(
    {
      sender: fc.oneof({ weight: 5, arbitrary: fc.constant('Bad') }, { weight: 1, arbitrary: name }),
      header,
      timestamp: fc.oneof(fc.constant('1:02 pm'), fc.string({ unit: ANY_CHARACTER, maxLength: 5 })),
      message: text,
      extra: any,
    },
    { requiredKeys: [] },
  )
  .map((fields) => JSON.stringify(fields))
const json = fc.oneof(
  { weight: 3, arbitrary: sendJson },
  any.map((value) => JSON.stringify(value)),
  fc.record({ message_id: fc.string(), message: text }).map((fields) => JSON.stringify(fields)),
  fc.string({ unit: ANY_CHARACTER, maxLength: 30 }).map((odd) => odd.replaceAll('\n', '')),
)
const parameter = fc.oneof(json, name, fc.constantFrom('general', 'OFFLINE', 'Bad OFFLINE'))
const line = fc.oneof(
  { weight: 4, arbitrary: sendJson.map((fields) => `SEND ${fields}`) },
  { weight: 2, arbitrary: name.map((one) => `JOIN ${one}`) },
  {
    weight: 8,
    // A LEAVE would end it: the others come after it only where it names somebody else.
    arbitrary: fc
      .tuple(fc.constantFrom(...[...ANSWERS.keys()].filter((verb) => verb !== 'LEAVE')), parameter)
      .map(([verb, rest]) => `${verb} ${rest}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'JOIN',
      'USERNAME',
      'USERSTATUS',
      'USERBOARD',
      'LEAVE Worse',
      'send',
      '',
      'ROOMS',
      'ENTER den',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.string({ unit: ANY_CHARACTER, maxLength: 60 }).map((odd) => odd.replaceAll('\n', '')),
  },
)
const lines = fc.array(line, { maxLength: 30 })
const anyBytes = fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes))
/** Where the stream is cut into writes, as shares of its length. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 })

function piecesOf(bytes: Buffer, shares: readonly number[]): Buffer[] {
  const inner = shares.map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b)
  const at = [0, ...inner, bytes.length]
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}

/** Sends it all, ends its side and takes the lines that come back until the relay ends too. */
async function converse(room: ChatroomRelay, bytes: Buffer, shares: readonly number[]): Promise<string[]> {
  const peer = await room.connect({ allowHalfOpen: true })
  await peer.wire.sendApart(piecesOf(bytes, shares).filter((piece) => piece.length > 0))
  peer.wire.socket.end()
  assert.equal(await peer.wire.ended(), 'end')
  const got: string[] = []
  for (;;) {
    try {
      got.push(await peer.line())
    } catch {
      break
    }
  }
  peer.wire.destroy()
  return got
}

test('C1–C11 C17 M3–M6 random lines, cut at random, are answered one by one as the page says', async (t) => {
  t.diagnostic(`FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}`)
  const room = await startChatroom(t)
  const pair = await HealthyPair.start(room.relay)
  t.after(() => pair.abandon())
  const property = fc.asyncProperty(lines, cuts, async (all, shares) => {
    const got = await converse(room, Buffer.from(all.map((one) => `${one}\n`).join('')), shares)
    const answers = got.filter((one) => /^\d/.test(one))
    // Somebody may happen to LEAVE under the name that they have: then that is the last answer.
    const answered = answers.at(-1) === '200 BYE' ? answers.length : all.length
    assert.equal(answers.length, answered)
    for (const [index, one] of all.slice(0, answered).entries()) {
      const verb = one.replace(/[\r\0]+$/, '').split(' ')[0] as string
      assert.match(answers[index] as string, ANSWERS.get(verb) ?? OTHERWISE, JSON.stringify(one))
    }
    for (const push of got.filter((one) => !/^\d/.test(one))) {
      assert.match(push, PUSH)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not pass
      assert.doesNotMatch(push, /[\x00-\x1f\x7f-\x9f]/)
      JSON.parse(push.slice(push.indexOf(' ')))
    }
    await pair.settle()
  })
  await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
  await pair.stop()
})

test('M3 random bytes get defined lines back, and leave nobody behind', async (t) => {
  t.diagnostic(`FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}`)
  const room = await startChatroom(t)
  const pair = await HealthyPair.start(room.relay)
  t.after(() => pair.abandon())
  const bytes = fc.array(
    fc.oneof(
      anyBytes,
      lines.map((all) => Buffer.from(all.join('\n'))),
    ),
    { maxLength: 5 },
  )
  const property = fc.asyncProperty(bytes, cuts, async (all, shares) => {
    for (const one of await converse(room, Buffer.concat(all), shares)) {
      assert.match(
        one,
        /^(\d{3} [A-Z ]+|(SEND|SENT|RECEIVED|EDIT|USERBOARD|ROOMS|USERSTATUS|BLOCKED|JOIN|LEFT) \{.*\})$/u,
      )
    }
    await pair.settle()
  })
  await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
  await pair.stop()
  const last = await room.join('last')
  last.send('USERBOARD')
  for (;;) {
    const one = await last.line()
    if (!one.startsWith('USERBOARD')) continue
    assert.equal(one, 'USERBOARD {"Left":"ONLINE","Right":"ONLINE","last":"ONLINE"}')
    break
  }
})
