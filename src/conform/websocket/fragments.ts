/** Messages in fragments, and what stands between them. Autobahn's groups 5 and 10. */

import type { Check } from '../check.js'
import { CheckFailure } from '../failure.js'
import { CONTINUATION, frame, PING, PONG } from './frames.js'
import { requestsOf } from './messages.js'
import { CHOPS, type Chops, type Visitor } from './visitor.js'
import { PROTOCOL_ERROR, textCheck } from './websocket-check.js'

/** Where requests are cut in two. */
const CUT = 20
const FRAGMENT_BYTES = 1300

async function inTwo(visitor: Visitor, chops: Chops): Promise<void> {
  await visitor.sendIn(chops, ...visitor.markedIn('two', [CUT]))
  await visitor.expectMarks('two')
  await visitor.expectWorks()
}

async function withPing(visitor: Visitor, chops: Chops): Promise<void> {
  const [first, second] = visitor.markedIn('two', [CUT]) as [Buffer, Buffer]
  await visitor.sendIn(chops, first, frame(PING, 'between'), second)
  await visitor.expectPong('between')
  if (visitor.hasHeard('two')) throw new CheckFailure('the pong before the answer', 'the answer before it')
  await visitor.expectMarks('two')
  await visitor.expectWorks()
}

/** A continuation of nothing, and a good message behind it. */
async function ofNothing(visitor: Visitor, chops: Chops, fin: boolean): Promise<void> {
  const wrong = frame(CONTINUATION, visitor.tongue.request('wrong'), { fin })
  await visitor.sendIn(chops, wrong, visitor.marked('after'))
  await visitor.expectClosed([PROTOCOL_ERROR], ['wrong', 'after'])
}

/** The same before a message in two fragments, twice. */
async function ofNothingTwice(visitor: Visitor, fin: boolean): Promise<void> {
  const wrong = frame(CONTINUATION, visitor.tongue.request('wrong'), { fin })
  const round = [wrong, ...visitor.markedIn('after', [CUT])]
  visitor.send(...round, ...round)
  await visitor.expectClosed([PROTOCOL_ERROR], ['wrong', 'after'])
}

async function controlInTwo(visitor: Visitor, opcode: number): Promise<void> {
  visitor.send(frame(opcode, 'fragment1', { fin: false }), frame(CONTINUATION, 'fragment2'))
  await visitor.expectClosed([PROTOCOL_ERROR])
}

async function withPingsAndPauses(visitor: Visitor, chops: Chops): Promise<void> {
  const [one, two, three, four, five] = visitor.markedIn('five', [10, 20, 30, 40]) as Buffer[]
  await visitor.sendIn(chops, one as Buffer, two as Buffer, frame(PING, 'first'))
  await visitor.expectPong('first')
  if (!(await visitor.staysOpen())) throw new CheckFailure('nothing until the message ends', 'something')
  await visitor.sendIn(chops, three as Buffer, four as Buffer, frame(PING, 'second'), five as Buffer)
  await visitor.expectPong('second')
  await visitor.expectMarks('five')
  await visitor.expectWorks()
}

export const FRAGMENTS: readonly Check[] = [
  textCheck('5.1', 'a ping in two fragments ends the connection', (visitor) => controlInTwo(visitor, PING)),
  textCheck('5.2', 'a pong in two fragments ends the connection', (visitor) => controlInTwo(visitor, PONG)),
  ...CHOPS.map((chops, index) =>
    textCheck(`5.${3 + index}`, `a text in two fragments is one message, ${chops}`, (visitor) =>
      inTwo(visitor, chops),
    ),
  ),
  ...CHOPS.map((chops, index) =>
    textCheck(`5.${6 + index}`, `a ping between two fragments is answered first, ${chops}`, (visitor) =>
      withPing(visitor, chops),
    ),
  ),
  ...[true, false].flatMap((fin, group) =>
    CHOPS.map((chops, index) =>
      textCheck(
        `5.${9 + 3 * group + index}`,
        `a continuation of nothing, ${fin ? 'final' : 'not final'}, ends the connection, ${chops}`,
        (visitor) => ofNothing(visitor, chops, fin),
      ),
    ),
  ),
  textCheck('5.15', 'a continuation behind a message that has ended ends the connection', async (visitor) => {
    const wrong = frame(CONTINUATION, visitor.tongue.request('wrong'), { fin: false })
    visitor.send(...visitor.markedIn('good', [CUT]), wrong, visitor.marked('after'))
    await visitor.expectClosed([PROTOCOL_ERROR], ['wrong', 'after'])
  }),
  ...[false, true].map((fin, index) =>
    textCheck(
      `5.${16 + index}`,
      `a continuation of nothing, ${fin ? 'final' : 'not final'}, ends the connection before a text in fragments`,
      (visitor) => ofNothingTwice(visitor, fin),
    ),
  ),
  textCheck('5.18', 'a new text where the rest of one is due ends the connection', async (visitor) => {
    const { tongue } = visitor
    visitor.send(
      frame(tongue.opcode, tongue.request('one'), { fin: false }),
      frame(tongue.opcode, tongue.request('two')),
    )
    await visitor.expectClosed([PROTOCOL_ERROR], ['one', 'two'])
  }),
  textCheck('5.19', 'a text in five fragments with pings and a pause between is one message', (visitor) =>
    withPingsAndPauses(visitor, 'in one write'),
  ),
  textCheck('5.20', 'so is one whose frames come one by one', (visitor) =>
    withPingsAndPauses(visitor, 'frame by frame'),
  ),
  textCheck(
    '10.1.1',
    `a text of 65536 bytes in fragments of ${FRAGMENT_BYTES} is one message`,
    async (visitor) => {
      const { message, marks } = requestsOf(visitor, 65_536)
      const cuts = Array.from(
        { length: Math.floor(message.length / FRAGMENT_BYTES) },
        (_, n) => (n + 1) * FRAGMENT_BYTES,
      )
      visitor.send(...visitor.fragments(message, cuts))
      await visitor.expectMarks(...marks)
      await visitor.expectWorks()
    },
  ),
]
