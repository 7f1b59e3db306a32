/** The closing handshake: who says what, which codes there are, and what comes behind it. Autobahn's group 7. */

import type { Check } from '../check.js'
import { CLOSE, closing, frame, PING } from './frames.js'
import { requestsOf } from './messages.js'
import { INVALID_TEXT, NORMAL, PROTOCOL_ERROR, textCheck } from './websocket-check.js'

const GOOD_CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
const BAD_CODES = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]
const UNDEFINED_CODES = [5000, 65_535]
/** What fits a close frame behind the code. */
const MAX_REASON_BYTES = 123
/** Autobahn has 256 KiB: a server may take less in one message. */
const LONG_BYTES = 64 * 1024
const NOT_UTF8 = Buffer.from('cebae1bdb9cf83cebcceb5eda080656469746564', 'hex')

export const CLOSING: readonly Check[] = [
  textCheck(
    '7.1.1',
    'a message before a close frame is taken, and the close frame is answered',
    async (visitor) => {
      visitor.send(visitor.marked('last'))
      await visitor.expectMarks('last')
      await visitor.close(closing(NORMAL), [NORMAL])
    },
  ),
  textCheck('7.1.2', 'a second close frame is ignored', async (visitor) => {
    visitor.send(frame(CLOSE, closing(NORMAL)), frame(CLOSE))
    await visitor.expectClosed([NORMAL])
  }),
  textCheck('7.1.3', 'a ping behind a close frame is ignored', async (visitor) => {
    visitor.send(frame(CLOSE, closing(NORMAL)), frame(PING))
    await visitor.expectClosed([NORMAL])
  }),
  textCheck('7.1.4', 'a message behind a close frame is ignored', async (visitor) => {
    visitor.send(frame(CLOSE, closing(NORMAL)), visitor.marked('late'))
    await visitor.expectClosed([NORMAL], ['late'])
  }),
  textCheck('7.1.5', 'the rest of a message behind a close frame is ignored', async (visitor) => {
    const [first, second] = visitor.markedIn('late', [20]) as [Buffer, Buffer]
    visitor.send(first, frame(CLOSE, closing(NORMAL)), second)
    await visitor.expectClosed([NORMAL], ['late'])
  }),
  textCheck(
    '7.1.6',
    `a message of ${LONG_BYTES} bytes, a close frame and a ping in one write end well`,
    async (visitor) => {
      const { message } = requestsOf(visitor, LONG_BYTES)
      visitor.send(frame(visitor.tongue.opcode, message), frame(CLOSE, closing(NORMAL)), frame(PING))
      await visitor.expectClosed([NORMAL])
    },
  ),
  textCheck('7.3.1', 'a close frame without a code is answered', (visitor) =>
    visitor.close('', [NORMAL, null]),
  ),
  textCheck('7.3.2', 'a close frame of one byte is an error', (visitor) =>
    visitor.close('a', [PROTOCOL_ERROR]),
  ),
  textCheck('7.3.3', 'a close frame with a code is answered', (visitor) =>
    visitor.close(closing(NORMAL), [NORMAL]),
  ),
  textCheck('7.3.4', 'a close frame with a code and a reason is answered', (visitor) =>
    visitor.close(closing(NORMAL, 'Hello World!'), [NORMAL]),
  ),
  textCheck('7.3.5', `a close frame with a reason of ${MAX_REASON_BYTES} bytes is answered`, (visitor) =>
    visitor.close(closing(NORMAL, '*'.repeat(MAX_REASON_BYTES)), [NORMAL]),
  ),
  textCheck('7.3.6', `a close frame with a reason of ${MAX_REASON_BYTES + 1} bytes is an error`, (visitor) =>
    visitor.close(closing(NORMAL, '*'.repeat(MAX_REASON_BYTES + 1)), [PROTOCOL_ERROR]),
  ),
  textCheck('7.5.1', 'a close frame with a reason that is not UTF-8 is an error', (visitor) =>
    visitor.close(closing(NORMAL, NOT_UTF8), [PROTOCOL_ERROR, INVALID_TEXT]),
  ),
  ...GOOD_CODES.map((code, index) =>
    textCheck(`7.7.${index + 1}`, `a close frame with the code ${code} is answered`, (visitor) =>
      visitor.close(closing(code), [NORMAL, code]),
    ),
  ),
  ...BAD_CODES.map((code, index) =>
    textCheck(
      `7.9.${index + 1}`,
      `a close frame with the code ${code}, which nobody may send, is an error`,
      (visitor) => visitor.close(closing(code), [PROTOCOL_ERROR]),
    ),
  ),
  ...UNDEFINED_CODES.map((code, index) =>
    textCheck(
      `7.13.${index + 1}`,
      `a close frame with the code ${code}, of which nothing is said, ends the connection`,
      (visitor) => visitor.close(closing(code), [NORMAL, code, PROTOCOL_ERROR]),
    ),
  ),
]
