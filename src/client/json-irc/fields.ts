/** What a json-irc relay sends, as checked fields. */

import * as z from 'zod/mini'

/** The four fields of an object. */
export interface Fields {
  readonly command: string
  readonly nickname: string
  readonly room: string
  readonly message: string
}

const received = z.object({
  command: z._default(z.string(), ''),
  nickname: z._default(z.string(), ''),
  room: z._default(z.string(), ''),
  message: z._default(z.string(), ''),
})

/**
 * Keys in any case: relays differ in that.
 * @param json `null` for what was not even UTF-8
 * @returns `null` for what is no object of strings
 */
export function readFields(json: string | null): Fields | null {
  try {
    const members: [string, unknown][] = Object.entries(JSON.parse(json ?? ''))
    const lower = members.map(([key, value]) => [key.toLowerCase(), value])
    return received.parse(Object.fromEntries(lower))
  } catch {
    return null
  }
}
