/** Texts that say who said them, as the how-manieth of theirs and when, and whose length follows from that: so each can be made again to the last byte. */

import { STAMP_BYTES, stampedText, stampTimeUs, writeStamp } from '../load/stamp.js'

/** Shorter than the shortest that a dialect takes, 500 characters. */
const MOST_MORE_BYTES = 160

/** How long the text of a message is, in bytes. */
export type LengthOf = (sender: number, sequence: number) => number

/** Some long, some short, the same each time. */
export const mixedLength: LengthOf = (sender, sequence) =>
  STAMP_BYTES + ((sender * 31 + sequence * 17) % MOST_MORE_BYTES)

/** @param timeUs on the monotonic clock, or as a stamp carries it */
export function numberedText(lengthOf: LengthOf, sender: number, sequence: number, timeUs: number): string {
  const text = stampedText(sender, lengthOf(sender, sequence))
  writeStamp(text, 0, sequence, stampTimeUs(timeUs))
  return Buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1')
}
