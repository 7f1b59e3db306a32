/** The line client as a person has it: in a terminal, against the relay. */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { FramedClient } from '../../src/client/framed-client.js'
import { CLI, type RelayProcess, startRelay } from '../fixtures/relay-process.js'
import { until } from '../fixtures/until.js'
import { noTmux, Terminal } from './tmux.js'

/** In which a program hears of another size of its terminal, also beside others. */
const SIGNAL_MS = 1000

/** What would take minutes character by character takes less, also beside other tests. */
const SECONDS_MS = 10_000

const COLUMNS = 40
const ROWS = 20
const BOB_JOINED = '**Bob is joining the chat**'
const GREETING = '-- You are Bob. /help says more.'

const reason = noTmux()
if (reason !== null && process.env.CI === 'true') throw new Error(reason)
if (reason !== null) console.error(`SKIPPED: ${reason}`)

describe('the line client in a terminal', { skip: reason ?? false }, () => {
  let relay: RelayProcess
  let amy: FramedClient
  let heard: string[]
  let terminal: Terminal
  let folder: string

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parlance-terminal-'))
    relay = await startRelay()
    amy = new FramedClient(relay)
    amy.on('line', (text) => heard.push(text))
    amy.on('direct', (text) => heard.push(`direct ${text}`))
    heard = []
    await amy.connect()
    await amy.join('Amy')
  })
  after(async () => {
    await amy.leave()
    await relay.stop()
    rmSync(folder, { recursive: true })
  })
  beforeEach(() => {
    heard = []
    terminal = new Terminal(COLUMNS, ROWS)
  })
  afterEach(() => terminal.close())

  /** Starts the line client in the terminal; what the shell says about its end comes after. */
  function start(name: string, prefix = '', port = relay.port): void {
    const command = `${prefix}"${process.execPath}" "${CLI}" chat 127.0.0.1:${port} ${name}; echo "code $?"`
    terminal.run(`clear; ${command}`)
  }

  async function bob(prefix = ''): Promise<void> {
    start('Bob', prefix)
    await terminal.endsIn(BOB_JOINED, 'Bob>')
    assert.equal(terminal.cursor()[0], 'Bob> '.length)
  }

  test('the prompt is the name, > and one space, and what is typed goes to everyone', async () => {
    await bob()
    terminal.type('Hi')
    terminal.press('Enter')
    await terminal.endsIn(BOB_JOINED, 'Bob> Hi', 'Bob>')
    terminal.type('there')
    terminal.press('Enter')
    await terminal.endsIn('Bob> Hi', 'Bob> there', 'Bob>')
    while (heard.length < 3) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(heard, [BOB_JOINED, '[Bob] Hi', '[Bob] there'])
  })

  test('an incoming line appears above the line being typed', async () => {
    await bob()
    terminal.type('half a')
    await terminal.endsIn('Bob> half a')
    amy.say('Hi')
    amy.direct('Bob', 'psst')
    await terminal.endsIn(BOB_JOINED, '[Amy] Hi', '(direct) [Amy] psst', 'Bob> half a')
    terminal.type(' line')
    terminal.press('Enter')
    await terminal.endsIn('(direct) [Amy] psst', 'Bob> half a line', 'Bob>')
  })

  test('also above one that wraps, with the cursor in the middle of either row', async () => {
    await bob()
    const typed = 'a line that goes on until it takes two rows'
    const rows = ['Bob> a line that goes on until it takes', 'two rows']
    terminal.type(typed)
    await terminal.endsIn(...rows)
    amy.say('at the end')
    await terminal.endsIn(BOB_JOINED, '[Amy] at the end', ...rows)
    terminal.press(...Array.from({ length: 3 }, () => 'Left'))
    amy.say('in the second row')
    await terminal.endsIn('[Amy] at the end', '[Amy] in the second row', ...rows)
    terminal.press('Home')
    amy.say(`in the first row, and ${'long '.repeat(8)}`)
    await terminal.endsIn(
      '[Amy] in the second row',
      '[Amy] in the first row, and long long lo',
      'ng long long long long long',
      ...rows,
    )
    terminal.type('See: ')
    terminal.press('Enter')
    await terminal.endsIn('Bob>')
    while (!heard.includes(`[Bob] See: ${typed}`)) await new Promise((resolve) => setTimeout(resolve, 5))
  })

  test('also when the line fills its row to the last column', async () => {
    await bob()
    const full = 'x'.repeat(COLUMNS - 'Bob> '.length)
    terminal.type(full)
    await terminal.endsIn(`Bob> ${full}`)
    amy.say('one')
    amy.say('two')
    await terminal.endsIn(BOB_JOINED, '[Amy] one', '[Amy] two', `Bob> ${full}`)
    terminal.type('yz')
    await terminal.endsIn('[Amy] two', `Bob> ${full}`, 'yz')
  })

  test('a paste into the middle of a line that wraps stays where it was pasted', async () => {
    await bob()
    terminal.type('from here to there')
    terminal.press(...Array.from({ length: 'to there'.length }, () => 'Left'))
    terminal.type('over the hills and far away ')
    await terminal.endsIn('Bob> from here over the hills and far aw', 'ay to there')
    amy.say('Hi')
    await terminal.endsIn(BOB_JOINED, '[Amy] Hi', 'Bob> from here over the hills and far aw', 'ay to there')
  })

  /** Resolves when Amy has heard `count` lines of Bob. @returns them, without their speaker */
  async function said(count: number): Promise<string[]> {
    for (;;) {
      const lines = heard
        .filter((line) => line.startsWith('[Bob] '))
        .map((line) => line.slice('[Bob] '.length))
      if (lines.length >= count) return lines
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  /** The terminal as programs have left it: whether it marks pastes. */
  function marksPastes(record: string): boolean {
    const written = readFileSync(record, 'utf8')
    return written.lastIndexOf('\x1b[?2004h') > written.lastIndexOf('\x1b[?2004l')
  }

  test('a paste of several lines waits in the prompt, its line ends shown, until Enter says it line by line', async () => {
    await bob()
    terminal.type('from  on')
    terminal.press(...Array.from({ length: ' on'.length }, () => 'Left'))
    terminal.paste('here\nand\tthere\x03\x04\x15\n\nand so')
    await terminal.endsIn('Bob> from here⏎and there⏎⏎and so on')
    amy.say('Hi')
    await terminal.endsIn('[Amy] Hi', 'Bob> from here⏎and there⏎⏎and so on')
    assert.deepEqual(await said(0), [])
    terminal.press('Enter')
    await terminal.endsIn('Bob> from here⏎and there⏎⏎and so on', 'Bob>')
    assert.deepEqual(await said(3), ['from here', 'and\tthere', 'and so on'])
    terminal.press('Up')
    await terminal.endsIn('Bob> from here⏎and there⏎⏎and so on')
    terminal.press('BSpace', 'BSpace', 'BSpace', 'Enter')
    assert.deepEqual((await said(6)).slice(3), ['from here', 'and\tthere', 'and so'])
  })

  test('a paste of 70 KB is in the prompt, and on Enter said, within seconds', async () => {
    await bob()
    const lines = Array.from(
      { length: 1_000 },
      (_, index) => `${index} ${'of a thousand lines '.repeat(3)}and`,
    )
    const before = performance.now()
    terminal.paste(lines.join('\n'))
    await terminal.endsIn(/lines and$/)
    assert.deepEqual(await said(0), [])
    terminal.press('Enter')
    assert.deepEqual(await said(lines.length), lines)
    await terminal.endsIn('Bob>')
    assert.ok(performance.now() - before < SECONDS_MS)
  })

  test('so is one into a terminal that does not mark pastes, where each line end is Enter', async () => {
    await bob()
    const lines = Array.from(
      { length: 100 },
      (_, index) => `${index} ${'of a hundred long lines '.repeat(30)}`,
    )
    const before = performance.now()
    terminal.pasteUnmarked(lines.join('\n'))
    assert.equal((await said(lines.length - 1)).length, lines.length - 1)
    assert.ok(performance.now() - before < SECONDS_MS)
  })

  test('the terminal is asked to mark pastes, and no longer when the client ends, in whatever way', async () => {
    const ends: [(pid: number) => void, string][] = [
      [() => terminal.press('C-c'), 'code 130'],
      [() => terminal.press('C-d'), 'code 0'],
      [(pid) => process.kill(pid, 'SIGTERM'), 'code 143'],
      [(pid) => process.kill(pid, 'SIGHUP'), 'code 129'],
    ]
    const record = join(folder, 'written')
    terminal.record(record)
    for (const [end, code] of ends) {
      const command = `"${process.execPath}" "${CLI}" chat 127.0.0.1:${relay.port} Bob`
      terminal.run(`clear; sh -c 'echo $$ > "${folder}/pid"; exec ${command}'; echo "code $?"`)
      await terminal.endsIn(BOB_JOINED, 'Bob>')
      await until(() => marksPastes(record))
      end(Number(readFileSync(`${folder}/pid`, 'utf8')))
      await terminal.endsIn(code, 'shell>')
      await until(() => !marksPastes(record))
    }
  })

  test('Ctrl-Z gives the terminal back until the client goes on', async () => {
    await bob()
    const record = join(folder, 'stopped')
    terminal.record(record)
    terminal.type('half')
    await terminal.endsIn('Bob> half')
    terminal.press('C-z')
    await terminal.shows(/Stopped/)
    await terminal.endsIn('shell>')
    await until(() => !marksPastes(record))
    terminal.run('fg')
    await terminal.endsIn('Bob> half')
    terminal.paste(' more\nto')
    await terminal.endsIn('Bob> half more⏎to')
    terminal.press('C-c')
    await terminal.endsIn('shell>')
  })

  test('emoji that are joined take the columns that they are shown in', async () => {
    await bob()
    terminal.type('x👨\u200d👩\u200d👧 ❤\ufe0f y')
    await terminal.endsIn(/^Bob> x👨👩👧 ❤ y$/)
    assert.equal(terminal.cursor()[0], 'Bob> x'.length + 3 * 2 + ' ❤ y'.length)
    terminal.press('Left', 'Left', 'Left')
    terminal.type('z')
    await terminal.endsIn(/^Bob> x👨👩👧 ❤z y$/)
    amy.say('Hi')
    await terminal.endsIn('[Amy] Hi', /^Bob> x👨👩👧 ❤z y$/)
  })

  test('a terminal that becomes narrower leaves nothing of the line as it was', async () => {
    await bob()
    terminal.resize(2 * COLUMNS, ROWS)
    const typed = 'a line that goes on until it takes two rows of forty'
    for (const text of ['one', 'two', 'three', 'four']) amy.say(text)
    terminal.type(typed)
    await terminal.endsIn('[Amy] four', `Bob> ${typed}`)
    // What the terminal does by itself looks the same until the client has heard of it.
    await delay(SIGNAL_MS)
    terminal.resize(COLUMNS, ROWS)
    await delay(SIGNAL_MS)
    const rows = ['Bob> a line that goes on until it takes', 'two rows of forty']
    await terminal.endsIn('[Amy] three', '[Amy] four', ...rows)
    terminal.resize(COLUMNS / 2, ROWS)
    await delay(SIGNAL_MS)
    await terminal.endsIn('[Amy] four', 'Bob> a line that goe', 's on until it takes', 'two rows of forty')
    terminal.press('Home')
    await terminal.cursorIn('Bob> '.length)
    terminal.resize(COLUMNS / 4, ROWS)
    await delay(SIGNAL_MS)
    await terminal.endsIn('Bob> a lin', 'e that goe', 's on until', ' it takes', 'two rows o', 'f forty')
    assert.equal(terminal.rows().filter((row) => row.startsWith('Bob>')).length, 1)
  })

  test('a terminal that becomes wider or narrower keeps what was said and what is typed', async () => {
    await bob()
    const typed = 'a line that goes on until it takes two rows'
    terminal.type(typed)
    await terminal.endsIn('Bob> a line that goes on until it takes', 'two rows')
    amy.say('one')
    await terminal.endsIn(BOB_JOINED, '[Amy] one', 'Bob> a line that goes on until it takes', 'two rows')
    terminal.resize(2 * COLUMNS, ROWS)
    await terminal.endsIn(BOB_JOINED, '[Amy] one', `Bob> ${typed}`)
    // The terminal has reflowed its rows by itself; that the client has heard of it cannot be seen.
    await delay(SIGNAL_MS)
    amy.say('two')
    await terminal.endsIn(BOB_JOINED, '[Amy] one', '[Amy] two', `Bob> ${typed}`)
    terminal.resize(COLUMNS, ROWS)
    await terminal.endsIn('Bob> a line that goes on until it takes', 'two rows')
    await delay(SIGNAL_MS)
    amy.say('three')
    await terminal.endsIn('[Amy] three', 'Bob> a line that goes on until it takes', 'two rows')
    assert.ok(terminal.rows().includes('[Amy] two'))
  })

  test('a burst of lines while somebody types loses neither', async () => {
    await bob()
    const typed = 'the quick brown fox jumps over the lazy dog'
    for (const [index, character] of [...typed].entries()) {
      terminal.type(character)
      amy.say(`burst ${index}`)
    }
    const whole = `Bob> ${typed}`
    await terminal.endsIn(
      `[Amy] burst ${typed.length - 1}`,
      whole.slice(0, COLUMNS).trimEnd(),
      whole.slice(COLUMNS),
    )
    assert.deepEqual(
      terminal.rows().slice(0, -2),
      Array.from({ length: ROWS - 2 }, (_, row) => `[Amy] burst ${typed.length - (ROWS - 2) + row}`),
    )
  })

  test('F2 a name that is taken asks for another and tries again', async () => {
    start('Amy')
    await terminal.endsIn('-- The name Amy is taken. Choose another', ' one.', 'Name:')
    terminal.press('Enter')
    await terminal.shows(/^-- A blank name cannot be used/)
    terminal.type('Amy')
    terminal.press('Enter')
    await terminal.endsIn('Name: Amy', '-- The name Amy is taken. Choose another', ' one.', 'Name:')
    terminal.type('Bob')
    terminal.press('Enter')
    await terminal.endsIn('Name: Bob', GREETING, BOB_JOINED, 'Bob>')
  })

  test('F8 F9 what is for one person goes to them alone, and no command is said', async () => {
    await bob()
    assert.deepEqual(terminal.rows(), [GREETING, BOB_JOINED, 'Bob>'])
    const lines: [typed: string, shown: string[]][] = [
      ['@Amy psst', []],
      ['/list', ['On the relay: Amy, Bob']],
      ['@list', ['On the relay: Amy, Bob']],
      ['/foo', ['-- There is no /foo; //foo says it. /hel', 'p says more.']],
      ['@Amy', ['-- To one person it is @NAME TEXT. With ', '/say in front, all read it.']],
      ['/direct Zoe Hi', ['Error: No such user: Zoe']],
      ['//foo', []],
      ['/help', ['-- /quit, /exit: leave; so do @exit and ', 'the end of input']],
    ]
    for (const [typed, shown] of lines) {
      terminal.type(typed)
      terminal.press('Enter')
      await terminal.endsIn(
        ...(typed === '/help' ? [] : [`Bob> ${typed}`]),
        ...shown.map((row) => row.trimEnd()),
        'Bob>',
      )
    }
    terminal.type('/quit')
    terminal.press('Enter')
    await terminal.endsIn('Bob> /quit', 'code 0', 'shell>')
    const expected = ['direct [Bob] psst', '[Bob] /foo', '**Bob is leaving the chat**']
    while (!heard.includes('[Bob] /foo') || heard.at(-1) !== expected.at(-1))
      await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(heard.slice(-3), expected)
  })

  test('text outside ASCII says what the others read', async () => {
    await bob()
    terminal.type('café')
    terminal.press('Enter')
    await terminal.endsIn('Bob> café', '-- sent in ASCII: cafe', 'Bob>')
  })

  test('@exit leaves and ends the program, also where a name is asked for', async () => {
    await bob()
    terminal.type('@exit')
    terminal.press('Enter')
    await terminal.endsIn('Bob> @exit', 'code 0', 'shell>')
    start('Amy')
    await terminal.endsIn('Name:')
    terminal.type('@exit')
    terminal.press('Enter')
    await terminal.endsIn('Name: @exit', 'code 0', 'shell>')
  })

  test('Ctrl-C leaves, with 130, and what was half typed stays on the screen unsent', async () => {
    await bob()
    terminal.type('half')
    await terminal.endsIn('Bob> half')
    terminal.press('Home', 'C-c')
    await terminal.endsIn('Bob> half', 'code 130', 'shell>')
    // What is heard of the Bob before may come first.
    const expected = [BOB_JOINED, '**Bob is leaving the chat**']
    while (!heard.includes(BOB_JOINED) || heard.at(-1) !== expected[1])
      await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(heard.slice(-2), expected)
  })

  test('Ctrl-D leaves, with 0', async () => {
    await bob()
    terminal.press('C-d')
    await terminal.endsIn('Bob>', 'code 0', 'shell>')
  })

  test('a relay that dies is said below the line being typed, with 1', async () => {
    const mortal = await startRelay()
    start('Bob', '', mortal.port)
    await terminal.endsIn(BOB_JOINED, 'Bob>')
    terminal.type('half')
    await terminal.endsIn('Bob> half')
    await mortal.kill()
    await terminal.endsIn('code 1', 'shell>')
    const rows = terminal.rows()
    const words = `Lost the connection to 127.0.0.1:${mortal.port}: `
    assert.equal(rows[rows.indexOf('Bob> half') + 1], words.slice(0, COLUMNS).trimEnd())
  })

  test('there are colours, and none with NO_COLOR', async () => {
    await bob()
    // The row before it had another colour, which tmux takes back.
    const coloured = terminal.colouredText().replaceAll('\x1b[39m', '')
    assert.ok(coloured.includes(`\x1b[2m${BOB_JOINED}`), coloured)
    terminal.press('C-d')
    await terminal.endsIn('code 0', 'shell>')
    await bob('NO_COLOR=1 ')
    amy.say('Hi')
    await terminal.endsIn('[Amy] Hi', 'Bob>')
    assert.ok(!terminal.colouredText().includes('\x1b['), JSON.stringify(terminal.colouredText()))
  })
})
