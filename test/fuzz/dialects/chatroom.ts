/** The chatroom page, for the fuzzer: lines that are right, and everything that may come back. */

import assert from 'node:assert/strict'
import {
  assertTexts,
  type FuzzedDialect,
  linesOf,
  VISITOR,
  type Visit,
  words,
} from '../relay/fuzzed-dialect.js'

const STATUSES = [
  '200 OK',
  '200 BYE',
  '200 SENT',
  '200 MESSAGE UPDATED',
  '200 USERSTATUS UPDATED',
  '300 NO HEADER FOUND',
  '400 INVALID USERNAME',
  '400 MESSAGE FAILED',
  '400 CANNOT FIND USER',
  '400 EDIT FAILED',
  '500 SERVER ERROR',
]
/** The keys behind each verb, in their order. */
const PUSHES: Readonly<Record<string, string>> = {
  SEND: 'sender header timestamp messageId message',
  SENT: 'messageId timestamp header',
  JOIN: 'username message',
  LEFT: 'username message',
  RECEIVED: 'message_id receiver timestamp',
  EDIT: 'message_id message sender edited',
  USERSTATUS: 'username status',
  BLOCKED: 'username message',
  ROOMS: 'rooms',
}
const BARE = 1
/** C14–C16: what these clients are told besides. */
const BARE_PUSHES = ['SENT', 'JOIN', 'LEFT', 'ROOMS']
const BARE_KEYS = 'sender header timestamp message'
const NAME = /^[!-~]{1,32}$/
const BOARD_STATUSES = ['ONLINE', 'OFFLINE', 'DO_NOT_DISTURB']
const LF = 0x0a
const MAX_LINE_BYTES = 8192

/** In its place the relay's last id is put in. */
const ID = '%LAST-MESSAGE-ID'
const send = (header: string, message = 'Hi', sender = VISITOR) =>
  `SEND ${JSON.stringify({ sender, header, timestamp: '1:02 pm', message })}`
const received = `RECEIVED ${JSON.stringify({ sender: 'Amy', timestamp: '1:02 pm', message: 'Hi', message_id: ID })}`
const edit = (message = 'Ho') => `EDIT ${JSON.stringify({ message_id: ID, message })}`
const lines = (...all: string[]) => Buffer.from(all.map((one) => `${one}\n`).join(''))
const joined = (...all: string[]) => lines(`JOIN ${VISITOR}`, ...all)

