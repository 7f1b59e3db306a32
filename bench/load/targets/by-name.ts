/** The protocols that the load can be put on, by the name they have on the command line. */

import { dialectsTarget } from './dialects.js'
import { framedTarget } from './framed.js'
import { ircTarget } from './irc.js'
import { jsonLinesTargets } from './json-lines.js'
import { mqttTarget } from './mqtt.js'
import { natsTarget } from './nats.js'
import { parlanceWsTarget } from './parlance-ws.js'
import { redisTarget } from './redis.js'
import { socketioTarget } from './socketio.js'
import type { Target } from './target.js'
import { wsTarget } from './ws.js'

const ALL = [
  framedTarget,
  ...jsonLinesTargets,
  dialectsTarget,
  ircTarget,
  mqttTarget,
  natsTarget,
  redisTarget,
  socketioTarget,
  wsTarget,
  parlanceWsTarget,
]

const TARGETS: ReadonlyMap<string, Target> = new Map(ALL.map((target) => [target.name, target]))

export const TARGET_NAMES: readonly string[] = [...TARGETS.keys()]

/** @throws RangeError for a name that is none */
export function targetByName(name: string): Target {
  const target = TARGETS.get(name)
  if (target === undefined) throw new RangeError(`no target ${name}; there are ${TARGET_NAMES.join(', ')}`)
  return target
}
