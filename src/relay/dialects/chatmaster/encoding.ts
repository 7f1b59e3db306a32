/**
 * Hub events as packages. One object for each way to write them, shared by all listeners and connections that use it,
 * so that a broadcast is written, and compressed, once for everybody who is told in that way (X12).
 */

import type { Batch } from '../../fanout/batch.js'
import { constantSlice, ownSlice, type Slice } from '../../fanout/chunk.js'
import type { Encoding } from '../../fanout/encoding.js'
import type { PrivateEvent, RoomEvent } from '../../hub/events.js'
import { people } from '../words.js'
import { errorPackage, LOGIN_REQUEST, messagePackages, notificationPackage } from './packages.js'
import { WIRES, type Wire } from './wire.js'

const PRIVATE = ',"private":true'
const EDITED = ',"edited":true'

export class ChatmasterEncoding implements Encoding {
  /** X1, in this encoding's bytes. */
  readonly loginRequest: Slice
  readonly #wire: Wire
  readonly #nested: boolean

  constructor(wire: Wire, nested: boolean) {
    this.#wire = wire
    this.#nested = nested
    this.loginRequest = constantSlice(wire.bytesOf(LOGIN_REQUEST))
  }

  encode(event: RoomEvent, batch: Batch): void {
    for (const json of this.#packagesOf(event)) this.#wire.append(batch, json)
  }

  /** X14. */
  encodePrivate(event: PrivateEvent): Buffer | null {
    switch (event.kind) {
      case 'direct':
        return this.#message(event.name, event.text, PRIVATE)
      case 'edited':
        return this.#message(event.name, event.text, event.room === null ? PRIVATE + EDITED : EDITED)
      case 'blocked':
        return this.#message(event.name, `${event.name} has blocked you`, PRIVATE)
      default:
        return null
    }
  }

  /** F16. */
  encodeMissed(events: number): Buffer {
    return this.#wire.bytesOf(errorPackage('message', `Missed ${events} messages.`))
  }

  /** X3, X6, X7, X9: joins, renames and what becomes of a room are told to everyone; the rest is for the others (M4). */
  tellsActor({ kind }: RoomEvent): boolean {
    return kind === 'joined' || kind === 'renamed' || kind === 'visibility'
  }

  /** One package for one client. */
  answer(json: string): Slice {
    return ownSlice(this.#wire.bytesOf(json))
  }

  /** One package as this encoding writes it, in memory that is nobody else's. */
  bytesOf(json: string): Buffer {
    return this.#wire.bytesOf(json)
  }

  /** X10. @param array of names, as JSON */
  channelList(array: string): Buffer {
    return this.#wire.bytesOf(this.notification('channel_list', `"channels":${array}`))
  }

  /** X15. @param array of names, as JSON */
  memberList(array: string): Buffer {
    return this.#wire.bytesOf(this.notification('member_list', `"members":${array}`))
  }

  /** @param parameters as JSON members */
  notification(eventType: string, parameters: string): string {
    return notificationPackage(this.#nested, eventType, parameters)
  }

  #packagesOf(event: RoomEvent): string[] {
    switch (event.kind) {
      case 'message':
        return messagePackages(event.name, event.text, '')
      case 'edited':
        return messagePackages(event.name, event.text, EDITED)
      case 'joined':
        return [this.#presence('user_joined', event.name, event.room)]
      case 'left':
        return [this.#presence('user_left', event.name, event.room)]
      case 'crowd':
        return this.#crowd(event.room, event.joined, event.left)
      case 'renamed': {
        const names = `"old_username":${JSON.stringify(event.formerName)},"new_username":${JSON.stringify(event.name)}`
        return [this.notification('user_rename', names)]
      }
      case 'visibility': {
        const eventType = event.isPrivate ? 'channel_private' : 'channel_public'
        return [this.notification(eventType, `"channel":${JSON.stringify(event.room)}`)]
      }
      default:
        return []
    }
  }

  /** In the place of a name stands how many: with its space it is no name that anybody can have (N2). */
  #crowd(room: string, joined: number, left: number): string[] {
    const packages: string[] = []
    if (joined > 0) packages.push(this.#presence('user_joined', people(joined), room))
    if (left > 0) packages.push(this.#presence('user_left', people(left), room))
    return packages
  }

  #presence(eventType: string, name: string, room: string): string {
    const parameters = `"username":${JSON.stringify(name)},"channel":${JSON.stringify(room)}`
    return this.notification(eventType, parameters)
  }

  #message(name: string, text: string, marks: string): Buffer {
    const packages = messagePackages(name, text, marks).map(this.#wire.bytesOf)
    return packages.length === 1 ? (packages[0] as Buffer) : Buffer.concat(packages)
  }
}

/** By how notifications are written, then by how packages are. */
export const CHATMASTER_ENCODINGS = {
  flat: {
    plain: new ChatmasterEncoding(WIRES.plain, false),
    zlib: new ChatmasterEncoding(WIRES.zlib, false),
  },
  nested: {
    plain: new ChatmasterEncoding(WIRES.plain, true),
    zlib: new ChatmasterEncoding(WIRES.zlib, true),
  },
} as const
