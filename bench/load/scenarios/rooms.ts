/** Many rooms with a few people each (R×M), a few of whom speak in every room. */

import { oneRoom } from '../crowd.js'
import { type LoadOptions, positiveWhole } from '../options.js'
import type { LoadScenario } from './load-scenario.js'

interface RoomsOptions extends LoadOptions {
  rooms: number
  members: number
  senders: number
}

export const rooms: LoadScenario<RoomsOptions> = {
  name: 'rooms',
  description: 'many rooms at once, some speak in each (R×M)',
  defaults: {},
  addOptions: (command) =>
    command
      .option('--rooms <count>', 'rooms', positiveWhole, 50)
      .option('--members <count>', 'members of each room, those who speak included', positiveWhole, 20)
      .option('--senders <count>', 'members of each room that speak', positiveWhole, 1),
  cast: (options) => {
    const { rooms, members, senders, payload } = options
    return {
      topology: { ...oneRoom(options, rooms * members, rooms * senders), rooms },
      otherwise: { kind: 'closed', inFlight: 16 },
      words: `${rooms} rooms of ${members}, ${senders} speaking in each, ${payload.join(', ')} bytes`,
    }
  },
}
