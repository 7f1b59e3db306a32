/** What was built, or could have been, in native code: without it the relay works and is slower. */

import type { Config } from '../../relay/config/settings.js'
import { type Finding, ok, problem, warning } from '../finding.js'
import type { Machine } from '../machine.js'

export function fanout(machine: Machine, { fanout: choice }: Config): Finding {
  const way = machine.fanout(choice)
  const build = 'install a C compiler (apt-get install gcc libc6-dev) and build again: npm run build'
  if (typeof way === 'string') {
    return problem('fan-out', `native was asked for and cannot be had: ${way}`, build, 'or set fanout: auto')
  }
  const { name, reason } = way
  if (reason !== null) return warning('fan-out', `${name}, which takes more CPU: ${reason}`, build)
  return ok('fan-out', name)
}

/** Only for those who listen for browsers. */
export function unmasking(machine: Machine, { listen }: Config): Finding | null {
  if (listen.every(({ web }) => web === null)) return null
  if (machine.has('bufferutil'))
    return ok('bufferutil', 'there: WebSocket frames are unmasked in native code')
  return warning(
    'bufferutil',
    'not there: what browsers send in long messages takes up to sixty times the CPU',
    'npm install bufferutil',
  )
}
