/** Text is UTF-8, whole and in pieces. Autobahn's group 6. */

import { setTimeout as delay } from 'node:timers/promises'
import type { Check } from '../check.js'
import { CheckFailure, NotApplicable } from '../failure.js'
import { CONTINUATION, closing, frame, TEXT } from './frames.js'
import { KOSME, UTF8_GROUPS } from './utf8-cases.js'
import { Visitor } from './visitor.js'
import { INVALID_TEXT, NORMAL, textCheck, webSocketCheck } from './websocket-check.js'

const GREETING = Buffer.from('Hello-µ@ßöäüàá-UTF-8!!')
const BROKEN = Buffer.from(`${KOSME}eda080656469746564`, 'hex')
/** Begins well, is broken in the middle, and ends well. */
const PARTS = [KOSME, 'f4908080', '656469746564'].map((part) => Buffer.from(part, 'hex'))
/** The same, torn around the byte that breaks it. */
const TORN_PARTS = [`${KOSME}f4`, '90', '8080656469746564'].map((part) => Buffer.from(part, 'hex'))

const LF = Buffer.of(0x0a)

/** A line that asks for nothing that there is: its answer says that the text has arrived. */
const ANSWER = '500 SERVER ERROR\n'

function eachByte(visitor: Visitor, message: Buffer): Buffer[] {
  return visitor.fragments(
    message,
    Array.from({ length: message.length - 1 }, (_, index) => index + 1),
  )
}

function validCheck(number: string, words: string, frames: (visitor: Visitor) => Buffer[]): Check {
  return webSocketCheck(number, `${words} is taken`, async (context) => {
    const visitor = await Visitor.nameless(context)
    visitor.send(...frames(visitor))
    await visitor.expectLine(ANSWER)
    await visitor.close(closing(NORMAL), [NORMAL])
  })
}

function invalidCheck(number: string, words: string, frames: (visitor: Visitor) => Buffer[]): Check {
  return webSocketCheck(number, `${words} ends the connection`, async (context) => {
    const visitor = await Visitor.nameless(context)
    visitor.send(...frames(visitor))
    await visitor.expectClosed([INVALID_TEXT])
  })
}

/**
 * Text that is broken in its second part: at the latest its end is too late for it.
 * @param parts the three of them, with what sends each
 */
function failFastCheck(number: string, words: string, parts: () => readonly Buffer[]): Check {
  return webSocketCheck(
    number,
    `${words} ends the connection as soon as it cannot be text`,
    async (context) => {
      const visitor = await Visitor.nameless(context)
      const [first, second, third] = parts() as [Buffer, Buffer, Buffer]
      visitor.send(first)
      if (!(await visitor.staysOpen())) throw new CheckFailure('the rest to be waited for', 'something')
      visitor.send(second)
      await delay(visitor.peer.options.quietMs)
      const isFast = visitor.peer.received.length > 0
      if (!isFast) visitor.send(third)
      await visitor.expectClosed([INVALID_TEXT])
      if (!isFast)
        throw new NotApplicable('the server looks at texts that are whole, which may be, and ends it then')
    },
  )
}

function inFragments(parts: readonly Buffer[]): Buffer[] {
  return parts.map((part, index) =>
    frame(index === 0 ? TEXT : CONTINUATION, part, { fin: index === parts.length - 1 }),
  )
}

/** One frame, cut where the parts of its payload are. */
function inChops(parts: readonly Buffer[]): Buffer[] {
  const whole = frame(TEXT, Buffer.concat(parts))
  const [first, second] = parts as [Buffer, Buffer]
  const begin = whole.length - Buffer.concat(parts).length
  const cuts = [0, begin + first.length, begin + first.length + second.length, whole.length]
  return cuts.slice(1).map((end, index) => whole.subarray(cuts[index], end))
}

const lineOf = (text: Buffer) => Buffer.concat([Buffer.from('X'), text, LF])

const BY_BYTES: readonly Check[] = UTF8_GROUPS.flatMap(({ number, title, cases, valid }) =>
  cases.map((hex, index) => {
    const place = index + 1
    const isValid = valid === 'all' || (valid !== 'none' && valid.includes(place))
    const check = isValid ? validCheck : invalidCheck
    const text = lineOf(Buffer.from(hex, 'hex'))
    const bytes = hex.length > 24 ? `${hex.slice(0, 24)}…` : hex
    return check(`${number}.${place}`, `${title}, ${bytes},`, () => [frame(TEXT, text)])
  }),
)

export const TEXTS: readonly Check[] = [
  textCheck('6.1.1', 'a text of no bytes is taken', async (visitor) => {
    visitor.send(frame(TEXT))
    await visitor.expectWorks()
  }),
  textCheck('6.1.2', 'a text of three fragments of no bytes is taken', async (visitor) => {
    visitor.send(...visitor.fragments(Buffer.alloc(0), [0, 0]))
    await visitor.expectWorks()
  }),
  textCheck('6.1.3', 'a text between two fragments of no bytes is taken', async (visitor) => {
    const message = visitor.tongue.request('between')
    visitor.send(...visitor.fragments(message, [0, message.length]))
    await visitor.expectMarks('between')
    await visitor.expectWorks()
  }),
  validCheck('6.2.1', 'text in UTF-8', () => [frame(TEXT, lineOf(GREETING))]),
  validCheck('6.2.2', 'text in two fragments, cut between two characters,', (visitor) =>
    visitor.fragments(lineOf(GREETING), [1 + Buffer.byteLength('Hello-µ@ßöä')]),
  ),
  validCheck('6.2.3', 'text in fragments of a byte', (visitor) => eachByte(visitor, lineOf(GREETING))),
  validCheck('6.2.4', 'text of characters of two and three bytes, in fragments of a byte,', (visitor) =>
    eachByte(visitor, lineOf(Buffer.from(KOSME, 'hex'))),
  ),
  invalidCheck('6.3.1', 'text that is not UTF-8', () => [frame(TEXT, lineOf(BROKEN))]),
  invalidCheck('6.3.2', 'text that is not UTF-8, in fragments of a byte,', (visitor) =>
    eachByte(visitor, lineOf(BROKEN)),
  ),
  failFastCheck('6.4.1', 'text in three fragments', () => inFragments(PARTS)),
  failFastCheck('6.4.2', 'text in three fragments, cut around the byte that breaks it,', () =>
    inFragments(TORN_PARTS),
  ),
  failFastCheck('6.4.3', 'text in one frame that comes in three parts', () => inChops(PARTS)),
  failFastCheck(
    '6.4.4',
    'text in one frame that comes in three parts, cut around the byte that breaks it,',
    () => inChops(TORN_PARTS),
  ),
  ...BY_BYTES,
]
