/** The protocols that the load can be put on, by the name they have on the command line. */

import { framedTarget } from './framed.js'
import type { Target } from './target.js'

const TARGETS: ReadonlyMap<string, Target> = new Map([framedTarget].map((target) => [target.name, target]))

export const TARGET_NAMES: readonly string[] = [...TARGETS.keys()]

/** @throws RangeError for a name that is none */
export function targetByName(name: string): Target {
  const target = TARGETS.get(name)
  if (target === undefined) throw new RangeError(`no target ${name}; there are ${TARGET_NAMES.join(', ')}`)
  return target
}
