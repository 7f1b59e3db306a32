/** What holds over all dialects at once: names, and the order of messages. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { RawPeer } from '../../src/conform/raw-peer.js'
import { startAllDialects } from '../fixtures/all-dialects.js'
import { chatmasterVoice } from '../fixtures/voices/chatmaster-voice.js'
import { chatroomVoice } from '../fixtures/voices/chatroom-voice.js'
import { framedVoice } from '../fixtures/voices/framed-voice.js'
import { jsonIrcVoice } from '../fixtures/voices/json-irc-voice.js'
import type { Voice } from '../fixtures/voices/voice.js'

const ROUNDS = 5
const CLAIMS_A_DIALECT = 20

/** How somebody asks for a name in each dialect, and what says that they have it. */
const CLAIMS: Readonly<Record<string, { ask: (name: string) => Buffer; accepted: RegExp; refused: RegExp }>> =
  {
    framed: {
      ask: (name) => Buffer.concat([Buffer.of(0, 0, name.length), Buffer.from(name)]),
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the answer's bytes
      accepted: /\x00\x00\x01\x00/,
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the answer's bytes
      refused: /\x00\x00\x01\x01/,
    },
    chatroom: { ask: (name) => Buffer.from(`JOIN ${name}\n`), accepted: /^200 OK$/m, refused: /^400 /m },
    'json-irc': {
      ask: (name) => Buffer.from(JSON.stringify({ command: '/nick', nickname: name, room: '', message: '' })),
      accepted: /\/nicknameSet/,
      refused: /\/nickFail/,
    },
    chatmaster: {
      ask: (name) =>
        Buffer.from(
          JSON.stringify({ type: 'command', data: { command: 'login', parameters: { username: name } } }),
        ),
      accepted: /"status":1/,
      refused: /"status":0/,
    },
    sendto: {
      ask: (name) => Buffer.concat([Buffer.of(1, name.length, 0, 0), Buffer.from(name)]),
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the answer's bytes
      accepted: /\x05\x00\x00\x01\x00/,
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the answer's bytes
      refused: /\x05\x00\x00\x01\x01/,
    },
  }

async function startAll(t: TestContext) {
  const all = await startAllDialects()
  t.after(() => all.relay.stop())
  return async (dialect: string): Promise<RawPeer> => {
    const peer = await all.connect(dialect)
    t.after(() => peer.close())
    return peer
  }
}

test('N1 N3 of many who claim one name at once in all dialects exactly one gets it, and it is free afterwards', async (t) => {
  const connect = await startAll(t)
  for (let round = 0; round < ROUNDS; round++) {
    const name = 'Sought'
    const claimants = await Promise.all(
      Object.entries(CLAIMS).flatMap(([dialect, claim]) =>
        Array.from({ length: CLAIMS_A_DIALECT }, async () => ({ claim, peer: await connect(dialect) })),
      ),
    )
    for (const { claim, peer } of claimants) peer.write(claim.ask(name))
    const winners: RawPeer[] = []
    for (const { claim, peer } of claimants) {
      const came = () => peer.received.toString('latin1')
      await peer.until(() => claim.accepted.test(came()) || claim.refused.test(came()), 'an answer')
      if (claim.accepted.test(came())) winners.push(peer)
    }
    assert.equal(winners.length, 1)
    for (const { peer } of claimants) peer.close()
    // The relay learns of it from the network.
    await delay(100)
  }
})

test('M5 everybody sees the messages of a room in one order, and direct messages in the order of their sender', async (t) => {
  const connect = await startAll(t)
  const kinds = [framedVoice, chatroomVoice, jsonIrcVoice, chatmasterVoice]
  const voices: Voice[] = []
  for (const [index, kind] of kinds.entries()) {
    const voice = kind.make(await connect(kind.dialect), `voice${index}`)
    await voice.join()
    voices.push(voice)
  }
  const listeners: Voice[] = []
  for (const [index, kind] of kinds.entries()) {
    const listener = kind.make(await connect(kind.dialect), `listener${index}`)
    await listener.join()
    listeners.push(listener)
  }
  for (const voice of [...voices, ...listeners]) await voice.heard()
  await Promise.all(
    voices.map(async (voice, who) => {
      for (let count = 0; count < 50; count++) {
        assert.equal(await voice.say?.(`~${who}.${count}a~`), 'taken')
        for (let to = 0; to < listeners.length; to++) {
          assert.equal(await voice.direct(`listener${to}`, `~${who}.${count}b~`), 'taken')
        }
      }
    }),
  )
  const orders = []
  for (const listener of listeners) {
    const texts = [...JSON.stringify(await listener.heard()).matchAll(/~([^~]+)~/g)].map(
      ([, text]) => text ?? '',
    )
    for (const who of voices.keys()) {
      const own = texts.filter((text) => text.startsWith(`${who}.`)).map((text) => text.slice(2))
      const said = Array.from({ length: 50 }, (_, count) => [`${count}a`, `${count}b`]).flat()
      assert.deepEqual(own, said, 'one sender, room and direct')
    }
    orders.push(texts.filter((text) => text.endsWith('a')))
  }
  for (const order of orders) assert.deepEqual(order, orders[0], 'the room')
})
