/**
 * The server under load: one that is started here and stopped again, or one that runs already. Owns how the
 * relay and the ceiling are started; what a server does is measured elsewhere, by its pid.
 */

import { fileURLToPath } from 'node:url'
import { buildCeilingRelay } from '../ceiling/build.js'
import type { ListenerPlan } from './listeners.js'
import { launch, type Places } from './server-process.js'

export const SERVER_KINDS = ['parlance', 'ceiling'] as const
export type ServerKind = (typeof SERVER_KINDS)[number]

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

export interface Server {
  label: string
  host: string
  port: number
  /** One for each listener that was asked for, `port` the first. */
  ports: readonly number[]
  /** Of how many nodes of one cluster `ports` are, one's after the other's; one when left out. */
  nodes?: number
  /** Where its metrics are, in Prometheus's text format; null when it has none. */
  metricsUrl: string | null
  /** Null where nobody has said it: CPU and memory are then not measured. */
  pid: number | null
  stop(): Promise<void>
}

const FRAMED: readonly ListenerPlan[] = [{ dialect: 'framed' }]

export interface SpawnOptions {
  kind: ServerKind
  /** The core to keep the server on; null to let it roam. */
  cpu: number | null
  /** Further arguments of the server's own. */
  arguments: readonly string[]
  /** What the relay is to listen for, each at a port of its own; one of framed when left out. */
  listeners?: readonly ListenerPlan[]
  /** The command of another build of the relay; this tree's when left out. */
  cliPath?: string
  /** As `LaunchOptions.readyMs`. */
  readyMs?: number
}

export type AttachOptions = Pick<Server, 'label' | 'host' | 'ports' | 'pid' | 'metricsUrl'>

export function attachedServer(options: AttachOptions): Server {
  return { ...options, port: options.ports[0] as number, stop: async () => {} }
}

/**
 * Starts a server on free ports and waits until it accepts.
 * @throws Error with the end of its output when it does not
 */
export async function spawnServer(options: SpawnOptions): Promise<Server> {
  const { kind, cpu, listeners = FRAMED } = options
  const hasMetrics = kind === 'parlance'
  const { ports, host, pid, stop } = await launch({
    label: kind,
    cpu,
    // The last one is for metrics, where there are any.
    ports: listeners.length + (hasMetrics ? 1 : 0),
    command: (places) => [...serverCommand(options, places), ...options.arguments],
    ...(options.readyMs === undefined ? {} : { readyMs: options.readyMs }),
  })
  const metricsUrl = hasMetrics ? `http://${host}:${ports.at(-1)}/metrics` : null
  const own = ports.slice(0, listeners.length)
  return { label: kind, host, port: own[0] as number, ports: own, metricsUrl, pid, stop }
}

function serverCommand({ kind, listeners = FRAMED, cliPath = CLI }: SpawnOptions, places: Places): string[] {
  const { host, directory } = places
  const { ports } = places
  if (kind === 'parlance') {
    const listen = listeners.flatMap(({ dialect, room }, index) => {
      const query = room === undefined ? '' : `?room=${room}`
      return ['--listen', `${dialect}://${host}:${ports[index]}${query}`]
    })
    const rest = ['--ops', `${host}:${ports.at(-1)}`, '--log-dir', directory]
    return [process.execPath, cliPath, 'serve', ...listen, ...rest]
  }
  const executable = buildCeilingRelay()
  if (executable === null) throw new Error('the ceiling relay needs a C compiler (cc)')
  return [executable, host, `${ports[0]}`]
}
