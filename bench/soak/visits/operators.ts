/** What operators do meanwhile: they look, scrape, say something, send somebody away, change the configuration, and make a mistake in it. */

import { AdminClient } from '../../../src/commands/admin/admin-client.js'
import { Guest, type House } from '../guest.js'
import { pick } from '../pick.js'
import type { SoakRelay } from '../relay.js'
import { dialectNamed, SOAK_DIALECTS } from '../speech.js'

/** Below how many are here at any time, and above how many are being told at once that there is no room. */
const ROOM_FOR = 10
const REFUSED_AT_ONCE = 4
const SCRAPES_AT_ONCE = 5
const EDIT_WINDOWS_MS = [300_000, 299_000, 301_000]

/** Looks at people, rooms and numbers, and asks all that the ops endpoint serves. */
export async function look(house: House, relay: SoakRelay): Promise<void> {
  await withAdmin(relay, async (admin) => {
    for (const route of ['/who', '/rooms', '/stats', '/top', '/bans', '/log-level']) {
      await admin.get(route)
      house.deeds.operated++
    }
  })
  const asked = ['/healthz', '/readyz', ...Array.from({ length: SCRAPES_AT_ONCE }, () => '/metrics')]
  await Promise.all(asked.map((path) => relay.ask(path)))
  house.deeds.operated += asked.length
}

/** Says something as the relay. */
export async function sayAsRelay(house: House, relay: SoakRelay): Promise<void> {
  await withAdmin(relay, (admin) => admin.post('/say', { text: 'All is well.', room: 'general', by: 'soak' }))
  house.deeds.operated++
  house.deeds.said.message++
}

/** Sends a guest away. */
export async function kick(house: House, relay: SoakRelay): Promise<void> {
  const guest = await Guest.enter(house, pick(SOAK_DIALECTS, house.random))
  guest.peer.discard()
  await withAdmin(relay, (admin) => admin.post('/kick', { name: guest.name, by: 'soak' }))
  house.deeds.operated++
  await guest.endedFor('kicked')
}

/** Changes a setting and has it taken up, by signal and by the admin socket. */
export async function reload(house: House, relay: SoakRelay): Promise<void> {
  await relay.configuring(async () => {
    relay.writeConfig({ editWindowMs: pick(EDIT_WINDOWS_MS, house.random) })
    await relay.reloadBySignal()
    house.deeds.reloads.taken++
    relay.writeConfig({})
    await withAdmin(relay, (admin) => admin.post('/reload', { by: 'soak' }))
    house.deeds.reloads.taken++
  })
  house.deeds.operated += 2
}

/** Makes a mistake in the configuration, which must be refused and change nothing. */
export async function reloadMistaken(house: House, relay: SoakRelay): Promise<void> {
  await relay.configuring(async () => {
    relay.writeConfig({ editWindowMs: 'for ever' })
    const outcome = await withAdmin(relay, (admin) =>
      admin.post<{ state: string }>('/reload', { by: 'soak' }),
    ).finally(() => relay.writeConfig({}))
    if (outcome.state !== 'refused') throw new Error(`a mistake was ${outcome.state}`)
    house.deeds.reloads.refused++
  })
  house.deeds.operated++
}

/** Lets no more people in for a moment; whoever comes meanwhile is told that there is no room. */
export async function full(house: House, relay: SoakRelay): Promise<void> {
  const { door, deeds } = house
  await relay.configuring(() =>
    door.alone(async () => {
      const reloadBy = (maxConnections: number | 'auto') => {
        relay.writeConfig({ maxConnections })
        return withAdmin(relay, (admin) => admin.post('/reload', { by: 'soak' }))
      }
      // Whoever has come by now must not be the one who is refused.
      await relay.hasTaken(deeds.connected)
      await reloadBy(ROOM_FOR)
      try {
        for (let refused = 0; refused < REFUSED_AT_ONCE; refused++) {
          const peer = await door.openNow(dialectNamed('framed'), false)
          peer.end()
          await peer.closed('the end of a connection for which there is no room')
          peer.close()
          deeds.end('full')
        }
      } finally {
        await reloadBy('auto')
      }
      deeds.reloads.taken += 2
    }),
  )
}

async function withAdmin<Result>(
  relay: SoakRelay,
  work: (admin: AdminClient) => Promise<Result>,
): Promise<Result> {
  const admin = new AdminClient(relay.adminSocket)
  try {
    return await work(admin)
  } finally {
    admin.close()
  }
}
