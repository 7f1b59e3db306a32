/** Rooms and what is remembered of them. */

import { z } from 'zod'
import { isRoomName } from '../../hub/text.js'
import { DAY_MS, live, type Setting, wholeNumber } from './kinds.js'

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

export const ROOMS_SETTINGS = {
  room: {
    schema: z.string().refine(isRoomName),
    expected: '1 to 64 printable ASCII characters without a space',
    help: 'the room that always exists',
    fallback: 'general',
    placeholder: 'NAME',
  },
  timeZone: {
    schema: z.string().refine(isTimeZone),
    expected: 'an IANA time zone such as UTC or Europe/Berlin',
    help: 'write times of day in this time zone, where a dialect shows them',
    fallback: 'UTC',
    placeholder: 'ZONE',
  },
  editWindowMs: live(
    wholeNumber(
      1,
      DAY_MS,
      300_000,
      'milliseconds',
      'how long a message can be edited or acknowledged, where a dialect can',
    ),
  ),
  recentMessages: live(
    wholeNumber(
      1,
      10_000_000,
      10_000,
      'messages',
      'remember so many for that, each person remembered with one counted too',
    ),
  ),
  announceUpTo: live(
    wholeNumber(
      0,
      10_000_000,
      10_000,
      'members',
      'a room with more members hears of joins and leaves as one line a second, and less often above 20,000 members',
    ),
  ),
} as const satisfies Record<string, Setting>
