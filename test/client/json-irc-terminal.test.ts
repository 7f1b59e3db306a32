/** The line client of json-irc as a person has it: in a terminal, against the relay. */

import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { noTmux, Terminal } from '../e2e/tmux.js'
import { FramedPeer } from '../fixtures/framed-peer.js'
import { JsonIrcPeer, joined, sent, told } from '../fixtures/json-irc-peer.js'
import { CLI, type RelayProcess, startRelay } from '../fixtures/relay-process.js'

const reason = noTmux()
if (reason !== null && process.env.CI === 'true') throw new Error(reason)
if (reason !== null) console.error(`SKIPPED: ${reason}`)

for (const [columns, rows] of [
  [80, 24],
  [40, 12],
] as const) {
  describe(`the line client of json-irc at ${columns}x${rows}`, { skip: reason ?? false }, () => {
    let relay: RelayProcess
    let amy: JsonIrcPeer
    let terminal: Terminal

    before(async () => {
      relay = await startRelay('', 'json-irc')
      amy = new JsonIrcPeer(await FramedPeer.connect({ port: relay.port }))
      amy.send(sent('/nick', { nickname: 'amy' }))
      await amy.line()
      await amy.enter('amy', 'tea', 'milk')
    })
    after(async () => {
      amy.wire.destroy()
      await relay.stop()
    })
    afterEach(() => terminal.close())

    function start(name: string): void {
      terminal = new Terminal(columns, rows)
      const command = `"${process.execPath}" "${CLI}" chat --dialect json-irc 127.0.0.1:${relay.port} ${name}`
      terminal.run(`clear; ${command}; echo "code $?"`)
    }

    function enter(line: string): void {
      terminal.type(line)
      terminal.press('Enter')
    }

    const say = (room: string, message: string) => amy.send(sent('/broadcast', { room, message }))

    test('from the nickname over two rooms to the end', async () => {
      start('bob')
      await terminal.endsIn('bob>')
      await terminal.shows(/^-- You are bob\. \/join ROOM/)
      enter('/join tea')
      await terminal.endsIn('bob> /join tea', '**successfully joined room tea**', 'bob@tea>')
      await amy.expect(joined('bob', 'tea'))
      enter('Hi')
      await amy.expect(told('/broadcast', 'bob', 'tea', 'Hi'))
      say('tea', 'Hello')
      await terminal.endsIn('bob@tea> Hi', '[amy] Hello', 'bob@tea>')
      enter('/members')
      await terminal.endsIn('bob@tea> /members', 'In tea: amy, bob', 'bob@tea>')
      enter('/join milk')
      await terminal.endsIn('**successfully joined room milk**', 'bob@milk>')
      say('tea', 'still there?')
      await terminal.endsIn('tea: [amy] still there?', 'bob@milk>')
      enter('/direct amy here')
      enter('/leave')
      await terminal.endsIn('**bob has left room milk**', 'bob@tea>')
      enter('/leave')
      await terminal.endsIn('**bob has left room tea**', 'bob>')
      enter('/rooms')
      await terminal.endsIn('Rooms: general, milk, tea', 'bob>')
      enter('Hi')
      await terminal.shows(/^-- Not sent: you are in no room\./)
      enter('/quit')
      await terminal.endsIn('bob> /quit', 'code 0', 'shell>')
    })

    test('what comes in appears above the line being typed, and the cursor stays where it was', async () => {
      start('cyd')
      await terminal.endsIn('cyd>')
      enter('/join tea')
      await terminal.endsIn('cyd@tea>')
      const typed = 'a line that goes on until it takes more than one row of a wide terminal too'
      terminal.type(typed)
      const whole = `cyd@tea> ${typed}`
      const typedRows: string[] = []
      for (let at = 0; at < whole.length; at += columns)
        typedRows.push(whole.slice(at, at + columns).trimEnd())
      await terminal.endsIn(...typedRows)
      say('tea', 'one')
      say('milk', 'not for cyd')
      amy.send(sent('/direct', { room: 'cyd', message: 'two' }))
      await terminal.endsIn('[amy] one', '(direct) [amy] two', ...typedRows)
      terminal.press('Home')
      terminal.type('See: ')
      terminal.press('Enter')
      await terminal.endsIn('cyd@tea>')
      for (;;) {
        const { message } = JSON.parse(await amy.line())
        if (message === `See: ${typed}`) break
      }
      terminal.press('C-c')
      await terminal.endsIn('cyd@tea>', 'code 130', 'shell>')
    })

    test('J2 a nickname that is taken asks for another one', async () => {
      start('amy')
      await terminal.endsIn('Name:')
      await terminal.shows(/^-- The name "amy" cannot be had: that/)
      enter('dee')
      await terminal.endsIn('dee>')
      enter('/nothing')
      await terminal.shows(/^-- There is no \/nothing; /)
      assert.ok(terminal.colouredText().includes('\x1b['))
      terminal.press('C-d')
      await terminal.endsIn('code 0', 'shell>')
    })
  })
}
