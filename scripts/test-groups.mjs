/**
 * Shares out tests among processes, for a process takes a second of a core to start under tap: `test-groups.mjs test/….test.ts …` writes
 * what tap is to run to build/test/groups, and prints its paths. A group imports its files, each as a suite named by its path; a file
 * alone is imported as it is. Which files a group has is kept in build/test/groups/files.json, for `tap-report.mjs`.
 *
 * What takes longest is started first, so that no core is idle at the end: test-seconds.json says how many seconds files take that take
 * five or more, as a run of all tests on a machine that did nothing else has shown them.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

const GROUPS = 'build/test/groups'
/** As many as share a process at most, so that there are enough processes for all cores; of those that wait a lot, fewer. */
const SHARING = 8
const SHARING_FAULTS = 4

const SECONDS = JSON.parse(readFileSync(new URL('test-seconds.json', import.meta.url), 'utf8'))
const SECONDS_OF_OTHERS = 1

/** Paths of tests that need a process of their own: they ask how much memory it has, change it, or run long. */
const ALONE = [
  'test/bench/load-command',
  'test/bench/scenarios',
  'test/bench/soak-visits',
  'test/client/chatmaster-pipe',
  'test/client/chatroom-client',
  'test/client/json-irc-terminal',
  'test/client/library/hostile',
  'test/client/line-client',
  'test/client/sendto',
  'test/client/tls',
  'test/commands/access',
  'test/commands/config',
  'test/commands/log',
  'test/conform/command',
  'test/conformance/cluster-kit',
  'test/conformance/websocket-bad-input',
  'test/conformance/websocket-kit',
  'test/e2e/',
  'test/faults/let-go',
  'test/fuzz/',
  'test/relay/admin/socket-file',
  'test/relay/dialects/sendto/decoder',
  'test/relay/frame/decoder-memory',
  'test/relay/observe/log-names',
  'test/relay/streams/lines',
  'test/web/page',
  'test/workers/',
]

/** tap's own API counts the tests of its process, not those of a suite. */
function isAlone(file) {
  return (
    ALONE.some((path) => file.startsWith(path)) ||
    file.endsWith('.load.test.ts') ||
    /from 'tap'$/m.test(readFileSync(file, 'utf8'))
  )
}

function secondsOf(files) {
  return files.reduce((sum, file) => sum + (SECONDS[file] ?? SECONDS_OF_OTHERS), 0)
}

const byLongest = (one, other) => secondsOf(other) - secondsOf(one)

/** The files of each process, the one that takes longest first: up to as many as may share one are of the same part, and take as long as others. */
function shareOut(files) {
  const groups = files.filter(isAlone).map((file) => [file])
  const parts = new Map()
  for (const file of files.filter((file) => !isAlone(file))) {
    const part = file.split('/').slice(0, 2).join('/')
    parts.set(part, [...(parts.get(part) ?? []), file])
  }
  for (const [part, all] of parts)
    groups.push(...evenly(all, part === 'test/faults' ? SHARING_FAULTS : SHARING))
  return groups.sort(byLongest)
}

/** The longest ones first, each to those that take the least time so far. */
function evenly(files, sharing) {
  const groups = Array.from({ length: Math.ceil(files.length / sharing) }, () => [])
  for (const file of files.toSorted((one, other) => byLongest([one], [other]))) {
    const open = groups.filter(({ length }) => length < sharing)
    open.reduce((least, one) => (secondsOf(one) < secondsOf(least) ? one : least)).push(file)
  }
  return groups
}

/** Numbered, for tap starts files in the order of their names. */
function pathOf(group, index) {
  const name = group[0].replace(/\.test\.ts$/, '').replaceAll('/', '-')
  return `${GROUPS}/${String(index + 1).padStart(3, '0')}-${name}.js`
}

function textOf(files) {
  const paths = files.map((file) => `../${file.replace(/\.ts$/, '.js')}`)
  if (files.length === 1) return `import '${paths[0]}'\n`
  const suites = files.map((file, index) => `suite('${file}', () => import('${paths[index]}'))\n`)
  return `import { suite } from 'node:test'\n${suites.join('')}`
}

const groups = new Map(shareOut(process.argv.slice(2)).map((files, index) => [pathOf(files, index), files]))
rmSync(GROUPS, { recursive: true, force: true })
mkdirSync(GROUPS, { recursive: true })
for (const [path, files] of groups) {
  writeFileSync(path, textOf(files))
  console.log(path)
}
writeFileSync(`${GROUPS}/files.json`, JSON.stringify(Object.fromEntries(groups), null, 2))
