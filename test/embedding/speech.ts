/**
 * What is asked of the relay in each dialect and what it answers, as bytes written by hand after the pages: for what a
 * hook decides about.
 */

import { ACCEPTED, direct, error, INVALID, join, joining, message } from '../fixtures/framed-bytes.js'
import { FAILURE, login, OK, sendto } from '../fixtures/sendto-bytes.js'
import type { Client } from './embedded.js'

export interface Speech {
  readonly dialect: string
  /** Asks for a name, and for the room that everybody is in where that has to be asked for. */
  enter(client: Client, name: string): Promise<void>
  /** What comes to those who are there when `name` enters. */
  readonly entered: ((name: string) => string | Buffer) | null
  /** Bytes that ask for a name, and the page's answer to one that is not valid. */
  askForName(name: string): string | Buffer
  readonly nameRefused: (name: string) => string | Buffer
  /** `null` where nobody is in rooms. */
  readonly say: ((name: string, text: string) => string | Buffer) | null
  readonly tell: (name: string, to: string, text: string) => string | Buffer
  /** The page's answers to a message that may not be. */
  readonly sayRefused: string | Buffer
  readonly tellRefused: (to: string) => string | Buffer
  /** What somebody of the same dialect is told. In chatroom the id is what it is. */
  readonly heard: (name: string, text: string) => string | Buffer | RegExp
  readonly heardAlone: (name: string, to: string, text: string) => string | Buffer | RegExp
  /** What the sender is answered, where it is. */
  readonly taken: RegExp | Buffer | null
  readonly takenAlone: RegExp | Buffer | null
}

function json(value: object): string {
  return `${JSON.stringify(value)}\n`
}

const framed: Speech = {
  dialect: 'framed',
  async enter(client, name) {
    await client.send(join(name)).expect(ACCEPTED, joining(name))
  },
  entered: joining,
  askForName: (name) => join(name),
  nameRefused: () => INVALID,
  say: (_, text) => message(text),
  tell: (_, to, text) => direct(`${to} ${text}`),
  sayRefused: error('Message refused'),
  tellRefused: () => error('Message refused'),
  heard: (name, text) => message(`[${name}] ${text}`),
  heardAlone: (name, _, text) => direct(`[${name}] ${text}`),
  taken: null,
  takenAlone: null,
}

function sending(sender: string, header: string, text: string): string {
  return `SEND ${json({ sender, header, timestamp: '1:02 pm', message: text })}`
}

function sent(sender: string, header: string, text: string): RegExp {
  return new RegExp(
    `^SEND \\{"sender":"${sender}","header":"${header}","timestamp":"1:02 pm","messageId":"[^"]+","message":"${text}"\\}\\n$`,
  )
}

const chatroom: Speech = {
  dialect: 'chatroom',
  async enter(client, name) {
    await client.send(`JOIN ${name}\n`).expect('200 OK\n')
  },
  entered: (username) => `JOIN ${json({ username, message: `${username} has entered the chat` })}`,
  askForName: (name) => `JOIN ${name}\n`,
  nameRefused: () => '400 INVALID USERNAME\n',
  say: (name, text) => sending(name, '@everyone', text),
  tell: (name, to, text) => sending(name, `@${to}`, text),
  sayRefused: '400 MESSAGE FAILED\n',
  tellRefused: () => '400 MESSAGE FAILED\n',
  heard: (name, text) => sent(name, '@everyone', text),
  heardAlone: (name, to, text) => sent(name, `@${to}`, text),
  taken: /^200 SENT\nSENT \{"messageId":"[^"]+","timestamp":"1:02 pm","header":"@everyone"\}\n$/,
  takenAlone: /^200 SENT\nSENT \{"messageId":"[^"]+","timestamp":"1:02 pm","header":"@[^"]+"\}\n$/,
}

const irc = (command: string, nickname: string, room: string, text: string) =>
  json({ command, nickname, room, message: text })

const jsonIrc: Speech = {
  dialect: 'json-irc',
  async enter(client, name) {
    await client
      .send(irc('/nick', name, '', ''))
      .expect(irc('/nicknameSet', name, '', `nickname set to ${name}`))
    await client
      .send(irc('/join', name, 'general', ''))
      .expect(irc('/joinSuccess', name, 'general', 'successfully joined room general'))
  },
  entered: (name) => irc('/join', name, 'general', `${name} has joined room general`),
  askForName: (name) => irc('/nick', name, '', ''),
  nameRefused: (name) =>
    irc('/nickFail', name, '', 'a nickname is 1 to 32 printable ASCII characters without a space'),
  say: (name, text) => irc('/broadcast', name, 'general', text),
  tell: (name, to, text) => irc('/direct', name, to, text),
  sayRefused: irc('/broadcast', '', 'general', 'Error: the message was refused'),
  tellRefused: (to) => irc('/direct', '', to, 'Error: the message was refused'),
  heard: (name, text) => irc('/broadcast', name, 'general', text),
  heardAlone: (name, to, text) => irc('/direct', name, to, text),
  taken: null,
  takenAlone: null,
}

const master = (type: string, data: object) => json({ type, data })
const command = (name: string, parameters: object) => master('command', { command: name, parameters })

const chatmaster: Speech = {
  dialect: 'chatmaster',
  async enter(client, username) {
    await client
      .send(command('login', { username }))
      .expect(
        master('request', { request: 'login' }),
        master('session', { status: 1, channels: ['general'] }),
        master('notification', { event_type: 'user_joined', username, channel: 'general' }),
      )
  },
  entered: (username) => master('notification', { event_type: 'user_joined', username, channel: 'general' }),
  askForName: (username) => command('login', { username }),
  nameRefused: () =>
    master('request', { request: 'login' }) +
    master('session', { status: 0, reason: 'Username is not valid.' }),
  say: (_, text) => master('message', { message: text }),
  tell: (_, username, text) => command('direct', { username, message: text }),
  sayRefused: master('error', { error_type: 'message', message: 'Message is not valid.' }),
  tellRefused: () => master('error', { error_type: 'direct', message: 'Message is not valid.' }),
  heard: (username, text) => master('message', { message: text, username }),
  heardAlone: (username, _, text) => master('message', { message: text, username, private: true }),
  taken: null,
  takenAlone: null,
}

const sendtoSpeech: Speech = {
  dialect: 'sendto',
  async enter(client, name) {
    await client.send(login(name)).expect(OK)
  },
  entered: null,
  askForName: (name) => login(name),
  nameRefused: () => FAILURE,
  say: null,
  tell: (_, to, text) => sendto(to, text),
  sayRefused: FAILURE,
  tellRefused: () => FAILURE,
  heard: (name, text) => sendto(name, text),
  heardAlone: (name, _, text) => sendto(name, text),
  taken: null,
  takenAlone: OK,
}

export const SPEECHES: readonly Speech[] = [framed, chatroom, jsonIrc, chatmaster, sendtoSpeech]

/** These bytes come next; where a pattern is expected, that is whole lines. */
export async function expectBytes(client: Client, wanted: string | Buffer | RegExp | null): Promise<string> {
  if (wanted === null) return ''
  if (!(wanted instanceof RegExp)) {
    await client.expect(wanted)
    return ''
  }
  let came = ''
  while (!wanted.test(came)) {
    if (came.split('\n').length > 3) throw new Error(`${JSON.stringify(came)}: expected ${wanted}`)
    came += await client.line()
  }
  return came
}
