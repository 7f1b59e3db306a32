/** Imports point one way, as docs/architecture.md draws it: no cycles, no barrels, and no folder that knows too much. */

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'

const SRC = new URL('../src/', import.meta.url).pathname

/**
 * What the files of a program of `src`, and of the parts of the relay, may import from, besides their own folder.
 * The file that puts the relay together, and those at the top, may all.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'relay/frame': [],
  'relay/streams': [],
  'relay/addresses': [],
  'relay/hub': [],
  'relay/fanout': ['relay/hub'],
  'relay/dialects': ['relay/frame', 'relay/streams', 'relay/hub', 'relay/fanout'],
  'relay/net': [
    'relay/streams/held-bytes.ts',
    'relay/streams/printable.ts',
    'relay/addresses',
    'relay/hub',
    'relay/fanout',
    'relay/dialects/dialect.ts',
  ],
  'relay/config': [
    'relay/streams',
    'relay/addresses',
    'relay/hub',
    'relay/fanout/sink.ts',
    'relay/dialects/registry.ts',
    'relay/dialects/dialect.ts',
  ],
  'relay/access': [
    'relay/streams',
    'relay/addresses',
    'relay/hub',
    'relay/fanout/pauses.ts',
    'relay/config',
    'relay/dialects/dialect.ts',
  ],
  'relay/backplane': ['relay/hub', 'relay/fanout'],
  // What carries its bytes is `nats/`'s.
  'relay/backplane/cluster': [
    'relay/hub',
    'relay/fanout/recipient.ts',
    'relay/backplane/backplane.ts',
    'relay/backplane/bus.ts',
    'relay/backplane/orders.ts',
  ],
  'relay/observe': [
    'relay/backplane/backplane.ts',
    'relay/backplane/cluster/stats.ts',
    'relay/streams',
    'relay/addresses',
    'relay/hub',
    'relay/fanout',
    'relay/net',
    'relay/dialects/dialect.ts',
  ],
  'relay/admin': [
    'relay/streams',
    'relay/hub',
    'relay/fanout',
    'relay/net',
    'relay/observe',
    'relay/config/nearest.ts',
    'relay/config/settings.ts',
    'relay/backplane/backplane.ts',
    'relay/history/store.ts',
    'relay/hooks.ts',
    'relay/moderation.ts',
    'relay/records.ts',
  ],
  'relay/history': [
    'relay/hub',
    'relay/fanout',
    'relay/config/load.ts',
    'relay/config/settings.ts',
    'relay/config/reloadable.ts',
    'relay/observe/make-directory.ts',
    'relay/observe/relay-log.ts',
    'relay/observe/say.ts',
    'relay/start-error.ts',
    'relay/backplane/nats/subject-names.ts',
  ],
  'relay/web': ['relay/observe/live-samples.ts'],
  relay: ['version.ts'],
  'log-reader': ['relay/streams', 'relay/observe/rotated-name.ts'],
  embedding: ['relay'],
  doctor: ['relay', 'client/address.ts'],
  web: ['client/library'],
  conform: [],
  client: [
    'relay/frame',
    'relay/streams',
    'relay/dialects/framed/commands.ts',
    'relay/dialects/chatroom/time-of-day.ts',
    'relay/dialects/sendto/commands.ts',
    'relay/dialects/sendto/decoder.ts',
    'relay/dialects/sendto/encoder.ts',
    'relay/dialects/sendto/layout.ts',
    'exit-code.ts',
  ],
  workers: ['relay', 'version.ts'],
  commands: ['relay', 'workers', 'client', 'conform', 'log-reader', 'doctor', 'exit-code.ts', 'version.ts'],
}

/** The folder whose rule holds for a file: the longest that has one. */
function ruledFolder(path: string): string | undefined {
  const parts = dirname(path).split('/')
  while (parts.length > 0) {
    const folder = parts.join('/')
    if (MAY_IMPORT[folder] !== undefined) return folder
    parts.pop()
  }
  return undefined
}

/** File to the files of `src` that it imports, all relative to `src`. */
function readImports(): Map<string, string[]> {
  const imports = new Map<string, string[]>()
  for (const path of sourceFiles()) {
    const text = readFileSync(join(SRC, path), 'utf8')
    const found = [...text.matchAll(/(?:from|import)\s+'(\.[^']+)'/g)].map(([, target]) =>
      sourceOf(normalize(join(dirname(path), target as string))),
    )
    imports.set(path, found)
  }
  return imports
}

/** What a path with `.js` is compiled from. */
function sourceOf(path: string): string {
  const source = path.replace(/\.js$/, '.ts')
  return existsSync(join(SRC, source)) ? source : path.replace(/\.js$/, '.tsx')
}

function sourceFiles(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => /\.tsx?$/.test(path))
}

test('no folder imports from one that it must not know', () => {
  const wrong: string[] = []
  for (const [path, targets] of readImports()) {
    const folder = ruledFolder(path)
    if (folder === undefined) continue
    const allowed = MAY_IMPORT[folder] as readonly string[]
    for (const target of targets) {
      const ok =
        target.startsWith(`${folder}/`) || allowed.some((a) => target === a || target.startsWith(`${a}/`))
      if (!ok) wrong.push(`${path} imports ${target}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('there are no import cycles', () => {
  const imports = readImports()
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    assert.ok(!trail.includes(path), `a cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' → ')}`)
    if (done.has(path)) return
    for (const target of imports.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of imports.keys()) visit(path, [])
})

/** What `exports` of package.json names, as far as it puts together what others define. */
const ENTRIES: ReadonlySet<string> = new Set([
  'index.ts',
  'client/library/node.ts',
  'client/library/browser.ts',
])

test('a file that exports what another one defines is an entry of the package', () => {
  const barrels = sourceFiles().filter(
    (path) =>
      !ENTRIES.has(path) &&
      /^export \* from|^export \{[^}]*\} from/m.test(readFileSync(join(SRC, path), 'utf8')),
  )
  assert.deepEqual(barrels, [])
})

test('somebody who chats, sends or tries a server loads no relay', () => {
  const imports = readImports()
  for (const command of ['chat', 'sendto', 'conform']) {
    const reached = new Set<string>()
    const visit = (path: string): void => {
      if (reached.has(path)) return
      reached.add(path)
      for (const target of imports.get(path) ?? []) visit(target)
    }
    visit(`commands/${command}.ts`)
    const loaded = [...reached].filter((path) => /^relay\/(relay\.ts|net\/|observe\/)/.test(path))
    assert.deepEqual(loaded, [], command)
  }
})

test('of a page, what is no .tsx file knows nothing of a browser', () => {
  const wrong: string[] = []
  for (const [path, targets] of readImports()) {
    if (!path.startsWith('web/') || path.endsWith('.tsx')) continue
    const text = readFileSync(join(SRC, path), 'utf8')
    if (/from '(preact|@tanstack|uplot)/.test(text) || targets.some((target) => target.endsWith('.tsx')))
      wrong.push(path)
  }
  assert.deepEqual(wrong, [])
})
