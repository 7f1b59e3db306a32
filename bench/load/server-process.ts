/**
 * A server process: started on free ports in a temporary directory of its own, pinned, waited for and stopped
 * again. Which program it is and what it is told is the caller's.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const HOST = '127.0.0.1'
const READY_MS = 10_000
const GRACE_MS = 3000
const OUTPUT_TAIL_CHARACTERS = 2000

/** Where a server is to be. */
export interface Places {
  host: string
  ports: readonly number[]
  /** Its own, gone when it is stopped. */
  directory: string
}

export interface LaunchOptions {
  label: string
  /** The core to keep it on; null to let it roam. */
  cpu: number | null
  /** How many it needs; it is ready when it accepts on all of them. */
  ports: number
  /** What to run, given where. */
  command: (places: Places) => readonly string[]
  /** Beside this process's own, which goes first. */
  environment?: Readonly<Record<string, string>>
  /** How long it may take to accept; 10 s when left out. */
  readyMs?: number
  /** How long it may take to end when it is told to, before it is killed; 3 s when left out. */
  graceMs?: number
}

export interface Launched extends Places {
  pid: number | null
  /** Resolves with its exit code when it has ended, whatever the cause; with null where a signal ended it. */
  ended: Promise<number | null>
  /** What it has written so far; empty when it is stopped. */
  output(): string
  stop(): Promise<void>
}

/** @throws Error with the end of its output when it does not accept connections */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const { label, cpu } = options
  const directory = mkdtempSync(join(tmpdir(), 'parlance-load-'))
  // Some servers go on as another user than the one who starts them.
  chmodSync(directory, 0o755)
  const outputPath = join(directory, 'output')
  const places = { host: HOST, ports: await freePorts(options.ports), directory }
  const command = options.command(places)
  const pinned = cpu === null ? command : ['taskset', '-c', `${cpu}`, ...command]
  const output = openSync(outputPath, 'w')
  const env = { ...options.environment, ...process.env }
  const child = spawn(pinned[0] as string, pinned.slice(1), { env, stdio: ['ignore', output, output] })
  closeSync(output)
  child.on('error', () => {})
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve)
    child.once('error', () => resolve(null))
  })
  const kill = () => {
    child.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
  process.on('exit', kill)

  function written(): string {
    return existsSync(outputPath) ? readFileSync(outputPath, 'utf8') : ''
  }

  async function stop(): Promise<void> {
    await stopProcess(child, options.graceMs ?? GRACE_MS)
    process.off('exit', kill)
    rmSync(directory, { recursive: true, force: true })
  }

  if (!(await accepts(child, places.ports, options.readyMs ?? READY_MS))) {
    const tail = written().slice(-OUTPUT_TAIL_CHARACTERS)
    await stop()
    throw new Error(`${label} does not accept connections: ${command.join(' ')}\n${tail}`)
  }
  return { ...places, pid: child.pid ?? null, ended, output: written, stop }
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, HOST, () => resolve((server.address() as { port: number }).port))
        }),
    ),
  )
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

async function accepts(child: ChildProcess, ports: readonly number[], readyMs: number): Promise<boolean> {
  // Servers open one port after the other, mostly in this order.
  const waiting = [...ports].reverse()
  for (const until = Date.now() + readyMs; Date.now() < until; ) {
    const port = waiting.at(-1)
    if (port === undefined) return true
    if (child.exitCode !== null || child.pid === undefined) return false
    if (await connects(port)) waiting.pop()
    else await sleep(50)
  }
  return false
}

/** Whether somebody listens on that port of the loopback. */
export function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST)
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

async function stopProcess(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await exited
  clearTimeout(timer)
}
