/** The reader and the player of transcripts: what they take, and that nothing wrong gets past them. */

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { replay } from './replay.js'
import { readTranscripts, shownTokens, TranscriptError } from './transcript.js'

function page(info: string, ...lines: readonly string[]): string {
  return ['# A page', '', `\`\`\`${info}`, ...lines, '```', '', 'And so on.'].join('\n')
}

async function play(t: TestContext, info: string, ...lines: readonly string[]): Promise<void> {
  const [transcript] = readTranscripts('page.md', page(info, ...lines))
  assert.ok(transcript !== undefined)
  await replay(t, transcript)
}

const BOB = ['Bob > 00 00 03 "Bob"', 'Bob < 00 00 01 00 02 00 1b "**Bob is joining the chat**"']
const OFF = 'transcript framed greeting=off'

test('a block is its dialect, its options and its lines', () => {
  const lines = [
    '# somebody comes',
    'Amy > connect',
    '',
    'Bob@sendto > 00 fF "a\\n\\"é" {id}',
    'Amy < closed',
  ]
  const [one, ...more] = readTranscripts('page.md', page('transcript framed style=colon bare=on', ...lines))
  assert.deepEqual(more, [])
  assert.equal(one?.line, 3)
  assert.equal(one?.dialect, 'framed')
  assert.equal(one?.query, 'style=colon&bare=on')
  assert.deepEqual(
    one?.steps.map(({ line, who, dialect, action }) => [line, who, dialect, action]),
    [
      [5, 'Amy', null, { kind: 'connect' }],
      [
        7,
        'Bob',
        'sendto',
        {
          kind: 'sends',
          tokens: [
            { bytes: Buffer.of(0) },
            { bytes: Buffer.of(0xff) },
            { bytes: Buffer.from('a\n"é') },
            { capture: 'id' },
          ],
        },
      ],
      [8, 'Amy', null, { kind: 'closed' }],
    ],
  )
})

test('other blocks are none of its business', () => {
  assert.deepEqual(readTranscripts('page.md', page('sh', 'Amy > nonsense')), [])
  assert.deepEqual(readTranscripts('page.md', page('', '~~~', '```transcript')), [])
})

for (const [what, info, line, words] of [
  ['no dialect', 'transcript', 'Amy > connect', 'page.md:3: which dialect?'],
  ['an option that is none', 'transcript framed colon', 'Amy > connect', 'page.md:3: colon is not an option'],
  ['no lines', 'transcript framed', '# nothing', 'page.md:3: nothing happens'],
  ['no arrow', 'transcript framed', 'Amy connects', 'page.md:4: not a line'],
  ['a word', 'transcript framed', 'Amy > 00 hello', 'page.md:4: not bytes: hello'],
  ['half a byte', 'transcript framed', 'Amy > 0', 'page.md:4: not bytes: 0'],
  ['bytes without a space', 'transcript framed', 'Amy > 0001', 'page.md:4: not bytes: 0001'],
  ['a text without an end', 'transcript framed', 'Amy > "abc', 'page.md:4: not bytes: "abc'],
  ['a text that is no JSON', 'transcript framed', 'Amy > "\\x00"', 'page.md:4: not a JSON string'],
  ['closed by the client', 'transcript framed', 'Amy > closed', 'page.md:4: not bytes: closed'],
] as const) {
  test(`${what} cannot be read`, () => {
    assert.throws(
      () => readTranscripts('page.md', page(info, line)),
      (error) => error instanceof TranscriptError && error.message.startsWith(words),
    )
  })
}

test('bytes are shown as they are written', () => {
  assert.equal(shownTokens(Buffer.from('\x02\x00\x08[Bob] Hi\x00')), '02 00 08 "[Bob] Hi" 00')
})

test('what the page says comes, and is taken', async (t) => {
  await play(
    t,
    OFF,
    ...BOB,
    'Bob > 03 00 00',
    'Bob < 03 00 03 "Bob"',
    'Bob < nothing',
    'Bob > 01 00 00',
    'Bob < closed',
  )
})

test('a capture is the shortest run that fits, and the same bytes later', async (t) => {
  await play(
    t,
    'transcript framed',
    'Bob < 02 00 {length} "Welcome. Commands: " {commands} "."',
    ...BOB,
    'Amy < 02 00 {length} "Welcome. Commands: " {commands} "."',
    'Amy > 02 00 {length} "Welcome. Commands: " {commands} "."',
    'Amy < 05 00 0a "Join first"',
  )
})

test('several dialects take part, each on a listener of its own', async (t) => {
  await play(
    t,
    'transcript chatroom',
    'Bob@framed < 02 00 {length} "Welcome. " {commands} " text."',
    ...BOB,
    'Amy > connect',
    'Bob > 02 00 02 "Hi"',
    'Bob < nothing',
  )
})

for (const [what, lines, words] of [
  [
    'other bytes',
    ['Bob > 03 00 00', 'Bob < 03 00 03 "Rob"'],
    /page\.md:7: .*\n.*came:\nBob < 03 00 03 "Bob"$/,
  ],
  [
    'other bytes than captured',
    ['Bob > 03 00 00', 'Bob < 03 00 03 {a} "ob" {b} "c"'],
    /came:\nBob < 03 00 03 "Bob"$/,
  ],
  ['nothing', ['Bob < 03'], /page\.md:6: .*\n.*came:\nBob < nothing$/],
  ['something instead of nothing', ['Bob > 03 00 00', 'Bob < nothing'], /came:\nBob < 03 00 03 "Bob"$/],
  ['something instead of the end', ['Bob > 03 00 00', 'Bob < closed'], /came:\nBob < 03 00 03 "Bob"$/],
  ['the end instead of nothing', ['Bob > 01 00 00', 'Bob < nothing'], /but the connection was closed$/],
  ['more at the end', ['Bob > 03 00 00'], /page\.md:3: at the end came more:\nBob < 03 00 03 "Bob"$/],
  ['a capture that is not known', ['Bob > {id}'], /nothing is known as \{id\}$/],
  ['a capture without an end', ['Bob > 03 00 00', 'Bob < 03 {rest}'], /nothing says where \{rest\} ends$/],
  ['a second connection', ['Bob > connect'], /Bob is connected already$/],
] as const) {
  test(`${what} fails at its line`, async (t) => {
    await assert.rejects(play(t, OFF, ...BOB, ...lines), words)
  })
}
