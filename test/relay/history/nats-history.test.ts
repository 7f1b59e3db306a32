/** History of a cluster: two nodes over a real NATS share what rooms have said. */

import assert from 'node:assert/strict'
import { after, before, describe, type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type HistoryPeer, type HistoryRelay, startHistory } from '../../fixtures/history-relay.js'
import { type NatsServer, noNats, startNats } from '../../fixtures/nats-server.js'

const irc = (command: string, room = '', message = '', nickname = '') =>
  `${JSON.stringify({ command, nickname, room, message })}\n`

describe('history over NATS', { skip: noNats() ?? false }, () => {
  let nats: NatsServer
  let cluster = 0
  const ends: (() => Promise<void>)[] = []
  before(async () => {
    nats = await startNats({ after: (end) => ends.push(end) })
  })
  after(async () => {
    for (const end of ends) await end()
  })

  const node = (t: TestContext, number: number, more: Record<string, string> = {}) => {
    const settings = {
      nats: nats.url,
      cluster: `history${cluster}`,
      node: `n${number}`,
      history: '5',
      ...more,
    }
    return startHistory(t, settings, ['json-irc', 'chatroom'])
  }
  const enter = async (relay: HistoryRelay, name: string, room: string) => {
    const peer = await relay.connect('json-irc')
    peer.send(irc('/nick', '', '', name), irc('/join', room))
    await peer.line()
    assert.match(await peer.line(), /joinSuccess/)
    return peer
  }
  const shown = async (peer: HistoryPeer, ...texts: readonly string[]) => {
    for (const text of texts) assert.equal(JSON.parse(await peer.line()).message, text)
    await peer.nothingMore()
  }
  const say = (peer: HistoryPeer, room: string, ...texts: readonly string[]) =>
    peer.send(...texts.map((text) => irc('/broadcast', room, text)))

  test('M5 a newcomer of one node is shown what was said at another, before and after both have ended', async (t) => {
    cluster++
    const [one, two] = [await node(t, 1), await node(t, 2)]
    const amy = await enter(one, 'amy', 'tea.room')
    await shown(amy)
    say(amy, 'tea.room', 'a', 'b', 'c', 'd', 'e', 'f')
    await delay(400)
    const bob = await enter(two, 'bob', 'tea.room')
    await shown(bob, 'b', 'c', 'd', 'e', 'f')
    await amy.line()
    say(bob, 'tea.room', 'g')
    await amy.line()
    // From what it has heard, without asking again.
    const cyd = await enter(one, 'cyd', 'tea.room')
    await shown(cyd, 'c', 'd', 'e', 'f', 'g')
    await delay(200)
    await one.stop()
    await two.stop()
    const again = await node(t, 1)
    await shown(await enter(again, 'dan', 'tea.room'), 'c', 'd', 'e', 'f', 'g')
  })

  test('what was said at the last moment before a node has ended is kept', async (t) => {
    cluster++
    const one = await node(t, 1)
    const amy = await enter(one, 'amy', 'tea')
    await shown(amy)
    // The stream is there, so that what waits can be written.
    say(amy, 'tea', 'a')
    const bob = await enter(one, 'bob', 'tea')
    await shown(bob, 'a')
    await delay(400)
    say(amy, 'tea', 'b')
    assert.equal(JSON.parse(await bob.line()).message, 'b')
    await one.stop()
    const cyd = await enter(await node(t, 2), 'cyd', 'tea')
    await shown(cyd, 'a', 'b')
  })

  test('C8 an edit takes the place of what was said, for newcomers everywhere', async (t) => {
    cluster++
    const [one, two] = [await node(t, 1), await node(t, 2)]
    const amy = await one.connect('chatroom')
    amy.send('JOIN amy\n')
    await amy.expect('200 OK\n')
    amy.send(
      `SEND ${JSON.stringify({ sender: 'amy', header: '@everyone', timestamp: 'now', message: 'helo' })}\n`,
    )
    await amy.line()
    const { messageId: message_id } = JSON.parse((await amy.line()).slice('SENT '.length))
    amy.send(`EDIT ${JSON.stringify({ message_id, message: 'hello' })}\n`)
    await amy.line()
    await delay(400)
    await shown(await enter(two, 'bob', 'general'), 'hello')
  })

  test('without NATS the chat goes on, newcomers are shown what is known, and what was said meanwhile is kept afterwards', async (t) => {
    cluster++
    const one = await node(t, 1)
    const amy = await enter(one, 'amy', 'tea')
    say(amy, 'tea', 'a')
    await delay(300)
    await nats.kill()
    say(amy, 'tea', 'b')
    const bob = await enter(one, 'bob', 'tea')
    await shown(bob, 'a', 'b')
    await nats.start()
    await delay(3000)
    await one.stop()
    const again = await node(t, 1)
    await shown(await enter(again, 'cyd', 'tea'), 'a', 'b')
  })
})
