/** The client by commands as a person has it: in a terminal, against the relay. */

import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { noTmux, Terminal } from '../e2e/tmux.js'
import { CLI, type RelayProcess, startRelay } from '../fixtures/relay-process.js'
import { list, login, OK, sendto } from '../fixtures/sendto-bytes.js'
import { SendtoPeer } from '../fixtures/sendto-peer.js'

const reason = noTmux()
if (reason !== null && process.env.CI === 'true') throw new Error(reason)
if (reason !== null) console.error(`SKIPPED: ${reason}`)

/** What can be typed, as rows of either terminal. */
const COMMANDS = [
  '-- login NAME        take a name',
  '-- list              who is here',
  '-- sendto NAME TEXT  say it to somebody',
  '-- logout            give the name back',
  '-- exit              leave',
]

for (const [columns, rows] of [
  [80, 24],
  [40, 12],
] as const) {
  describe(`the client by commands in a terminal of ${columns}x${rows}`, { skip: reason ?? false }, () => {
    let relay: RelayProcess
    let bob: SendtoPeer
    let terminal: Terminal

    before(async () => {
      relay = await startRelay('', 'sendto')
      bob = await SendtoPeer.connect(relay.port)
      bob.send(login('Bob'))
      await bob.expect(OK)
    })
    after(async () => {
      bob.destroy()
      await relay.stop()
    })
    afterEach(() => terminal.close())

    function start(): void {
      terminal = new Terminal(columns, rows)
      terminal.run(`clear; "${process.execPath}" "${CLI}" sendto 127.0.0.1 ${relay.port}; echo "code $?"`)
    }

    function enter(line: string): void {
      terminal.type(line)
      terminal.press('Enter')
    }

    test('what can be typed is said at the start, and when something else was typed', async () => {
      start()
      await terminal.endsIn(...COMMANDS)
      assert.deepEqual(terminal.rows().slice(-COMMANDS.length), COMMANDS)
      enter('help')
      await terminal.endsIn('help', 'Invalid command', ...COMMANDS)
      enter('list x')
      await terminal.endsIn('list x', 'Invalid command', ...COMMANDS)
      enter('login')
      await terminal.shows(/^-- Like this: login NAME; a name is 1 to/)
      enter('sendto Zoe')
      await terminal.shows(/^-- No text for Zoe\. Like this: sendto NA/)
    })

    test('a session without a prompt, from login to exit', async () => {
      start()
      enter('login John')
      await terminal.endsIn('login John', 'Success')
      enter('list')
      await terminal.endsIn('login John', 'Success', 'list', 'Bob', 'John')
      enter('sendto Bob Hi how are you?')
      await terminal.endsIn('John', 'sendto Bob Hi how are you?', 'Success')
      await bob.expect(sendto('John', 'Hi how are you?'))
      bob.send(sendto('John', 'Fine'))
      await bob.expect(OK)
      await terminal.endsIn('sendto Bob Hi how are you?', 'Success', 'Bob: Fine')
      enter('quit')
      await terminal.endsIn('Bob: Fine', 'quit', 'Invalid command', ...COMMANDS)
      enter('logout')
      await terminal.endsIn(...COMMANDS, 'logout', 'Success')
      enter('exit')
      await terminal.endsIn('exit', 'code 0', 'shell>')
      bob.send(list())
      await bob.expect(list('Bob'))
    })

    test('an incoming message appears above the line being typed, also where that wraps', async () => {
      start()
      enter('login John')
      await terminal.endsIn('login John', 'Success')
      const typed = `sendto Bob ${'x'.repeat(columns - 5)}`
      terminal.type(typed)
      await terminal.endsIn(typed.slice(0, columns), typed.slice(columns))
      bob.send(sendto('John', 'Hi'))
      await bob.expect(OK)
      await terminal.endsIn('Success', 'Bob: Hi', typed.slice(0, columns), typed.slice(columns))
      terminal.press('Enter')
      await bob.expect(sendto('John', 'x'.repeat(columns - 5)))
      await terminal.endsIn(typed.slice(columns), 'Success')
      terminal.press('C-d')
      await terminal.endsIn('code 0', 'shell>')
    })

    test('Ctrl-C ends it with 130, and what was half typed stays on the screen unsent', async () => {
      start()
      enter('login John')
      await terminal.endsIn('login John', 'Success')
      terminal.type('sendto Bob half')
      await terminal.endsIn('sendto Bob half')
      terminal.press('C-c')
      await terminal.endsIn('Success', 'sendto Bob half', 'code 130', 'shell>')
      await bob.expectQuiet()
      assert.ok(!terminal.rows().includes('Failure'))
    })
  })
}
