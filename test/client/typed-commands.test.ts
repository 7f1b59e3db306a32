/** What is typed into any of the clients: what they have in common, and which commands each has besides. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BOX_COMMANDS } from '../../src/client/chatmaster/commands.js'
import { CHATROOM_COMMANDS } from '../../src/client/chatroom/typed-line.js'
import { FRAMED_COMMANDS } from '../../src/client/framed-requests.js'
import { ROOMS_COMMANDS } from '../../src/client/json-irc/rooms-commands.js'
import { Commands, TAKES, type Typed } from '../../src/client/typed-commands.js'

const CLIENTS = [FRAMED_COMMANDS, CHATROOM_COMMANDS, ROOMS_COMMANDS, BOX_COMMANDS] as const

/** As the tables of this file write it. */
function shown(typed: Typed<string>): string {
  if (!('word' in typed)) return typed.kind
  return [typed.kind, typed.word, typed.text].filter((part) => part !== '').join('|')
}

/** A line, and what each client makes of it. */
const COMMON: readonly [line: string, expected: string][] = [
  ['Hi', 'say|Hi'],
  [' /list', 'say| /list'],
  [' @amy Hi ', 'say| @amy Hi '],
  ['amy@example.org', 'say|amy@example.org'],
  ['', 'nothing'],
  [' \t', 'nothing'],
  ['//list', 'say|/list'],
  ['//', 'say|/'],
  ['///x ', 'say|//x '],
  ['/say  @amy  ', 'say| @amy  '],
  ['/say /list', 'say|/list'],
  ['/SAY x', 'say|x'],
  ['/say', 'nothing'],
  ['/say  ', 'nothing'],
  ['@amy psst', 'direct|amy|psst'],
  ['@amy  two  words ', 'direct|amy|two  words'],
  ['@@amy psst', 'direct|@amy|psst'],
  ['@exit now', 'direct|exit|now'],
  ['/direct amy psst', 'direct|amy|psst'],
  ['/direct @amy  two  words ', 'direct|@amy|two  words'],
  ['/direct amy', 'mistake'],
  ['/direct', 'mistake'],
  ['@amy', 'mistake'],
  ['@', 'mistake'],
  ['@ amy', 'mistake'],
  ['/list', 'list'],
  ['/who ', 'list'],
  ['/List', 'list'],
  ['@list', 'list'],
  ['/help', 'help'],
  ['@help', 'help'],
  ['/help me', 'mistake'],
  ['/quit', 'quit'],
  ['/exit', 'quit'],
  ['@exit', 'quit'],
  [' @exit', 'say| @exit'],
  ['@quit ', 'quit'],
  ['/quit it', 'mistake'],
  ['/', 'mistake'],
  ['/ x', 'mistake'],
  ['/dance', 'mistake'],
  ['/usr/bin is full', 'mistake'],
  ['/constructor', 'mistake'],
  ['@constructor', 'mistake'],
]

test('every client reads the common commands alike', () => {
  for (const [line, expected] of COMMON) {
    for (const commands of CLIENTS) assert.equal(shown(commands.read(line)), expected, line)
  }
})

test('what only one client has', () => {
  const own: readonly [Pick<Commands<string>, 'read'>, readonly [line: string, expected: string][]][] = [
    [FRAMED_COMMANDS, [['/join tea', 'mistake']]],
    [
      ROOMS_COMMANDS,
      [
        ['/JOIN tea ', 'join|tea'],
        ['/join', 'mistake'],
        ['/join a b', 'mistake'],
        ['/leave', 'leave'],
        ['/leave tea', 'leave|tea'],
        ['/leave a b', 'mistake'],
        ['/members', 'list'],
        ['/members tea', 'list|tea'],
        ['/list tea', 'list|tea'],
        ['/members a b', 'mistake'],
        ['/rooms', 'rooms'],
        ['/rooms x', 'mistake'],
        ['@leave', 'mistake'],
      ],
    ],
    [
      BOX_COMMANDS,
      [
        ['/rename Rob', 'rename|Rob'],
        ['/rename', 'mistake'],
        ['/rename a b', 'mistake'],
        ['/join  den ', 'join|den'],
        ['/join', 'mistake'],
        ['/leave', 'leave'],
        ['/leave now', 'mistake'],
        ['/private', 'private'],
        ['/public', 'public'],
        ['/channels ', 'channels'],
      ],
    ],
    [CHATROOM_COMMANDS, [['/leave', 'quit']]],
  ]
  for (const [commands, lines] of own) {
    for (const [line, expected] of lines) assert.equal(shown(commands.read(line)), expected, line)
  }
})

test('an unknown command is answered with how to say it, a mistake with its form', () => {
  const words = (line: string) => (ROOMS_COMMANDS.read(line) as { words: string }).words
  assert.equal(words('/foo bar'), 'There is no /foo; //foo says it. /help says more.')
  assert.ok(words(`/${'x'.repeat(60_000)}`).length < 200)
  assert.equal(words('/join'), 'Like this: /join ROOM')
  assert.equal(words('/members a b'), 'Like this: /list [ROOM]')
  assert.equal(words('/quit it'), 'Like this: /quit')
  assert.match(words('@amy'), /@NAME TEXT.*\/say/)
})

test('reading takes time as the line is long, whatever is in it', () => {
  const long = 100_000
  const lines = [' ', 'x', '@', '/'].flatMap((filler) =>
    ['/direct a', '@a', '/say ', '/direct ', '@'].map((start) => `${start}${filler.repeat(long)}`),
  )
  const begin = performance.now()
  for (const line of lines) ROOMS_COMMANDS.read(`${line} \t${' '.repeat(long)}`)
  assert.ok(performance.now() - begin < 5_000)
})

test('the help has a row for each command, and own rows stand in place of common ones', () => {
  const commands = new Commands<'dance'>([
    { kind: 'dance', words: ['dance', 'jig'], form: 'NAME', takes: TAKES.word, meaning: 'with NAME' },
    { kind: 'list', words: ['list'], form: '', takes: TAKES.nothing, meaning: 'who dances' },
  ])
  assert.deepEqual(commands.help.slice(0, 2), ['/dance NAME, /jig: with NAME', '/list: who dances'])
  assert.equal(commands.help.filter((row) => row.startsWith('/list')).length, 1)
  assert.equal(shown(commands.read('/who')), 'mistake')
  for (const { help } of CLIENTS) {
    for (const word of ['/direct', '/list', '/say', '/help', '/quit']) {
      assert.equal(help.filter((row) => row.startsWith(word)).length, 1, word)
    }
  }
})
