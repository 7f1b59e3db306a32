/** Whether there are enough file descriptors: one for each connection, and some that the relay keeps back. */

import type { Config } from '../../relay/config/settings.js'
import { type Finding, ok, problem, unknown, warning } from '../finding.js'
import type { Machine } from '../machine.js'

/** Fewer connections than this are hardly meant. */
const FEW = 4096
const RECOMMENDED = 65_536

export function descriptors(machine: Machine, { maxConnections }: Config): Finding {
  const check = 'file descriptors'
  const { connections, descriptors: limit } = machine.descriptors
  if (limit === null) {
    return unknown(check, `the limit cannot be read here; ${shown(connections)} connections are assumed`)
  }
  const wanted = maxConnections === 'auto' ? FEW : maxConnections
  const words = `${shown(limit)}, which is ${shown(connections)} connections`
  const advice = machine.inContainer
    ? [`start the container with --ulimit nofile=${atLeast(wanted)}:${atLeast(wanted)} (compose: ulimits)`]
    : [`systemd: LimitNOFILE=${atLeast(wanted)} in the unit`, `a shell: ulimit -n ${atLeast(wanted)}`]
  if (maxConnections === 'auto') {
    return connections < FEW ? warning(check, words, ...advice) : ok(check, words)
  }
  if (maxConnections <= connections) return ok(check, `${words}; maxConnections is ${shown(maxConnections)}`)
  return problem(
    check,
    `${words}; with a maxConnections of ${shown(maxConnections)} it does not start`,
    ...advice,
  )
}

/** With what the relay keeps back. */
function atLeast(connections: number): number {
  return Math.max(RECOMMENDED, 2 ** Math.ceil(Math.log2(connections + 256)))
}

function shown(count: number): string {
  return count.toLocaleString('en')
}
