/** What operators may do. Each is recorded, with who did it as far as they say, and counted. */

import type { Level } from 'pino'
import type { Recipient } from '../fanout/recipient.js'
import { CLOSE_REASONS, kickedFor } from '../hub/close-reason.js'
import type { Hub } from '../hub/hub.js'
import type { Moderation, PersonAnywhere } from '../moderation.js'
import type { LastReload } from '../observe/address-file.js'
import type { Records } from '../records.js'
import { noRoom } from './looks.js'
import type { Program } from './program.js'
import { Refusal } from './requests.js'
import { nearestPerson } from './who-is-meant.js'

export class Actions {
  readonly #hub: Hub<Recipient>
  readonly #moderation: Moderation
  readonly #records: Pick<Records, 'adminDid'>
  readonly #program: Program & Required<Pick<Program, 'drain'>>

  constructor(
    hub: Hub<Recipient>,
    moderation: Moderation,
    records: Pick<Records, 'adminDid'>,
    program: Program & Required<Pick<Program, 'drain'>>,
  ) {
    this.#hub = hub
    this.#moderation = moderation
    this.#records = records
    this.#program = program
  }

  /** @throws Refusal where nobody has that name, or their node does not answer */
  async kick(wanted: {
    name: string
    reason: string | null
    by: string | null
  }): Promise<{ kicked: PersonAnywhere }> {
    const { name, reason, by } = wanted
    const why = reason === null ? CLOSE_REASONS.kicked : kickedFor(reason)
    const expelled = await this.#moderation.expelAnywhere(name, why)
    if (expelled === null) throw new Refusal(404, `nobody is called ${name}`, nearestPerson(this.#hub, name))
    const { person, isGone } = expelled
    const { address, port, dialect, node } = person
    // Where they come from is in the records of their own node.
    const where = node === null ? { ip: address, port } : { node }
    const about = { name, ...where, dialect, by: by ?? undefined, reason: reason ?? undefined }
    this.#records.adminDid('admin.kick', about, `${name} was kicked`)
    if (!isGone)
      throw new Refusal(504, `${name} is at the node ${node}, which was told and has not done it yet`)
    return { kicked: person }
  }

  /** @param room `null` for everybody @throws Refusal where there is no such room */
  async say({
    text,
    room,
    by,
  }: {
    text: string
    room: string | null
    by: string | null
  }): Promise<{ told: number }> {
    const told = room === null ? await this.#moderation.sayEverywhere(text) : this.#sayIn(room, text)
    const where = room === null ? 'everybody' : 'a room'
    const about = { text, told, by: by ?? undefined, room: room ?? undefined }
    this.#records.adminDid('admin.say', about, `an announcement to ${where}`)
    return { told }
  }

  /** The end of the relay begins, and goes on after this. */
  drain(by: string | null): void {
    this.#records.adminDid('admin.drain', { by: by ?? undefined }, 'an operator ends the relay')
    this.#program.drain()
  }

  /** What became of it, whether it was taken or refused. @throws Refusal where the configuration is not the relay's */
  async reload(by: string | null): Promise<LastReload> {
    const reloading = this.#program.reload?.() ?? null
    if (reloading === null)
      throw new Refusal(501, 'this relay has its configuration from a program, and none to read again')
    this.#records.adminDid(
      'admin.reload',
      { by: by ?? undefined },
      'an operator has the configuration read again',
    )
    return reloading
  }

  /** @throws Refusal where the log is not the relay's */
  logLevel(): { level: Level; levels: readonly Level[] } {
    const { logLevel } = this.#program
    if (logLevel === undefined) {
      throw new Refusal(501, 'this relay is part of a program, whose own the log and its level are')
    }
    return { level: logLevel.level, levels: logLevel.levels }
  }

  /** @throws Refusal where the log is not the relay's */
  setLogLevel({ level, by }: { level: Level; by: string | null }): { level: Level; before: Level } {
    const { level: before, levels } = this.logLevel()
    const record = () => {
      const about = { level, before, by: by ?? undefined }
      this.#records.adminDid('admin.log-level', about, `the log level is ${level} from now on`)
    }
    // At the more talkative of the two, so that it is there.
    const isQuieter = levels.indexOf(level) < levels.indexOf(before)
    if (isQuieter) record()
    if (this.#program.logLevel !== undefined) this.#program.logLevel.level = level
    if (!isQuieter) record()
    return { level, before }
  }

  #sayIn(room: string, text: string): number {
    const found = this.#hub.rooms.get(room)
    if (found === undefined) throw noRoom(this.#hub, room)
    this.#moderation.say(room, text)
    return found.members.size
  }
}
