/** The largest few of many, in one pass: sorting ten thousand for ten of them would take milliseconds of everybody's. */

/** @returns at most `count` items whose value is above 0, largest first; of equal ones the earlier first */
export function largest<Item>(items: Iterable<Item>, count: number, weigh: (item: Item) => number): Item[] {
  const kept: { readonly item: Item; readonly value: number }[] = []
  for (const item of items) {
    const value = weigh(item)
    if (value <= 0) continue
    if (kept.length === count && value <= (kept.at(-1)?.value ?? 0)) continue
    let at = kept.length
    while (at > 0 && (kept[at - 1] as { value: number }).value < value) at--
    kept.splice(at, 0, { item, value })
    if (kept.length > count) kept.pop()
  }
  return kept.map(({ item }) => item)
}
