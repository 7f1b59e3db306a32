/** Everything that is fuzzed, by name. */

import type { Target } from './engine/target.js'
import { admin } from './targets/admin.js'
import { cluster } from './targets/cluster.js'
import { configFile } from './targets/config-file.js'
import { dialectTargets } from './targets/dialects.js'
import { inflation } from './targets/inflation.js'
import { logLines } from './targets/log-lines.js'
import { proxy } from './targets/proxy.js'
import { frames, jsonObjects, lines } from './targets/streams.js'
import { websocket } from './targets/websocket.js'

const ALL = [
  ...dialectTargets,
  websocket,
  proxy,
  frames,
  lines,
  jsonObjects,
  inflation,
  cluster,
  admin,
  logLines,
  configFile,
]

export const TARGETS: ReadonlyMap<string, Target> = new Map(ALL.map((target) => [target.name, target]))
