/** What the status words of the wire mean to a person. */

const WORDS: ReadonlyMap<string, string> = new Map([
  ['ONLINE', 'online'],
  ['OFFLINE', 'offline'],
  ['DO_NOT_DISTURB', 'busy'],
])

/** A word that is none is shown as it is. */
export function shownStatus(status: string): string {
  return WORDS.get(status) ?? status
}
