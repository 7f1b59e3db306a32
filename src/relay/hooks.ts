/**
 * Hooks: what a program that has a relay inside may decide and hear of. Owns what they are told, which is always data of
 * their own, what they may answer, and that one that fails costs the request that it was asked about and nothing else.
 */

import type { Recipient } from './fanout/recipient.js'
import type { Hooks as HubHooks, Person as HubPerson } from './hub/hooks.js'
import { isText } from './hub/text.js'
import { Connection } from './net/connection.js'
import { quoted } from './streams/printable.js'

/** Somebody who has a name, or asks for one. */
export interface Person {
  readonly name: string
  /** How they speak: `framed`, `chatroom` and so on. */
  readonly dialect: string
  /** Where they come from. */
  readonly address: string
  readonly port: number
}

export interface NameRequest extends Person {
  /** What they are called so far; `null` for a newcomer. */
  readonly formerName: string | null
}

export interface JoinRequest extends Person {
  readonly room: string
}

/** Something to be said. `name` is who says it. */
export interface MessageRequest extends Person {
  /** To a room, to people alone, or what an earlier message is to say from now on. */
  readonly kind: 'room' | 'direct' | 'edit'
  /** Where it is said, or the message was that is edited; `null` for a direct message. */
  readonly room: string | null
  /** Who alone is told; empty in a room. */
  readonly to: readonly string[]
  /** Which message is edited; `null` where none is. */
  readonly id: string | null
  readonly text: string
  /** The time that they write beside it, in up to 64 characters of their own; `null` in dialects without. Others see it. */
  readonly saidAt: string | null
}

export interface Leaving extends Person {
  readonly room: string
  /** As in `connections.log`: `left`, `reset`, `slow` and so on. */
  readonly reason: string
}

export interface Gone extends Person {
  /** As in `connections.log`. */
  readonly reason: string
}

/** `false` refuses; `true` or nothing lets it pass. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only notes something ends with a call, and answers nothing
export type Verdict = boolean | void

/** All are called in the middle of a request, and have to answer at once: what takes time holds up everybody. */
export interface RelayHooks {
  /** Somebody wants a name, or another one. Refused, it is to them a name that is not valid. */
  onName?(request: NameRequest): Verdict
  /** Somebody wants to enter a room. Where a dialect does so together with the name, a refusal is one of the name. */
  onJoin?(request: JoinRequest): Verdict
  /** Somebody wants to say something. A string is said instead. */
  onMessage?(request: MessageRequest): string | Verdict
  /** Somebody has left a room. */
  onLeave?(leaving: Leaving): void
  /** Somebody's session has ended, and their name is free. */
  onGone?(gone: Gone): void
}

/** As long as anybody of any dialect may say. */
export const MAX_TEXT_BYTES = 65_535

/** What is expected of text that comes from the program. */
export const EXPECTED_TEXT = `1 to ${MAX_TEXT_BYTES} bytes of text without control characters but tab`

/** M3 for text that comes from the program. */
export function isFitText(text: string): boolean {
  return text !== '' && isText(text) && Buffer.byteLength(text) <= MAX_TEXT_BYTES
}

/** What a hook threw, or what is wrong with its answer. `about` is whom it was asked about. */
export type HookFailed = (error: unknown, about: { hook: keyof RelayHooks } & Person) => void

export class HookCalls implements HubHooks<Recipient> {
  readonly #hooks: RelayHooks
  readonly #failed: HookFailed
  /** Whether one is being asked at this moment. */
  isAsking = false

  constructor(hooks: RelayHooks, failed: HookFailed) {
    this.#hooks = hooks
    this.#failed = failed
  }

