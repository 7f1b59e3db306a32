/** Words that all dialects need: how many people, and names that could not be had. */

/** Such as `1 person` and `212 people`, or with verbs `1 person is` and `212 people are`. */
export function people(count: number, one = '', many = ''): string {
  return count === 1 ? `1 person${one}` : `${count} people${many}`
}

/** Longer than any name. */
const MOST_LOGGED = 64

/**
 * What somebody asked to be called and may not be, for the log: no more than a line of it, and what is not printable ASCII as
 * the escape that JSON has for it, such as `\u00e9`.
 */
export function loggedName(text: string): string {
  return text
    .slice(0, MOST_LOGGED)
    .replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
