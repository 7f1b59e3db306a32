/**
 * Everybody is in one place: every dialect as heard from every other, both ways, in one relay, and from one node of a
 * cluster to another. Prints the matrix of what each pair was shown.
 */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { RawPeer } from '../../src/conform/raw-peer.js'
import { startAllDialects } from '../fixtures/all-dialects.js'
import { noNats } from '../fixtures/nats-server.js'
import { startThreeNodes } from '../fixtures/three-nodes.js'
import { until } from '../fixtures/until.js'
import { chatmasterVoice } from '../fixtures/voices/chatmaster-voice.js'
import { chatroomVoice } from '../fixtures/voices/chatroom-voice.js'
import { framedVoice } from '../fixtures/voices/framed-voice.js'
import { jsonIrcVoice } from '../fixtures/voices/json-irc-voice.js'
import { sendtoVoice } from '../fixtures/voices/sendto-voice.js'
import type { Told, Voice, VoiceKind } from '../fixtures/voices/voice.js'

const KINDS: readonly VoiceKind[] = [framedVoice, chatroomVoice, jsonIrcVoice, chatmasterVoice, sendtoVoice]

/** Dialects whose clients can write no more than ASCII. */
const ASCII_ONLY = ['framed', 'json-irc']

const CONTROL_TEXTS = ['esc\x1b[2Jape', 'del\x7fete', 'bell\x07', 'csi\u009b2J']
const UNICODE_TEXT = 'Zoë: où? 日本 😀'
const UNICODE_AS_ASCII = 'Zoe: ou? RiBen :grinning:'

/** Where the people of a pair come in: two who come one after the other are at different nodes, where there are several. */
interface Place {
  connect(dialect: string): Promise<RawPeer>
  /** What was done is known everywhere. */
  settled(): Promise<void>
  isKnown(name: string): boolean
}

let place: Place
let matrix = new Map<string, string>()
let serial = 0

async function voiceOf(kind: VoiceKind, name: string): Promise<Voice> {
  const voice = kind.make(await place.connect(kind.dialect), name)
  await voice.join()
  await place.settled()
  return voice
}

