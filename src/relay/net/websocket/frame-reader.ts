/**
 * The library's receiver, with somebody to tell: unmasks, joins fragments, and holds each frame to RFC 6455. Between
 * whole messages it knows nothing of whom it has worked for, so one serves everybody; a message in fragments has one of
 * its own until it is whole.
 */

import { Receiver } from 'ws'
import type { CloseReason } from '../../hub/close-reason.js'
import { reasonOf } from './close-codes.js'

/** Of one message, however many frames it came in. */
export const MAX_MESSAGE_BYTES = 1024 * 1024
/** In how many frames one message may come. */
const MAX_FRAGMENTS = 256

/** Who hears of the frames of one connection. */
export interface FrameOwner {
  /** Borrowed until this returns. */
  message(bytes: Buffer, isBinary: boolean): void
  /** Borrowed until this returns. */
  ping(payload: Buffer): void
  pong(): void
  /** @param code `null` where the client gave none */
  closeFrame(code: number | null): void
}

const NO_CODE = 1005

class FrameReader extends Receiver {
  owner: FrameOwner | null = null

  constructor() {
    super({ isServer: true, maxPayload: MAX_MESSAGE_BYTES, maxFragments: MAX_FRAGMENTS })
    this.on('message', onMessage)
    this.on('ping', onPing)
    this.on('pong', onPong)
    this.on('conclude', onConclude)
    // It is asked right after each write (`errored`), and not used again.
    this.on('error', () => {})
  }

  /**
   * @param frame a whole one, or as much as it takes to refuse it
   * @returns why the frame is refused, or `null`
   */
  read(frame: Buffer, owner: FrameOwner): CloseReason | null {
    this.owner = owner
    this.write(frame)
    this.owner = null
    return this.errored === null ? null : reasonOf(this.errored)
  }
}

export type { FrameReader }

let shared = new FrameReader()

/** As `FrameReader.read`, for frames that are no fragments, of whomever. */
export function readFrame(frame: Buffer, owner: FrameOwner): CloseReason | null {
  const refused = shared.read(frame, owner)
  // It takes nothing more after an error or a close frame.
  if (refused !== null || !shared.writable) shared = new FrameReader()
  return refused
}

/** For one message in fragments, and what control frames come in between. What it reads it may keep. */
export function readerOfFragments(): FrameReader {
  return new FrameReader()
}

function onMessage(this: FrameReader, bytes: Buffer, isBinary: boolean): void {
  this.owner?.message(bytes, isBinary)
}

function onPing(this: FrameReader, payload: Buffer): void {
  this.owner?.ping(payload)
}

function onPong(this: FrameReader): void {
  this.owner?.pong()
}

function onConclude(this: FrameReader, code: number): void {
  this.owner?.closeFrame(code === NO_CODE ? null : code)
}
