/** What may be a name here (C1), and what to offer to whoever wanted one that is taken. */

const MAX_LENGTH = 30
const VALID = /^[A-Za-z0-9]{3,30}$/

/** C1: 3 to 30 letters and digits of ASCII, and not `everyone` in any case. */
export function isName(name: string): boolean {
  return VALID.test(name) && name.toLowerCase() !== 'everyone'
}

/** Why that cannot be a name, for whoever typed it; `null` when it can. */
export function nameProblem(name: string): string | null {
  if (isName(name)) return null
  if (name === '') return 'Type a name first.'
  if (name.toLowerCase() === 'everyone') return 'Nobody can be called everyone: choose another name.'
  if (/[^A-Za-z0-9]/.test(name)) return 'A name has letters from A to Z and digits, without spaces.'
  return 'A name has 3 to 30 letters and digits.'
}

/** Another name like it: `Amy` becomes `Amy2`, `Amy2` becomes `Amy3`, `a00` becomes `a01`. @param taken what is known to be taken besides */
export function anotherName(name: string, taken: ReadonlySet<string> = new Set()): string {
  const [, stem = name, digits = ''] = /^(.*?)(\d{0,6})$/.exec(name) ?? []
  for (let number = digits === '' ? 2 : Number(digits) + 1; ; number++) {
    const shown = `${number}`.padStart(digits.length, '0')
    const candidate = stem.slice(0, MAX_LENGTH - shown.length) + shown
    if (!taken.has(candidate)) return candidate
  }
}
