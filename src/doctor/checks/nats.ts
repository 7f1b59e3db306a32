/** Whether the NATS that makes this relay a node of a cluster is there, takes it, and has JetStream. */

import { ConfigError } from '../../relay/config/load.js'
import type { Config } from '../../relay/config/settings.js'
import { checkNats } from '../../relay/nats-check.js'
import { type Finding, ok, problem, warning } from '../finding.js'

const CHECK = 'nats'
const READ = 'see "Run one" in docs/cluster.md'

/** @returns `null` for a relay that is alone */
export async function nats(config: Config): Promise<Finding | null> {
  try {
    const found = await checkNats(config)
    if (found === null) return null
    const { outcome, words } = found
    if (outcome === 'ok') return ok(CHECK, words)
    if (outcome === 'refused') return problem(CHECK, words, READ)
    return warning(
      CHECK,
      `${words}: the relay would start, cut off from other nodes`,
      'is nats-server running, and no firewall between?',
      READ,
    )
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return problem(CHECK, error.problems.join('; '), 'see who may read it: ls -l FILE')
  }
}
