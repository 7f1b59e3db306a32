/** What the model has to know of a dialect: how a request is written, what a client is told as units of text, and what its page answers. */

import type { Action, ClientId, Told } from './actions.js'
import type { MessageIds } from './message-ids.js'
import type { World } from './reference-model.js'

/**
 * Puts what comes together to units, whatever the pieces are: one for each frame, line, object or package, as text that is the same for the same unit.
 *
 * @returns the units that have become whole
 * @throws Error for what no relay may send
 */
export type Decoder = (bytes: Buffer) => string[]

export interface Tongue {
  readonly dialect: string
  /** How many units come before anything is asked. */
  readonly greeting: number
  readonly can: (action: Action) => boolean
  readonly encode: (action: Action) => Buffer
  /** How many units that `isAnswer` knows come upon it. */
  readonly answersTo: (action: Action) => number
  readonly isAnswer: (unit: string) => boolean
  readonly decoder: (ids: MessageIds) => Decoder
  /** Does it in the model's world, and answers as the page says. */
  readonly act: (world: World, client: ClientId, action: Action) => void
  readonly shown: (told: Told) => readonly string[]
}

/** At the end of a unit that is expected: the page does not say what comes from there on. */
export const REST = '\u{e000}'

export function isLike(expected: string, unit: string): boolean {
  return expected.endsWith(REST) ? unit.startsWith(expected.slice(0, -1)) : expected === unit
}

/** JSON with its keys sorted. N4: `__proto__` is a key like any other. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join()}}`
}

/** The lines that have become whole with each piece. */
export function lines(): (bytes: Buffer) => string[] {
  let rest: Buffer = Buffer.alloc(0)
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    const end = rest.lastIndexOf(0x0a)
    if (end < 0) return []
    const whole = rest.toString('utf8', 0, end)
    rest = rest.subarray(end + 1)
    return whole.split('\n')
  }
}
