/** What a relay says without being asked, or behind a status line: one line as an event with checked fields. */

import * as z from 'zod/mini'

const said = z.object({
  sender: z.string(),
  header: z.string(),
  timestamp: z.string(),
  message: z.string(),
})

const PUSHES = {
  SEND: z.extend(said, { messageId: z.string() }),
  SENT: z.object({ messageId: z.string(), timestamp: z.string(), header: z.string() }),
  RECEIVED: z.object({ message_id: z.string(), receiver: z.string(), timestamp: z.string() }),
  EDIT: z.object({ message_id: z.string(), message: z.string(), sender: z.string() }),
  USERBOARD: z.unknown(),
  ROOMS: z.object({ rooms: z.array(z.string()) }),
  USERSTATUS: z.object({ username: z.string(), status: z.string() }),
  JOIN: z.object({ username: z.string(), message: z.string() }),
  LEFT: z.object({ username: z.string(), message: z.string() }),
  BLOCKED: z.object({ username: z.string(), message: z.string() }),
} as const

/** A message of somebody; the id is '' where the relay gives none (its option `push=bare`). */
export type SaidPush = z.infer<(typeof PUSHES)['SEND']>

export type Push =
  | { readonly verb: 'SEND'; readonly fields: SaidPush }
  | { readonly verb: 'SENT'; readonly fields: z.infer<(typeof PUSHES)['SENT']> }
  | { readonly verb: 'RECEIVED'; readonly fields: z.infer<(typeof PUSHES)['RECEIVED']> }
  | { readonly verb: 'EDIT'; readonly fields: z.infer<(typeof PUSHES)['EDIT']> }
  | { readonly verb: 'USERSTATUS'; readonly fields: z.infer<(typeof PUSHES)['USERSTATUS']> }
  | { readonly verb: 'JOIN' | 'LEFT' | 'BLOCKED'; readonly fields: z.infer<(typeof PUSHES)['JOIN']> }
  | { readonly verb: 'ROOMS'; readonly fields: z.infer<(typeof PUSHES)['ROOMS']> }
  /** Names and status words, in the order of the line (C9). */
  | { readonly verb: 'USERBOARD'; readonly fields: readonly (readonly [name: string, status: string])[] }

/** @returns `null` for a line that is none of these */
export function readPush(line: string): Push | null {
  const brace = line.indexOf('{')
  if (brace === -1) return null
  let value: unknown
  try {
    value = JSON.parse(line.slice(brace))
  } catch {
    return null
  }
  if (brace === 0) {
    const fields = said.safeParse(value)
    return fields.success ? { verb: 'SEND', fields: { ...fields.data, messageId: '' } } : null
  }
  const verb = line.slice(0, brace - 1)
  if (!Object.hasOwn(PUSHES, verb)) return null
  if (verb === 'USERBOARD') return { verb, fields: boardOf(value) }
  const fields = PUSHES[verb as keyof typeof PUSHES].safeParse(value)
  return fields.success ? ({ verb, fields: fields.data } as Push) : null
}

/** Names are data: what somebody is called is never looked up in an object (N4). */
function boardOf(value: unknown): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).map(([name, status]) => [name, String(status)])
}
