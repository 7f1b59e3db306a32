/** The chatmaster page, for the fuzzer: packages that are right, plain and compressed, and everything that may come back. */

import assert from 'node:assert/strict'
import { deflateSync, inflateSync } from 'node:zlib'
import { assertTexts, type FuzzedDialect, linesOf, VISITOR, words } from '../relay/fuzzed-dialect.js'

const MAX_PACKAGE_BYTES = 64 * 1024
const ALWAYS = 2
const OFF = 3
const NESTED = 1
const ZLIB = 0x78
const WORDS = {
  message:
    /^\{"type":"message","data":\{"message":".*","username":"[^ ]+"(,"private":true)?(,"edited":true)?\}\}$/s,
  request: /^\{"type":"request","data":\{"request":"login"\}\}$/,
  session:
    /^\{"type":"session","data":\{"status":((1|true),"channels":\[.*\]|(0|false),"reason":"Username is (already taken|not valid)\.")\}\}$/,
  notification: /^\{"type":"notification","data":\{"event_type":"[a-z_]+",".*\}\}$/s,
  error: /^\{"type":"error","data":\{"error_type":".*","message":"[ -~]+\."\}\}$/s,
} as const
const EVENTS = [
  'user_joined',
  'user_left',
  'user_rename',
  'channel_private',
  'channel_public',
  'channel_list',
  'member_list',
]

type Json = Readonly<Record<string, unknown>>
const message = (text: string): Json => ({ type: 'message', data: { message: text, username: VISITOR } })
const command = (name: string, parameters?: unknown): Json => ({
  type: 'command',
  data: { command: name, parameters },
})
const login = (username = VISITOR) => command('login', { username })
const plain = (...all: Json[]) => Buffer.from(all.map((one) => JSON.stringify(one)).join('\n'))
const compressed = (...all: Json[]) => Buffer.concat(all.map((one) => deflateSync(JSON.stringify(one))))

const TALK = [
  login(),
  message('Hi'),
  command('direct', { username: 'Amy', message: 'Hi' }),
  command('channels'),
  command('members'),
]
const ROOMS = [
  login(),
  command('join', { channel: 'tea' }),
  ...['private', 'channels', 'members', 'public', 'channel_list'].map((name) => command(name, null)),
  message('Zoë'),
  command('join', { channel: 'tea' }),
  command('leave'),
  command('leave'),
  command('private'),
]
const WRONGS = [
  message('x'),
  login('Amy'),
  login(''),
  login(),
  login(),
  command('rename', { username: 'bob' }),
  command('rename', { username: 'Gus' }),
  command('rename'),
  command('join', { channel: 'x y' }),
  command('x'),
  { type: 'x', data: {} },
  command('direct', { username: 'nobody', message: 'x' }),
  command('direct', { username: 'bob', message: '' }),
  message('\x1b[2J'),
  { type: 'command', data: { command: 5 } },
]

export const chatmaster: FuzzedDialect = {
  name: 'chatmaster',
  listeners: ['', 'status=boolean&notifications=nested', 'compression=always', 'compression=off'],
  seeds: [
    ...[TALK, ROOMS, WRONGS].flatMap((all) => [plain(...all), compressed(...all)]),
    plain(login(), { type: 'command', data: [] } as unknown as Json),
    plain(login(), command('x', { a: { b: { c: 1 } } })),
    Buffer.concat([plain(login()), Buffer.from('[')]),
    Buffer.concat([compressed(login()), Buffer.from('x')]),
    Buffer.concat([compressed(login()), deflateSync('{}{}'), compressed(message('x'))]),
    deflateSync(Buffer.alloc(65_537, ' ')),
    Buffer.from(`{"type":"${'x'.repeat(65_600)}`),
  ],
  words: [
    ...words(
      '{"type":"',
      '"data":{',
      '"command":"',
      '"parameters":{',
      '"username":"',
      '"channel":"',
      '"message":"',
      '":"',
      '","',
      '"}',
      '}}',
    ),
    ...words(
      'login',
      'rename',
      'join',
      'leave',
      'private',
      'public',
      'channels',
      'channel_list',
      'members',
      'direct',
      'message',
      'command',
    ),
    ...words(
      VISITOR,
      'Gus',
      'Amy',
      'bob',
      'general',
      'tea',
      'null',
      '\\u0000',
      '\\ud800',
      '{',
      '}',
      '[',
      ']',
    ),
    ...[
      plain(login()),
      compressed(login()),
      compressed(message('x')),
      Buffer.of(0x78, 0x9c),
      Buffer.of(0x78, 0x01),
    ],
    ...[deflateSync('{', { level: 0 }), deflateSync('{}'), deflateSync(Buffer.alloc(1000))],
  ],
  mostHeldBytes: 6 * MAX_PACKAGE_BYTES,

  enter: (name) => plain(login(name)),
  say: (text) => plain(message(text)),
  direct: (to, text) => plain(command('direct', { username: to, message: text })),

  read(received, listener, sent) {
    const isCompressed = listener === ALWAYS || (listener !== OFF && sent[0] === ZLIB)
    return (isCompressed ? inflatedLines(received) : linesOf(received)).map((line) => kindOf(line, listener))
  },
}

/** X12: the greeting may be plain; all else is one zlib stream each. */
function inflatedLines(received: Buffer): string[] {
  const lines: string[] = []
  let at = 0
  if (received[0] === 0x7b) {
    at = received.indexOf('\n') + 1
    lines.push(...linesOf(received.subarray(0, at)))
  }
  while (at < received.length) {
    const { buffer, engine } = inflateSync(received.subarray(at), { info: true }) as unknown as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    const inside = linesOf(buffer)
    assert.equal(inside.length, 1, 'more than one package in a stream')
    lines.push(...inside)
    at += engine.bytesWritten
  }
  return lines
}

function kindOf(line: string, listener: number): string {
  assert.ok(Buffer.byteLength(line) < MAX_PACKAGE_BYTES, `a package of ${Buffer.byteLength(line)} bytes`)
  const { type, data } = JSON.parse(line) as {
    type: keyof typeof WORDS
    data: Readonly<Record<string, unknown>>
  }
  assert.ok(Object.hasOwn(WORDS, type), `a package that there is not: ${line}`)
  assert.match(line, WORDS[type])
  assertTexts(data)
  switch (type) {
    case 'session':
      assert.equal(typeof data.status, listener === NESTED ? 'boolean' : 'number', line)
      return `session ${Number(data.status)}`
    case 'notification':
      assert.ok(EVENTS.includes(data.event_type as string), line)
      assert.equal('parameters' in data, listener === NESTED, line)
      return data.event_type as string
    case 'error':
      return `error ${data.message}`
    case 'message':
      return data.private === true ? 'private' : 'message'
    default:
      return type
  }
}
