/** How the checks of this suite are written down: each begins a party of its own. */

import type { Check } from '../check.js'
import { Party } from './party.js'

export function chatmasterCheck(rule: string, title: string, run: (party: Party) => Promise<void>): Check {
  return { rule, title, run: (context) => run(new Party(context)) }
}
