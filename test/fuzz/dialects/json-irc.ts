/** The json-irc page, for the fuzzer: objects that are right, and everything that may come back. */

import assert from 'node:assert/strict'
import { type FuzzedDialect, linesOf, VISITOR, type Visit, words } from '../relay/fuzzed-dialect.js'

const KEYS = 'command nickname room message'
const COMMANDS = [
  '/nicknameSet',
  '/nickFail',
  '/listRooms',
  '/joinSuccess',
  '/join',
  '/leaveRoom',
  '/broadcast',
  '/direct',
  'listMembers',
  '/roomMembers',
]
/** Whose messages are lists, one a line. */
const LISTS = ['/listRooms', '/joinSuccess', 'listMembers', '/roomMembers']
const MAX_OBJECT_BYTES = 64 * 1024
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]|\p{Surrogate}/u

const object = (command: string, room = '', message = '', nickname = VISITOR) =>
  JSON.stringify({ command, nickname, room, message })
const all = (...objects: string[]) => Buffer.from(objects.join('\n'))
const named = (...objects: string[]) => all(object('/nick'), ...objects)

export const jsonIrc: FuzzedDialect = {
  name: 'json-irc',
  listeners: ['', 'list-reply=joinSuccess&members-reply=roomMembers&max-rooms=3'],
  seeds: [
    named(
      object('/join', 'general'),
      object('/broadcast', 'general', 'Hi'),
      object('/direct', 'Amy', 'Hi'),
      object('/close'),
    ),
    named(
      object('/join', 'tea'),
      object('/roomMembers', 'tea'),
      object('/roomMembers'),
      object('/listRooms'),
      object('/leaveRoom', 'tea'),
    ),
    all(
      object('/join', 'general'),
      object('/nick', '', '', 'Amy'),
      object('/nick', '', '', ''),
      object('/nick'),
      object('/nick'),
    ),
    named(
      object('/broadcast', 'tea', 'x'),
      object('/leaveRoom', 'tea'),
      object('/direct', 'nobody', 'x'),
      object('/direct', VISITOR, 'x'),
    ),
    named(...['a', 'b', 'c', 'd', 'a', '', 'x y'].map((room) => object('/join', room))),
    named(
      '{"Command":"/join","CHANNEL":"tea"}',
      '{"command":"/join","room":"a","channel":"b"}',
      object('/listRooms'),
    ),
    named('{"command":"/broadcast","room":5}'),
    named('{"command":"/direct","room":{"a":1}}'),
    named(
      object('x'),
      object('/broadcast', 'general', ''),
      object('/broadcast', 'general', '\x1b[2J'),
      object('/roomMembers', 'nowhere'),
    ),
    all('{}', '[]'),
    all('{"a":"\\u0000\\ud800"}', ' \r\n\t{}', '{"a":null}', '{"command":"\\"}'),
    Buffer.from(`{"command":"/nick","nickname":"${'x'.repeat(3000)}"}`),
    Buffer.from(`{"command":"${'x'.repeat(65_600)}"}`),
  ],
  words: words(
    ...[
      '{"command":"',
      '"command"',
      '"Command"',
      '"nickname"',
      '"room"',
      '"channel"',
      '"message"',
      '":"',
      '","',
      '"}',
      '}{',
      '{',
      '}',
      '[',
      ']',
    ],
    ...[
      '/nick',
      '/listRooms',
      '/join',
      '/leaveRoom',
      '/broadcast',
      '/direct',
      '/roomMembers',
      '/close',
      'general',
      'tea',
      VISITOR,
      'Gus',
    ],
    ...[
      'Amy',
      'bob',
      'Cyd',
      'Dan',
      'Eve',
      '\\u0000',
      '\\ud83d\\ude00',
      '\\"',
      '\\\\',
      object('/nick'),
      object('/join', 'general'),
    ],
  ),
  mostHeldBytes: 2 * MAX_OBJECT_BYTES,

  enter: (name) => all(object('/nick', '', '', name), object('/join', 'general')),
  say: (text) => all(object('/broadcast', 'general', text.replace(/[^ -~]/g, '?'))),
  direct: (to, text) => all(object('/direct', to, text.replace(/[^ -~]/g, '?'))),

  read(received) {
    return linesOf(received).map(kindOf)
  },

  /** What cannot be followed is answered once, and the last. */
  check({ received, reason }: Visit) {
    if (reason !== 'malformed' && reason !== 'oversize') return
    const last = linesOf(received).at(-1) ?? ''
    assert.match(last, /"message":"Error: /)
  },
}

function kindOf(line: string): string {
  assert.match(line, /^\{"command":"[ -~]*","nickname":"[ -~]*","room":"[ -~]*","message":"[ -~]*"\}$/)
  assert.ok(line.length <= MAX_OBJECT_BYTES, `an object of ${line.length} bytes`)
  const said = JSON.parse(line) as Record<string, string>
  assert.equal(Object.keys(said).join(' '), KEYS)
  const { command, nickname, room, message } = said as {
    command: string
    nickname: string
    room: string
    message: string
  }
  const isError = message.startsWith('Error: ') && nickname === ''
  for (const text of [command, nickname, room]) assert.doesNotMatch(text, CONTROL)
  assert.doesNotMatch(LISTS.includes(command) ? message.replaceAll('\n', '') : message, CONTROL)
  if (isError) return `Error ${message.slice(7, 40).replace(/: .*$/, '')}`
  assert.ok(COMMANDS.includes(command), `a command that there is not: ${line}`)
  return command
}
