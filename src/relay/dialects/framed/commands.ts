/** The command bytes of the framed dialect, and the status bytes of its JOIN answer. */

export const COMMAND = {
  JOIN: 0x00,
  LEAVE: 0x01,
  MESSAGE: 0x02,
  LIST: 0x03,
  DIRECT: 0x04,
  ERROR: 0x05,
} as const

export const JOIN_STATUS = { accepted: 0, taken: 1, invalid: 2 } as const
