/** What newcomers are shown of what was said before: its bytes in each dialect, its place among the others (M5), and what is left out. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type HistoryPeer, type HistoryRelay, startHistory } from '../fixtures/history-relay.js'

const frame = (code: number, payload: string) =>
  `${String.fromCharCode(code, payload.length >> 8, payload.length & 255)}${payload}`
const irc = (command: string, nickname = '', room = '', message = '') =>
  `${JSON.stringify({ command, nickname, room, message })}\n`
const command = (name: string, parameters: object = {}) =>
  `${JSON.stringify({ type: 'command', data: { command: name, parameters } })}\n`
const packed = (type: string, data: object) => `${JSON.stringify({ type, data })}\n`
const push = (verb: string, fields: object) => `${verb} ${JSON.stringify(fields)}\n`

const GREETING = 'Welcome. Commands: 0 JOIN name, 1 LEAVE, 2 MESSAGE text, 3 LIST, 4 DIRECT name text.'

/** Somebody who speaks chatroom, with times of their own, and learns the ids of what they say. */
class Amy {
  readonly peer: HistoryPeer
  readonly name: string
  readonly ids: string[] = []

  constructor(peer: HistoryPeer, name: string) {
    this.peer = peer
    this.name = name
  }

  async say(...texts: readonly string[]): Promise<void> {
    for (const message of texts) {
      this.peer.send(
        push('SEND', { sender: this.name, header: '@everyone', timestamp: `at ${message}`, message }),
      )
      await this.peer.expect('200 SENT\n')
      this.ids.push(JSON.parse((await this.peer.line()).slice('SENT '.length)).messageId)
    }
  }

  /** What somebody else who speaks chatroom gets. */
  said(text: string, id: string | undefined, at = text): string {
    const { name: sender } = this
    return push('SEND', { sender, header: '@everyone', timestamp: `at ${at}`, messageId: id, message: text })
  }
}

/** In `general`, where nothing was said yet. */
async function amy({ connect }: HistoryRelay, name = 'amy'): Promise<Amy> {
  const peer = await connect('chatroom')
  peer.send(`JOIN ${name}\n`)
  await peer.expect('200 OK\n')
  return new Amy(peer, name)
}

interface Row {
  readonly dialect: string
  readonly hello: string
  readonly login: string
  readonly answer: string
  readonly said: (text: string, amy: Amy) => string
}

const ROWS: readonly Row[] = [
  {
    dialect: 'framed',
    hello: frame(2, GREETING),
    login: frame(0, 'bob'),
    answer: frame(0, '\0') + frame(2, '**bob is joining the chat**'),
    said: (text) => frame(2, `[amy] ${text}`),
  },
  {
    dialect: 'chatroom',
    hello: '',
    login: 'JOIN bob\n',
    answer: '200 OK\n',
    said: (text, amy) => amy.said(text, amy.ids[['one', 'two', 'three', 'four', 'five'].indexOf(text)]),
  },
  {
    dialect: 'json-irc',
    hello: '',
    login: irc('/nick', 'bob') + irc('/join', 'bob', 'general'),
    answer:
      irc('/nicknameSet', 'bob', '', 'nickname set to bob') +
      irc('/joinSuccess', 'bob', 'general', 'successfully joined room general'),
    said: (text) => irc('/broadcast', 'amy', 'general', text),
  },
  {
    dialect: 'chatmaster',
    hello: packed('request', { request: 'login' }),
    login: command('login', { username: 'bob' }),
    answer:
      packed('session', { status: 1, channels: ['general'] }) +
      packed('notification', { event_type: 'user_joined', username: 'bob', channel: 'general' }),
    said: (message) => packed('message', { message, username: 'amy' }),
  },
]

for (const { dialect, hello, login, answer, said } of ROWS) {
  test(`M5 ${dialect}: a newcomer gets the last messages behind the answer and before what is said then, also after a restart`, async (t) => {
    const first = await startHistory(t)
    const speaker = await amy(first)
    await speaker.say('one', 'two', 'three', 'four')
    const come = async (relay: HistoryRelay) => {
      const bob = await relay.connect(dialect)
      bob.send(login)
      const before = ['two', 'three', 'four'].map((text) => said(text, speaker))
      await bob.expect(hello, answer, ...before)
      return bob
    }
    const bob = await come(first)
    await speaker.peer.line()
    await speaker.say('five')
    await bob.expect(said('five', speaker))
    await bob.nothingMore()
    await first.stop()

    const second = await startHistory(t, { dataDir: first.dataDir })
    const again = await second.connect(dialect)
    again.send(login)
    await again.expect(hello, answer, ...['three', 'four', 'five'].map((text) => said(text, speaker)))
    await again.nothingMore()
  })
}

