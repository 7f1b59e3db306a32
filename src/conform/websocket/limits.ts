/**
 * Long messages, many fragments, many messages. Autobahn's group 9, in small: it goes up to 16 MiB, and a chat server may
 * well have limits below that.
 */

import type { Check } from '../check.js'
import { frame } from './frames.js'
import { requestsOf } from './messages.js'
import type { Visitor } from './visitor.js'
import { binaryCheck, textCheck } from './websocket-check.js'

const LONG_BYTES = 64 * 1024
const FRAGMENT_BYTES = [256, 1024, 4096, 16_384]
const CHOP_BYTES = [64, 128, 256, 512, 1024, 2048]
const MESSAGE_BYTES = [0, 128, 256, 1024, 4096, 16_384, 65_536]
const MESSAGES = 50

async function inFragments(visitor: Visitor, bytes: number): Promise<void> {
  const { message, marks } = requestsOf(visitor, LONG_BYTES)
  const cuts = Array.from({ length: LONG_BYTES / bytes - 1 }, (_, index) => (index + 1) * bytes)
  visitor.send(...visitor.fragments(message, cuts))
  await visitor.expectMarks(...marks)
  await visitor.expectWorks()
}

async function inChops(visitor: Visitor, bytes: number): Promise<void> {
  const { message, marks } = requestsOf(visitor, LONG_BYTES)
  const whole = frame(visitor.tongue.opcode, message)
  for (let at = 0; at < whole.length; at += bytes) {
    visitor.peer.write(whole.subarray(at, at + bytes))
    await new Promise(setImmediate)
  }
  await visitor.expectMarks(...marks)
  await visitor.expectWorks()
}

async function manyMessages(visitor: Visitor, bytes: number): Promise<void> {
  for (let count = 0; count < MESSAGES; count++) {
    const { message, marks } = requestsOf(visitor, bytes)
    visitor.send(frame(visitor.tongue.opcode, message))
    await visitor.expectMarks(...marks)
  }
  await visitor.expectWorks()
}

export const LIMITS: readonly Check[] = (
  [
    ['text', textCheck],
    ['binary', binaryCheck],
  ] as const
).flatMap(([kind, check], offset) => [
  check(`9.${1 + offset}.1`, `a ${kind} message of 64 KiB is taken`, (visitor) =>
    inFragments(visitor, LONG_BYTES),
  ),
  ...FRAGMENT_BYTES.map((bytes, index) =>
    check(
      `9.${3 + offset}.${index + 2}`,
      `a ${kind} message of 64 KiB in fragments of ${bytes} is taken`,
      (visitor) => inFragments(visitor, bytes),
    ),
  ),
  ...CHOP_BYTES.map((bytes, index) =>
    check(
      `9.${5 + offset}.${index + 1}`,
      `a ${kind} message of 64 KiB that comes in chops of ${bytes} is taken`,
      (visitor) => inChops(visitor, bytes),
    ),
  ),
  ...MESSAGE_BYTES.map((bytes, index) =>
    check(
      `9.${7 + offset}.${index + 1}`,
      `${MESSAGES} ${kind} messages of ${bytes} bytes are taken`,
      (visitor) => manyMessages(visitor, bytes),
    ),
  ),
])
