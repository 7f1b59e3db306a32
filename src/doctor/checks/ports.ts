/** Whether the relay could listen where it is to: each address is tried for a moment, and let go again. */

import { createServer } from 'node:net'
import { formatAddress } from '../../client/address.js'
import type { Config } from '../../relay/config/settings.js'
import { listening } from '../../relay/net/listening.js'
import { oneLine } from '../../relay/streams/printable.js'
import { type Finding, ok, problem, warning } from '../finding.js'
import type { PortHolder } from '../port-holder.js'

interface Address {
  readonly what: string
  readonly host: string | undefined
  readonly port: number
}

/** @param holderOf who listens on a port, as far as it can be seen */
export async function ports(
  { listen, ops }: Config,
  holderOf: (port: number) => PortHolder | null,
): Promise<Finding[]> {
  const addresses = listen.map(({ url, dialect, host, port }) => {
    return { what: dialect?.name ?? url.slice(0, url.indexOf(':')), host, port }
  })
  if (ops !== 'off') addresses.push({ what: 'ops', host: ops.host, port: ops.port })
  const findings: Finding[] = []
  for (const address of addresses) {
    // Any free one.
    if (address.port === 0) continue
    findings.push(findingOf(address, await errorOf(address), holderOf))
  }
  return findings
}

function findingOf(
  { what, host, port }: Address,
  code: string | null,
  holderOf: (port: number) => PortHolder | null,
): Finding {
  const check = `port ${port}`
  const where = `${what} on ${host === undefined ? 'all addresses' : formatAddress({ host, port })}`
  switch (code) {
    case null:
      return ok(check, `${where}: free`)
    case 'EADDRINUSE':
      return inUse(check, where, port, holderOf(port))
    case 'EACCES':
      return problem(
        check,
        `${where}: this user may not listen below 1024`,
        `sysctl -w net.ipv4.ip_unprivileged_port_start=${port}`,
        'systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE',
      )
    case 'EADDRNOTAVAIL':
      return problem(check, `${where}: this machine has no such address`, 'its addresses: ip address')
    default:
      return problem(check, `${where}: ${code}`)
  }
}

function inUse(check: string, where: string, port: number, holder: PortHolder | null): Finding {
  if (holder === null) {
    const ask = `as root: ss -ltnp 'sport = :${port}'`
    return warning(
      check,
      `${where}: in use; this user may not see by whom`,
      `if it is not the relay, end it; ${ask}`,
    )
  }
  const { pid, command, isRelay } = holder
  if (isRelay) return ok(check, `${where}: the relay that runs, process ${pid}, has it`)
  const shown = oneLine(command.join(' ')).slice(0, 60)
  return problem(check, `${where}: process ${pid} has it: ${shown}`, `end it, or listen elsewhere`)
}

/** @returns the system's word for why it cannot be listened on */
async function errorOf({ host, port }: Address): Promise<string | null> {
  // Somebody may come in that moment, whom closing would wait for.
  const server = createServer((socket) => socket.destroy())
  try {
    await listening(server, { host, port })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code ?? message
  }
  await new Promise((resolve) => server.close(resolve))
  return null
}
