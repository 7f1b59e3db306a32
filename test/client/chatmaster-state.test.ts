import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type ChatEvent,
  type ChatState,
  changed,
  firstState,
} from '../../src/client/chatmaster/chat-state.js'
import type { Received } from '../../src/client/chatmaster/received.js'

const AT = Date.UTC(2026, 0, 2, 3, 4)

/** The state after events; what was received may stand for itself. */
function after(state: ChatState, ...events: readonly (ChatEvent | Received)[]): ChatState {
  return events.reduce<ChatState>((before, event) => {
    const isEvent = ['said', 'said-privately', 'remark', 'asked', 'received'].includes(event.kind)
    return changed(
      before,
      isEvent ? (event as ChatEvent) : { kind: 'received', received: event as Received, at: AT },
    )
  }, state)
}

function joined(name: string, channel = 'general'): Received {
  return { kind: 'joined', name, channel }
}

function message(from: string, marks: { isPrivate?: boolean; isEdited?: boolean } = {}): Received {
  return { kind: 'message', from, text: 'Hi', isPrivate: false, isEdited: false, ...marks }
}

const BOB = after(firstState('Bob'), { kind: 'accepted', channels: ['general'] }, joined('Bob'))

function people(state: ChatState): readonly string[] {
  return state.people
}

/** The last entry, as far as it is text. */
function last(state: ChatState): string {
  const { kind, speaker, text } = state.log.at(-1) as ChatState['log'][number]
  return `${kind} ${speaker === '' ? '' : `${speaker}: `}${text}`
}

test('X2 a name that is refused is asked for again, with the reason', () => {
  const asking = after(firstState('Amy'), { kind: 'rejected', reason: 'Username is already taken.' })
  assert.equal(asking.phase, 'asking')
  assert.equal(last(asking), 'error Username is already taken. Choose another one.')
  const joining = after(asking, { kind: 'asked', name: 'Bob' })
  assert.deepEqual([joining.phase, joining.name], ['joining', 'Bob'])
})

test('X3 where we are, and whom we have seen there: by coming, leaving, speaking and renaming', () => {
  assert.deepEqual([BOB.phase, BOB.channel, people(BOB)], ['chatting', 'general', ['Bob']])
  const seen = after(BOB, joined('Amy'), message('Zoe'), { kind: 'renamed', from: 'Zoe', to: 'Zed' })
  assert.deepEqual(people(seen), ['Amy', 'Bob', 'Zed'])
  const left = after(seen, { kind: 'left', name: 'Amy', channel: 'general' })
  assert.deepEqual(people(left), ['Bob', 'Zed'])
  assert.equal(last(left), 'happening Amy left general')
  assert.deepEqual(people(after(BOB, joined('Amy', 'den'), message('Zoe', { isPrivate: true }))), ['Bob'])
})

test('X15 who is there is known when the relay has listed them, until it tells of crowds', () => {
  const members = (...names: readonly string[]): Received => ({ kind: 'members', names })
  assert.equal(BOB.areAllKnown, false)
  const known = after(BOB, joined('Zoe'), members('Amy', 'Bob'), members('Cyd', 'Zoe'))
  assert.deepEqual([known.areAllKnown, people(known)], [true, ['Amy', 'Bob', 'Cyd', 'Zoe']])
  const later = after(known, { kind: 'left', name: 'Amy', channel: 'general' }, joined('Dan'))
  assert.deepEqual([later.areAllKnown, people(later)], [true, ['Bob', 'Cyd', 'Dan', 'Zoe']])
  assert.equal(after(known, joined('212 people')).areAllKnown, false)
  assert.equal(after(known, { kind: 'left', name: '2 people', channel: 'general' }).areAllKnown, false)
  assert.equal(after(known, joined('Bob', 'den')).areAllKnown, false)
  const many = members(...Array.from({ length: 10_001 }, (_, index) => `n${index}`))
  assert.equal(after(BOB, many).areAllKnown, false)
})

test('X7 X8 in another channel the people are others', () => {
  const den = after(BOB, joined('Amy'), joined('Bob', 'den'))
  assert.deepEqual([den.channel, people(den)], ['den', ['Bob']])
  const late = after(den, { kind: 'left', name: 'Bob', channel: 'general' })
  assert.deepEqual([late.channel, people(late)], ['den', ['Bob']])
})

test('X6 our own new name is ours', () => {
  const rob = after(BOB, { kind: 'renamed', from: 'Bob', to: 'Rob' })
  assert.deepEqual([rob.name, people(rob), last(rob)], ['Rob', ['Rob'], 'happening You are Rob now'])
})

test('N4 names are data', () => {
  const state = after(BOB, joined('__proto__'), message('constructor'))
  assert.deepEqual(people(state), ['Bob', '__proto__', 'constructor'])
})

test('a crowd is told and is nobody', () => {
  const state = after(BOB, joined('212 people'))
  assert.deepEqual([last(state), people(state)], ['happening 212 people joined general', ['Bob']])
})

test('X4 X14 who says what, with marks for what is private or edited, and our own words', () => {
  assert.equal(last(after(BOB, message('Amy'))), 'message Amy: Hi')
  assert.equal(last(after(BOB, message('Amy', { isEdited: true }))), 'message Amy (edited): Hi')
  assert.equal(last(after(BOB, message('Amy', { isPrivate: true }))), 'private Amy (private): Hi')
  assert.equal(last(after(BOB, { kind: 'said', text: 'Hello', at: AT })), 'message Bob: Hello')
  const direct = after(BOB, { kind: 'said-privately', to: 'Amy', text: 'psst', at: AT })
  assert.equal(last(direct), 'private Bob (private to Amy): psst')
})

test('X9 X10 X11 what else the relay says', () => {
  assert.equal(
    last(after(BOB, { kind: 'visibility', isPrivate: true, channel: 'den' })),
    'happening den is private now',
  )
  assert.equal(last(after(BOB, { kind: 'channels', channels: ['a', 'b'] })), 'happening Channels: a, b')
  const error = after(BOB, { kind: 'error', about: 'join', words: 'You have already joined the channel.' })
  assert.equal(last(error), 'error join: You have already joined the channel.')
})

test('the log and the people are bounded, and entries keep their numbers', () => {
  let state = BOB
  state = after(state, { kind: 'members', names: Array.from({ length: 9_000 }, (_, index) => `m${index}`) })
  for (let index = 0; index < 3_000; index++) state = after(state, message(`n${index}`))
  assert.equal(state.log.length, 2_000)
  assert.equal(state.people.length, 10_000)
  const serials = state.log.map(({ serial }) => serial)
  assert.deepEqual(
    serials,
    Array.from(serials, (_, index) => (serials[0] as number) + index),
  )
})