test('sendto is in no room, and is shown none; framed is shown nothing unless its listener says so, and who is told not to show does not', async (t) => {
  const relay = await startHistory(t, {}, [
    'framed',
    'chatroom',
    'json-irc://127.0.0.1:0?history=off',
    'sendto',
  ])
  const speaker = await amy(relay)
  await speaker.say('one')
  const framed = await relay.connect('framed')
  framed.send(frame(0, 'bob'))
  await framed.expect(frame(2, GREETING), frame(0, '\0'), frame(2, '**bob is joining the chat**'))
  await framed.nothingMore()
  const json = await relay.connect('json-irc')
  json.send(irc('/nick', 'cyd'), irc('/join', '', 'general'))
  await json.line()
  await json.expect(irc('/joinSuccess', 'cyd', 'general', 'successfully joined room general'))
  await json.nothingMore()
})

test('C8 an edited message says what it says now, under its own id and time, also after a restart', async (t) => {
  const first = await startHistory(t)
  const speaker = await amy(first)
  await speaker.say('one', 'two')
  const [one, two] = speaker.ids
  const edit = async (id: string | undefined, message: string) => {
    speaker.peer.send(push('EDIT', { message_id: id, message }))
    await speaker.peer.expect('200 MESSAGE UPDATED\n')
  }
  await edit(one, 'uno')
  // Written already, and still on its way.
  await delay(100)
  await edit(two, 'due')
  await edit(two, 'dos')
  for (const relay of [first, null]) {
    if (relay === null) await first.stop()
    const { connect } = relay ?? (await startHistory(t, { dataDir: first.dataDir }))
    const bob = await connect('chatroom')
    bob.send('JOIN bob\n')
    await bob.expect('200 OK\n', speaker.said('uno', one, 'one'), speaker.said('dos', two, 'two'))
    await bob.leave()
  }
})

test('C7 what was said before somebody came was not sent to them: it cannot be acknowledged', async (t) => {
  const relay = await startHistory(t)
  const speaker = await amy(relay)
  await speaker.say('one')
  const bob = await relay.connect('chatroom')
  bob.send('JOIN bob\n')
  await bob.expect('200 OK\n', speaker.said('one', speaker.ids[0]))
  bob.send(push('RECEIVED', { sender: 'amy', timestamp: '', message: 'one', message_id: speaker.ids[0] }))
  await bob.expect('500 SERVER ERROR\n')
})

test('C11 whom somebody has blocked they are not shown either, whatever they were called when they said it', async (t) => {
  const relay = await startHistory(t)
  const bob = await relay.connect('chatroom')
  bob.send('JOIN bob\n')
  await bob.expect('200 OK\n')
  const mallory = await relay.connect('chatmaster')
  mallory.send(command('login', { username: 'mallory' }))
  await bob.line()
  bob.send('BLOCK mallory\n')
  await bob.expect('200 OK\n')
  mallory.send(command('rename', { username: 'mal' }), command('join', { channel: 'den' }))
  for (const _ of ['left', 'entered', 'left']) await bob.line()
  mallory.send(packed('message', { message: 'as mal' }), command('rename', { username: 'malice' }))
  mallory.send(packed('message', { message: 'as malice' }), command('channels'))
  await mallory.passes('"channel_list"')
  const cyd = await relay.connect('json-irc')
  cyd.send(irc('/nick', 'cyd'), irc('/join', '', 'den'))
  await cyd.line()
  await cyd.line()
  await cyd.expect(irc('/broadcast', 'mal', 'den', 'as mal'), irc('/broadcast', 'malice', 'den', 'as malice'))
  cyd.send(irc('/broadcast', '', 'den', 'hello'))
  bob.send('ENTER den\n')
  await bob.expect('200 OK\n')
  assert.match(await bob.line(), /"sender":"cyd".*"message":"hello"/)
  await bob.nothingMore()
})

