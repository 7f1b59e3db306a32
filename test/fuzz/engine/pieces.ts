/** How an input is cut into chunks. */

import { Random } from '../../fixtures/random.js'
import { seedOf } from './target.js'

export const CUTTINGS = ['whole', 'a few', 'byte by byte'] as const
export type Cutting = (typeof CUTTINGS)[number]

/** What is longer is not fed byte by byte: that shows nothing more, and takes long. */
const MOST_SINGLE_BYTES = 250

/** The input in pieces, none of which is empty; where they are cut is the input's own. */
export function piecesOf(input: Buffer, cutting: Cutting): Buffer[] {
  if (input.length === 0) return []
  if (cutting === 'whole') return [input]
  if (cutting === 'byte by byte' && input.length <= MOST_SINGLE_BYTES) {
    return Array.from(input, (_, at) => input.subarray(at, at + 1))
  }
  const random = new Random(seedOf(input))
  const cuts = Array.from({ length: random.between(1, 5) }, () => random.below(input.length))
  const at = [0, ...cuts.sort((a, b) => a - b), input.length]
  return at
    .slice(1)
    .map((end, index) => input.subarray(at[index], end))
    .filter((piece) => piece.length > 0)
}
