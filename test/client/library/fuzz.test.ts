/** What the protocols of the client library make of a stream: the same however it is cut, and nothing but events, answers and ends, whatever it is. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ChatEvent } from '../../../src/client/library/events.js'
import type { DialectName } from '../../../src/client/library/options.js'
import { PROTOCOLS } from '../../../src/client/library/protocols.js'
import { ANY_CHARACTER } from '../../fixtures/any-character.js'
import { FUZZ_SEED, fuzzRuns } from '../../fixtures/fuzz-seed.js'

/** Pieces of what relays say, so that a random mix of them goes deep. */
const PIECES: Record<DialectName, readonly string[]> = {
  framed: [
    '\x02\x00\x08[Bob] Hi',
    '\x04\x00\x08[Bob] Ho',
    '\x00\x00\x01\x00',
    '\x00\x00\x01\x09',
    '\x03\x00\x08Amy Bob ',
    '\x03\x00\x03Zed',
    '\x05\x00\x17Unsupported command 127',
    '\x05\x00\x10No such user: X ',
    '\x02\x00\x1b**Bob is joining the chat**',
    '\x02\x00\x1e**12 people are joining the cha',
    '\x01\x00\x03bye',
    '\x05\x00\x11Missed 3 messages',
    '\xff\xff\xff',
    '\x02\x00\x00',
  ],
  chatroom: [
    '200 OK\n',
    '200 SENT\n',
    '500 SERVER ERROR\r\n',
    'SENT {"messageId":"1","timestamp":"","header":""}\n',
    'SEND {"sender":"Bob","header":"@everyone","timestamp":"","messageId":"7","message":"Hi"}\n',
    '{"sender":"Bob","header":"@all","timestamp":"","message":"Hi"}\n',
    'USERBOARD {"__proto__":"ONLINE","a":5}\n',
    'ROOMS {"rooms":["a"]}\n',
    'ROOMS {"rooms":[1]}\n',
    'JOIN {"username":"","message":"5 people have entered"}\n',
    'LEFT {"username":"x","message":""}\n',
    'EDIT {"message_id":"1","message":"é","sender":"Bob"}\n',
    '200 BOARD {"a":"ONLINE"}\n',
    'SEND {"sender":"","header":"","timestamp":"","messageId":"","message":"Missed 4 messages"}\n',
    'BLOCKED {}\n',
    'null\n[]\n{}\n\n',
  ],
  'json-irc': [
    '{"command":"/nicknameSet","nickname":"Amy"}',
    '{"command":"/joinSuccess","room":"general"}',
    '{"command":"/broadcast","nickname":"Bob","room":"general","message":"Hi"}\n',
    '{"command":"/direct","nickname":"Bob","message":"Bob has blocked you"}',
    '{"command":"/ping","message":"Error: unknown command"}',
    '{"command":"listMembers","room":"general","message":"a\\nb\\n"}',
    '{"command":"/join","message":"5 people have joined"}',
    '{"command":"","message":"Error: closing: x"}',
    '{"command":5}',
    '{"a":{"b":[]}}',
    '[]',
    ' \n',
  ],
  chatmaster: [
    '{"type":"session","data":{"status":1}}',
    '{"type":"session","data":{"status":0,"reason":"x"}}',
    '{"type":"message","data":{"username":"Bob","message":"Hi","private":true}}',
    '{"type":"error","data":{"error_type":"ping"}}',
    '{"type":"error","data":{"error_type":"direct","message":"No."}}',
    '{"type":"notification","data":{"event_type":"member_list","members":["a"]}}',
    '{"type":"notification","data":{"event_type":"user_joined","parameters":{"username":"5 people"}}}\n',
    '{"type":"notification","data":{"event_type":"user_rename","old_username":"a","new_username":"b"}}',
    '{"type":"x","data":{}}',
    '{"type":"message","data":{}}',
    '{"data":5}',
    'x',
  ],
}

/** Feeds chunks to a protocol that has asked for everything that it knows. @returns all that came of it, in order, without times */
async function outcome(dialect: DialectName, chunks: readonly Uint8Array[]): Promise<unknown[]> {
  const seen: unknown[] = []
  let isBroken = false
  const protocol = PROTOCOLS.get(dialect)?.speak({
    defaultRoom: 'general',
    send: () => {},
    event: (event: ChatEvent) => seen.push({ ...event, at: 0 }),
    broken: (words) => {
      isBroken = true
      seen.push(`broken: ${words}`)
    },
  })
  assert.ok(protocol !== undefined)
  const answers = [
    protocol.login('Amy', null),
    protocol.say('Hi'),
    protocol.tell('Bob', 'Ho'),
    protocol.list(null),
    protocol.rooms(),
    protocol.join('den'),
    protocol.edit('1', 'x'),
    protocol.setStatus('OFFLINE'),
    protocol.ping(),
  ]
  const settled = Promise.allSettled(answers)
  // As a connection does, which is over then.
  for (const chunk of chunks) if (!isBroken) protocol.decode(chunk)
  protocol.ended(new Error('over'))
  const results = (await settled).map((result) =>
    result.status === 'fulfilled' ? result.value : String(result.reason),
  )
  return [...seen, results, protocol.room, protocol.lastWords]
}

for (const dialect of PROTOCOLS.keys() as Iterable<DialectName>) {
  test(`${dialect}: whatever comes, cut wherever, comes to the same`, async () => {
    const piece = fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...PIECES[dialect]) },
      { weight: 1, arbitrary: fc.string({ unit: ANY_CHARACTER, maxLength: 8 }) },
    )
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })
    const property = fc.asyncProperty(fc.array(piece, { maxLength: 30 }), cuts, async (pieces, places) => {
      const bytes = Buffer.from(pieces.join(''), 'latin1')
      const offsets = [0, ...places.map((place) => Math.floor(place * bytes.length)), bytes.length].sort(
        (a, b) => a - b,
      )
      const chunks = offsets.slice(1).map((end, index) => bytes.subarray(offsets[index], end))
      const bytewise = Array.from(bytes, (byte) => Uint8Array.of(byte))
      const whole = await outcome(dialect, [bytes])
      assert.deepEqual(await outcome(dialect, chunks), whole)
      assert.deepEqual(await outcome(dialect, bytewise), whole)
    })
    await fc.assert(property, { numRuns: fuzzRuns(300), seed: FUZZ_SEED })
  })
}
