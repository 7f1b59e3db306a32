/** The options of a WebSocket listener: the query of its URL, `ws://:8080?origin=https://example.org&live=off`. */

import { z } from 'zod'

/** @returns the origin in the form in which browsers send it, or `null` when it is none */
function originOf(text: string): string | null {
  try {
    const { origin, href } = new URL(text)
    return origin !== 'null' && href === `${origin}/` ? origin : null
  } catch {
    return null
  }
}

const origins = z.string().transform((text, context): readonly string[] | '*' => {
  if (text === '*') return '*'
  const list = text === '' ? [] : text.split(',').map(originOf)
  if (!list.includes(null)) return list as string[]
  context.addIssue('expected origins such as https://chat.example.org with commas between them, or *')
  return z.NEVER
})

const onOrOff = z.enum(['on', 'off']).default('on')

export const webOptions = z.strictObject({
  /** Pages from these may connect, beside those that come from the relay itself. */
  origin: origins.default([]),
  /** Whether the chat page is served at `/`. */
  page: onOrOff,
  /** Whether the live view is served at `/live`. */
  live: onOrOff,
})

export type WebOptions = z.infer<typeof webOptions>
