/**
 * What a person sees of the chat, as values: what was said and happened, where they are, and who else is there.
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
  /** Who is in the channel, as far as we know, in order: names are found, and put in, where they belong. */
  readonly people: readonly string[]
  /** Whether these are all: the relay has listed them (X15). Otherwise they are those who were seen since we came. */
  readonly areAllKnown: boolean
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
/** No more are kept. In larger channels relays do not tell of everyone who comes, either. */
const MAX_PEOPLE = 10_000
const NAME_WORDS = 'Choose another one.'

export function firstState(name: string): ChatState {
  return { phase: 'joining', name, channel: null, people: [], areAllKnown: false, log: [] }
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
    case 'members':
      return withPeople({ ...state, areAllKnown: true }, received.names)
    case 'other':
      return logged(state, at, 'happening', received.words)
    case 'error':
      return logged(state, at, 'error', `${received.about}: ${received.words}`)
  }
}

function accepted(state: ChatState, channels: readonly string[], at: number): ChatState {
  const chatting: ChatState = { ...state, phase: 'chatting', people: [state.name], areAllKnown: false }
  return channels.length === 0
    ? chatting
    : logged(chatting, at, 'happening', `Channels: ${channels.join(', ')}`)
}

function said(state: ChatState, message: Received & { kind: 'message' }, at: number): ChatState {
  const { from, text, isPrivate, isEdited } = message
  const marks = [...(isPrivate ? ['private'] : []), ...(isEdited ? ['edited'] : [])].join(', ')
  const speaker = marks === '' ? from : `${from} (${marks})`
  // Who speaks privately may be in any channel.
  const seen = isPrivate ? state : withPeople(state, [from])
  return logged(seen, at, isPrivate ? 'private' : 'message', text, speaker)
}

function arrived(state: ChatState, channel: string | null, at: number): ChatState {
  const here = channel ?? state.channel
  return logged(
    { ...state, channel: here, people: [state.name], areAllKnown: false },
    at,
    'happening',
    `You are in ${here ?? 'the channel'} now`,
  )
}

function joined(state: ChatState, { name, channel }: Received & { kind: 'joined' }, at: number): ChatState {
  const seen = isHere(state, channel) ? withPeople(state, [name]) : state
  return logged(seen, at, 'happening', `${name} joined ${channel ?? 'the channel'}`)
}

function left(state: ChatState, { name, channel }: Received & { kind: 'left' }, at: number): ChatState {
  const isGone = isHere(state, channel) && name !== state.name
  const others = isGone ? withoutPerson(state, name) : state
  return logged(others, at, 'happening', `${name} left ${channel ?? 'the channel'}`)
}

function renamed(state: ChatState, from: string, to: string, at: number): ChatState {
  const after = withPeople(withoutPerson(state, from), [to])
  if (from !== state.name) return logged(after, at, 'happening', `${from} is ${to} now`)
  return logged({ ...after, name: to }, at, 'happening', `You are ${to} now`)
}

function isHere(state: ChatState, channel: string | null): boolean {
  return channel === null || state.channel === null || channel === state.channel
}

function withPeople(state: ChatState, names: readonly string[]): ChatState {
  const some = names.filter((name) => !isCrowd(name) && !isKnown(state.people, name))
  const many = state.people.length + some.length
  const areAllKnown = state.areAllKnown && !names.some(isCrowd) && many <= MAX_PEOPLE
  if (some.length === 0) return { ...state, areAllKnown }
  // One who comes is put in place: in a large channel that costs a fraction of putting all in order.
  const people =
    some.length === 1
      ? state.people.toSpliced(placeOf(state.people, some[0] as string), 0, ...some)
      : [...new Set([...state.people, ...some])].sort()
  return { ...state, people: people.slice(0, MAX_PEOPLE), areAllKnown }
}

function withoutPerson(state: ChatState, name: string): ChatState {
  const people = isKnown(state.people, name)
    ? state.people.toSpliced(placeOf(state.people, name), 1)
    : state.people
  return { ...state, people, areAllKnown: state.areAllKnown && !isCrowd(name) }
}

function isKnown(people: readonly string[], name: string): boolean {
  return people[placeOf(people, name)] === name
}

/** The index of `name` in order, or where it belongs. */
function placeOf(people: readonly string[], name: string): number {
  let low = 0
  let high = people.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((people[middle] as string) < name) low = middle + 1
    else high = middle
  }
  return low
}

/** A name with a space in it is nobody's (N2): it says how many came or went at once. */
function isCrowd(name: string): boolean {
  return name.includes(' ')
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
