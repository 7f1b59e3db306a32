/** `parlance config`: the configuration that `parlance serve` would run with, and where each value comes from. */

import { Command } from 'commander'
import { EXIT_CODE } from '../exit-code.js'
import { effectiveSettings, effectiveYaml } from '../relay/config/effective.js'
import { configJsonSchema } from '../relay/config/json-schema.js'
import { traceConfig } from '../relay/config/load.js'
import { printable } from '../relay/streams/printable.js'
import { addSettingFlags, orComplain, SETTINGS_HELP, type SettingFlags, sourcesOf } from './setting-flags.js'
import { writeOut } from './write-out.js'

type Flags = SettingFlags & { readonly json?: boolean; readonly schema?: boolean }

export function configCommand(): Command {
  const command = new Command('config')
    .option('--json', 'as JSON, with the value and the origin of each')
    .option('--schema', 'instead of that the JSON Schema of the file, for editors')
  return addSettingFlags(command)
    .addHelpText(
      'after',
      `${SETTINGS_HELP}

What is printed is a configuration file that says the same. Behind each value it says where that comes from: default,
the file and its line, the variable, or the flag. Secrets are in files of their own, of which a setting has the path.

Examples:
  parlance config --config /etc/parlance.yaml
  parlance config --json | jq .logDir

Exit codes: 0 printed, 64 wrong arguments, 78 wrong configuration.`,
    )
    .action(showConfig)
}

function showConfig({ json = false, schema = false, ...flags }: Flags): void {
  if (schema) {
    write(inJson(configJsonSchema()))
    return
  }
  const traced = orComplain(sourcesOf(flags), traceConfig)
  if (traced === null) {
    process.exitCode = EXIT_CODE.config
    return
  }
  write(json ? inJson(effectiveSettings(traced)) : effectiveYaml(traced))
}

function inJson(value: object): string {
  return printable(`${JSON.stringify(value, null, 2)}\n`)
}

/** Whoever has read enough (`| head`) has all that it wanted. */
function write(text: string): void {
  process.stdout.once('error', () => {})
  writeOut(text)
}
