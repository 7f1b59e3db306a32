/**
 * The server under load: one that is started here and stopped again, or one that runs already. Owns ports,
 * pinning, readiness and the end; what the server does is measured elsewhere, by its pid.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { buildCeilingRelay } from '../ceiling/build.js'

export const SERVER_KINDS = ['parlance', 'ceiling'] as const
export type ServerKind = (typeof SERVER_KINDS)[number]

const HOST = '127.0.0.1'
const READY_MS = 10_000
const GRACE_MS = 3000
const OUTPUT_TAIL_CHARACTERS = 2000
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

export interface Server {
  label: string
  host: string
  port: number
  /** One for each room that was asked for; otherwise just `port`. */
  ports: readonly number[]
  /** Where its metrics are, in Prometheus's text format; null when it has none. */
  metricsUrl: string | null
  /** Null where nobody has said it: CPU and memory are then not measured. */
  pid: number | null
  stop(): Promise<void>
}

export interface SpawnOptions {
  kind: ServerKind
  /** The core to keep the server on; null to let it roam. */
  cpu: number | null
  /** Further arguments of the server's own. */
  arguments: readonly string[]
  /** A listener for each of these rooms, of a server that has them by listener; empty for its only room. */
  rooms?: readonly string[]
  /** The command of another build of the relay; this tree's when left out. */
  cliPath?: string
}

export interface AttachOptions {
  host: string
  port: number
  pid: number | null
  metricsUrl: string | null
  /** Ports from `port` on, one for each room. */
  ports: number
}

export function attachedServer({ host, port, pid, metricsUrl, ports }: AttachOptions): Server {
  const all = Array.from({ length: ports }, (_, index) => port + index)
  return { label: `${host}:${port}`, host, port, ports: all, pid, metricsUrl, stop: async () => {} }
}

/**
 * Starts a server on free ports and waits until it accepts.
 * @throws Error with the end of its output when it does not
 */
export async function spawnServer(options: SpawnOptions): Promise<Server> {
  const { kind, cpu, rooms = [] } = options
  const directory = mkdtempSync(join(tmpdir(), 'parlance-load-'))
  const outputPath = join(directory, 'output')
  const [opsPort, port, ...morePorts] = await freePorts(1 + Math.max(1, rooms.length))
  const places = { port: port as number, ports: [port as number, ...morePorts], opsPort, directory }
  const command = [...serverCommand(options, places), ...options.arguments]
  const pinned = cpu === null ? command : ['taskset', '-c', `${cpu}`, ...command]
  const output = openSync(outputPath, 'w')
  const child = spawn(pinned[0] as string, pinned.slice(1), { stdio: ['ignore', output, output] })
  child.on('error', () => {})
  const kill = () => child.kill('SIGKILL')
  process.on('exit', kill)

  async function stop(): Promise<void> {
    await stopProcess(child)
    process.off('exit', kill)
    rmSync(directory, { recursive: true, force: true })
  }

  if (!(await accepts(child, places.port))) {
    const tail = readFileSync(outputPath, 'utf8').slice(-OUTPUT_TAIL_CHARACTERS)
    await stop()
    throw new Error(`${kind} does not accept connections: ${command.join(' ')}\n${tail}`)
  }
  const metricsUrl = kind === 'parlance' ? `http://${HOST}:${opsPort}/metrics` : null
  const { ports } = places
  return { label: kind, host: HOST, port: places.port, ports, metricsUrl, pid: child.pid ?? null, stop }
}

interface Places {
  port: number
  ports: readonly number[]
  opsPort: number | undefined
  directory: string
}

function serverCommand({ kind, rooms = [], cliPath = CLI }: SpawnOptions, places: Places): string[] {
  const { port, ports, opsPort, directory } = places
  if (kind === 'parlance') {
    const listen = ports.flatMap((one, index) => {
      const room = rooms[index]
      return ['--listen', `framed://${HOST}:${one}${room === undefined ? '' : `?room=${room}`}`]
    })
    const rest = ['--ops', `${HOST}:${opsPort}`, '--log-dir', directory]
    return [process.execPath, cliPath, 'serve', ...listen, ...rest]
  }
  const executable = buildCeilingRelay()
  if (executable === null) throw new Error('the ceiling relay needs a C compiler (cc)')
  return [executable, HOST, `${port}`]
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

async function accepts(child: ChildProcess, port: number): Promise<boolean> {
  for (const until = Date.now() + READY_MS; Date.now() < until; await sleep(50)) {
    if (child.exitCode !== null || child.pid === undefined) return false
    if (await connects(port)) return true
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

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  await exited
  clearTimeout(timer)
}
