/** The two ways in which a package is bytes (X12): as it is, or as one complete zlib stream. */

import { deflateSync } from 'node:zlib'

/** @param json one package with its line feed. @returns memory that is nobody else's */
export type Wire = (json: string) => Buffer

/**
 * A package is 60 bytes or a few more, for which zlib's usual quarter of a megabyte takes three times as long to set
 * up (37 µs, not 12) as it takes to compress. The window stays the usual one: the first byte is 0x78.
 */
const DEFLATE_OPTIONS = { memLevel: 4 } as const

export const WIRES = {
  plain: (json: string) => Buffer.from(json),
  zlib: (json: string) => deflateSync(json, DEFLATE_OPTIONS),
} as const satisfies Record<string, Wire>
