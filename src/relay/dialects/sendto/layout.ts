/**
 * The layout of a sendto message, types, limits and the port. Knows no relay and no client: both sides use it.
 *
 *      0      1             2     3      4                4 + name length
 *      +------+-------------+------------+----------------+---------------+
 *      | type | name length | text length| name           | text          |
 *      +------+-------------+------------+----------------+---------------+
 *                             big-endian   ASCII, 0–20      UTF-8, 0–65535
 */

export const DEFAULT_PORT = 3560

export const TYPE_OFFSET = 0
export const NAME_LENGTH_OFFSET = 1
export const TEXT_LENGTH_OFFSET = 2
export const HEADER_BYTES = 4

/** Of a name in a message. The relay's own names may be longer (N2). */
export const MAX_NAME_BYTES = 20
export const MAX_TEXT_BYTES = 65_535

export const TYPE = { LOGIN: 1, LIST: 2, SENDTO: 3, LOGOUT: 4, RESPONSE: 5 } as const

/** The one byte of text in a RESPONSE. */
export const STATUS = { ok: 0, failure: 1, malformed: 2 } as const

/** How a request ended. */
export type Outcome = keyof typeof STATUS
