/** Does something to each of many, spread evenly over a while. */

/** Few take less than the whole while: no more than this each. */
const MOST_MS_EACH = 1
const TICK_MS = 5

/** How long `inTurn` takes for so many. */
export function windowOf(count: number, overMs: number): number {
  return Math.min(overMs, count * MOST_MS_EACH)
}

/** Resolves when `act` was called for each, in order; no later than `overMs` after the call, on a machine that keeps up. */
export async function inTurn<Item>(
  items: readonly Item[],
  overMs: number,
  act: (item: Item) => void,
): Promise<void> {
  const windowMs = windowOf(items.length, overMs)
  const begun = performance.now()
  let next = 0
  for (;;) {
    const elapsedMs = performance.now() - begun
    const due = elapsedMs >= windowMs ? items.length : Math.floor((elapsedMs / windowMs) * items.length)
    for (; next < due; next++) act(items[next] as Item)
    if (next === items.length) return
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
}
