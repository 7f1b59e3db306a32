/** `parlance check`: whether `parlance serve` would start here with this configuration. */

import { Command } from 'commander'
import { EXIT_CODE } from '../exit-code.js'
import { loadConfig } from '../relay/config/load.js'
import { memoryWarning } from '../relay/observe/memory-limit.js'
import { checkStart } from '../relay/start-check.js'
import { oneLine } from '../relay/streams/printable.js'
import {
  addSettingFlags,
  complain,
  orComplain,
  SETTINGS_HELP,
  type SettingFlags,
  sourcesOf,
} from './setting-flags.js'
import { writeOut } from './write-out.js'

type Flags = SettingFlags & { readonly running?: boolean }

export function checkCommand(): Command {
  const command = new Command('check').option(
    '--running',
    'a relay runs here with it already: addresses that are in use are told and are no problem',
  )
  return addSettingFlags(command)
    .addHelpText(
      'after',
      `${SETTINGS_HELP}

Says everything that a start would refuse, and starts nothing: settings, passwords, certificates and keys, the log directory and its
files, the address file, limits of this system, addresses that are taken; of NATS, who this node is to it, and whether it has JetStream.
Addresses are taken for a moment to find out. Where NATS cannot be reached that is told, and is no problem: a relay starts without it.

Examples:
  parlance check --config /etc/parlance.yaml
  parlance check --config /etc/parlance.yaml --running && parlance reload

Exit codes: 0 it would start, 64 wrong arguments, 78 it would not.`,
    )
    .action(check)
}

async function check({ running = false, ...flags }: Flags): Promise<void> {
  const config = orComplain(sourcesOf(flags), loadConfig)
  if (config === null) {
    process.exitCode = EXIT_CODE.config
    return
  }
  const { problems, inUse, missing } = await checkStart(config, running)
  const warning = memoryWarning(process.constrainedMemory(), config.retainedLimitBytes)
  const told = [...(warning === null ? [] : [warning]), ...missing, ...inUse]
  for (const words of told) writeOut(`${oneLine(words)}\n`)
  if (problems.length > 0) {
    complain(problems.map(oneLine))
    process.exitCode = EXIT_CODE.config
    return
  }
  writeOut('The configuration can be used.\n')
}
