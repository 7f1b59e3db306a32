/** Configurations from the layers that a test gives, with files in a directory of their own. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, loadConfig } from '../../../src/relay/config/load.js'

export const dir = mkdtempSync(join(tmpdir(), 'parlance-config-'))
// Not after one file's tests: others may run in the same process.
process.once('exit', () => rmSync(dir, { recursive: true }))

let files = 0
export function fileWith(content: string, extension = 'yaml'): string {
  const path = join(dir, `config-${files++}.${extension}`)
  writeFileSync(path, content)
  return path
}

type Layers = Partial<Parameters<typeof loadConfig>[0]>

export const load = (layers: Layers) => loadConfig({ environment: {}, flags: {}, ...layers })

export function problemsOf(layers: Layers): readonly string[] {
  try {
    load(layers)
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    assert.equal(error.code, 'ERR_CONFIG')
    assert.equal(error.message, error.problems.join('\n'))
    return error.problems
  }
  assert.fail('nothing was refused')
}
