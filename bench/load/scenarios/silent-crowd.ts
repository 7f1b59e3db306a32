/** A crowd in one room that comes and says nothing: set up, looked at, and ended whatever happens. */

import { joinCrowd, oneRoom } from '../crowd.js'
import type { LiveView } from '../live-view.js'
import type { SharedOptions } from '../options.js'
import type { Recorder } from '../recorder.js'
import { fleetFor } from '../resources.js'
import type { Server } from '../server.js'

/** Nobody speaks; a fleet wants to know all the same. */
const PAYLOAD_BYTES = 64

type Fleet = ReturnType<typeof fleetFor>

/** @param work looks at the crowd once all have joined */
export async function withSilentCrowd<Result>(
  server: Server,
  options: SharedOptions,
  clients: number,
  view: LiveView,
  work: (recorder: Recorder, fleet: Fleet) => Promise<Result>,
): Promise<Result> {
  const fleet = fleetFor(options, clients)
  try {
    const plan = {
      topology: oneRoom(options, clients, 1),
      payloadBytes: PAYLOAD_BYTES,
      trickleBytesPerSecond: 0,
    }
    return await work(await joinCrowd(fleet, server, options, plan, view), fleet)
  } finally {
    await fleet.end()
  }
}
