/**
 * A process's CPU time by layer, from `perf`'s samples. Owns running `perf` and saying which layer a function
 * belongs to; the clock is the processor's time (`cpu-clock`), which works in virtual machines too.
 */

import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { LAYERS, type Layer } from './cost-table.js'

const run = promisify(execFile)

const SAMPLES_PER_SECOND = 1999
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024

export function perfWorks(): boolean {
  const { status } = spawnSync('perf', ['record', '-q', '-e', 'cpu-clock', '-o', '/dev/null', '--', 'true'])
  return status === 0
}

/** Samples for so long. @returns the share of each layer, or null when there were no samples */
export async function sampleLayers(pid: number, seconds: number): Promise<Record<Layer, number> | null> {
  const directory = mkdtempSync(join(tmpdir(), 'parlance-perf-'))
  const path = join(directory, 'data')
  const what = ['-q', '-F', `${SAMPLES_PER_SECOND}`, '-e', 'cpu-clock', '-p', `${pid}`, '-o', path]
  try {
    await run('perf', ['record', ...what, '--', 'sleep', `${seconds}`])
    const script = ['script', '-i', path, '-F', 'ip,sym,dso']
    const { stdout } = await run('perf', script, { maxBuffer: MAX_OUTPUT_BYTES })
    return sharesOf(stdout)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Of the lines of `perf script -F ip,sym,dso`: `7f12ab symbol (/path/to/binary)`. */
export function sharesOf(script: string): Record<Layer, number> | null {
  const counts = Object.fromEntries(Object.keys(LAYERS).map((layer) => [layer, 0])) as Record<Layer, number>
  let samples = 0
  for (const line of script.split('\n')) {
    const match = /^\s*[0-9a-f]+ (.*) \((.*)\)\s*$/.exec(line)
    if (match === null) continue
    counts[layerOf(match[1] as string, match[2] as string)]++
    samples++
  }
  if (samples === 0) return null
  for (const layer of Object.keys(counts) as Layer[]) counts[layer] /= samples
  return counts
}

/** @param binary the file that the function is in, or `perf`'s name for what is in none */
export function layerOf(symbol: string, binary: string): Layer {
  if (binary.includes('[kernel') || binary.includes('vmlinux')) return 'kernel'
  if (/\bld-linux|\blibc[.-]|\blibpthread|\[vdso\]/.test(binary)) return 'libc'
  if (binary.endsWith('.map') || binary.startsWith('[JIT]')) return compiledLayer(symbol)
  if (binary.includes('ceiling-relay') || binary.endsWith('fanout.node')) return 'ours'
  if (/^uv__?/.test(symbol)) return 'libuv'
  if (/^(Builtins_|v8::|v8_|non-virtual thunk to v8::)/.test(symbol)) return 'v8'
  if (/^(node::|operator |std::)/.test(symbol) || binary.includes('libstdc++')) return 'nodeNative'
  return 'other'
}

/** Of what V8 compiled: `JS:*flush file:///…/dist/fanout/flusher.js:40:8`, `JS:*onwrite node:internal/streams/…`. */
function compiledLayer(symbol: string): Layer {
  if (/ node:/.test(symbol)) return 'nodeJavaScript'
  if (/file:\/\/|\.js:\d|\.ts:\d/.test(symbol)) return 'ours'
  return 'v8'
}
