/** The course of a chat on a screen that is not there: what a person presses, and what a relay does. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { ScreenChat } from '../../src/client/chatmaster/screen-chat.js'
import type { Outcome } from '../../src/client/console-program.js'
import { ChatmasterRelay, type Script, welcoming } from './chatmaster-relay.js'

const SIZE = { columns: 79, rows: 20 }

class Person {
  readonly chat: ScreenChat
  readonly outcome: Promise<Outcome>

  constructor(port: number, name = 'Bob') {
    const nothing = () => {}
    const screen = { size: SIZE, changed: nothing, forget: nothing, suspend: nothing }
    const address = { host: '127.0.0.1', port }
    this.chat = new ScreenChat(address, name, false, screen, () => 0)
    this.outcome = this.chat.run()
  }

  /** The rows that would be on the screen, the people left out. */
  get rows(): string[] {
    return this.chat.frame(SIZE).rows.map(({ left }) => left.map(({ text }) => text).join(''))
  }

  async sees(text: string): Promise<this> {
    const deadline = Date.now() + 10_000
    while (!this.rows.some((row) => row.includes(text))) {
      if (Date.now() > deadline) throw new Error(`no ${text} in\n${this.rows.join('\n')}`)
      await delay(5)
    }
    return this
  }

  types(text: string): void {
    this.chat.text(text)
    this.chat.key('ENTER')
  }
}

async function relayWith(t: TestContext, script?: Script): Promise<{ relay: ChatmasterRelay; port: number }> {
  const relay = new ChatmasterRelay(script)
  t.after(() => relay.close())
  return { relay, port: await relay.listen() }
}

test('a relay that never asks for a name, or never answers one, is given up', async (t) => {
  for (const greeting of ['', '{"type":"request","data":{"request":"login"}}\n']) {
    const sockets: Socket[] = []
    const server = createServer((socket) => {
      sockets.push(socket)
      socket.write(greeting)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const person = new Person(port)
    await once(server, 'connection')
    t.mock.timers.tick(9_999)
    t.mock.timers.tick(1)
    const words = `Cannot join the chat at 127.0.0.1:${port}: it did not answer in time.`
    assert.deepEqual(await person.outcome, { code: 69, words })
    t.mock.timers.reset()
    for (const socket of sockets) socket.destroy()
    server.close()
  }
})

test('what is typed before the relay has let us in waits in the box', async (t) => {
  let answer = () => {}
  const { relay, port } = await relayWith(t, (received, guest) => {
    answer = () => welcoming()(received, guest)
  })
  const person = new Person(port)
  while (relay.packages.length === 0) await delay(5)
  person.types('early')
  assert.equal(person.rows.at(-1), '> early')
  answer()
  await person.sees('You are in general now')
  person.chat.key('ENTER')
  await person.sees('Bob: early')
  person.chat.stop(0)
  assert.deepEqual(await person.outcome, { code: 0, words: '' })
  assert.deepEqual(relay.packages.at(-1), { type: 'message', data: { message: 'early', username: 'Bob' } })
})

test('Ctrl-D deletes in a line, and leaves where there is none', async (t) => {
  const { port } = await relayWith(t)
  const person = await new Person(port).sees('You are in general now')
  person.chat.text('ab')
  person.chat.key('HOME')
  person.chat.key('CTRL_D')
  assert.equal(person.rows.at(-1), '> b')
  person.chat.key('CTRL_D')
  person.chat.key('CTRL_D')
  assert.deepEqual(await person.outcome, { code: 0, words: '' })
})

test('what is too long is not sent, and said so', async (t) => {
  const { relay, port } = await relayWith(t)
  const person = await new Person(port).sees('You are in general now')
  person.types('x'.repeat(66_000))
  await person.sees('Not sent: that is too long for one message.')
  person.types(`/direct Amy ${'x'.repeat(65_500)}`)
  assert.equal(person.rows.filter((row) => row.includes('Not sent')).length, 2)
  person.types('fits')
  await person.sees('Bob: fits')
  person.chat.stop(130)
  assert.equal((await person.outcome).code, 130)
  assert.equal(relay.packages.filter(({ type }) => type === 'message').length, 1)
})

test('a paste stays in the box with its line ends, and Enter says it line by line', async (t) => {
  const { relay, port } = await relayWith(t)
  const person = await new Person(port).sees('You are in general now')
  person.chat.text('one\r\rtwo\x03\r')
  assert.equal(person.rows.at(-1), '> one⏎⏎two⏎')
  person.chat.key('ENTER')
  assert.equal(person.rows.at(-1), '> ')
  person.chat.key('UP')
  assert.equal(person.rows.at(-1), '> one⏎⏎two⏎')
  person.chat.stop(0)
  await person.outcome
  const said = relay.packages.filter(({ type }) => type === 'message').map(({ data }) => data.message)
  assert.deepEqual(said, ['one', 'two'])
})

test('X15 who is in the channel is asked for on arrival, and a relay that has no such list is not asked again', async (t) => {
  const asked: string[] = []
  const { port } = await relayWith(
    t,
    welcoming([], ({ data }, guest) => {
      if (data.command !== 'members') return
      asked.push('members')
      guest.send('error', { error_type: 'members', message: 'Unknown command.' })
      guest.send('message', { username: 'Amy', message: 'Hi' })
    }),
  )
  const person = await new Person(port).sees('Amy: Hi')
  assert.ok(!person.rows.some((row) => row.includes('Unknown command')))
  person.types('/join den')
  await person.sees('You are in den now')
  person.chat.stop(0)
  await person.outcome
  assert.deepEqual(asked, ['members'])
})

test('everything typed before leaving is sent, and a second request to leave does not wait', async (t) => {
  const { relay, port } = await relayWith(t)
  const person = await new Person(port).sees('You are in general now')
  for (let index = 0; index < 1_000; index++) person.types(`line ${index}`)
  person.types('/quit')
  assert.deepEqual(await person.outcome, { code: 0, words: '' })
  while (relay.packages.length < 1_001) await delay(5)

  const other = await new Person(port, 'Amy').sees('You are in general now')
  other.chat.stop(143)
  other.chat.stop(143)
  assert.deepEqual(await other.outcome, { code: 143, words: '' })
})

test('a relay that closes in good order, one that resets and one that says why', async (t) => {
  const ends: [(socket: Socket) => void, RegExp][] = [
    [(socket) => socket.end(), /^Lost the connection to 127\.0\.0\.1:\d+: the relay closed it\.$/],
    [(socket) => socket.resetAndDestroy(), /: connection reset by the other side\.$/],
    [(socket) => socket.end('Hello?'), /: the relay sent what is no package\.$/],
    [
      (socket) =>
        socket.end('{"type":"error","data":{"error_type":"package","message":"Too \\u001blarge."}}'),
      /^Disconnected from 127\.0\.0\.1:\d+: Too \^\[large\.$/,
    ],
  ]
  for (const [end, words] of ends) {
    const { relay, port } = await relayWith(t)
    const person = await new Person(port).sees('You are in general now')
    end((relay.guests[0] as (typeof relay.guests)[number]).socket)
    const outcome = await person.outcome
    assert.equal(outcome.code, 1)
    assert.match(outcome.words, words)
  }
})
