/** That the frame codec bundles for a browser by itself, without Node, and works from that bundle. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'
import { build } from 'esbuild'

type Decoder = typeof import('../../../src/relay/frame/decoder.js')
type Encoder = typeof import('../../../src/relay/frame/encoder.js')

const FRAME_DIR = fileURLToPath(new URL('../../../src/relay/frame/', import.meta.url))

async function bundle(format: 'esm' | 'iife'): Promise<string> {
  const { outputFiles, warnings, metafile } = await build({
    stdin: {
      contents: `export * from './decoder.ts'\nexport * from './encoder.ts'`,
      resolveDir: FRAME_DIR,
    },
    bundle: true,
    platform: 'browser',
    format,
    ...(format === 'iife' ? { globalName: 'codec' } : {}),
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  assert.deepEqual(warnings, [])
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports)
  assert.deepEqual(imports, [], 'nothing is left outside')
  const inputs = Object.keys(metafile.inputs).filter((path) => path !== '<stdin>')
  assert.deepEqual(inputs.map((path) => path.replace(/.*\//, '')).sort(), [
    'decoder.ts',
    'encoder.ts',
    'layout.ts',
  ])
  return (outputFiles[0] as { text: string }).text
}

function exercise({ FrameDecoder, writeTextFrame }: Decoder & Encoder, makeBytes: (n: number) => Uint8Array) {
  const bytes = makeBytes(32)
  const end = writeTextFrame(bytes, writeTextFrame(bytes, 0, 2, 'Hi'), 4, 'Amy psst')
  const seen: [number, string][] = []
  const decoder = new FrameDecoder({
    frame(command, body, start, stop) {
      seen.push([command, String.fromCharCode(...body.subarray(start, stop))])
      return true
    },
    oversize: () => {},
  })
  for (let at = 0; at < end; at++) decoder.decode(bytes, at, at + 1)
  decoder.decode(bytes, 0, end)
  assert.deepEqual(seen, [
    [2, 'Hi'],
    [4, 'Amy psst'],
    [2, 'Hi'],
    [4, 'Amy psst'],
  ])
}

test('the codec bundles for a browser without externals, and the bundle decodes what it encodes', async () => {
  const text = await bundle('esm')
  assert.doesNotMatch(text, /\bnode:|\brequire\(|\bimport\b|\bBuffer\b|\bprocess\b/)
  const url = `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`
  exercise(await import(url), (bytes) => new Uint8Array(bytes))
})

test('the bundle runs where there is nothing but the language itself', async () => {
  const context = vm.createContext({})
  vm.runInContext(await bundle('iife'), context)
  const codec = vm.runInContext('codec', context) as Decoder & Encoder
  exercise(codec, (bytes) => vm.runInContext(`new Uint8Array(${bytes})`, context) as Uint8Array)
})
