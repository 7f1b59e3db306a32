/** The chatroom line client as a person has it: in a terminal of two sizes, against the relay. */

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import {
  type ChatroomPeer,
  type ChatroomRelay,
  entered,
  left,
  startChatroom,
} from '../fixtures/chatroom-peer.js'
import { CLI } from '../fixtures/relay-process.js'
import { noTmux, Terminal } from './tmux.js'

const reason = noTmux()
if (reason !== null && process.env.CI === 'true') throw new Error(reason)
if (reason !== null) console.error(`SKIPPED: ${reason}`)
const skip = reason ?? false

/** What a clock says, so that rows can be compared. */
const TIME = /\b(1[0-2]|[1-9]):[0-5]\d [ap]m\b/g

function start(t: TestContext, room: ChatroomRelay, name: string, columns: number, rows: number): Terminal {
  const terminal = new Terminal(columns, rows)
  t.after(() => terminal.close())
  const address = `127.0.0.1:${room.relay.ports[1]}`
  terminal.run(
    `clear; TZ=UTC "${process.execPath}" "${CLI}" chat --dialect chatroom ${address} ${name}; echo "code $?"`,
  )
  return terminal
}

/** Types a line, and waits for what follows it. */
async function enter(terminal: Terminal, line: string, row: string | RegExp): Promise<void> {
  terminal.type(line)
  terminal.press('Enter')
  await terminal.shows(row)
}

function seen(terminal: Terminal): string[] {
  return terminal.rows().map((row) => row.replaceAll(TIME, 'TIME'))
}

async function message(amy: ChatroomPeer, text: string, header = '@everyone'): Promise<string> {
  const id = await amy.say({ sender: 'amy', message: text, header, timestamp: 'noon' })
  assert.equal((await amy.push('RECEIVED')).receiver, 'bob')
  return id
}

test('80x24: who is here, what is said, sent and delivered, and every command', { skip }, async (t) => {
  const room = await startChatroom(t)
  const amy = await room.join('amy')
  const terminal = start(t, room, 'bob', 80, 24)
  await terminal.endsIn('-- Here: amy, bob', 'bob>')
  await amy.expect(entered('bob'))
  await enter(terminal, 'Hi', /^-- #1 sent/)
  const hi = await amy.push('SEND')
  await amy.ask(
    `RECEIVED {"sender":"bob","timestamp":"","message":"Hi","message_id":"${hi.messageId}"}`,
    '200 OK',
  )
  await terminal.shows(/^-- #1 delivered to amy, /)
  terminal.type('half')
  const id = await message(amy, 'Hello')
  await message(amy, 'psst', '@bob')
  await amy.ask(`EDIT {"message_id":"${id}","message":"Hello you"}`, '200 MESSAGE UPDATED')
  await amy.ask('USERSTATUS DO_NOT_DISTURB', '200 USERSTATUS UPDATED')
  await terminal.endsIn('* amy is busy', 'bob> half')
  terminal.press('C-u')
  await enter(terminal, '/edit Ho', /^-- #1 changed, /)
  await enter(terminal, '/status offline', '-- You are offline.')
  await enter(terminal, '/list', '-- Here: amy (busy), bob (offline)')
  await enter(terminal, '@nobody Hi', 'Error: Not sent: somebody whom you named is not here.')
  await enter(terminal, '/block amy', '-- You hear nothing of amy any more.')
  await enter(terminal, '/unblock amy', '-- You hear amy again.')
  for (const verb of ['EDIT', 'USERSTATUS', 'BLOCKED']) await amy.push(verb)
  await amy.ask('BLOCK bob', '200 OK')
  await terminal.shows('* amy has blocked you.')
  assert.deepEqual(seen(terminal).slice(0, 12), [
    '-- You are bob. /help says more.',
    '-- Here: amy, bob',
    'bob> Hi',
    '-- #1 sent TIME',
    '-- #1 delivered to amy, TIME',
    'sent noon, delivered TIME [amy] Hello',
    'sent noon, delivered TIME (private) [amy] psst',
    '* amy changed "Hello" to "Hello you"',
    '* amy is busy',
    'bob> /edit Ho',
    '-- #1 changed, TIME',
    'bob> /status offline',
  ])
  terminal.type('/quit')
  terminal.press('Enter')
  await terminal.endsIn('bob> /quit', 'code 0', 'shell>')
})

test('40x12: long lines wrap above the line being typed', { skip }, async (t) => {
  const room = await startChatroom(t)
  const amy = await room.join('amy')
  const terminal = start(t, room, 'amy', 40, 12)
  await terminal.shows(/^-- The name amy is taken/)
  await enter(terminal, 'bob', '-- Here: amy, bob')
  await amy.expect(entered('bob'))
  terminal.type('half a line')
  await message(amy, 'a text that is longer than one row of this terminal')
  await amy.ask('USERSTATUS OFFLINE', '200 USERSTATUS UPDATED')
  await terminal.endsIn('* amy is offline', 'bob> half a line')
  const rows = seen(terminal)
  assert.ok(
    rows.join('').includes('[amy] a text that is longer than one row of this terminal'),
    rows.join('\n'),
  )
  terminal.press('C-c')
  await terminal.endsIn('bob> half a line', 'code 130', 'shell>')
  await amy.expect(left('bob'))
})
