/** Makes an input as small as it can be while it still shows what it shows. */

/**
 * @param shows whether an input still does; asked of smaller ones
 * @param mostTries so many are tried at most: the rest is for people
 */
export async function minimised(
  input: Buffer,
  shows: (input: Buffer) => Promise<boolean>,
  mostTries: number,
): Promise<Buffer> {
  let best = input
  let tries = 0
  const take = async (smaller: Buffer): Promise<boolean> => {
    if (tries++ >= mostTries || !(await shows(smaller))) return false
    best = smaller
    return true
  }
  for (
    let size = 2 ** Math.floor(Math.log2(Math.max(input.length, 1)));
    size >= 1;
    size = Math.floor(size / 2)
  ) {
    for (let at = 0; at < best.length && tries < mostTries; ) {
      const without = Buffer.concat([best.subarray(0, at), best.subarray(at + size)])
      if (!(await take(without))) at += size
    }
  }
  // What can be anything is an `x`.
  for (let at = 0; at < best.length && tries < mostTries; at++) {
    if (best[at] === PLAIN) continue
    const plainer = Buffer.from(best)
    plainer[at] = PLAIN
    await take(plainer)
  }
  return best
}

const PLAIN = 0x78
