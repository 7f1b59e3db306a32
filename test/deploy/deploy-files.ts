/** What the tests of `deploy/` read, and what each place that runs a relay owes to its settings. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { Config } from '../../src/relay/config/settings.js'
import { memoryWarning } from '../../src/relay/observe/memory-limit.js'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const MANIFEST = JSON.parse(readFile('package.json')) as { version: string }

export function readFile(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

// biome-ignore lint/suspicious/noExplicitAny: what a document has in it is what its test is about
export function readYaml(path: string, options: { readonly merge?: boolean } = {}): any {
  return parse(readFile(path), { prettyErrors: true, strict: true, ...options })
}

/** Paths of the files under a folder. */
export function filesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
}

/** `512Mi`, `512M` and `512m`, which are the same to Kubernetes, systemd and compose. */
export function bytesOf(written: string): number {
  const [, number, unit] = /^(\d+)(Mi|M|m|Gi|G|g)$/.exec(written) ?? []
  assert.ok(unit !== undefined, `${written} is so many mebibytes or gibibytes`)
  return Number(number) * (/^m/i.test(unit) ? 2 ** 20 : 2 ** 30)
}

/** That a relay with this configuration has nothing to say about its limit, and is gone before it is killed. */
export function fits(config: Config, limits: { memoryBytes: number; stopMs: number }): void {
  assert.equal(memoryWarning(limits.memoryBytes, config.retainedLimitBytes), null)
  assert.ok(limits.stopMs > config.shutdownMs, `${limits.stopMs} ms to end, of ${config.shutdownMs}`)
}
