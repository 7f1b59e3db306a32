/** What people say on json-irc, to rooms and to each other. Rules J5, M2–M6. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { direct, message } from '../fixtures/framed-bytes.js'
import { joined, sent, startJsonIrc, told } from '../fixtures/json-irc-peer.js'
import { seeded } from '../fixtures/random.js'

const say = (room: string, text: unknown) => sent('/broadcast', { room, message: text })
const whisper = (to: string, text: unknown) => sent('/direct', { room: to, message: text })
const heard = (name: string, room: string, text: string) => told('/broadcast', name, room, text)

test('M4 a broadcast goes to every other member with the same four fields, and not back', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy', 'tea')
  const bob = await named('bob', 'tea')
  const cyd = await named('cyd', 'tea')
  await amy.expect(joined('bob', 'tea'), joined('cyd', 'tea'))
  await bob.expect(joined('cyd', 'tea'))
  for (const text of [
    'Hi',
    ' ',
    'a\tb',
    '"quoted" \\ back',
    '{"command":"/close"}',
    '/close',
    'x'.repeat(60_000),
  ]) {
    amy.send(say('tea', text))
    for (const other of [bob, cyd]) await other.expect(heard('amy', 'tea', text))
  }
  await amy.nothingMore()
})

test('M6 who is not a member gets an error reply, and nothing is relayed', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy', 'tea')
  const bob = await named('bob', 'milk')
  for (const room of ['tea', 'nowhere', '', 'general', 'amy', '__proto__']) {
    bob.send(say(room, 'Hi'))
    await bob.expectError('/broadcast', room)
  }
  await amy.nothingMore()
})

test('J5 M3 what is not readable ASCII gets an error reply, and nothing is relayed', async (t) => {
  const { named, relay } = await startJsonIrc(t)
  const amy = await named('amy', 'general')
  const framed = await relay.join('Cyd')
  const bob = await named('bob', 'general')
  await amy.line()
  await amy.expect(joined('bob', 'general'))
  await framed.frame()
  const refused = [
    '',
    'café',
    '\u{1f600}',
    '\u010a',
    '\u2028',
    '\ufeff',
    '\u202e',
    '\ud800',
    'a\nb',
    'a\rb',
    '\0a',
    '\x1b[2J',
    'a\x7f',
    '\x9b',
  ]
  for (const text of refused) {
    bob.send(say('general', text), whisper('amy', text))
    await bob.expectError('/broadcast', 'general')
    await bob.expectError('/direct', 'amy')
  }
  bob.send(say('general', 'last'))
  await amy.expect(heard('bob', 'general', 'last'))
  await framed.expect(message('[bob] last'))
})

test('M3 padding at the end of a text, a room or a name is trimmed first', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy', 'tea')
  const bob = await named('bob', 'tea')
  await amy.expect(joined('bob', 'tea'))
  bob.send(say('tea\0\0', 'Hi\r\n'), say('tea\n', 'Ho\0\0\0'), whisper('amy\r\n', 'psst\n'))
  await amy.expect(
    heard('bob', 'tea', 'Hi'),
    heard('bob', 'tea', 'Ho'),
    told('/direct', 'bob', 'amy', 'psst'),
  )
})

test('M5 a direct message goes to the named person alone, in order with the rest, in every dialect', async (t) => {
  const { named, relay } = await startJsonIrc(t)
  const framed = await relay.join('Cyd')
  const amy = await named('amy', 'general')
  await framed.frame()
  const bob = await named('bob', 'general')
  await framed.frame()
  await amy.expect(joined('bob', 'general'))
  bob.send(whisper('amy', 'one'), say('general', 'two'), whisper('Cyd', 'three'), whisper('bob', 'note'))
  await amy.expect(told('/direct', 'bob', 'amy', 'one'), heard('bob', 'general', 'two'))
  await framed.expect(message('[bob] two'), direct('[bob] three'))
  await bob.expect(told('/direct', 'bob', 'bob', 'note'))
  framed.send(direct('amy four'))
  await amy.expect(told('/direct', 'Cyd', 'amy', 'four'))
  await amy.nothingMore()
})

test('M6 a direct message to nobody gets an error reply', async (t) => {
  const { named } = await startJsonIrc(t)
  await named('amy')
  const bob = await named('bob')
  for (const to of ['nobody', 'Amy', '', '__proto__', 'two words', '@amy', 'general']) {
    bob.send(whisper(to, 'Hi'))
    await bob.expectError('/direct', to, /no such user/)
  }
  bob.send(whisper('\x1b[2J', 'Hi'))
  await bob.expectError('/direct', '[2J', /no such user$/)
})

test('M5 all members of a room see its messages in one order, and each sender’s in the sender’s', async (t) => {
  const random = seeded(t)
  const { named } = await startJsonIrc(t)
  const names = ['amy', 'bob', 'cyd', 'dee']
  const watch = await named('watch', 'tea', 'milk')
  const other = await named('other', 'milk', 'tea')
  await watch.expect(joined('other', 'milk'), joined('other', 'tea'))
  const people = []
  for (const name of names) people.push(await named(name, 'tea', 'milk'))
  for (const one of [watch, other]) {
    for (const name of names) await one.expect(joined(name, 'tea'), joined(name, 'milk'))
  }
  const rounds = 200
  for (let round = 0; round < rounds; round++) {
    const who = random.below(names.length)
    const room = random.pick(['tea', 'milk'])
    people[who]?.send(say(room, `${round}`), whisper('watch', `${round}`))
    if (random.below(10) === 0) await new Promise(setImmediate)
  }
  const last = new Map<string, number>()
  const byRoom = { watch: [] as string[], other: [] as string[] }
  for (let index = 0; index < 2 * rounds; index++) {
    const { command, nickname, room, message: text } = JSON.parse(await watch.line())
    const number = 2 * Number(text) + (command === '/direct' ? 1 : 0)
    assert.ok((last.get(nickname) ?? -1) < number, `${nickname}: ${number} after ${last.get(nickname)}`)
    last.set(nickname, number)
    if (command === '/broadcast') byRoom.watch.push(`${room} ${text}`)
  }
  for (let index = 0; index < rounds; index++) {
    const { room, message: text } = JSON.parse(await other.line())
    byRoom.other.push(`${room} ${text}`)
  }
  for (const room of ['tea', 'milk']) {
    const of = (lines: string[]) => lines.filter((line) => line.startsWith(room))
    assert.deepEqual(of(byRoom.watch), of(byRoom.other))
  }
})

test('M2 M6 a text that does not fit one object with its escapes comes in several, all of it', async (t) => {
  const { named, relay } = await startJsonIrc(t)
  const framed = await relay.join('Cyd')
  const amy = await named('amy', 'general')
  const text = '"\\'.repeat(32_000)
  framed.send(message(text), direct(`amy ${text}`))
  for (const [command, room] of [
    ['/broadcast', 'general'],
    ['/direct', 'amy'],
  ] as const) {
    let whole = ''
    while (whole.length < text.length) {
      const line = await amy.line()
      assert.ok(line.length - 1 <= 64 * 1024)
      const fields = JSON.parse(line)
      assert.equal(line, told(command, 'Cyd', room, fields.message))
      whole += fields.message
    }
    assert.equal(whole, text)
  }
})

test('joins and leaves in a room above announceUpTo come as one object each', async (t) => {
  const { named } = await startJsonIrc(t, '', { settings: { announceUpTo: '2' } })
  const amy = await named('amy', 'tea')
  await named('bob', 'tea')
  await amy.expect(joined('bob', 'tea'))
  const crowd = []
  for (const name of ['c1', 'c2', 'c3']) crowd.push(await named(name, 'tea'))
  const counted = { join: 0, leave: 0 }
  const count = async () => {
    const line = await amy.line()
    const { command, nickname, room, message: words } = JSON.parse(line)
    assert.deepEqual([nickname, room], ['', 'tea'])
    const [, number, what] = /^(\d+) (?:person has|people have) (joined|left) room tea$/.exec(words) ?? []
    assert.equal(command, what === 'joined' ? '/join' : '/leaveRoom')
    if (what === 'joined') counted.join += Number(number)
    else counted.leave += Number(number)
  }
  while (counted.join < 3) await count()
  crowd[0]?.send(sent('/leaveRoom', { room: 'tea' }))
  crowd[1]?.wire.destroy()
  while (counted.leave < 2) await count()
  assert.deepEqual(counted, { join: 3, leave: 2 })
})
