/** How the checks of this suite are written down: each begins a party of its own. */

import type { Check } from '../check.js'
import { Party } from './party.js'

export function framedCheck(rule: string, title: string, run: (party: Party) => Promise<void>): Check {
  return { rule, title, run: async (context) => run(await Party.begin(context)) }
}

/** One that waits for a deadline. */
export function slowCheck(rule: string, title: string, run: (party: Party) => Promise<void>): Check {
  return { ...framedCheck(rule, title, run), slow: true }
}
