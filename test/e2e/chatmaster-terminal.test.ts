/** The full-screen client of chatmaster as a person has it: in a terminal, against the relay. */

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { ChatmasterClient } from '../../src/client/chatmaster/chatmaster-client.js'
import type { Received } from '../../src/client/chatmaster/received.js'
import { ChatmasterRelay, welcoming } from '../client/chatmaster-relay.js'
import { CLI, freePort, type RelayProcess, startRelay } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { noTmux, Terminal } from './tmux.js'

const reason = noTmux()
if (reason !== null && process.env.CI === 'true') throw new Error(reason)
if (reason !== null) console.error(`SKIPPED: ${reason}`)

/** What would take minutes character by character takes less, also beside other tests. */
const SECONDS_MS = 10_000

/** Resolves when `condition` holds. */
async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`)
    await delay(10)
  }
}

describe('the full-screen client in a terminal', { skip: reason ?? false }, () => {
  let relay: RelayProcess
  let amy: ChatmasterClient
  let heard: Received[]
  let terminal: Terminal
  let folder: string

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parlance-terminal-'))
    relay = await startRelay('', 'chatmaster')
    amy = new ChatmasterClient({ ...relay, compressed: false })
    heard = []
    amy.on('received', (received) => heard.push(received))
    amy.connect()
    await until('asked for a name', () => heard.length > 0)
    amy.login('Amy')
    await until('joined', () => heard.some(({ kind }) => kind === 'joined'))
  })
  after(async () => {
    await amy.leave(1_000)
    await relay.stop()
    rmSync(folder, { recursive: true })
  })
  beforeEach(() => {
    heard = []
    terminal = new Terminal(80, 24)
  })
  afterEach(() => terminal.close())

  /** Starts the client; what the shell says about its end comes after, and how the terminal was before and after. */
  function start(name: string, flags = '', port = relay.port, prefix = ''): void {
    const client = `${prefix}"${process.execPath}" "${CLI}" chat --dialect chatmaster ${flags} 127.0.0.1:${port} ${name}`
    const before = `stty -g > "${folder}/before"; echo "echo \\$\\$ > '${folder}/pid'; exec env ${client.replaceAll('"', '\\"')}" > "${folder}/run"`
    const then = `echo "code $?"; stty -g > "${folder}/after"; cmp "${folder}/before" "${folder}/after" && echo unchanged`
    terminal.run(`${before}; clear; sh "${folder}/run"; ${then}`)
  }

  async function bob(flags = '', port = relay.port, prefix = ''): Promise<void> {
    start('Bob', flags, port, prefix)
    await terminal.shows(/\* You are in general now/)
  }

  /** The client has ended, the terminal is as it was, and what it showed before is there again. */
  async function endedWith(code: number, ...words: string[]): Promise<void> {
    await terminal.endsIn('unchanged', 'shell>')
    assert.deepEqual(terminal.rows(), [...words, `code ${code}`, 'unchanged', 'shell>'])
    assert.equal(terminal.cursor()[0], 'shell> '.length)
  }

  function said(): string[] {
    return heard.flatMap((received) => (received.kind === 'message' ? [received.text] : []))
  }

  /** Of the client. */
  function pid(): number {
    return Number(readFileSync(`${folder}/pid`, 'utf8'))
  }

  test('X15 the log, the people here and the message box, and what is typed goes to everyone', async () => {
    await bob()
    terminal.type('Hi 日本')
    await terminal.endsIn('> Hi 日本')
    assert.deepEqual(terminal.cursor(), ['> Hi 日本'.length + 2, 23])
    terminal.press('Enter')
    await terminal.shows(/^\d\d:\d\d Bob: Hi 日本 +│/)
    await until('Amy heard it', () => said().includes('Hi 日本'))
    amy.say('Hello', 'Amy')
    await terminal.shows(/^\d\d:\d\d Amy: Hello +│/)
    const rows = terminal.rows()
    assert.equal(rows.length, 24)
    assert.equal(rows[0], ` general · Bob · 127.0.0.1:${relay.port}`)
    const people = rows.flatMap((row) => row.split('│ ')[1]?.trimEnd() ?? []).filter((name) => name !== '')
    assert.deepEqual(people, ['People (2)', 'Amy', 'Bob (you)'])
    assert.deepEqual(rows.slice(-2), ['─'.repeat(80), '>'])
    terminal.type('/quit')
    terminal.press('Enter')
    await endedWith(0)
  })

  test('X12 compressed as well', async () => {
    await bob('--compressed')
    terminal.type('Hi')
    terminal.press('Enter')
    await until('Amy heard it', () => said().includes('Hi'))
    amy.say('Hello', 'Amy')
    await terminal.shows(/ Amy: Hello/)
    assert.match(terminal.rows()[0] as string, /, compressed$/)
    terminal.press('C-d')
    await endedWith(0)
  })

  test('a terminal that becomes narrow folds the people away, and wide again shows them', async () => {
    await bob()
    amy.say('a line that is longer than forty columns, and so it is broken', 'Amy')
    await terminal.shows(/ Amy: a line that is longer/)
    terminal.type('half')
    terminal.resize(40, 12)
    await terminal.shows(/^ general · Bob · 2 here · 127/)
    await terminal.shows('Amy: a line that is longer than forty')
    await terminal.shows('columns, and so it is broken')
    await terminal.endsIn('─'.repeat(40), '> half')
    assert.deepEqual(terminal.cursor(), [6, 11])
    assert.ok(!terminal.rows().some((row) => row.includes('│')))
    terminal.resize(100, 30)
    await terminal.shows(/│ People \(2\)$/)
    await terminal.endsIn('─'.repeat(100), '> half')
    terminal.resize(15, 4)
    await terminal.endsIn('─'.repeat(15), '> half')
    terminal.press('C-c')
  })

  test('the line is edited, recalled and pasted into', async () => {
    await bob()
    terminal.type('one thre')
    terminal.press('M-b')
    terminal.type('two ')
    terminal.press('End')
    terminal.type('eX')
    terminal.press('BSpace', 'Home', 'DC')
    terminal.type('O')
    await terminal.endsIn('> One two three')
    terminal.press('Enter')
    await terminal.shows(/ Bob: One two three/)
    terminal.type('draft')
    terminal.press('Up')
    await terminal.endsIn('> One two three')
    terminal.press('Down')
    await terminal.endsIn('> draft')
    terminal.press('Home')
    terminal.paste('two\nlines and ')
    await terminal.endsIn('> two⏎lines and draft')
    terminal.press('Enter')
    await until('Amy heard all', () => said().length === 3)
    assert.deepEqual(said(), ['One two three', 'two', 'lines and draft'])
    terminal.press('C-c')
    await endedWith(130)
  })

  test('a paste of 70 KB is said line by line on Enter, within seconds', async () => {
    await bob()
    const lines = Array.from(
      { length: 1_000 },
      (_, index) => `${index} ${'of a thousand lines '.repeat(3)}and`,
    )
    const before = performance.now()
    terminal.paste(lines.join('\n'))
    await terminal.endsIn(/of a thousand lines and$/)
    assert.deepEqual(said(), [])
    terminal.press('Enter')
    await until('Amy heard all', () => said().length === lines.length)
    assert.ok(performance.now() - before < SECONDS_MS)
    assert.deepEqual(said(), lines)
    terminal.press('C-c')
    await endedWith(130)
  })

  test('emoji that are joined take the columns that they are shown in', async () => {
    await bob()
    terminal.type('👨\u200d👩\u200d👧!')
    await terminal.endsIn('> 👨👩👧!')
    assert.deepEqual(terminal.cursor(), ['> '.length + 3 * 2 + 1, 23])
    terminal.press('Enter')
    await terminal.shows(/ Bob: 👨👩👧! +│/)
    await until('Amy heard it', () => said().includes('👨\u200d👩\u200d👧!'))
    terminal.press('C-c')
  })

  test('commands, what they need, and // for a message that begins with /', async () => {
    await bob()
    const lines: [string, RegExp][] = [
      ['/join', / -- Like this: \/join CHANNEL/],
      ['/leave', / Error: leave: You are not in a channel\./],
      ['/join den', / \* You are in den now/],
      ['/private', / \* den is private now/],
      ['/channels', / \* Channels: den, general/],
      ['/public', / \* den is public now/],
      ['/rename Rob', / \* You are Rob now/],
      ['/direct Amy psst', / Rob \(private to Amy\): psst/],
      ['/direct Zoe psst', / Error: direct: No such user\./],
      ['@Amy and so on', / Rob \(private to Amy\): and so on/],
      ['/list', / -- Here: Rob \(you\)/],
      ['/dance', / -- There is no \/dance; \/\/dance says it\./],
      ['/help', / -- \/quit, \/exit: leave; so do @exit/],
      ['//join us', / Rob: \/join us/],
      ['/leave', /^ general · Rob /],
    ]
    for (const [line, shown] of lines) {
      terminal.type(line)
      terminal.press('Enter')
      await terminal.shows(shown)
    }
    amy.direct('Rob', 'and you')
    await terminal.shows(/ Amy \(private\): and you/)
    await until('Amy heard both', () => said().length > 1)
    assert.deepEqual(said(), ['psst', 'and so on'])
    terminal.press('C-c')
    await endedWith(130)
  })

  test('the log scrolls with keys and wheel, and stays while more is said', async () => {
    await bob()
    for (let index = 0; index < 100; index++) amy.say(`line ${index}`, 'Amy')
    await terminal.shows(/ Amy: line 99 /)
    terminal.press('PPage')
    await terminal.shows(/^── 20 newer below, PgDn ─+$/)
    await terminal.shows(/ Amy: line 79 /)
    amy.say('one more', 'Amy')
    await terminal.shows(/^── 21 newer below, PgDn ─+$/)
    assert.ok(terminal.rows().some((row) => / Amy: line 79 /.test(row)))
    terminal.type('\x1b[<64;5;5M')
    await terminal.shows(/^── 24 newer below/)
    terminal.type('\x1b[<65;5;5M')
    await terminal.shows(/^── 21 newer below/)
    terminal.press('C-Home')
    await terminal.shows(/ -- Enter sends, /)
    terminal.press('C-End')
    await terminal.shows(/ Amy: one more /)
    await terminal.endsIn('─'.repeat(80), '>')
    terminal.press('C-c')
    await endedWith(130)
  })

  test('X2 a name that is taken asks for another', async () => {
    start('Amy')
    await terminal.shows(/ Error: Username is already taken\. Choose another /)
    await terminal.endsIn('─'.repeat(80), 'Name:')
    terminal.type('Bob')
    terminal.press('Enter')
    await terminal.shows(/ \* You are in general now/)
    assert.match(terminal.rows()[0] as string, /^ general · Bob /)
    terminal.press('C-c')
    await endedWith(130)
  })

  test('a relay that does not wait for the other name is connected to anew', async (t) => {
    const impatient = new ChatmasterRelay(
      welcoming(['Amy'], ({ data }, { socket }) => {
        if (JSON.stringify(data).includes('Amy')) socket.end()
      }),
    )
    t.after(() => impatient.close())
    start('Amy', '', await impatient.listen())
    await terminal.endsIn('─'.repeat(80), 'Name:')
    await until('closed', () => impatient.guests[0]?.socket.closed === true)
    terminal.type('Bob')
    terminal.press('Enter')
    await terminal.shows(/ \* You are in general now/)
    terminal.press('C-c')
    await endedWith(130)
  })

  test('M3 nothing that a relay sends reaches the terminal as a control', async (t) => {
    const rude = new ChatmasterRelay(welcoming())
    t.after(() => rude.close())
    await bob('', await rude.listen())
    const record = `${folder}/written`
    terminal.record(record)
    const [guest] = rude.guests
    const evil = '\x1b[2J\x1b]0;title\x07\u009b31m\u202e\r\nx\tend'
    guest?.notify('user_joined', { username: `\x1b[H${evil}`, channel: '\x1bc' })
    guest?.notify(`\x1bc`, { [evil]: evil })
    guest?.send('message', { username: `e${evil}`, message: evil, edited: true })
    guest?.send('error', { error_type: '\x1bc', message: evil })
    guest?.notify('user_joined', { username: 'Bob', channel: `c${evil}` })
    guest?.send('message', { username: 'Amy', message: 'last' })
    await terminal.shows(/ Amy: last/)
    // tmux hands it to a program of its own, which writes it when it is its turn.
    await until('recorded', () => readFileSync(record, 'utf8').includes('last'))
    const written = readFileSync(record, 'utf8')
    for (const control of ['\x1b[2J', '\x1b]0', '\x07', '\x1bc', '\u009b', '\u202e', '\r', '\n', '\t']) {
      assert.ok(!written.includes(control), JSON.stringify(control))
    }
    assert.ok(terminal.rows().some((row) => row.includes('^[[2J^[]0;title^G\\u{9b}31m\\u{202e}^M^Jx    end')))
    terminal.press('C-c')
    await endedWith(130)
  })

  test('a signal leaves the terminal as it was', async () => {
    for (const [signal, code] of [
      ['SIGTERM', 143],
      ['SIGHUP', 129],
      ['SIGINT', 130],
    ] as const) {
      await bob()
      terminal.type('half')
      await terminal.endsIn('> half')
      process.kill(pid(), signal)
      await endedWith(code)
      terminal.run('clear')
      await terminal.endsIn('shell>')
    }
  })

  test('an exception leaves the terminal as it was', async () => {
    const program = join(import.meta.dirname, 'throwing-screen.js')
    const run = `"${process.execPath}" "${program}"; echo "code $?"`
    terminal.run(
      `stty -g > "${folder}/before"; clear; ${run}; stty -g > "${folder}/after"; cmp "${folder}/before" "${folder}/after" && echo unchanged`,
    )
    await terminal.shows('unchanged')
    assert.ok(terminal.rows().includes('Error: nobody catches this'))
    assert.ok(terminal.rows().includes('code 1'))
  })

  test('Ctrl-Z gives the terminal back until the client goes on', async () => {
    await bob()
    terminal.type('half')
    await terminal.endsIn('> half')
    terminal.press('C-z')
    await terminal.shows(/Stopped/)
    terminal.run('fg')
    await terminal.endsIn('─'.repeat(80), '> half')
    terminal.type(' more')
    await terminal.endsIn('> half more')
    terminal.press('C-c')
    await terminal.shows(/^shell>/)
  })

  test('a terminal that goes away ends the client', async () => {
    await bob()
    const client = pid()
    terminal.close()
    await until('it has ended', () => !existsSync(`/proc/${client}`))
    terminal = new Terminal(80, 24)
  })

  test('a relay that dies, or that says why it closes, is told when the screen is gone', async (t) => {
    const mortal = await startRelay('', 'chatmaster')
    await bob('', mortal.port)
    terminal.resize(120, 24)
    await mortal.kill()
    await terminal.shows('unchanged')
    const words = `Lost the connection to 127.0.0.1:${mortal.port}: `
    const rows = terminal.rows()
    assert.ok(
      rows.some((row) => row.startsWith(words)),
      rows.join('\n'),
    )
    assert.ok(rows.includes('code 1'))

    terminal.run('clear')
    const polite = new ChatmasterRelay(welcoming())
    t.after(() => polite.close())
    await bob('', await polite.listen())
    polite.guests[0]?.send('error', { error_type: 'session', message: 'Too \x1bslow.' })
    polite.guests[0]?.socket.end()
    await terminal.shows(/^Disconnected from 127\.0\.0\.1:\d+: Too \^\[slow\.$/)
    await terminal.shows('code 1')
  })

  test('a relay that cannot be reached is told', async () => {
    const port = await freePort()
    start('Bob', '', port)
    terminal.resize(120, 24)
    await terminal.shows('unchanged')
    const words = `Cannot join the chat at 127.0.0.1:${port}: connection refused; nothing listens there.`
    assert.deepEqual(terminal.rows().slice(0, 2), [words, 'code 69'])
  })

  test('there are colours, and none with NO_COLOR', async () => {
    await bob()
    assert.ok(terminal.colouredText().includes('\x1b[7m general · Bob'), terminal.colouredText())
    terminal.press('C-c')
    await endedWith(130)
    terminal.run('clear')
    await bob('', relay.port, 'NO_COLOR=1 ')
    assert.ok(!terminal.colouredText().includes('\x1b['), JSON.stringify(terminal.colouredText()))
  })
})

async function ended(t: TestContext, env: NodeJS.ProcessEnv, ...args: string[]): Promise<RunningProgram> {
  const program = new RunningProgram(process.execPath, [CLI, 'chat', ...args], env)
  t.after(() => program.end())
  assert.equal(await program.exitCode(), 64)
  assert.equal(program.output, '')
  return program
}

test('what does not go together is refused', async (t) => {
  assert.match(
    (await ended(t, {}, '--compressed', '127.0.0.1', 'Bob')).errorOutput,
    /framed knows no compression/,
  )
  assert.match((await ended(t, {}, '--dialect', 'irc', '127.0.0.1', 'Bob')).errorOutput, /Allowed choices/)
  const both = ['--dialect', 'chatmaster', '--plain', '--compressed', '127.0.0.1', 'Bob']
  assert.match((await ended(t, {}, ...both)).errorOutput, /cannot be used with option/)
})
