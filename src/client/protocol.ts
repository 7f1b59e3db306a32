/** The codes of the framed protocol as a client needs them, and nothing about how they travel. */

export const Command = {
  join: 0x00,
  leave: 0x01,
  message: 0x02,
  list: 0x03,
  direct: 0x04,
  error: 0x05,
} as const

/** What the relay answers to a JOIN, by its status byte (F2). */
export const JOIN_ANSWERS = ['accepted', 'taken', 'invalid'] as const
export type JoinAnswer = (typeof JOIN_ANSWERS)[number]

/** The longest frame that a relay takes before JOIN (F15): a longer one would end the connection. */
export const MAX_BYTES_BEFORE_JOIN = 1024
