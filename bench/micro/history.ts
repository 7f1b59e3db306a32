/**
 * What keeping what rooms say costs a message: nothing where it is off but a comparison, which is held against a hub that
 * does not even have that. Audiences are deaf, so that nothing is beside it but the hub.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChunkPool } from '../../src/relay/fanout/chunk.js'
import { HistoryWriter } from '../../src/relay/history/history-writer.js'
import { LevelStore } from '../../src/relay/history/level-store.js'
import { RoomHistory } from '../../src/relay/history/room-history.js'
import type { Audience, HubEvent, Recipient } from '../../src/relay/hub/events.js'
import { Hub } from '../../src/relay/hub/hub.js'
import type { Contender, Contest } from './contest.js'

const OPERATIONS = 1000

const DEAF: Recipient = { receive: () => {} }
const EMPTY: Audience<Recipient> = {
  add: () => {},
  remove: () => {},
  tell: () => {},
  tellOnly: () => {},
  collect: () => {},
}

export async function historyContests(): Promise<Contest[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-history-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  const limits = { messages: 50, ageMs: 1e9, bytes: 1e9 }
  const store = await LevelStore.open(join(directory, 'history'), limits, Date.now)
  return [
    {
      name: 'say to nobody, with',
      contenders: [
        contender('no place for history', () => () => {}),
        contender('history off', () => observerOf(null)),
        contender('history of 50', (hub) => observerOf(historyOf(hub, store))),
      ],
    },
  ]
}

/** As `Assembly` has it. */
function observerOf(history: RoomHistory<Recipient> | null): (event: HubEvent) => void {
  return (event) => {
    if (history !== null) history.observe(event)
  }
}

function historyOf(hub: Hub<Recipient>, store: LevelStore): RoomHistory<Recipient> {
  const failed = (error: unknown) => {
    throw error
  }
  const writer = new HistoryWriter(store, { failed, recovered: () => {} })
  const world = { store, writer, world: hub, pool: new ChunkPool() }
  return new RoomHistory({ ...world, now: Date.now, voiceDialect: 'relay', failed })
}

function contender(name: string, observer: (hub: Hub<Recipient>) => (event: HubEvent) => void): Contender {
  let events = 0
  let observe: (event: HubEvent) => void = () => {}
  const hub = new Hub<Recipient>({
    audience: () => EMPTY,
    now: () => 1_700_000_000_000,
    defaultRoom: 'general',
    announceUpTo: 10_000,
    recent: { ageMs: 300_000, entries: 10_000 },
    later: () => {},
    observe: (event) => {
      events++
      observe(event)
    },
  })
  observe = observer(hub)
  const bob = hub.claim('bob', 'framed', DEAF)
  if (typeof bob === 'string') throw new Error(`bob is ${bob}`)
  hub.join(bob, 'general')
  return {
    name,
    units: OPERATIONS,
    run: () => {
      for (let index = 0; index < OPERATIONS; index++)
        hub.messages.say(bob, hub.defaultRoom, `message ${index}`)
      return events
    },
  }
}
