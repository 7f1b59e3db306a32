/** What operators may look at. Nothing is changed by it, and nothing recorded. */

import type { Recipient } from '../fanout/recipient.js'
import type { Hub } from '../hub/hub.js'
import type { Page, PageRequest } from './pages.js'
import { type PersonRow, peoplePage } from './people.js'
import { Refusal } from './requests.js'
import { type RoomRow, roomsPage } from './rooms.js'
import { type Stats, type StatsSources, statsOf } from './stats.js'
import { nearestRoom } from './who-is-meant.js'

export class Looks {
  readonly #hub: Hub<Recipient>
  readonly #sources: StatsSources

  constructor(hub: Hub<Recipient>, sources: StatsSources) {
    this.#hub = hub
    this.#sources = sources
  }

  /** @throws Refusal where there is no such room */
  people(page: PageRequest, room: string | null): Page<PersonRow> {
    const people = peoplePage(this.#hub, this.#sources.clock, page, room)
    if (people === null) throw noRoom(this.#hub, room as string)
    return people
  }

  rooms(page: PageRequest): Page<RoomRow> {
    return roomsPage(this.#hub, page)
  }

  stats(): Stats {
    return statsOf(this.#sources)
  }
}

export function noRoom(hub: Hub<Recipient>, room: string): Refusal {
  return new Refusal(404, `there is no room ${room}`, nearestRoom(hub, room))
}
