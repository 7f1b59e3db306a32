/** Reserved bits, and opcodes that there are not. Autobahn's groups 3 and 4. */

import type { Check } from '../check.js'
import { CLOSE, closing, frame, PING } from './frames.js'
import { CHOPS, type Chops, type Visitor } from './visitor.js'
import { binaryCheck, PROTOCOL_ERROR, textCheck } from './websocket-check.js'

/** A good message, a wrong frame, and a ping: whether the first is answered depends on when the second is seen. */
async function behindGood(visitor: Visitor, chops: Chops, wrong: Buffer): Promise<void> {
  await visitor.sendIn(chops, visitor.marked('good'), wrong, frame(PING, 'after'))
  await visitor.expectClosed([PROTOCOL_ERROR], ['wrong'])
}

async function atOnce(visitor: Visitor, wrong: Buffer): Promise<void> {
  visitor.send(wrong)
  await visitor.expectClosed([PROTOCOL_ERROR], ['wrong'])
}

/** Of those with an opcode of its own, some have a payload and some stand behind a good message. */
const OPCODES: readonly [number: string, opcode: number, payload: string, chops: Chops | null][] = [
  ['4.1.1', 3, '', null],
  ['4.1.2', 4, 'reserved', null],
  ['4.1.3', 5, '', 'in one write'],
  ['4.1.4', 6, 'reserved', 'in one write'],
  ['4.1.5', 7, 'reserved', 'byte by byte'],
  ['4.2.1', 11, '', null],
  ['4.2.2', 12, 'reserved', null],
  ['4.2.3', 13, '', 'in one write'],
  ['4.2.4', 14, 'reserved', 'in one write'],
  ['4.2.5', 15, 'reserved', 'byte by byte'],
]

export const WRONG_FRAMES: readonly Check[] = [
  textCheck('3.1', 'text with reserved bits 1 ends the connection', (visitor) =>
    atOnce(visitor, frame(visitor.tongue.opcode, visitor.tongue.request('wrong'), { rsv: 1 })),
  ),
  ...CHOPS.map((chops, index) => {
    const rsv = index + 2
    return textCheck(
      `3.${index + 2}`,
      `text with reserved bits ${rsv} behind a good one ends the connection, ${chops}`,
      (visitor) =>
        behindGood(visitor, chops, frame(visitor.tongue.opcode, visitor.tongue.request('wrong'), { rsv })),
    )
  }),
  binaryCheck('3.5', 'binary with reserved bits 5 ends the connection', (visitor) =>
    atOnce(visitor, frame(visitor.tongue.opcode, visitor.tongue.request('wrong'), { rsv: 5 })),
  ),
  textCheck('3.6', 'a ping with reserved bits 6 ends the connection', (visitor) =>
    atOnce(visitor, frame(PING, 'ping', { rsv: 6 })),
  ),
  textCheck('3.7', 'a close frame with reserved bits 7 ends the connection as an error', (visitor) =>
    atOnce(visitor, frame(CLOSE, closing(1000), { rsv: 7 })),
  ),
  ...OPCODES.map(([number, opcode, payload, chops]) => {
    const place = chops === null ? '' : ` behind a good message, ${chops},`
    const what = `opcode ${opcode}${payload === '' ? '' : ' with a payload'}${place}`
    return textCheck(number, `${what} ends the connection`, (visitor) => {
      const wrong = frame(opcode, payload)
      return chops === null ? atOnce(visitor, wrong) : behindGood(visitor, chops, wrong)
    })
  }),
]
