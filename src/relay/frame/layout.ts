/**
 * The byte layout of a frame, and nothing else; both directions share it.
 *
 *     byte 0      bytes 1–2              bytes 3 …
 *    +----------+----------------------+------------------------+
 *    | command  | length, big-endian   | payload, length bytes  |
 *    +----------+----------------------+------------------------+
 */

export const COMMAND_OFFSET = 0
export const LENGTH_OFFSET = 1
export const HEADER_BYTES = 3

/** The largest payload that the two length bytes can announce. */
export const MAX_PAYLOAD_BYTES = 0xffff
