/** Malformed input on json-irc, one case after the other, beside two who chat and must notice nothing. Rules J1–J9, M3. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import test from 'node:test'
import { joining, leaving, textOf } from '../fixtures/framed-bytes.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { type JsonIrcPeer, joinSuccess, sent, startJsonIrc, told } from '../fixtures/json-irc-peer.js'

interface BadInput {
  readonly what: string
  /** Whether it is sent by one who has a name and is in general, as Bad. */
  readonly named: boolean
  readonly input: string | Uint8Array
  /** Command and room that the error reply names; `null` for no answer at all. */
  readonly answer: readonly [command: string, room: string] | null
  readonly stays: boolean
}

const row =
  (named: boolean, stays: boolean) =>
  (what: string, input: string | Uint8Array, ...answer: [string?, string?]): BadInput => ({
    what,
    named,
    input,
    answer: answer.length === 0 ? null : [answer[0] ?? '', answer[1] ?? ''],
    stays,
  })

const stranger = row(false, true)
const strangerEnds = row(false, false)
const member = row(true, true)
const memberEnds = row(true, false)

const bytes = (...parts: readonly (string | number)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part))))
const said = (message: unknown) => sent('/broadcast', { room: 'general', message })

/** What Python's pickle makes of such a message: protocol 0 and protocol 4. */
const PICKLE_0 = '(dp0\nVcommand\np1\nV/nick\np2\nsVnickname\np3\nVbob\np4\ns.'
const PICKLE_4 = bytes(0x80, 0x04, 0x95, 0x1d, 0, 0, 0, 0, 0, 0, 0, 0x7d, 0x94, 0x28, 'command')

const BAD_INPUT: readonly BadInput[] = [
  stranger('a /join', sent('/join', { room: 'tea' }), '/join', 'tea'),
  stranger('a /broadcast', said('Hi'), '/broadcast', 'general'),
  stranger('a /broadcast of control characters', said('\x1b[2J'), '/broadcast', 'general'),
  stranger('a /direct', sent('/direct', { room: 'Left', message: 'psst' }), '/direct', 'Left'),
  stranger('a /listRooms', sent('/listRooms'), '/listRooms'),
  stranger('a /roomMembers', sent('/roomMembers', { room: 'general' }), '/roomMembers', 'general'),
  stranger('a /leaveRoom', sent('/leaveRoom', { room: 'general' }), '/leaveRoom', 'general'),
  stranger('an unknown command', sent('/quit'), '/quit'),
  stranger('an object of nothing', '{}', ''),
  stranger('an object of unknown keys', '{"type":"message","data":"x"}', ''),
  stranger('a command with an escape sequence', sent('/\x1b[2J'), '/[2J'),
  strangerEnds('a pickle of protocol 0', PICKLE_0, ''),
  strangerEnds('a pickle of protocol 4', PICKLE_4, ''),
  strangerEnds('an HTTP request', 'GET / HTTP/1.1\r\nHost: relay\r\n\r\n', ''),
  strangerEnds('a TLS hello', Buffer.from('16030100f8010000f40303', 'hex'), ''),
  strangerEnds('a frame', bytes(0, 0, 3, 'Bad'), ''),
  strangerEnds('a line of text', 'hello everybody\n', ''),
  strangerEnds('an array', '[{"command":"/nick"}]', ''),
  strangerEnds('a string', '"command"', ''),
  strangerEnds('a number', '1025', ''),
  strangerEnds('null', 'null', ''),
  strangerEnds('a closing brace', '}', ''),
  strangerEnds('a NUL', bytes(0), ''),
  strangerEnds('a byte order mark', '\ufeff{}', ''),
  strangerEnds('UTF-16', Buffer.from(sent('/nick'), 'utf16le'), ''),
  strangerEnds('60 KB of brackets', '['.repeat(60_000), ''),
  strangerEnds('60 KB of braces', '{'.repeat(60_000), ''),
  strangerEnds('60 KB of brackets in an object', `{"a":${'['.repeat(60_000)}`, ''),
  strangerEnds('an object in an object', '{"command":{"command":"/nick"}}', ''),
  strangerEnds('an empty array in an object', '{"command":[]}', ''),
  strangerEnds('more than 64 KiB in one object', `{"nickname":"${'x'.repeat(65_536)}"}`, ''),
  strangerEnds('more than 64 KiB and no end of it', `{"nickname":"${'x'.repeat(70_000)}`, ''),
  strangerEnds('a number for a command', '{"command":5}', ''),
  strangerEnds('null for a nickname', '{"command":"/nick","nickname":null}', '/nick'),
  strangerEnds('true for a room', '{"command":"/join","room":true}', '/join'),
  strangerEnds('keys without quotes', '{command:"/nick"}', ''),
  strangerEnds('single quotes', "{'command':'/nick'}", ''),
  strangerEnds('a trailing comma', '{"command":"/nick",}', ''),
  strangerEnds('two objects with a comma', '{},{}', '', ''),
  memberEnds('a number for a text', said(5), '/broadcast', 'general'),
  memberEnds('an object for a text', said({ text: 'x' }), ''),
  memberEnds('a line feed in a string', '{"message":"a\nb"}', ''),
  memberEnds('bytes that are not UTF-8', bytes('{"message":"', 0xff, '"}'), ''),
  memberEnds('an overlong slash', bytes('{"command":"', 0xc0, 0xaf, 'close"}'), ''),
  memberEnds('half a pair in UTF-8', bytes('{"message":"', 0xed, 0xa0, 0x80, '"}'), ''),
  memberEnds('a bracket for a brace', '{"message":"x"]', ''),
  memberEnds('two rooms', '{"command":"/join","room":"a","channel":"b"}', '/join', 'b'),
  memberEnds('two commands that differ by case', '{"command":"/listRooms","Command":"/close"}', '/close'),
  memberEnds('garbage behind an object', '{"command":"/nick"}\n;', ''),
  member('a text of nothing', said(''), '/broadcast', 'general'),
  member('a text of padding', said('\0\0\r\n'), '/broadcast', 'general'),
  member('a text with ESC', said('\x1b]0;owned\x07'), '/broadcast', 'general'),
  member('a text with a line feed that would forge another', said('a\n[Left] b'), '/broadcast', 'general'),
  member('a text with DEL', said('a\x7f'), '/broadcast', 'general'),
  member('a text with C1', said('\x9b2J'), '/broadcast', 'general'),
  member('a text beyond ASCII', said('caf\u00e9'), '/broadcast', 'general'),
  member(
    'a text with half a pair, escaped',
    '{"command":"/broadcast","room":"general","message":"\\ud800"}',
    '/broadcast',
    'general',
  ),
  member('a text with a right-to-left override', said('\u202eevil'), '/broadcast', 'general'),
  member(
    'a text to a room of others',
    sent('/broadcast', { room: 'tea', message: 'x' }),
    '/broadcast',
    'tea',
  ),
  member(
    'a text to __proto__',
    sent('/broadcast', { room: '__proto__', message: 'x' }),
    '/broadcast',
    '__proto__',
  ),
  member('a /direct to nobody', sent('/direct', { room: 'nobody', message: 'x' }), '/direct', 'nobody'),
  member('a /direct without a text', sent('/direct', { room: 'Left' }), '/direct', 'Left'),
  member('a /join without a room', '{"command":"/join"}', '/join'),
  member(
    'a /join of a room of 65 characters',
    sent('/join', { room: 'r'.repeat(65) }),
    '/join',
    'r'.repeat(65),
  ),
  member(
    'a /join of a room of 60,000 characters',
    sent('/join', { room: 'r'.repeat(60_000) }),
    '/join',
    'r'.repeat(1024),
  ),
  member('a /leaveRoom of another room', sent('/leaveRoom', { room: 'tea' }), '/leaveRoom', 'tea'),
  member('members of no room', sent('/roomMembers', { room: 'nowhere' }), '/roomMembers', 'nowhere'),
  member('a second /nick', sent('/nick', { nickname: 'Worse' })),
  member('a second /nick with an escape sequence', sent('/nick', { nickname: '\x1b[2J' })),
  member('an answer of the relay', sent('/joinSuccess', { room: 'tea' }), '/joinSuccess', 'tea'),
]

