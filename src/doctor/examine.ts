/** Which checks there are, in the order in which they are told: what keeps a relay from starting comes last, and is seen first. */

import type { Config } from '../relay/config/settings.js'
import { certificates } from './checks/certificates.js'
import { clock } from './checks/clock.js'
import { descriptors } from './checks/descriptors.js'
import { dataDirectory, logDirectory } from './checks/directories.js'
import { backlog, outgoingPorts, retries } from './checks/kernel.js'
import { memory, overcommit, swap } from './checks/memory.js'
import { fanout, unmasking } from './checks/native-code.js'
import { nats } from './checks/nats.js'
import { nodeVersion, timeZoneData } from './checks/node.js'
import { ports } from './checks/ports.js'
import { user } from './checks/user.js'
import type { Finding } from './finding.js'
import type { Machine } from './machine.js'
import { holderOf } from './port-holder.js'

/** Looks at everything that bites a relay with this configuration on this machine. Changes nothing. */
export async function examine(machine: Machine, config: Config): Promise<Finding[]> {
  const findings = [
    nodeVersion(machine),
    timeZoneData(machine, config.timeZone),
    fanout(machine, config),
    unmasking(machine, config),
    user(machine),
    clock(machine),
    memory(machine, config),
    overcommit(machine),
    swap(machine),
    descriptors(machine, config),
    backlog(machine),
    retries(machine),
    outgoingPorts(machine, config),
    logDirectory(machine, config),
    dataDirectory(machine, config),
    ...certificates(machine, config),
    await nats(config),
    ...(await ports(config, holderOf)),
  ]
  return findings.filter((finding) => finding !== null)
}
