/** Whether the clock is right: logs, times of day, certificates and tokens go by it. Only somebody who keeps it can know. */

import { type Finding, ok, problem, unknown, warning } from '../finding.js'
import type { Machine } from '../machine.js'

/** This program is no older: what is before is a clock that was never set. */
const EARLIEST_MS = Date.parse('2026-01-01')
/** Made by systemd-timesyncd once it has the time from a server. */
const TIMESYNCD = '/run/systemd/timesync/synchronized'

export function clock(machine: Machine): Finding {
  const now = new Date(machine.nowMs).toISOString()
  const keep = 'keep it: apt-get install chrony, or systemctl enable --now systemd-timesyncd'
  if (machine.nowMs < EARLIEST_MS) return problem('clock', `shows ${now}, which is long ago`, keep)
  if (machine.read(TIMESYNCD) !== null) return ok('clock', `${now}, kept by systemd-timesyncd`)
  // What the kernel was told by whoever keeps it, chrony and ntpd too.
  const told = machine.run('timedatectl', ['show', '--property=NTPSynchronized', '--value'])?.trim()
  if (told === 'yes') return ok('clock', `${now}, kept by a time server`)
  if (told === 'no') return warning('clock', `${now}, and nobody keeps it right`, keep)
  const where = machine.inContainer ? 'a container has the clock of its machine' : 'there is no timedatectl'
  return unknown(
    'clock',
    `${now}; whether somebody keeps it right cannot be known from here: ${where}`,
    `on the machine: ${machine.inContainer ? 'timedatectl' : 'chronyc tracking'}, or the alert ParlanceClockWrong`,
  )
}
