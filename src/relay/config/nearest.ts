/** Finds what somebody may have meant who wrote a name that there is not: for "did you mean …". */

/** One mistake in so many letters is still near. */
const LETTERS_PER_MISTAKE = 3

/** @returns the nearest of `words`, or `null` where none is near. Upper case, `-` and `_` do not count */
export function nearest(text: string, words: readonly string[]): string | null {
  const wanted = plain(text)
  let found: string | null = null
  let tooMany = Math.floor(wanted.length / LETTERS_PER_MISTAKE) + 1
  for (const word of words) {
    const candidate = plain(word)
    // Also what keeps a text of megabytes from being compared letter by letter.
    if (Math.abs(candidate.length - wanted.length) >= tooMany) continue
    const mistakes = mistakesBetween(wanted, candidate)
    if (mistakes >= tooMany) continue
    found = word
    tooMany = mistakes
  }
  return found
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[-_]/g, '')
}

/** Letters that are wrong, missing, too many, or swapped with the next one (optimal string alignment). */
function mistakesBetween(a: string, b: string): number {
  let rowBefore: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const above = row
    row = [i]
    for (let j = 1; j <= b.length; j++) {
      const wrong = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          (above[j] as number) + 1,
          (row[j - 1] as number) + 1,
          (above[j - 1] as number) + wrong,
          swapped ? (rowBefore[j - 2] as number) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    rowBefore = above
  }
  return row[b.length] as number
}
