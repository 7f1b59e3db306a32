/** How much each may ask for. */

import { DAY_MS, live, numberOrOff, type Setting, wholeNumber } from './kinds.js'

const MOST = 10_000_000

export const ALLOWANCES_SETTINGS = {
  messagesPerSecond: live(
    numberOrOff(
      1,
      MOST,
      'messages a second',
      'read no more messages or other requests from one connection than this; as many as ten seconds bring may come at once',
    ),
  ),
  messagesPerSecondPerAddress: live(
    numberOrOff(
      1,
      MOST,
      'messages a second',
      'the same for all connections from one address together; an IPv6 address counts for its /64',
    ),
  ),
  floodMs: live(
    wholeNumber(
      1000,
      DAY_MS,
      30_000,
      'milliseconds',
      'send away whoever always had more to send than these two allow for so long',
    ),
  ),
} as const satisfies Record<string, Setting>