test('a room that was left is shown again by whoever comes back, to nobody who is still there, and public rooms outlive those who were in them', async (t) => {
  const { connect } = await startHistory(t)
  const bob = await connect('json-irc')
  const enter = irc('/join', '', 'tea')
  const success = irc('/joinSuccess', 'bob', 'tea', 'successfully joined room tea')
  bob.send(irc('/nick', 'bob'), enter, irc('/broadcast', '', 'tea', 'Hi'))
  await bob.line()
  await bob.expect(success)
  bob.send(enter)
  await bob.expect(success)
  await bob.nothingMore()
  bob.send(irc('/leaveRoom', '', 'tea'))
  await bob.expect(irc('/leaveRoom', 'bob', 'tea', 'bob has left room tea'))
  bob.send(enter)
  await bob.expect(success, irc('/broadcast', 'bob', 'tea', 'Hi'))
})

test('R2, R4 what was said while a room was private is shown to its newcomers, and ends with the room or with its privacy; it is not written', async (t) => {
  const first = await startHistory(t)
  const login = async (name: string) => {
    const peer = await first.connect('chatmaster')
    peer.send(command('login', { username: name }))
    for (const _ of ['request', 'session', 'joined']) await peer.line()
    return peer
  }
  const shown = async (peer: HistoryPeer, channel: string, ...texts: readonly string[]) => {
    peer.send(command('join', { channel }))
    assert.match(await peer.line(), /user_joined/)
    for (const text of texts) assert.match(await peer.line(), new RegExp(`"message":"${text}"`))
    await peer.nothingMore()
  }
  const ann = await login('ann')
  ann.send(command('join', { channel: 'den' }), packed('message', { message: 'open' }))
  ann.send(command('private'), packed('message', { message: 'secret' }))
  await delay(50)
  const bob = await login('bob')
  await shown(bob, 'den', 'open', 'secret')
  // Everybody goes, and the room is another one.
  bob.send(command('leave'))
  ann.send(command('leave'))
  await delay(50)
  const cyd = await login('cyd')
  await shown(cyd, 'den', 'open')
  cyd.send(command('private'), packed('message', { message: 'hidden' }), command('public'))
  cyd.send(packed('message', { message: 'heard' }))
  await delay(50)
  const dan = await login('dan')
  await shown(dan, 'den', 'open', 'heard')
  await first.stop()
  const second = await startHistory(t, { dataDir: first.dataDir })
  const eve = await second.connect('json-irc')
  eve.send(irc('/nick', 'eve'), irc('/join', '', 'den'))
  await eve.line()
  await eve.line()
  await eve.expect(irc('/broadcast', 'ann', 'den', 'open'), irc('/broadcast', 'cyd', 'den', 'heard'))
  await eve.nothingMore()
})

test('what is older than historyAgeMs is shown to nobody', async (t) => {
  const relay = await startHistory(t, { historyAgeMs: '1000' })
  const speaker = await amy(relay)
  await speaker.say('old')
  await delay(1100)
  await speaker.say('young')
  const bob = await relay.connect('chatroom')
  bob.send('JOIN bob\n')
  await bob.expect('200 OK\n', speaker.said('young', speaker.ids[1]))
  await bob.nothingMore()
})

test('M5 whoever comes while much is said misses nothing in between and gets nothing twice, also where the room has to be read first', async (t) => {
  const first = await startHistory(t, { history: '50' })
  const speak = async (relay: HistoryRelay, from: number, to: number) => {
    const speaker = await relay.connect('json-irc')
    speaker.send(irc('/nick', 'speaker'), irc('/join', '', 'tea'))
    for (let number = from; number < to; number++) {
      speaker.send(irc('/broadcast', '', 'tea', `${number}`))
      if (number % 20 === 0) await delay(1)
    }
  }
  await speak(first, 0, 100)
  await delay(100)
  await first.stop()
  const second = await startHistory(t, { history: '50', dataDir: first.dataDir })
  const speaking = speak(second, 100, 1000)
  const listen = async (name: string) => {
    const peer = await second.connect('json-irc')
    peer.send(irc('/nick', name), irc('/join', '', 'tea'))
    const numbers: number[] = []
    while (numbers.at(-1) !== 999) {
      const { command: verb, message } = JSON.parse(await peer.line())
      if (verb === '/broadcast') numbers.push(Number(message))
    }
    assert.deepEqual(
      numbers,
      Array.from(numbers, (_, index) => (numbers[0] as number) + index),
      name,
    )
  }
  const listening = [listen('bob')]
  for (const name of ['cyd', 'dan', 'eve']) {
    await delay(5)
    listening.push(listen(name))
  }
  await speaking
  await Promise.all(listening)
})
