/** Parameters of the kernel that decide how many can come at once, and how long those linger who have vanished. */

import type { Config } from '../../relay/config/settings.js'
import { BACKLOG } from '../../relay/net/listening.js'
import { type Finding, ok, setSysctl, unknown, warning } from '../finding.js'
import type { Machine } from '../machine.js'

const SYSCTL = '/proc/sys'
/** As many as give up after some 100 s, which is the least that RFC 1122 wants. */
const RETRIES = 8
/** Linux waits so long before it sends again the first time, and never longer than the second between two. */
const FIRST_RETRY_SECONDS = 0.2
const LONGEST_RETRY_SECONDS = 120

/** How many connections may wait to be accepted: the relay asks for 4,096, and gets no more than this. */
export function backlog(machine: Machine): Finding {
  const name = 'net.core.somaxconn'
  const value = sysctl(machine, name)
  if (value === null) return unknown('somaxconn', `${name} cannot be read here`)
  if (value >= BACKLOG) return ok('somaxconn', `${value} may wait to be accepted`)
  return warning(
    'somaxconn',
    `${value}: of more who come while the relay is busy, some have to try again after a second or longer`,
    ...setSysctl(name, BACKLOG, machine.inContainer),
  )
}

export function retries(machine: Machine): Finding {
  const name = 'net.ipv4.tcp_retries2'
  const value = sysctl(machine, name)
  if (value === null) return unknown('tcp_retries2', `${name} cannot be read here`)
  const words = `${value}: the kernel gives a vanished peer up after some ${Math.round(secondsOf(value))} s`
  if (value <= RETRIES) return ok('tcp_retries2', words)
  return warning('tcp_retries2', words, ...setSysctl(name, RETRIES, machine.inContainer))
}

/** What the kernel hands out for outgoing connections; a port of the relay among them can be taken before it starts. */
export function outgoingPorts(machine: Machine, { listen, ops }: Config): Finding {
  const name = 'net.ipv4.ip_local_port_range'
  const [first, last] = (machine.read(pathOf(name)) ?? '').trim().split(/\s+/).map(Number)
  if (first === undefined || last === undefined)
    return unknown('outgoing ports', `${name} cannot be read here`)
  const words = `${first} to ${last}`
  const ours = [...listen.map(({ port }) => port), ...(ops === 'off' ? [] : [ops.port])]
  const among = ours.filter((port) => port >= first && port <= last)
  if (among.length === 0) {
    const count = (last - first + 1).toLocaleString('en')
    return ok('outgoing ports', `${words}: none of the relay’s; a load test has ${count} for each address`)
  }
  return warning(
    'outgoing ports',
    `${words}: ${among.join(', ')} may be in use for an outgoing connection when the relay is to start`,
    ...setSysctl('net.ipv4.ip_local_reserved_ports', among.join(','), machine.inContainer),
  )
}

/** The time until the kernel gives up, as it computes it. */
function secondsOf(times: number): number {
  const doubled = Math.floor(Math.log2(LONGEST_RETRY_SECONDS / FIRST_RETRY_SECONDS))
  const growing = (2 ** (Math.min(times, doubled) + 1) - 1) * FIRST_RETRY_SECONDS
  return growing + Math.max(0, times - doubled) * LONGEST_RETRY_SECONDS
}

function sysctl(machine: Machine, name: string): number | null {
  const text = machine.read(pathOf(name))?.trim() ?? ''
  return /^\d+$/.test(text) ? Number(text) : null
}

function pathOf(name: string): string {
  return `${SYSCTL}/${name.replaceAll('.', '/')}`
}
