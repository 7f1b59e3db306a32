/** The framed client against the relay itself: what a script cannot prove. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { FramedClient } from '../../src/client/framed-client.js'
import { type RelayProcess, startRelay } from '../fixtures/relay-process.js'

let relay: RelayProcess

before(async () => {
  relay = await startRelay()
})
after(() => relay.stop())

async function joined(name: string): Promise<FramedClient> {
  const client = new FramedClient(relay)
  await client.connect()
  assert.equal(await client.join(name), 'accepted')
  return client
}

/** The next texts of one event. Ask before they can come. */
function next(client: FramedClient, event: 'line' | 'direct' | 'refused', count = 1): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no ${event} came`)), 30_000)
    const texts: string[] = []
    // Not `once`: two texts that come in one chunk are told without a pause between them.
    const keep = (text: string) => {
      if (texts.push(text) < count) return
      clearTimeout(late)
      client.off(event, keep)
      resolve(texts)
    }
    client.on(event, keep)
  })
}

test('F2 F4 F9 F10 two people join, talk, whisper and leave', async () => {
  const amy = new FramedClient(relay)
  const greeting = next(amy, 'line', 2)
  await amy.connect()
  assert.equal(await amy.join('Amy'), 'accepted')
  assert.equal((await greeting)[1], '**Amy is joining the chat**')
  const arrival = next(amy, 'line')
  const bob = await joined('Bob')
  assert.deepEqual(await arrival, ['**Bob is joining the chat**'])

  const heard = next(amy, 'line')
  bob.say('Hi')
  assert.deepEqual(await heard, ['[Bob] Hi'])
  const whispered = next(amy, 'direct')
  bob.direct('Amy', 'psst')
  assert.deepEqual(await whispered, ['[Bob] psst'])
  const refused = next(bob, 'refused')
  bob.direct('amy', 'psst')
  assert.deepEqual(await refused, ['No such user: amy'])

  const departure = next(amy, 'line')
  assert.equal(await bob.leave(), true)
  assert.deepEqual(await departure, ['**Bob is leaving the chat**'])
  await amy.leave()
})

test('F2 N2 a taken and a bad name are answered, and the connection stays', async () => {
  const amy = await joined('Amy')
  const other = new FramedClient(relay)
  await other.connect()
  assert.equal(await other.join('Amy'), 'taken')
  assert.equal(await other.join(''), 'invalid')
  assert.equal(await other.join('x'.repeat(33)), 'invalid')
  assert.equal(await other.join('A B'), 'invalid')
  assert.equal(await other.join('__proto__'), 'accepted')
  assert.deepEqual(await other.list(), ['Amy', '__proto__'])
  await Promise.all([amy.leave(), other.leave()])
})

test('F17 a relay that stops says why before it closes', async () => {
  const mortal = await startRelay()
  const client = new FramedClient(mortal)
  await client.connect()
  await client.join('Bob')
  const goodbye = once(client, 'goodbye')
  const closed = once(client, 'close')
  await mortal.stop()
  assert.notEqual((await goodbye)[0], '')
  await closed
})
