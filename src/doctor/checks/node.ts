/** Node itself: whether it is supported, and what of it the relay leans on. */

import { type Finding, ok, problem, warning } from '../finding.js'
import type { Machine } from '../machine.js'

/** As package.json has it in `engines`. */
const LEAST = { major: 20, minor: 19 }
/** Until when the long-term releases get security fixes, by their major version: nodejs.org/en/about/previous-releases. */
const SUPPORTED_UNTIL: ReadonlyMap<number, string> = new Map([
  [20, '2026-04-30'],
  [22, '2027-04-30'],
  [24, '2028-04-30'],
  [26, '2029-04-30'],
])
const RECOMMENDED = 24

export function nodeVersion({ node, nowMs }: Machine): Finding {
  const { version, isLongTerm } = node
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const advice = `install Node ${RECOMMENDED}, or use the image, which has it`
  if (major < LEAST.major || (major === LEAST.major && minor < LEAST.minor)) {
    return problem('node', `${version}; parlance needs ${LEAST.major}.${LEAST.minor} or newer`, advice)
  }
  const until = SUPPORTED_UNTIL.get(major)
  if (until !== undefined) {
    if (nowMs < Date.parse(until)) return ok('node', `${version}, with security fixes until ${until}`)
    return warning('node', `${version} has had no security fixes since ${until}`, advice)
  }
  if (isLongTerm) return ok('node', `${version}, a long-term release`)
  return warning('node', `${version} is no long-term release: fixes end after half a year`, advice)
}

export function timeZoneData({ node }: Machine, timeZone: string): Finding {
  const { timeZoneData: edition } = node
  if (edition !== undefined) return ok('time zone', `${timeZone}, by the rules of edition ${edition}`)
  return warning(
    'time zone',
    `${timeZone}, but this Node has no time zone data of its own: daylight saving may be wrong`,
    'install a Node with full ICU (every official build)',
  )
}