/** Waits for what comes without being asked for: somebody else's connection has ended. */
async function heardWithin(voice: Voice, wanted: number): Promise<unknown[]> {
  const heard: unknown[] = []
  for (let tries = 0; tries < 200 && heard.length < wanted; tries++) {
    heard.push(...(await voice.heard()))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return heard
}

class Pair {
  readonly shown: string[] = []

  constructor(
    readonly from: VoiceKind,
    readonly to: VoiceKind,
    readonly listener: Voice,
  ) {}

  /** What the listener hears is what its dialect shows of that event. */
  async expect(label: string, event: Told): Promise<void> {
    const wanted = this.to.told(event)
    assert.deepEqual(await heardWithin(this.listener, wanted.length), wanted, label)
    this.shown.push(wanted.length > 0 ? label : '–')
  }

  /** The dialect cannot do that. */
  skip(): void {
    this.shown.push('–')
  }
}

describe('one relay', () =>
  everyPair(async (t) => {
    const { relay, connect } = await startAllDialects()
    t.after(() => relay.stop())
    return { connect, settled: async () => {}, isKnown: (name) => relay.parts.hub.isHere(name) }
  }))

describe('three nodes', { skip: noNats() ?? false }, () =>
  everyPair(async (t) => {
    const { nodes, connect, settled } = await startThreeNodes(t)
    const isKnown = (name: string) => nodes.some(({ relay }) => relay.parts.hub.isHere(name))
    return { connect, settled, isKnown }
  }),
)

function everyPair(start: (t: { after(end: () => void | Promise<void>): void }) => Promise<Place>): void {
  const ends: (() => void | Promise<void>)[] = []
  before(async () => {
    matrix = new Map()
    place = await start({ after: (end) => ends.push(end) })
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
    console.log(matrixText())
  })
  for (const from of KINDS) {
    for (const to of KINDS) test(`${from.dialect} as ${to.dialect} hears it`, () => onePair(from, to))
  }
}

async function onePair(from: VoiceKind, to: VoiceKind): Promise<void> {
  const name = `from${++serial}`
  const target = `to${serial}x`
  const listener = await voiceOf(to, target)
  await listener.heard()
  const pair = new Pair(from, to, listener)
  const speaker = await voiceOf(from, name)
  const isInRoom = speaker.say !== undefined
  if (isInRoom) await pair.expect('join', { kind: 'joined', name, to: target })
  else pair.skip()
  await messages(pair, speaker, name, target)
  await refusals(pair, speaker, name, target)
  const lastName = await rename(pair, speaker, name, target)
  if (speaker.block === undefined) pair.skip()
  else {
    assert.equal(await speaker.block(target), 'taken')
    await pair.expect('block', { kind: 'blocked', name: lastName, to: target })
    await place.settled()
    await staysUnheard(speaker, listener, lastName)
  }
  speaker.leave()
  if (isInRoom) await pair.expect('leave', { kind: 'left', name: lastName, to: target })
  else pair.skip()
  matrix.set(`${from.dialect} ${to.dialect}`, pair.shown.join(' '))
  listener.leave()
  await until(() => !place.isKnown(lastName) && !place.isKnown(target))
}

/** C11: whom somebody has blocked says nothing that reaches them, and learns of it where it was for them alone. */
async function staysUnheard(blocker: Voice, blocked: Voice, name: string): Promise<void> {
  await blocker.heard()
  assert.equal(await blocked.direct(name, 'please'), 'refused')
  if (blocked.say !== undefined) assert.equal(await blocked.say('can you hear me?'), 'taken')
  assert.deepEqual(await blocker.heard(), [])
  // chatroom says again who has blocked them.
  await blocked.heard()
}

/** Room message, direct message, and an edit of each. */
async function messages(pair: Pair, speaker: Voice, name: string, to: string): Promise<void> {
  if (speaker.say === undefined) pair.skip()
  else {
    assert.equal(await speaker.say('Hi all'), 'taken')
    await pair.expect('message', { kind: 'message', name, text: 'Hi all', to })
  }
  if (speaker.edit === undefined) pair.skip()
  else {
    assert.equal(await speaker.edit('Hello all'), 'taken')
    await pair.expect('edit', { kind: 'edited', name, text: 'Hello all', to })
  }
  assert.equal(await speaker.direct(to, 'psst'), 'taken')
  await pair.expect('direct', { kind: 'direct', name, text: 'psst', to })
  if (speaker.edit === undefined) pair.skip()
  else {
    assert.equal(await speaker.edit('psssst'), 'taken')
    await pair.expect('edit-direct', { kind: 'edited direct', name, text: 'psssst', to })
  }
}

/** M2, M3: what cannot be said is refused and reaches nobody; what can is shown as well as the dialect can. */
async function refusals(pair: Pair, speaker: Voice, name: string, to: string): Promise<void> {
  for (const text of CONTROL_TEXTS) {
    assert.equal(await speaker.direct(to, text), 'refused', JSON.stringify(text))
    if (speaker.say !== undefined) assert.equal(await speaker.say(text), 'refused', JSON.stringify(text))
  }
  const taken = ASCII_ONLY.includes(pair.from.dialect) ? 'refused' : 'taken'
  assert.equal(await speaker.direct(to, UNICODE_TEXT), taken)
  if (taken === 'refused') {
    assert.deepEqual(await pair.listener.heard(), [], 'nothing that was refused is relayed')
    pair.skip()
    return
  }
  const text = ASCII_ONLY.includes(pair.to.dialect) ? UNICODE_AS_ASCII : UNICODE_TEXT
  await pair.expect('unicode', { kind: 'direct', name, text, to })
}

async function rename(pair: Pair, speaker: Voice, formerName: string, to: string): Promise<string> {
  if (speaker.rename === undefined) {
    pair.skip()
    return formerName
  }
  const name = `${formerName}new`
  assert.equal(await speaker.rename(name), 'taken')
  await pair.expect('rename', { kind: 'renamed', name, formerName, to })
  return name
}

function matrixText(): string {
  const columns = KINDS.map(({ dialect }) => dialect)
  const rows = columns.map((from) =>
    columns.map((to) => `${from} → ${to}: ${matrix.get(`${from} ${to}`) ?? 'FAILED'}`),
  )
  return ['what each dialect is shown of each other:', ...rows.flat()].join('\n')
}
