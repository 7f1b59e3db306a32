/** That the client library bundles for a browser by itself, how large that is, and that the bundle chats, without Node and under a strict policy. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { WebSocket } from 'ws'
import * as browser from '../../../src/client/library/browser.js'
import * as node from '../../../src/client/library/node.js'
import { DIALECTS, Ways } from './ways.js'

const ENTRY = fileURLToPath(new URL('../../../src/client/library/browser.ts', import.meta.url))
/** The whole library, and what it validates with. */
const MOST_GZIPPED_BYTES = 24 * 1024

const bundled = build({
  entryPoints: [ENTRY],
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  globalName: 'library',
  minify: true,
  write: false,
  metafile: true,
  logLevel: 'silent',
})

test('both entries export the same names', () => {
  assert.deepEqual(Object.keys(browser).sort(), Object.keys(node).sort())
})

test('the library bundles for a browser without externals or Node, and is small', async (t) => {
  const { outputFiles, warnings, metafile } = await bundled
  assert.deepEqual(warnings, [])
  assert.deepEqual(
    Object.values(metafile.outputs).flatMap((output) => output.imports),
    [],
  )
  const inputs = Object.keys(metafile.inputs)
  assert.ok(!inputs.some((path) => path.includes('tcp-link') || path.includes('/ws/')), inputs.join('\n'))
  const text = (outputFiles[0] as { text: string }).text
  assert.doesNotMatch(text, /\bnode:|\brequire\(|\bBuffer\.|\bprocess\.|\bsetImmediate\b/)
  const bytes = gzipSync(text, { level: 9 }).length
  t.diagnostic(`${text.length} bytes, ${bytes} gzipped`)
  assert.ok(bytes <= MOST_GZIPPED_BYTES, `${bytes} bytes gzipped are more than ${MOST_GZIPPED_BYTES}`)
})

test('the bundle chats in every dialect where there is nothing but what a browser has, and makes no code', async (t) => {
  const ways = await Ways.start(['ws://127.0.0.1:0'])
  t.after(() => ways.relay.stop())
  const { outputFiles } = await bundled
  const context = vm.createContext(
    {
      WebSocket,
      URL,
      TextDecoder,
      TextEncoder,
      ArrayBuffer,
      Uint8Array,
      setTimeout,
      clearTimeout,
      setInterval,
      clearInterval,
      queueMicrotask,
    },
    // As a Content-Security-Policy without `unsafe-eval` does.
    { codeGeneration: { strings: false, wasm: false } },
  )
  // A browser reports even an attempt that is caught.
  vm.runInContext(
    'var attempts = 0; Function.prototype.constructor = Function = function () { attempts++; throw new Error() }',
    context,
  )
  vm.runInContext((outputFiles[0] as { text: string }).text, context)
  const { connect } = vm.runInContext('library', context) as typeof browser
  for (const dialect of DIALECTS) {
    const amy = await connect(ways.url(dialect, 'ws'), { name: 'Amy', dialect })
    const bob = await connect(ways.url(dialect, 'ws'), { name: 'Bob', dialect })
    await bob.say('Hi')
    await assert.rejects(bob.tell('Nobody', 'psst'), { code: 'refused' })
    for await (const event of amy) if (event.kind === 'message' && event.text === 'Hi') break
    await Promise.all([amy.close(), bob.close()])
  }
  assert.equal(vm.runInContext('attempts', context), 0)
  await assert.rejects(connect('framed://127.0.0.1:9000', { name: 'Amy' }), { code: 'unsupported' })
})
