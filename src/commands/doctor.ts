/** `parlance doctor`: whether this machine is ready for a relay with this configuration, and what to do where it is not. */

import { Command } from 'commander'
import { examine } from '../doctor/examine.js'
import type { Finding, Level } from '../doctor/finding.js'
import { thisMachine } from '../doctor/machine.js'
import { EXIT_CODE } from '../exit-code.js'
import { loadConfig } from '../relay/config/load.js'
import { VERSION } from '../version.js'
import { addSettingFlags, orComplain, SETTINGS_HELP, type SettingFlags, sourcesOf } from './setting-flags.js'
import { writeOut } from './write-out.js'

type Flags = SettingFlags & { readonly json?: boolean }

export function doctorCommand(): Command {
  return addSettingFlags(new Command('doctor').option('--json', 'everything as one JSON object'))
    .addHelpText(
      'after',
      `${SETTINGS_HELP}

Looks at what bites a relay in production, with the configuration that parlance serve would have from the same flags,
environment and file. A line for each check: ok, warning, problem (the relay would not start, or lose people) or unknown
(it cannot be known from here), and below it what to do. Changes nothing; beside a relay that runs, it looks at that.
What is wrong with the configuration itself, and its files, is for parlance check to say.

Examples:
  parlance doctor
  parlance doctor --config /etc/parlance.yaml
  docker exec parlance node /app/dist/cli.js doctor

Exit codes: 0 no problem, 1 a problem, 64 wrong arguments, 78 wrong configuration.`,
    )
    .action(doctor)
}

async function doctor({ json, ...flags }: Flags): Promise<void> {
  const config = orComplain(sourcesOf(flags), loadConfig)
  if (config === null) {
    process.exitCode = EXIT_CODE.config
    return
  }
  const findings = await examine(thisMachine(process.env), config)
  const text = json
    ? `${JSON.stringify({ version: VERSION, findings }, null, 2)}\n`
    : `${findings.map(linesOf).join('')}${totalsOf(findings)}\n`
  writeOut(text)
  if (findings.some(({ level }) => level === 'problem')) process.exitCode = EXIT_CODE.notOk
}

const LEVEL_WIDTH = 9
const CHECK_WIDTH = 18

function linesOf({ check, level, words, advice }: Finding): string {
  const indent = ' '.repeat(LEVEL_WIDTH)
  const lines = [`${level.padEnd(LEVEL_WIDTH)}${check.padEnd(CHECK_WIDTH)}${words}`]
  for (const line of advice) lines.push(`${indent}→ ${line}`)
  return `${lines.join('\n')}\n`
}

function totalsOf(findings: readonly Finding[]): string {
  const count = (wanted: Level) => findings.filter(({ level }) => level === wanted).length
  const shown = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`
  const others = `${count('ok')} ok, ${count('unknown')} unknown`
  return `${shown(count('problem'), 'problem')}, ${shown(count('warning'), 'warning')}, ${others}`
}