/** The next object that is not the pair's chatter. */
async function answer(peer: JsonIrcPeer): Promise<string> {
  for (;;) {
    const line = await peer.line()
    const { nickname, message } = JSON.parse(line)
    if (!((nickname === 'Left' || nickname === 'Right') && message.startsWith('#'))) return line
  }
}

test('J1–J9 malformed input gets its defined answer and harms nobody', async (t) => {
  const { relay, connect } = await startJsonIrc(t)
  const pair = await HealthyPair.start(relay)
  t.after(() => pair.abandon())
  for (const { what, named, input, answer: expected, stays } of BAD_INPUT) {
    await t.test(`${named ? 'with' : 'without'} a name: ${what}`, async () => {
      pair.others = []
      const bad = await connect({ allowHalfOpen: true })
      if (named) {
        bad.send(sent('/nick', { nickname: 'Bad' }), sent('/join', { room: 'general' }))
        assert.equal(JSON.parse(await answer(bad)).command, '/nicknameSet')
        assert.equal(await answer(bad), joinSuccess('Bad', 'general'))
      }
      bad.send(input)
      if (what === 'two objects with a comma') await bad.expectError('')
      if (expected !== null) {
        const line = await answer(bad)
        const { message } = JSON.parse(line)
        assert.match(message, /^Error: ./)
        assert.equal(line, told(expected[0], '', expected[1], message))
      }
      if (stays) {
        // The next answer is the one to this question: there was no further one before it.
        bad.send(named ? sent('/roomMembers') : sent('/nick'))
        const { command, message } = JSON.parse(await answer(bad))
        assert.equal(command, named ? 'listMembers' : '/nickFail')
        if (named) assert.equal(message, 'Bad\nLeft\nRight')
        bad.send(sent('/close'))
      }
      for (const line of await bad.rest()) assert.match(line, /"message":"#\d+"\}\n$/)
      bad.wire.socket.end()
      await once(bad.wire.socket, 'close')
      await pair.settle()
      // Nothing of it was relayed.
      const toldOf = named ? [joining('Bad'), leaving('Bad')] : []
      assert.deepEqual(pair.others.map(textOf), toldOf.map(textOf))
    })
  }
  assert.ok((await pair.stop()) > BAD_INPUT.length)
})

test('the table has at least forty kinds of malformed input, each told from the others', () => {
  const kinds = new Set(BAD_INPUT.map(({ what, named }) => `${named} ${what}`))
  assert.equal(kinds.size, BAD_INPUT.length)
  assert.ok(kinds.size >= 40)
})