  name(person: HubPerson<Recipient>, formerName: string | null): boolean {
    if (this.#hooks.onName === undefined) return true
    const { name, dialect, address, port } = personOf(person)
    return this.#verdict('onName', { name, dialect, address, port, formerName })
  }

  join(person: HubPerson<Recipient>, room: string): boolean {
    if (this.#hooks.onJoin === undefined) return true
    const { name, dialect, address, port } = personOf(person)
    return this.#verdict('onJoin', { name, dialect, address, port, room })
  }

  message(person: HubPerson<Recipient>, room: string, text: string, saidAt: string | null): string | null {
    return this.#said(person, 'room', room, [], null, text, saidAt)
  }

  direct(
    person: HubPerson<Recipient>,
    to: readonly string[],
    text: string,
    saidAt: string | null,
  ): string | null {
    return this.#said(person, 'direct', null, to, null, text, saidAt)
  }

  edit(
    person: HubPerson<Recipient>,
    id: string,
    room: string | null,
    to: readonly string[],
    text: string,
  ): string | null {
    return this.#said(person, 'edit', room, to, id, text, null)
  }

  left(person: HubPerson<Recipient>, room: string, reason: string): void {
    if (this.#hooks.onLeave === undefined) return
    const { name, dialect, address, port } = personOf(person)
    this.#tell('onLeave', { name, dialect, address, port, room, reason })
  }

  gone(person: HubPerson<Recipient>, reason: string): void {
    if (this.#hooks.onGone === undefined) return
    const { name, dialect, address, port } = personOf(person)
    this.#tell('onGone', { name, dialect, address, port, reason })
  }

  #verdict(hook: 'onName' | 'onJoin', request: NameRequest | JoinRequest): boolean {
    const answer = this.#ask(hook, request)
    if (answer === undefined || answer === true) return true
    if (answer !== false) this.#answeredWrongly(hook, request, answer, 'true, false or nothing')
    return false
  }

  #said(
    person: HubPerson<Recipient>,
    kind: MessageRequest['kind'],
    room: string | null,
    to: readonly string[],
    id: string | null,
    text: string,
    saidAt: string | null,
  ): string | null {
    if (this.#hooks.onMessage === undefined) return text
    const { name, dialect, address, port } = personOf(person)
    // Written out: an object spread in front of further properties takes 15 µs, and this 50 ns.
    const request = { name, dialect, address, port, kind, room, to, id, text, saidAt }
    const answer = this.#ask('onMessage', request)
    if (answer === undefined || answer === true) return text
    if (typeof answer === 'string' && isFitText(answer)) return answer
    const expected = typeof answer === 'string' ? EXPECTED_TEXT : 'a string, true, false or nothing'
    if (answer !== false) this.#answeredWrongly('onMessage', request, answer, expected)
    return null
  }

  /** @returns what it answered; `false` when it failed */
  #ask<Request extends Person>(hook: keyof RelayHooks, request: Request): unknown {
    this.isAsking = true
    try {
      return (this.#hooks[hook] as (request: unknown) => unknown)(request)
    } catch (error) {
      this.#failed(error, { hook, ...nameOf(request) })
      return false
    } finally {
      this.isAsking = false
    }
  }

  /** Of what has happened already. One that is `async` is not waited for; what it rejects with is its fault all the same. */
  #tell<Request extends Person>(hook: 'onLeave' | 'onGone', request: Request): void {
    const answer = this.#ask(hook, request)
    if (!(answer instanceof Promise)) return
    const about = { hook, ...nameOf(request) }
    answer.catch((error: unknown) => this.#failed(error, about))
  }

  #answeredWrongly(hook: keyof RelayHooks, request: Person, answer: unknown, expected: string): void {
    // What it may still reject with is nobody's; and it could not be waited for.
    if (answer instanceof Promise) answer.catch(() => {})
    const words = answer instanceof Promise ? 'a promise' : shown(answer)
    this.#failed(new TypeError(`${hook}: ${words}: expected ${expected}`), { hook, ...nameOf(request) })
  }
}

/** Data of its own. Where somebody of another node comes from is not known here. */
export function personOf({ name, dialect, recipient }: PersonOrElsewhere): Person {
  const source = recipient?.source
  const { remoteAddress: address, remotePort: port } =
    source instanceof Connection ? source : { remoteAddress: '', remotePort: 0 }
  return { name, dialect, address, port }
}

/** The recipient of a session of another node is `null`. */
type PersonOrElsewhere = Pick<HubPerson<Recipient>, 'name' | 'dialect'> & {
  readonly recipient: Recipient | null
}

function nameOf({ name, dialect, address, port }: Person): Person {
  return { name, dialect, address, port }
}

/** Whatever it is: some objects cannot even be looked at. */
function shown(answer: unknown): string {
  let words: string
  try {
    words = quoted(answer)
  } catch {
    words = 'what cannot be shown'
  }
  return words.length <= 200 ? words : `${words.slice(0, 200)}…`
}
