/** What the strict server makes of the fields of a request: which of them are as the page says. */

/** C1. */
const NAME = /^[A-Za-z0-9]{3,30}$/

export function isName(text: string): boolean {
  return NAME.test(text) && text.toLowerCase() !== 'everyone'
}

/** R3. */
export function isRoomName(text: string): boolean {
  return /^[\x21-\x7e]{1,64}$/.test(text)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]|\p{Surrogate}/u

/** M3. */
export function isClean(text: string): boolean {
  return !CONTROL.test(text)
}

/** C5. */
export function isMessage(text: string): boolean {
  return isClean(text) && /\S/u.test(text) && [...text].length <= 500
}

/** The fields of a request's JSON that must be text, or what is wrong with it. */
export function readText<Key extends string>(
  json: string,
  keys: readonly Key[],
): Readonly<Record<Key, string>> | { readonly wrong: string; readonly broken: boolean } {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return { wrong: 'what is not JSON', broken: true }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { wrong: 'JSON that is not an object', broken: false }
  const fields = value as Record<string, unknown>
  for (const key of keys) {
    if (!Object.hasOwn(fields, key)) return { wrong: `JSON without "${key}"`, broken: false }
    if (typeof fields[key] !== 'string') return { wrong: `JSON in which "${key}" is not text`, broken: false }
  }
  return fields as Record<Key, string>
}
