/** What a relay of several workers is at, as it follows from what each of them says. */

import type { Stage } from '../relay/drain.js'
import type { Readiness } from '../relay/observe/ops-server.js'

/** What workers go through at their end, in this order. */
const STAGES: readonly Stage[] = ['ready', 'draining', 'closing', 'flushing', 'ended']

/** @returns what the last of them is at, while all end */
export function slowestStage(stages: readonly string[]): Stage {
  const at = stages.map((stage) => Math.max(1, STAGES.indexOf(stage as Stage)))
  return STAGES[Math.min(STAGES.length - 2, ...at)] as Stage
}

/**
 * Ready as soon as one worker is.
 * @param said what each says that takes connections
 */
export function readinessOf(stage: Stage, said: readonly Readiness[], wanted: number): Readiness {
  if (stage !== 'ready') return { word: stage, isReady: false }
  const [first] = said
  if (first === undefined) return { word: 'no worker is ready', isReady: false }
  const taking = said.find(({ isReady }) => isReady)
  if (taking === undefined) return first
  if (said.length < wanted) return { word: `degraded: ${said.length} of ${wanted} workers`, isReady: true }
  return said.every(({ word }) => word === 'ready') ? taking : { word: 'degraded', isReady: true }
}
