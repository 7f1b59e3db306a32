/** With which code of RFC 6455 (7.4) a connection is closed for which reason. The reason's own word goes with it. */

import { CLOSE_REASONS, type CloseReason } from '../../hub/close-reason.js'

const NORMAL = 1000
const GOING_AWAY = 1001
const PROTOCOL_ERROR = 1002
const UNSUPPORTED_DATA = 1003
const INVALID_DATA = 1007
const POLICY_VIOLATION = 1008
const TOO_BIG = 1009
const INTERNAL_ERROR = 1011
const TRY_AGAIN_LATER = 1013

const CODES: ReadonlyMap<CloseReason, number> = new Map<CloseReason, number>([
  [CLOSE_REASONS.left, NORMAL],
  [CLOSE_REASONS.ended, NORMAL],
  [CLOSE_REASONS.shutdown, GOING_AWAY],
  [CLOSE_REASONS.protocol, PROTOCOL_ERROR],
  [CLOSE_REASONS.wrongKind, UNSUPPORTED_DATA],
  [CLOSE_REASONS.malformed, INVALID_DATA],
  [CLOSE_REASONS.oversize, TOO_BIG],
  [CLOSE_REASONS.internal, INTERNAL_ERROR],
  [CLOSE_REASONS.full, TRY_AGAIN_LATER],
  [CLOSE_REASONS.addressFull, TRY_AGAIN_LATER],
  [CLOSE_REASONS.addressRate, TRY_AGAIN_LATER],
  [CLOSE_REASONS.rate, TRY_AGAIN_LATER],
])

/** Every code that the relay may close with. */
export const CLOSE_CODES: readonly number[] = [...new Set([...CODES.values(), POLICY_VIOLATION])].sort()

/** Whoever keeps a rule of this relay not, and there is no code for it, has broken its policy. */
export function closeCodeOf(reason: CloseReason): number {
  return CODES.get(reason) ?? POLICY_VIOLATION
}

/** The reason for what the library says of a frame, by its documented codes. */
export function reasonOf(error: Error): CloseReason {
  return REASONS.get((error as NodeJS.ErrnoException).code) ?? CLOSE_REASONS.protocol
}

const REASONS: ReadonlyMap<string | undefined, CloseReason> = new Map<string, CloseReason>([
  ['WS_ERR_INVALID_UTF8', CLOSE_REASONS.malformed],
  ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', CLOSE_REASONS.oversize],
  ['WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', CLOSE_REASONS.oversize],
  ['WS_ERR_TOO_MANY_BUFFERED_PARTS', CLOSE_REASONS.fragments],
])
