/** Everything that is measured, in the order in which it takes its turns. The first is what the rest is compared to. */

import type { Peer } from './peer.js'
import { ceilingPeer } from './servers/ceiling.js'
import { mosquittoPeer } from './servers/mosquitto.js'
import { natsPeer } from './servers/nats.js'
import { ngircdPeer } from './servers/ngircd.js'
import { parlancePeer, portableParlancePeer } from './servers/parlance.js'
import { redisPeer } from './servers/redis.js'
import { socketioPeer } from './servers/socketio.js'
import { wsPeer } from './servers/ws.js'

export const PEERS: readonly Peer[] = [
  parlancePeer,
  portableParlancePeer,
  ceilingPeer,
  natsPeer,
  redisPeer,
  mosquittoPeer,
  ngircdPeer,
  wsPeer,
  socketioPeer,
]
