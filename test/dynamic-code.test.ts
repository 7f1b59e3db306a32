/**
 * No text becomes code, and no shell runs: neither in what we write, nor in what a relay loads of other packages, as far as that can be said by
 * looking at it. `test/faults/hardened.test.ts` runs a relay in which the engine itself refuses both.
 */

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { adminSocketIn } from './fixtures/admin-socket.js'
import { DIST } from './fixtures/relay-process.js'
import { serve } from './fixtures/serve.js'

const SRC = new URL('../src/', import.meta.url).pathname

/** Ways from text to code, to other programs, and past the rules of both. */
const WAYS: Readonly<Record<string, RegExp>> = {
  eval: /(?<![\w.'"`-])eval\s*\(/,
  Function: /(?<![\w.'"`])(?:new\s+)?Function\s*\(|=\s*Function\s*;/,
  vm: /['"](?:node:)?vm['"]/,
  WebAssembly: /\bWebAssembly\s*[.[]/,
  'a timer with text': /\bset(?:Timeout|Interval|Immediate)\s*\(\s*['"`]/,
  child_process: /['"](?:node:)?child_process['"]/,
  worker_threads: /['"](?:node:)?worker_threads['"]/,
  inspector: /['"](?:node:)?inspector['"]/,
  binding: /\bprocess\.(?:binding|_linkedBinding|dlopen)\b/,
}

function waysIn(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  return Object.keys(WAYS).filter((way) => (WAYS[way] as RegExp).test(code))
}

/** What of our own starts other programs, and how: by name and arguments, and none from outside. */
const OURS: Readonly<Record<string, readonly string[]>> = {
  // Asks `ss`, `sysctl` and the like, for `parlance doctor` alone.
  'doctor/machine.ts': ['child_process'],
  // Types: `node:cluster` forks the relay's own file.
  'workers/handed-over.ts': ['child_process'],
  'workers/worker-link.ts': ['child_process'],
}

/** The same of what a relay loads, by the package and the file. */
const OTHERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // Runs subcommands that are files of their own: ours are none.
  commander: { 'lib/command.js': 'child_process' },
  // Transports in threads, of which we use none: each asks only whether it is in one, or begins one when it is told to.
  pino: { 'lib/tools.js': 'worker_threads' },
  'thread-stream': { 'index.js': 'worker_threads' },
  // Compiles what checks an object where that is allowed, of schemas that are ours; where it is not it does without.
  zod: { 'v4/core/compile.js': 'Function', 'v4/core/doc.js': 'Function', 'v4/core/util.js': 'Function' },
}

test('each way is seen where it is gone', () => {
  const lines: Readonly<Record<string, string>> = {
    eval: 'const three = eval("1 + 2")',
    Function: "const add = new Function('a', 'return a')",
    vm: "import { runInThisContext } from 'node:vm'",
    WebAssembly: 'await WebAssembly.instantiate(bytes)',
    'a timer with text': "setTimeout('alert()', 5)",
    child_process: "require('child_process')",
    worker_threads: "import { Worker } from 'node:worker_threads'",
    inspector: 'import("node:inspector")',
    binding: "process.binding('fs')",
  }
  for (const [way, line] of Object.entries(lines)) assert.deepEqual(waysIn(line), [way], line)
  assert.deepEqual(waysIn('// eval(text)\nclass AFunction { evaluate() { return this.eval } }'), [])
})

test('nothing of ours makes code of text', () => {
  const found: Record<string, string[]> = {}
  for (const file of sourceFiles()) {
    const ways = waysIn(readFileSync(join(SRC, file), 'utf8'))
    if (ways.length > 0) found[file] = ways
  }
  assert.deepEqual(found, OURS)
})

test('no shell runs anything, and no program whose name comes from outside', () => {
  for (const file of sourceFiles()) {
    const text = readFileSync(join(SRC, file), 'utf8')
    assert.doesNotMatch(text, /[{,]\s*shell:|\bexec(?:Sync|File|FileSync)?\s*\(\s*['"`]|\bfork\(['"`]/, file)
  }
  const machine = readFileSync(join(SRC, 'doctor/machine.ts'), 'utf8')
  assert.match(machine, /import \{ spawnSync \} from 'node:child_process'/)
  assert.equal(machine.match(/spawnSync\(/g)?.length, 1)
  const link = readFileSync(join(SRC, 'workers/worker-link.ts'), 'utf8')
  assert.match(link, /import type \{ ChildProcess \} from 'node:child_process'/)
  assert.match(link, /cluster\.fork\(\)/)
})

test('what is loaded later has its name in the source', () => {
  for (const file of sourceFiles()) {
    const text = readFileSync(join(SRC, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    for (const [, what = ''] of text.matchAll(/(?<![\w.])import\(\s*([^)]*)/g))
      assert.match(what, /^'[^']+'/, `${file}: import(${what})`)
  }
})

test('of other packages, what a relay with everything on loads makes no code of text either', async (t) => {
  const loaded = await loadedPackages(t)
  assert.ok(loaded.length > 100, `${loaded.length} files`)
  const found: Record<string, Record<string, string>> = {}
  for (const path of loaded) {
    const [, name = '', file = ''] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(path) ?? []
    const ways = waysIn(readFileSync(path, 'utf8'))
    if (ways.length === 0) continue
    found[name] ??= {}
    ;(found[name] as Record<string, string>)[file] = ways.join(', ')
  }
  assert.deepEqual(found, OTHERS)
})

test('the pages make no code of text, and say so to the browser', () => {
  const web = join(DIST, 'web')
  const scripts = readdirSync(web, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.js'),
  )
  assert.ok(scripts.length > 0)
  const pages = readFileSync(join(SRC, 'relay/web/pages.ts'), 'utf8')
  assert.match(pages, /scriptSrc: \[/)
  assert.doesNotMatch(pages, /unsafe-eval/)
})

function sourceFiles(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))
}

/** Paths of all files of other packages that a relay loads, which V8 lists where it counts what is covered. */
async function loadedPackages(t: TestContext): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-loaded-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const listen = ['ws', 'chatroom', 'json-irc', 'chatmaster', 'sendto'].flatMap((kind) => [
    '--listen',
    `${kind}://127.0.0.1:0`,
  ])
  const kept = ['--data-dir', join(dir, 'data'), '--history', '10', '--log-dir', join(dir, 'logs')]
  const coverage = join(dir, 'coverage')
  const relay = await serve(t, [...listen, ...kept, '--admin-socket', adminSocketIn(t)], {
    through: ['env', `NODE_V8_COVERAGE=${coverage}`],
  })
  assert.equal(await relay.terminate(), 0)
  const urls = readdirSync(coverage).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8')) as { result: { url: string }[] }
    return result.map(({ url }) => url)
  })
  return urls.filter((url) => url.includes('/node_modules/')).map((url) => fileURLToPath(url))
}
