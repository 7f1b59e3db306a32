/** The framed page, for the fuzzer: frames that are right, and everything that may come back. */

import assert from 'node:assert/strict'
import {
  direct,
  ERROR,
  frame,
  framesOf,
  header,
  join,
  leave,
  list,
  message,
  shown,
} from '../../fixtures/framed-bytes.js'
import { expectedOf } from '../../fixtures/framed-model.js'
import { type FuzzedDialect, VISITOR, type Visit, WITNESS_NAMES, words } from '../relay/fuzzed-dialect.js'

const NAME = '[!-~]{1,32}'
const GREETING = /^Welcome\. Commands: [ -~]+$/
const LINES: readonly (readonly [string, RegExp])[] = [
  ['greeting', GREETING],
  ['joining', new RegExp(`^\\*\\*${NAME} is joining the chat\\*\\*$`)],
  ['leaving', new RegExp(`^\\*\\*${NAME} is leaving the chat\\*\\*$`)],
  ['renamed', new RegExp(`^\\*\\*${NAME} is now known as ${NAME}\\*\\*$`)],
  ['blocked', new RegExp(`^\\*\\*${NAME} has blocked you\\*\\*$`)],
]
const SAID = [new RegExp(`^\\[${NAME}\\] [\\t -~]*$`), new RegExp(`^${NAME}: [\\t -~]*$`)] as const
const ERRORS: readonly (readonly [string, RegExp])[] = [
  ['unsupported', /^Unsupported command \d{1,3}$/],
  ['join first', /^Join first$/],
  ['already joined', new RegExp(`^Already joined as ${NAME}$`)],
  ['not ASCII', /^Only printable ASCII is allowed$/],
  ['usage', /^A direct message is a name, a space and a text$/],
  ['no such user', /^No such user: [\t!-~]{1,35}$/],
  ['too long', /^Message too long: at most \d+ bytes$/],
  ['closing', /^Closing: [ -~]+$/],
  ['blocked', new RegExp(`^${NAME} has blocked you$`)],
]
const [JOINED, LEFT, SAYS, NAMES, TELLS] = [0, 1, 2, 3, 4]
const COLON = 2
const BYTE = 1

export const framed: FuzzedDialect = {
  name: 'framed',
  listeners: ['', 'join-reply=byte&greeting=join&bare=on', 'style=colon&greeting=off'],
  seeds: [
    join(VISITOR),
    Buffer.concat([
      join(VISITOR),
      message('Hi'),
      list(),
      direct('Amy Hi'),
      direct('@bob Hi'),
      direct('/w Fay Hi'),
      leave(),
    ]),
    Buffer.concat([
      join('Amy'),
      join(''),
      join(VISITOR),
      join('Gus'),
      message(''),
      message('Hi\r\n\0'),
      frame(7, 'x'),
    ]),
    Buffer.concat([
      list(),
      message('x'),
      direct('x'),
      frame(5, 'x'),
      join('__proto__'),
      direct('__proto__ x'),
      leave('x'),
    ]),
    Buffer.concat([join(VISITOR), Buffer.of(3, 3, 1)]),
    Buffer.concat([
      join('x'.repeat(32)),
      message('x'.repeat(400)),
      message('\x1b[2J'),
      direct('Cyd'),
      direct('nobody x'),
    ]),
    Buffer.concat([join(VISITOR), header(2, 65_535), Buffer.alloc(65_535, 'x')]),
    header(0, 1022),
    Buffer.concat([header(0, 1021), Buffer.alloc(1021, 'x')]),
  ],
  words: [
    ...words('Amy', 'bob', 'Cyd', 'Dan', 'Eve', VISITOR, 'Gus', '@', '/w ', '@bob ', 'Amy x', '__proto__'),
    ...[
      join(VISITOR),
      message('x'),
      list(),
      leave(),
      direct('Amy x'),
      frame(9),
      header(2, 65_535),
      header(4, 4),
    ],
  ],
  mostHeldBytes: 2 * 65_536,

  enter: join,
  say: message,
  direct: (to, text) => direct(Buffer.from(`${to} ${text.replace(/[^ -~]/g, '?')}`)),

  read(received, listener) {
    if (listener === BYTE) return readBytes(received)
    return framesOf(received).map((one, index, all) => kindOf(one, listener, index === all.length - 1))
  },

  /** The model of the page says to the byte what comes back, as long as nobody else says anything. */
  check({ listener, sent, received, reason, isAllTaken, heard, isDisturbed }: Visit) {
    if (listener !== 0 || isDisturbed || (!isAllTaken && reason === 'reset') || reason === 'refused') return
    const expected = expectedOf(sent, WITNESS_NAMES)
    const [, ...answers] = framesOf(received)
    assert.equal(answers.length, expected.answers.length, `${answers.map(shown).slice(0, 20).join('\n')}`)
    for (const [index, one] of expected.answers.entries()) {
      const got = answers[index] as Buffer
      if (Buffer.isBuffer(one)) assert.ok(got.equals(one), `${shown(got)} where ${shown(one)} is right`)
      else assert.match(shown(got), one)
    }
    assert.deepEqual(framesOf(heard).map(shown), expected.heard.map(shown))
  },
}

