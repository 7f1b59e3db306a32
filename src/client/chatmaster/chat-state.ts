/**
 * What a person sees of the chat, as values: what was said and happened, where they are, and whom they have seen there.
 * A pure function of what came before and one event; knows no terminal, no socket and no clock.
 */

import type { Received } from './received.js'

/** One entry of the chat log. Texts are as they came: the layout makes them harmless. */
export interface Entry {
  /** Counts up by one from entry to entry. */
  readonly serial: number
  /** When, in milliseconds since 1970. */
  readonly at: number
  readonly kind: 'message' | 'private' | 'happening' | 'remark' | 'error'
  /** Who said it, with what belongs next to the name, such as `(edited)`; '' where nobody did. */
  readonly speaker: string
  /** Whether we said it ourselves. */
  readonly isOwn: boolean
  readonly text: string
}

export interface ChatState {
  /** `asking` when the relay refused a name and another one is to be typed. */
  readonly phase: 'joining' | 'asking' | 'chatting'
  /** Our name, or the one that we asked for. */
  readonly name: string
  /** Where we are, as far as the relay has said it. */
  readonly channel: string | null
  /** Who was seen in the channel since we came: the protocol has no list of members. */
  readonly people: ReadonlySet<string>
  readonly log: readonly Entry[]
}

export type ChatEvent =
  | { readonly kind: 'received'; readonly received: Received; readonly at: number }
  /** We said something, which the relay does not send back (X4). */
  | { readonly kind: 'said'; readonly text: string; readonly at: number }
  | { readonly kind: 'said-privately'; readonly to: string; readonly text: string; readonly at: number }
  /** Something that the client has to say. */
  | { readonly kind: 'remark'; readonly text: string; readonly at: number }
  /** Another name is being asked for. */
  | { readonly kind: 'asked'; readonly name: string }

const MAX_ENTRIES = 2_000
/** Whoever was noticed first is forgotten first. */
const MAX_PEOPLE = 1_000
const NAME_WORDS = 'Choose another one.'

export function firstState(name: string): ChatState {
  return { phase: 'joining', name, channel: null, people: new Set(), log: [] }
}

export function changed(state: ChatState, event: ChatEvent): ChatState {
  switch (event.kind) {
    case 'asked':
      return { ...state, phase: 'joining', name: event.name }
    case 'remark':
      return logged(state, event.at, 'remark', event.text)
    case 'said':
      return logged(state, event.at, 'message', event.text, state.name, true)
    case 'said-privately':
      return logged(state, event.at, 'private', event.text, `${state.name} (private to ${event.to})`, true)
    case 'received':
      return afterReceived(state, event.received, event.at)
  }
}

function afterReceived(state: ChatState, received: Received, at: number): ChatState {
  switch (received.kind) {
    case 'login-request':
      return state
    case 'accepted':
      return accepted(state, received.channels, at)
    case 'rejected': {
      const text = `${received.reason} ${NAME_WORDS}`
      return logged({ ...state, phase: 'asking' }, at, 'error', text)
    }
    case 'message':
      return said(state, received, at)
    case 'joined':
      return received.name === state.name ? arrived(state, received.channel, at) : joined(state, received, at)
    case 'left':
      return left(state, received, at)
    case 'renamed':
      return renamed(state, received.from, received.to, at)
    case 'visibility': {
      const channel = received.channel ?? state.channel ?? 'The channel'
      return logged(state, at, 'happening', `${channel} is ${received.isPrivate ? 'private' : 'public'} now`)
    }
    case 'channels':
      return logged(state, at, 'happening', `Channels: ${received.channels.join(', ')}`)
    case 'other':
      return logged(state, at, 'happening', received.words)
    case 'error':
      return logged(state, at, 'error', `${received.about}: ${received.words}`)
  }
}

function accepted(state: ChatState, channels: readonly string[], at: number): ChatState {
  const chatting: ChatState = { ...state, phase: 'chatting', people: new Set([state.name]) }
  const told = logged(chatting, at, 'remark', 'Enter sends, PgUp and PgDn scroll, /help says more.')
  return channels.length === 0 ? told : logged(told, at, 'happening', `Channels: ${channels.join(', ')}`)
}

function said(state: ChatState, message: Received & { kind: 'message' }, at: number): ChatState {
  const { from, text, isPrivate, isEdited } = message
  const marks = [...(isPrivate ? ['private'] : []), ...(isEdited ? ['edited'] : [])].join(', ')
  const speaker = marks === '' ? from : `${from} (${marks})`
  // Who speaks privately may be in any channel.
  const people = isPrivate ? state.people : withPerson(state.people, from)
  return logged({ ...state, people }, at, isPrivate ? 'private' : 'message', text, speaker)
}

function arrived(state: ChatState, channel: string | null, at: number): ChatState {
  const here = channel ?? state.channel
  const people = new Set([state.name])
  return logged(
    { ...state, channel: here, people },
    at,
    'happening',
    `You are in ${here ?? 'the channel'} now`,
  )
}

function joined(state: ChatState, { name, channel }: Received & { kind: 'joined' }, at: number): ChatState {
  const people = isHere(state, channel) ? withPerson(state.people, name) : state.people
  return logged({ ...state, people }, at, 'happening', `${name} joined ${channel ?? 'the channel'}`)
}

function left(state: ChatState, { name, channel }: Received & { kind: 'left' }, at: number): ChatState {
  const isGone = isHere(state, channel) && name !== state.name
  const people = isGone ? withoutPerson(state.people, name) : state.people
  return logged({ ...state, people }, at, 'happening', `${name} left ${channel ?? 'the channel'}`)
}

function renamed(state: ChatState, from: string, to: string, at: number): ChatState {
  const people = withPerson(withoutPerson(state.people, from), to)
  if (from !== state.name) return logged({ ...state, people }, at, 'happening', `${from} is ${to} now`)
  return logged({ ...state, people, name: to }, at, 'happening', `You are ${to} now`)
}

function isHere(state: ChatState, channel: string | null): boolean {
  return channel === null || state.channel === null || channel === state.channel
}

/** A name with a space in it is nobody's (N2): it says how many came at once. */
function withPerson(people: ReadonlySet<string>, name: string): ReadonlySet<string> {
  if (people.has(name) || name.includes(' ')) return people
  return new Set([...[...people].slice(1 - MAX_PEOPLE), name])
}

function withoutPerson(people: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const left = new Set(people)
  left.delete(name)
  return left
}

function logged(
  state: ChatState,
  at: number,
  kind: Entry['kind'],
  text: string,
  speaker = '',
  isOwn = false,
): ChatState {
  const serial = (state.log.at(-1)?.serial ?? 0) + 1
  const entry: Entry = { serial, at, kind, speaker, isOwn, text }
  return { ...state, log: [...state.log, entry].slice(-MAX_ENTRIES) }
}
