/** The configuration file: settings by key, in YAML or JSON, each with the line on which it stands. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { LineCounter, YAMLMap } from 'yaml'
import { quoted, shown } from '../streams/printable.js'
import type { SettingKey } from './settings.js'
import { isSettingKey, strayKey } from './stray-names.js'

/** Its 80 files are opened only where there is a file to read: without one the relay starts sooner. */
const loadYaml = () => createRequire(import.meta.url)('yaml') as typeof import('yaml')

/** A file, and who named it. */
export interface ConfigFile {
  readonly path: string
  /** The flag or the variable. */
  readonly source: string
}

/** With it a JSON file tells an editor where the JSON Schema is; it is no setting. */
export const SCHEMA_KEY = '$schema'

export interface FileEntry {
  readonly key: SettingKey
  readonly value: unknown
  /** Counted from 1. */
  readonly line: number
}

/** @param problems where it is said what is wrong: a file that cannot be read is one problem, and has no entries */
export function readConfigFile({ path, source }: ConfigFile, problems: string[]): FileEntry[] {
  const yaml = loadYaml()
  const lines = new yaml.LineCounter()
  let content: unknown
  let keyLines: ReadonlyMap<string, number> = new Map()
  try {
    const document = yaml.parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines })
    for (const error of document.errors) throw error
    content = document.toJS()
    // YAML can refer to itself; what is wrong with such a value could not be shown.
    JSON.stringify(content)
    keyLines = linesOf(yaml, document.contents as YAMLMap | null, lines)
  } catch (error) {
    // What yaml says ends with a colon, and the lines in question behind it.
    const words = shown((error as Error).message.split('\n')[0] as string).replace(/:$/, '')
    problems.push(`${source}: ${quoted(path)}: ${words}`)
    return []
  }
  if (content === null || content === undefined) return []
  if (typeof content !== 'object' || Array.isArray(content)) {
    problems.push(`${source}: ${quoted(path)}: expected settings by key, such as "room: lobby"`)
    return []
  }
  const entries: FileEntry[] = []
  for (const [key, value] of Object.entries(content)) {
    if (key === SCHEMA_KEY && typeof value === 'string') continue
    if (isSettingKey(key)) entries.push({ key, value, line: keyLines.get(key) ?? 1 })
    else problems.push(`${shown(path)}: ${strayKey(key, value)}`)
  }
  return entries
}

function linesOf(
  { isScalar }: typeof import('yaml'),
  map: YAMLMap | null,
  lines: LineCounter,
): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const { key } of map?.items ?? []) {
    if (isScalar(key) && key.range) found.set(String(key.value), lines.linePos(key.range[0]).line)
  }
  return found
}
