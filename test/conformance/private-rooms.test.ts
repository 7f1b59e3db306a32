/** R4: what goes on in a private room is for its members; to everybody else, in every dialect, there is no such room. */

import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type AllDialects, startAllDialects } from '../fixtures/all-dialects.js'

const SECRET = 'secret'
/** As long as the other, so that what is asked differs in nothing else. */
const NOWHERE = 'nowher'
const QUIET_MS = 150
/** How long an answer may take to begin where other tests run meanwhile. Not everything is answered. */
const ANSWER_MS = 1000

const json = (fields: object) => JSON.stringify(fields)
const command = (name: string, parameters: object = {}) =>
  json({ type: 'command', data: { command: name, parameters } })
const framed = (code: number, payload = '') =>
  `${String.fromCharCode(code, payload.length >> 8, payload.length & 255)}${payload}`

interface Row {
  readonly dialect: string
  readonly login: (name: string) => string
  /** Everything that this dialect can ask about a room, or that may tell of one. */
  readonly questions: (room: string) => readonly string[]
}

const ROWS: readonly Row[] = [
  {
    dialect: 'framed',
    login: (name) => framed(0, name),
    questions: (room) => [framed(3), framed(4, `${room} Hi`)],
  },
  {
    dialect: 'chatroom',
    login: (name) => `JOIN ${name}\n`,
    questions: (room) => [`USERBOARD ${room}\n`, `USERSTATUS ${room}\n`, `BLOCK ${room}\n`],
  },
  {
    dialect: 'json-irc',
    login: (name) => json({ command: '/nick', nickname: name }),
    questions: (room) => [
      json({ command: '/roomMembers', room }),
      json({ command: '/listRooms' }),
      json({ command: '/leaveRoom', room }),
      json({ command: '/broadcast', room, message: 'Hi' }),
      json({ command: '/direct', room, message: 'Hi' }),
    ],
  },
  {
    dialect: 'chatmaster',
    login: (name) => command('login', { username: name }),
    questions: (room) => [
      command('channels'),
      command('private', { channel: room }),
      command('direct', { username: room, message: 'Hi' }),
    ],
  },
  {
    dialect: 'sendto',
    login: (name) => `login ${name}\n`,
    questions: (room) => [`list\n`, `sendto ${room} Hi\n`],
  },
]

class Voice {
  readonly #socket: Socket
  #heard = ''
  #lastMs = 0

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes) => {
      this.#heard += bytes.toString('latin1')
      this.#lastMs = performance.now()
    })
  }

  static async open(relay: AllDialects, dialect: string): Promise<Voice> {
    const socket = connect(relay.portOf(dialect), '127.0.0.1')
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return new Voice(socket)
  }

  /** What is told until nothing has been for a while. */
  async say(words: string): Promise<string> {
    this.#heard = ''
    this.#lastMs = performance.now()
    if (words === '') return await this.heardSince()
    this.#socket.write(words, 'latin1')
    while (this.#heard === '' && performance.now() - this.#lastMs < ANSWER_MS) await delay(5)
    return await this.heardSince()
  }

  /** What has been told since this one last said something, once nothing more is. */
  async heardSince(): Promise<string> {
    while (performance.now() - this.#lastMs < QUIET_MS) await delay(20)
    return this.#heard
  }

  close(): void {
    this.#socket.destroy()
  }
}

async function withSecret(t: { after(fn: () => unknown): void }) {
  const relay = await startAllDialects()
  t.after(() => relay.relay.stop())
  const voices: Voice[] = []
  t.after(() => {
    for (const voice of voices) voice.close()
  })
  const open = async (dialect: string) => {
    const voice = await Voice.open(relay, dialect)
    voices.push(voice)
    return voice
  }
  const amy = await open('chatmaster')
  await amy.say(command('login', { username: 'Amy' }))
  await amy.say(command('join', { channel: SECRET }))
  assert.match(await amy.say(command('private')), /channel_private/)
  return { open, amy }
}

for (const { dialect, login, questions } of ROWS) {
  test(`R4 to ${dialect}, a private room is answered for like one that does not exist, with a name and without`, async (t) => {
    const { open } = await withSecret(t)
    for (const named of [true, false]) {
      const voice = await open(dialect)
      await voice.say(named ? login('Outsider') : '')
      const about = questions(SECRET)
      for (const [index, question] of about.entries()) {
        const answer = await voice.say(question)
        const other = await voice.say(questions(NOWHERE)[index] as string)
        assert.equal(answer.replaceAll(SECRET, NOWHERE), other, question)
      }
      voice.close()
    }
  })

  test(`R4 to ${dialect}, nothing is told of what goes on in a private room`, async (t) => {
    const { open, amy } = await withSecret(t)
    const outsider = await open(dialect)
    await outsider.say(login('Outsider'))
    const bob = await open('json-irc')
    await bob.say(json({ command: '/nick', nickname: 'Bob' }))
    await outsider.say('')
    await bob.say(json({ command: '/join', room: SECRET }))
    assert.match(
      await amy.say(json({ type: 'message', data: { message: 'psst', username: 'Amy' } })),
      /^(?!.*psst)/,
    )
    await bob.say(json({ command: '/broadcast', room: SECRET, message: 'psst' }))
    await bob.say(json({ command: '/leaveRoom', room: SECRET }))
    assert.equal(await outsider.heardSince(), '')
  })
}

test('R4 who knows its name can join, and is then told who is there', async (t) => {
  const { open } = await withSecret(t)
  const bob = await open('json-irc')
  await bob.say(json({ command: '/nick', nickname: 'Bob' }))
  assert.match(await bob.say(json({ command: '/join', room: SECRET })), /joinSuccess/)
  assert.match(await bob.say(json({ command: '/roomMembers', room: SECRET })), /"message":"Amy\\nBob"/)
})
