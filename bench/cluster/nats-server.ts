/** NATS as the operating system has it, started on a free port with JetStream in a directory of its own. */

import { connects, launch } from '../load/server-process.js'

/** Messages and their bytes, as NATS counts them. */
export interface NatsTraffic {
  readonly messagesIn: number
  readonly bytesIn: number
  readonly messagesOut: number
  readonly bytesOut: number
}

export interface NatsServer {
  readonly url: string
  /** Null for one that runs already: its CPU is then not measured. */
  readonly pid: number | null
  /** What it has taken in and handed out since its start; null for one that runs already. */
  traffic(): Promise<NatsTraffic | null>
  stop(): Promise<void>
}

/** @param cpu the core to keep it on; null to let it roam */
export async function startNats(cpu: number | null): Promise<NatsServer> {
  const { host, ports, pid, stop } = await launch({
    label: 'nats-server',
    cpu,
    // The second one is for monitoring.
    ports: 2,
    command: (places) => [
      'nats-server',
      ...['-a', places.host, '-p', `${places.ports[0]}`],
      ...['-m', `${places.ports[1]}`],
      ...['-js', '-sd', `${places.directory}/jetstream`],
    ],
  })
  const traffic = async (): Promise<NatsTraffic> => {
    const response = await fetch(`http://${host}:${ports[1]}/varz`)
    const { in_msgs, in_bytes, out_msgs, out_bytes } = (await response.json()) as Record<string, number>
    return {
      messagesIn: in_msgs ?? 0,
      bytesIn: in_bytes ?? 0,
      messagesOut: out_msgs ?? 0,
      bytesOut: out_bytes ?? 0,
    }
  }
  return { url: `nats://${host}:${ports[0]}`, pid, traffic, stop }
}

/** One that runs already. @throws Error when nobody listens there */
export async function attachedNats(url: string): Promise<NatsServer> {
  const { hostname, port } = new URL(url)
  if (hostname !== '127.0.0.1' || !(await connects(Number(port)))) {
    throw new Error(`--nats ${url}: expected a server on 127.0.0.1 that accepts connections`)
  }
  return { url, pid: null, traffic: async () => null, stop: async () => {} }
}
