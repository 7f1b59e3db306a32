/** The JSON behind a verb, as the fields that the request has. What more there is in it is not looked at. */

import { z } from 'zod'
import { isText, withoutPadding } from '../../hub/text.js'

/** M3: text that may pass, without the padding at its end. */
const text = z.string().transform(withoutPadding).refine(isText)

/** It is shown as it is, so it is as long as a time may be, and no second message. */
const MAX_TIMESTAMP_LENGTH = 64

const timestamp = text.refine((time) => time.length <= MAX_TIMESTAMP_LENGTH)

/** C4–C6. A header may be missing, which has an answer of its own. */
export const SEND_FIELDS = z.object({
  sender: text,
  header: text.default(''),
  timestamp,
  message: text,
})

/** C7. Whose message it was is known by its id. */
export const RECEIVED_FIELDS = z.object({
  sender: z.string(),
  timestamp,
  message: z.string(),
  message_id: z.string(),
})

/** C8. */
export const EDIT_FIELDS = z.object({ message_id: z.string(), message: text })

/** C5: in characters of Unicode. */
export const MAX_MESSAGE_CHARACTERS = 500

const NOT_WHITE_SPACE = /\S/u

/** C5: `message` is 1 to 500 characters, and one at least is not white space. */
export function isMessage(message: string): boolean {
  if (!NOT_WHITE_SPACE.test(message)) return false
  let characters = 0
  for (const _ of message) if (++characters > MAX_MESSAGE_CHARACTERS) return false
  return true
}

/** No request nests anything; this leaves room for what a client adds for itself. */
const MAX_DEPTH = 8

/**
 * @param parameter `null` when it was not even UTF-8
 * @returns the fields; `broken` when it is not JSON, or nested too deep to be looked at; `unfit` when a field is
 *   missing or is not what it must be
 */
export function readFields<T>(schema: z.ZodType<T>, parameter: string | null): T | 'broken' | 'unfit' {
  if (parameter === null || isDeeperThan(parameter, MAX_DEPTH)) return 'broken'
  let value: unknown
  try {
    value = JSON.parse(parameter)
  } catch {
    return 'broken'
  }
  const fields = schema.safeParse(value)
  return fields.success ? fields.data : 'unfit'
}

/** Whether objects and arrays are nested deeper than `most`, in what may be JSON. */
function isDeeperThan(json: string, most: number): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < json.length; at++) {
    const character = json[at]
    if (inString) {
      if (character === '\\') at++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{' || character === '[') {
      if (++depth > most) return true
    } else if (character === '}' || character === ']') depth--
  }
  return false
}
