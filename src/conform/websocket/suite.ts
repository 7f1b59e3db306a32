/**
 * The suite of WebSocket itself: Autobahn's published cases, as far as they are about servers without compression, and
 * rules W1–W8.
 */

import type { CheckSuite } from '../check.js'
import { CLOSING } from './closing.js'
import { FRAGMENTS } from './fragments.js'
import { LIMITS } from './limits.js'
import { MESSAGES } from './messages.js'
import { TEXTS } from './text.js'
import { WAYS } from './ways.js'
import { WRONG_FRAMES } from './wrong-frames.js'

/** Tried under `parlance conform websocket`; its messages are those of chatroom and framed. */
export const webSocketSuite: CheckSuite = {
  checks: [...MESSAGES, ...WRONG_FRAMES, ...FRAGMENTS, ...TEXTS, ...CLOSING, ...LIMITS, ...WAYS],
}
