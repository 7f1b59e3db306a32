/** One person who has logged in: their requests as hub calls, and the answers (X4–X10, X14, X15). In one room at a time. */

import type { Recipient } from '../../fanout/recipient.js'
import { CLOSE_REASONS } from '../../hub/close-reason.js'
import type { Hub } from '../../hub/hub.js'
import type { Room, Session } from '../../hub/session.js'
import { byBytes, isName, isRoomName, isText } from '../../hub/text.js'
import type { ClaimOutcome, Client, NameRefusal } from '../dialect.js'
import { accessSentence } from '../secrets.js'
import { loggedName } from '../words.js'
import { errorPackage } from './packages.js'
import { fieldOf } from './request.js'

/** X2, X6. */
export function refusalWords(refusal: Exclude<ClaimOutcome, 'accepted'>): string {
  if (refusal === 'taken') return 'Username is already taken.'
  return refusal === 'invalid' ? 'Username is not valid.' : accessSentence(refusal)
}

const NOT_VALID = 'Message is not valid.'

/** What a member needs of its connection. */
export interface MemberContext {
  readonly hub: Hub<Recipient>
  /** X10: tells this client of these rooms. */
  listChannels(names: readonly string[]): void
  /** X15: tells this client who these are. */
  listMembers(names: readonly string[]): void
  /** To be done before a channel is entered: `then` at once, or once it is known what was said there. */
  recalled(channel: string, then: () => void): void
  /** To be done once it is entered. */
  showPast(session: Session<Recipient>, channel: string): void
  /** Sends one package to this client. */
  answer(json: string): void
  readonly client: Client
}

export class Member {
  readonly session: Session<Recipient>
  readonly #context: MemberContext
  #room: Room<Recipient>

  /** Enters the default room (X3). */
  constructor(session: Session<Recipient>, context: MemberContext) {
    const { hub } = context
    this.session = session
    this.#context = context
    this.#room = hub.join(session, hub.defaultRoom.name) as Room<Recipient>
  }

  /** X4. N5: a `username` in the data is not looked at. */
  message(data: unknown): void {
    const text = this.#textOf(data, 'message')
    if (text === null) return
    if (this.#context.hub.messages.say(this.session, this.#room, text) === false)
      this.#refuse('message', NOT_VALID)
  }

  /** X6. */
  rename(parameters: unknown): void {
    const name = fieldOf(parameters, 'username')
    if (name === null || !isName(name)) {
      this.#renamed(name ?? '', 'invalid')
      return
    }
    const secret = fieldOf(parameters, 'password')
    this.#context.client.authorize(name, secret, (denied: NameRefusal | null) =>
      this.#renamed(name, denied ?? this.#context.hub.rename(this.session, name)),
    )
  }

  #renamed(name: string, refusal: Exclude<ClaimOutcome, 'accepted'> | null): void {
    this.#context.client.nameRequested(loggedName(name), refusal ?? 'accepted')
    if (refusal !== null) this.#refuse('rename', refusalWords(refusal))
  }

  /** X7. */
  join(parameters: unknown): void {
    const channel = fieldOf(parameters, 'channel')
    if (channel === null || !isRoomName(channel)) this.#refuse('join', 'Channel is not valid.')
    else if (channel === this.#room.name) this.#refuse('join', 'You have already joined the channel.')
    else this.#move(channel, () => this.#refuse('join', 'Channel is not valid.'))
  }

  /** X8. */
  leave(): void {
    const { defaultRoom } = this.#context.hub
    const refused = () => this.#refuse('leave', 'You are not in a channel.')
    if (this.#room === defaultRoom) refused()
    else this.#move(defaultRoom.name, refused)
  }

  /** X9. */
  setPrivate(isPrivate: boolean): void {
    const word = isPrivate ? 'private' : 'public'
    if (!this.#context.hub.setPrivate(this.session, this.#room, isPrivate))
      this.#refuse(word, `Channel cannot be set to ${word}.`)
  }

  /** X10. */
  channels(): void {
    const listed = this.#context.hub.rooms.publicNames()
    this.#context.listChannels(this.#room.isPrivate ? [...listed, this.#room.name].sort(byBytes) : listed)
  }

  /** X15: of one's own channel, whose members one may know (R4). */
  members(): void {
    this.#context.listMembers(this.#context.hub.rooms.memberNames(this.#room))
  }

  /** X14. */
  direct(parameters: unknown): void {
    const name = fieldOf(parameters, 'username')
    const text = this.#textOf(parameters, 'direct')
    if (text === null) return
    const outcome = this.#context.hub.messages.direct(this.session, [name ?? ''], text)
    if (outcome.kind === 'missing') this.#refuse('direct', 'No such user.')
    // M6: nothing that was taken is lost without a word.
    else if (outcome.kind === 'blocked') this.#refuse('direct', `${name} has blocked you.`)
    else if (outcome.kind === 'refused') this.#refuse('direct', NOT_VALID)
  }

  /** @param refused where the session may not enter the channel: it stays where it is */
  #move(channel: string, refused: () => void): void {
    const { hub } = this.#context
    this.#context.recalled(channel, () => {
      if (!hub.admits(this.session, channel)) {
        refused()
        return
      }
      hub.leave(this.session, this.#room, CLOSE_REASONS.left.label)
      this.#room = hub.join(this.session, channel) as Room<Recipient>
      this.#context.showPast(this.session, channel)
    })
  }

  /** M3. @returns `null` when it was refused, with an error of type `type` */
  #textOf(fields: unknown, type: string): string | null {
    const text = fieldOf(fields, 'message')
    if (text === null || !isText(text)) this.#refuse(type, NOT_VALID)
    else if (text === '') this.#refuse(type, 'Message is empty.')
    else return text
    return null
  }

  #refuse(type: string, words: string): void {
    this.#context.answer(errorPackage(type, words))
  }
}
