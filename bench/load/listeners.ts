/** What a server has to listen for, so that every client of a load finds its own protocol and room. */

import { roomNameOf } from './generator/crowd.js'
import type { Target } from './targets/target.js'

/** One listener of the relay. */
export interface ListenerPlan {
  dialect: string
  /** The room that those who come in here are in; the default room when left out. */
  room?: string
}

const FALLBACK_PORT = 9000

/** One listener each for dialects and rooms that are told apart by it. */
export function listenersFor(target: Target, rooms: number): ListenerPlan[] {
  const { name, mixture, dialect = name } = target
  if (mixture !== undefined) return mixture.map((one) => ({ dialect: one.dialect ?? one.name }))
  if (rooms === 1 || target.rooms !== 'listeners') return [{ dialect }]
  return Array.from({ length: rooms }, (_, room) => ({ dialect, room: roomNameOf(room) }))
}

/**
 * Where the listeners of a server are that runs already, in the order of `listenersFor`.
 * @param given one port for each listener, or one for the first, from which the others count on; by default where a relay
 *   has them
 * @throws RangeError for any other number of ports
 */
export function portsOf(target: Target, rooms: number, given: readonly number[] | undefined): number[] {
  const plans = listenersFor(target, rooms)
  if (given === undefined && target.mixture !== undefined) return target.mixture.map(usualPortOf)
  const ports = given ?? [usualPortOf(target)]
  if (ports.length === plans.length) return [...ports]
  const [first] = ports
  if (ports.length !== 1 || first === undefined) {
    const words = plans.map(({ dialect, room }) => room ?? dialect).join(', ')
    throw new RangeError(`--port ${ports.join(',')}: expected one port, or one for each of ${words}`)
  }
  return plans.map((_, index) => first + index)
}

/** `127.0.0.1:9000`, or what is at which port: `127.0.0.1: framed 9000, chatroom 8000, …`. */
export function placeWords(target: Target, host: string, ports: readonly number[]): string {
  const { mixture } = target
  if (mixture === undefined) return `${host}:${ports[0]}${ports.length > 1 ? `–${ports.at(-1)}` : ''}`
  return `${host}: ${mixture.map(({ name }, index) => `${name} ${ports[index]}`).join(', ')}`
}

function usualPortOf({ defaultPort = FALLBACK_PORT }: Target): number {
  return defaultPort
}
