/**
 * The built relay as a child of clinic. Owns getting it started, ending the relay alone so that clinic lives to
 * write its report, and finding that report.
 *
 * clinic has a package and a lock file of its own in clinic/ and is no dependency: it is large, old, and wanted once in a while. Its packages are not
 * where this file would find them before the relay's of the same name.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { connects, freePorts } from '../load/server-process.js'

export const TOOLS = ['doctor', 'flame', 'bubbleprof', 'heapprofiler'] as const
export type Tool = (typeof TOOLS)[number]

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TOOLS_FOLDER = fileURLToPath(new URL('clinic/', import.meta.url))
const CLINIC = join(TOOLS_FOLDER, 'node_modules/.bin/clinic')
const REPORTS = '.clinic'
const LATE_EXIT = './bench/profile/late-exit.mjs'
const HOST = '127.0.0.1'

const START_MS = 60_000
const REPORT_MS = 300_000
const OUTPUT_TAIL_CHARACTERS = 4000

export interface ProfiledRelay {
  port: number
  /** The relay's own, not clinic's. */
  pid: number
  /** Ends the relay. @returns where clinic has put its report, from the top of the repository */
  finish(): Promise<string>
}

/** @throws Error with the end of what clinic said, when the relay does not start */
export async function startProfiled(tool: Tool): Promise<ProfiledRelay> {
  const directory = mkdtempSync(join(tmpdir(), 'parlance-profile-'))
  const [port] = (await freePorts(1)) as [number]
  const node = ['node', ...(tool === 'heapprofiler' ? ['--import', LATE_EXIT] : [])]
  const relay = [...node, 'dist/cli.js', 'serve', '--listen', `framed://${HOST}:${port}`, '--ops', 'off']
  if (!existsSync(CLINIC)) installClinic()
  const clinic = [tool, '--open=false', `--dest=${REPORTS}`, '--', ...relay, '--log-dir', directory]
  const child = spawn(CLINIC, clinic, {
    cwd: ROOT,
    // Without it clinic asks whether it may report usage, and waits for the answer for ever.
    env: { ...process.env, NO_INSIGHT: '1', NO_UPDATE_NOTIFIER: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: an interrupt is for the relay first, by `finish`.
    detached: true,
  })
  const killAll = () => killGroup(child)
  process.on('exit', killAll)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-OUTPUT_TAIL_CHARACTERS)
    })
  }

  async function finish(): Promise<string> {
    const exited = child.exitCode === null ? once(child, 'exit') : Promise.resolve()
    // As by the keyboard: the heap profiler waits for this signal and no other.
    const pid = leafOf(child.pid as number)
    if (pid !== child.pid) process.kill(pid, 'SIGINT')
    const timer = setTimeout(killAll, REPORT_MS)
    await exited
    clearTimeout(timer)
    process.off('exit', killAll)
    rmSync(directory, { recursive: true, force: true })
    const report = reportIn(output)
    if (report === null) throw new Error(`clinic wrote no report:\n${output}`)
    return relative(ROOT, report)
  }

  for (const until = Date.now() + START_MS; Date.now() < until && child.exitCode === null; await sleep(100)) {
    if (await connects(port)) return { port, pid: leafOf(child.pid as number), finish }
  }
  killAll()
  throw new Error(`the relay did not start inside clinic:\n${output}`)
}

/** The versions of its lock file. @throws Error with what npm said */
function installClinic(): void {
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: TOOLS_FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** clinic's last words name the page. @returns its path, or null when there are no such words */
export function reportIn(output: string): string | null {
  const [, url] = /(file:\/\/\S+\.html)/.exec(output) ?? []
  return url === undefined ? null : fileURLToPath(url)
}

/** The relay is what clinic started, perhaps through others: the last of the line. */
function leafOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim()
  return children === '' ? pid : leafOf(Number(children.split(' ')[0]))
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}