function kindOf(one: Buffer, listener: number, isLast: boolean): string {
  const text = one.toString('latin1', 3)
  switch (one[0]) {
    case JOINED:
      assert.ok(text.length === 1 && text <= '\x02', shown(one))
      return `JOIN ${text.charCodeAt(0)}`
    case LEFT:
      assert.ok(isLast && /^[ -~]+$/.test(text), shown(one))
      return `LEAVE ${text}`
    case SAYS:
      return lineKind(text, listener)
    case NAMES:
      assert.match(text, new RegExp(`^${NAME}( ${NAME})* ?$`))
      return 'LIST'
    case TELLS:
      assert.match(text, SAID[listener === COLON ? 1 : 0])
      return 'DIRECT'
    case ERROR:
      return `ERROR ${kindIn(ERRORS, text)}`
    default:
      throw new Error(`a command that there is not: ${shown(one)}`)
  }
}

function lineKind(text: string, listener: number): string {
  return SAID[listener === COLON ? 1 : 0].test(text) ? 'said' : kindIn(LINES, text)
}

function kindIn(kinds: readonly (readonly [string, RegExp])[], text: string): string {
  const kind = kinds.find(([, words]) => words.test(text))?.[0]
  if (kind === undefined) throw new Error(`words that there are not: ${JSON.stringify(text)}`)
  return kind
}

/** F3: what JOIN is answered with is a lone byte; as long as it was not 0, nobody is in a room and is told anything there. */
function readBytes(received: Buffer): string[] {
  const kinds: string[] = []
  let isIn = false
  for (let at = 0; at < received.length; ) {
    const byte = received[at] as number
    const isFrame = isIn || byte === ERROR || isLastLeave(received, at)
    if (!isFrame) {
      assert.ok(byte <= 2, `a byte that there is not: ${byte}`)
      kinds.push(`byte ${byte}`)
      isIn = byte === 0
      at++
      continue
    }
    const length = 3 + received.readUInt16BE(at + 1)
    const one = received.subarray(at, at + length)
    assert.equal(one.length, length, 'a torn frame')
    assert.notEqual(one[0], JOINED)
    kinds.push(kindOf(one, BYTE, at + length === received.length))
    at += length
  }
  return kinds
}

/** A row of refusals can have such a length as well, but is no text. */
function isLastLeave(received: Buffer, at: number): boolean {
  if (received[at] !== LEFT || received.length - at <= 3) return false
  return (
    at + 3 + received.readUInt16BE(at + 1) === received.length &&
    !received.subarray(at + 3).some((byte) => byte < 0x20)
  )
}
