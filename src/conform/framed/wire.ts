/** Frames as the conformance suite writes, reads and shows them: three bytes of header, then the payload. */

import { shownBytes } from '../shown-bytes.js'

export const JOIN = 0x00
export const LEAVE = 0x01
export const MESSAGE = 0x02
export const LIST = 0x03
export const DIRECT = 0x04
export const ERROR = 0x05

export const ACCEPTED = 0
export const TAKEN = 1
export const INVALID = 2

/** F6: the longest payload. */
export const MAX_PAYLOAD = 0xffff

export const COMMAND_NAMES: readonly string[] = ['JOIN', 'LEAVE', 'MESSAGE', 'LIST', 'DIRECT', 'ERROR']

export interface Frame {
  readonly command: number
  /** The payload, one character a byte. */
  readonly text: string
}

/** A header that announces so many bytes. */
export function header(command: number, length: number): Buffer {
  return Buffer.of(command, length >> 8, length & 0xff)
}

/** A whole frame; each character of the payload is one byte. */
export function frame(command: number, payload = ''): Buffer {
  return Buffer.concat([header(command, payload.length), Buffer.from(payload, 'latin1')])
}

/** How long the frame is that begins here; 0 as long as it is not all there. */
export function wholeFrame(bytes: Buffer): number {
  if (bytes.length < 3) return 0
  const length = 3 + bytes.readUInt16BE(1)
  return bytes.length < length ? 0 : length
}

/** @param bytes one whole frame */
export function parsed(bytes: Buffer): Frame {
  return { command: bytes[0] as number, text: bytes.toString('latin1', 3) }
}

/** `MESSAGE "[Bob] Hi"`, as reports have it. */
export function shown({ command, text }: Frame): string {
  const bytes = Buffer.from(text, 'latin1')
  if (command === JOIN && bytes.length === 1) return `JOIN ${bytes.toString('hex')}`
  return `${COMMAND_NAMES[command] ?? `command ${command}`} ${shownBytes(bytes)}`
}