export const chatroom: FuzzedDialect = {
  name: 'chatroom',
  listeners: ['', 'push=bare'],
  seeds: [
    lines(`USERNAME ${VISITOR}`, 'JOIN', 'USERBOARD', 'LEAVE'),
    lines(
      'USERNAME Amy',
      'JOIN Amy',
      'JOIN',
      'USERNAME Gus',
      `USERNAME ${VISITOR}`,
      'LEAVE Gus',
      'SEND {}',
      'USERBOARD tea',
      'ROOMS',
    ),
    joined(
      send('@everyone'),
      edit(),
      edit('é'),
      received,
      'USERSTATUS DO_NOT_DISTURB',
      `USERSTATUS ${VISITOR} OFFLINE`,
      'USERSTATUS',
    ),
    joined(
      send('@Amy @bob'),
      send('@nobody'),
      send(''),
      send('@bob', ''),
      send('@all'),
      send('@Amy@bob'),
      send(`@${VISITOR}`),
      received,
    ),
    joined(
      'BLOCK bob',
      'BLOCK bob',
      'BLOCK nobody',
      'UNBLOCK bob',
      'UNBLOCK nobody',
      'BLOCK Amy',
      send('@Amy'),
      `LEAVE ${VISITOR}`,
    ),
    joined(
      'ROOMS',
      'ENTER tea',
      'USERBOARD',
      'USERBOARD general',
      send('@everyone'),
      'ENTER tea',
      'ENTER general',
      'ENTER',
      'LEAVE x',
    ),
    joined(
      received,
      received,
      'RECEIVED {}',
      'EDIT {',
      'EDIT {}',
      'SEND {',
      'SEND []',
      `JOIN ${VISITOR}`,
      'USERNAME Gus',
    ),
    joined(
      send('@everyone', 'x'.repeat(501)),
      send('@everyone', ' \t'),
      send('@everyone', '\\u0000'),
      send('@bob', 'x', 'Amy'),
    ),
    joined(`SEND ${'['.repeat(20)}`, 'JOIN', '', '\r', 'send {}', `USERSTATUS a b c`),
    Buffer.concat([joined(), Buffer.alloc(8193, 'x')]),
    Buffer.concat([joined(), Buffer.from('RECEIVED '), Buffer.alloc(9000, 'x'), lines('', 'USERBOARD')]),
    Buffer.concat([Buffer.alloc(8192, 'x'), lines('', 'JOIN')]),
  ],
  words: words(
    ...[
      'USERNAME ',
      'JOIN ',
      'LEAVE',
      'SEND ',
      'RECEIVED ',
      'EDIT ',
      'USERBOARD',
      'USERSTATUS ',
      'BLOCK ',
      'UNBLOCK ',
      'ROOMS',
      'ENTER ',
    ],
    ...[
      '"sender"',
      '"header"',
      '"timestamp"',
      '"message"',
      '"message_id"',
      `"${ID}"`,
      '@everyone',
      '@all',
      '@bob',
      '@Amy',
      '@',
      '\n',
      '\r\n',
    ],
    ...[
      'ONLINE',
      'OFFLINE',
      'DO_NOT_DISTURB',
      VISITOR,
      'Gus',
      'Amy',
      'bob',
      'Cyd',
      'general',
      'tea',
      'everyone',
      '{"',
      '"}',
      '":"',
      '","',
    ],
    ...[
      `JOIN ${VISITOR}\n`,
      `${send('@everyone')}\n`,
      `${received}\n`,
      `${edit()}\n`,
      'BLOCK bob\n',
      'ENTER tea\n',
    ],
  ),
  mostHeldBytes: 2 * (MAX_LINE_BYTES + 6 * 65_536),

  enter: (name) => lines(`JOIN ${name}`),
  say: (text) => lines(send('@everyone', text, 'bob')),
  direct: (to, text) => lines(send(`@${to}`, text, 'bob')),

  read(bytes, listener) {
    return linesOf(bytes).map((line) => kindOf(line, listener))
  },

  /** Every request gets exactly one status line. */
  check({ sent, received: bytes, reason, isAllTaken, listener }: Visit) {
    const statuses = linesOf(bytes).filter((line) => /^\d/.test(line)).length
    let requests = 0
    for (const byte of sent) if (byte === LF) requests++
    if (isAllTaken && (reason === 'ended' || reason === 'reset'))
      assert.equal(statuses, requests, `listener ${listener}: status lines`)
    else assert.ok(statuses <= requests + 1, `${statuses} status lines for ${requests} requests`)
  },

  fill(piece, bytes) {
    const last = [...bytes.toString('latin1').matchAll(/"messageId":"([^"]+)"/g)].at(-1)?.[1]
    return last === undefined ? piece : Buffer.from(piece.toString('latin1').replaceAll(ID, last), 'latin1')
  },

  cutsOf(input) {
    const cuts: number[] = []
    for (let at = input.indexOf(ID); at >= 0; at = input.indexOf(ID, at + 1))
      cuts.push(input.lastIndexOf(LF, at) + 1)
    return [...new Set(cuts)]
  },
}

function kindOf(line: string, listener: number): string {
  if (STATUSES.includes(line)) return line
  if (listener === BARE && line.startsWith('{')) {
    const said = JSON.parse(line) as object
    assert.equal(Object.keys(said).join(' '), BARE_KEYS)
    assertTexts(said)
    return 'said'
  }
  const [verb, json] = parted(line, listener)
  const value = JSON.parse(json) as Record<string, unknown>
  assertTexts(value)
  if (verb === 'USERBOARD') {
    // Not as an object: `__proto__` is a name like any other.
    for (const [, name, status] of json.matchAll(/"((?:[^"\\]|\\.)+)":"([A-Z_]+)"/g)) {
      assert.match(JSON.parse(`"${name}"`), NAME)
      assert.ok(BOARD_STATUSES.includes(status as string), line)
    }
    return verb
  }
  const keys = PUSHES[verb]
  assert.ok(
    keys !== undefined && (listener !== BARE || BARE_PUSHES.includes(verb)),
    `a push that there is not: ${line}`,
  )
  assert.equal(Object.keys(value).join(' '), keys, line)
  return verb
}

function parted(line: string, listener: number): [string, string] {
  const at = line.indexOf(' {')
  assert.ok(at > 0, `neither a status nor a push: ${JSON.stringify(line)}`)
  const verb = line.slice(0, at)
  return [verb === '200 BOARD' && listener === BARE ? 'USERBOARD' : verb, line.slice(at + 1)]
}
