/** Lists in pages, so that nobody who asks for thousands holds up everybody else: in the order of names, from one on. */

import { placeOf } from '../hub/sorted-names.js'

/** So many are in one page at most. */
export const MOST_IN_A_PAGE = 1000

/** Which part of a list is wanted. */
export interface PageRequest {
  /** Only those whose name begins with this. */
  readonly prefix: string
  /** Only those behind this name, which need not be there any more. */
  readonly after: string
  readonly limit: number
}

export interface Page<Item> {
  readonly items: readonly Item[]
  /** `after` for the next page; `null` where this is the last one. */
  readonly next: string | null
  /** How many there are in all, whatever their names begin with. */
  readonly total: number
}

/**
 * @param sorted all names, in order
 * @param itemOf `null` for one that is not there any more
 */
export function pageOf<Item>(
  sorted: readonly string[],
  { prefix, after, limit }: PageRequest,
  itemOf: (name: string) => Item | null,
): Page<Item> {
  const items: Item[] = []
  let at = after < prefix ? placeOf(sorted, prefix) : placeOf(sorted, after)
  if (sorted[at] === after) at++
  let last = after
  for (; at < sorted.length && items.length < limit; at++) {
    const name = sorted[at] as string
    if (!name.startsWith(prefix)) break
    last = name
    const item = itemOf(name)
    if (item !== null) items.push(item)
  }
  const hasMore = at < sorted.length && (sorted[at] as string).startsWith(prefix)
  return { items, next: hasMore ? last : null, total: sorted.length }
}
