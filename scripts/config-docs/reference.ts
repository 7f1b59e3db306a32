/** docs/configuration.md: every setting, as the table of settings says it. */

import { readFileSync } from 'node:fs'
import { sentence } from '../../src/relay/config/json-schema.js'
import type { Setting } from '../../src/relay/config/settings/kinds.js'
import {
  environmentName,
  flagName,
  SETTING_GROUPS,
  type SettingKey,
} from '../../src/relay/config/settings.js'

const GROUPS = new URL('../../src/relay/config/settings/', import.meta.url)

const HEAD = `# Configuration

Every setting of \`parlance serve\`, made from the table that the relay itself reads (\`npm run docs:config\`). A file
with all of them is [parlance.example.yaml](../deploy/parlance.example.yaml); how to find out what is in use, and how to change it while the
relay runs, is in [operations.md](operations.md#configuration).

A setting may be given in a YAML or JSON file (\`--config FILE\` or \`PARLANCE_CONFIG\`), as an environment variable, or as a flag. Flags win
over the environment, the environment over the file, and the file over the default. Whatever is wrong in any of them is refused, also a name that no setting
has. [parlance.schema.json](parlance.schema.json) is the JSON Schema of the file, for editors: \`# yaml-language-server: $schema=PATH\` as its first line.

**Reload** says whether \`parlance reload\` and SIGHUP take a new value up while the relay runs. For any other it takes a new start.
`

/** The whole page. */
export function configurationPage(): string {
  const groups = Object.entries(SETTING_GROUPS).map(([name, settings]) => {
    const parts = Object.entries(settings).map(([key, setting]) => settingPart(key as SettingKey, setting))
    return `## ${name.slice(0, 1).toUpperCase()}${name.slice(1)}\n\n${aboutGroup(name)}\n\n${parts.join('\n')}`
  })
  return `${HEAD}\n${groups.join('\n')}`
}

/** The comment with which the file of a group begins. */
function aboutGroup(name: string): string {
  const file = new URL(`${name}.ts`, GROUPS)
  const [, comment] = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(file, 'utf8')) ?? []
  if (comment === undefined) throw new Error(`${file.pathname}: expected a comment at its top`)
  return comment
    .replaceAll(/^\s*\* ?/gm, '')
    .replaceAll('\n', ' ')
    .trim()
}

function settingPart(key: SettingKey, setting: Setting): string {
  const { help, expected, placeholder, live = false, fallback } = setting
  const flag = `${flagName(key)} <${placeholder}>`
  const cells = [
    expected,
    Array.isArray(fallback) && fallback.length === 0 ? 'none' : code([fallback].flat().join(' ')),
    code(environmentName(key)),
    code(flag),
    live ? 'yes' : 'no',
  ]
  return `### \`${key}\`

${sentence(help)}

| value | default | environment | flag | reload |
|---|---|---|---|---|
| ${cells.map(cell).join(' | ')} |
`
}

function code(text: string): string {
  return `\`${text}\``
}

/** A table takes a bar for the end of a cell, also between backticks. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
