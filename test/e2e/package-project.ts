/** The package as it would be published, unpacked in a project of its own that has only what the package says it needs. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

export interface PackageProject {
  readonly path: string
  /** Where the package is. */
  readonly installed: string
  /** The package file. */
  readonly file: string
  remove(): void
}

export function packageProject(): PackageProject {
  const path = mkdtempSync(join(tmpdir(), 'parlance-package-'))
  const installed = join(path, 'node_modules', MANIFEST.name)
  mkdirSync(installed, { recursive: true })
  // `dist` is built, and other tests run what is in it.
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', path]
  const name = execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8' }).trim()
  const file = join(path, name)
  execFileSync('tar', ['-xzf', file, '--strip-components=1', '-C', installed])
  for (const needed of Object.keys({ ...MANIFEST.dependencies, ...MANIFEST.peerDependencies })) {
    const link = join(path, 'node_modules', needed)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', needed), link)
  }
  writeFileSync(join(path, 'package.json'), '{ "type": "module" }')
  return { path, installed, file, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** A program that a page shows, and what it writes. */
export interface ShownProgram {
  readonly where: string
  readonly code: string
  /** The block behind it; `null` where there is none. */
  readonly output: string | null
}

/** Every block of TypeScript of these pages that imports something. */
export function shownPrograms(...pages: readonly string[]): ShownProgram[] {
  return pages.flatMap((page) => {
    const text = readFileSync(join(ROOT, page), 'utf8')
    const blocks = text.matchAll(/```ts\n(import [\s\S]*?)```\n(?:\n```\n([\s\S]*?)```\n)?/g)
    return Array.from(blocks, ([, code = '', output = null], index) => {
      return { where: `${page} ${index + 1}`, code, output }
    })
  })
}
