/** Lists of names that are too long for one message of a dialect. */

/**
 * Texts that hold `names` in order, each no longer than `mostLength`, no name split; at least one. A text that ends in the
 * separator is followed by another; the last one does not.
 * @param written how a name with its separator is written, where that is not as it is
 */
export function namePieces(
  names: readonly string[],
  separator: string,
  mostLength: number,
  written: (text: string) => string = (text) => text,
): string[] {
  const pieces: string[] = []
  let piece = ''
  for (const [index, name] of names.entries()) {
    const next = written(index === names.length - 1 ? name : name + separator)
    if (piece.length + next.length > mostLength) {
      pieces.push(piece)
      piece = ''
    }
    piece += next
  }
  pieces.push(piece)
  return pieces
}
