/**
 * Clients in the wild, as scripts of their own that do what is known of such clients and nothing that the pages of the
 * protocols add to it: what the options of the framed dialect and the line mode of the sendto dialect are for.
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ACCEPTED, DIRECT, direct, join, joining, leaving, list, message } from '../fixtures/framed-bytes.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { OK, sendto } from '../fixtures/sendto-bytes.js'
import { startSendtoRelay } from '../fixtures/sendto-relay.js'
import { startRelay } from '../fixtures/start-relay.js'

const reason = spawnSync('python3', ['--version']).status === 0 ? null : 'python3 is not installed'
if (reason !== null && process.env.CI === 'true') throw new Error(reason)
if (reason !== null) console.error(`SKIPPED: ${reason}`)

/** What the listener for such clients is started with. */
const WILD = 'join-reply=byte&greeting=join&bare=on'

function script(t: TestContext, file: string, port: number, ...args: string[]): RunningProgram {
  const path = fileURLToPath(new URL(`../fixtures/field-notes/${file}`, import.meta.url))
  const program = new RunningProgram('python3', [path, '127.0.0.1', String(port), ...args])
  t.after(() => program.end())
  return program
}

describe('framed clients in the wild', { skip: reason ?? false }, () => {
  /** A relay for them, with Amy on it, who speaks as the page says, on a listener without options. */
  async function start(t: TestContext) {
    const relay = await startRelay(t, { query: [WILD, 'greeting=off'] })
    const amy = await relay.connect({ port: relay.ports[1] as number })
    amy.send(join('Amy'))
    await amy.expect(ACCEPTED, joining('Amy'))
    return { port: relay.port, amy }
  }

  async function console(t: TestContext) {
    const { port, amy } = await start(t)
    const bob = script(t, 'framed_console.py', port, 'Bob')
    await amy.expect(joining('Bob'))
    await bob.shows('2|**Bob is joining the chat**\n')
    return { port, amy, bob }
  }

  test('the answer to JOIN is one bare byte, 0 or 1, and the commands come after it as a MESSAGE', async (t) => {
    const { port, bob } = await console(t)
    const [answer, commands, joined] = bob.output.split('\n')
    assert.equal(answer, 'answer 0')
    assert.match(commands as string, /^2\|.*JOIN.*LEAVE.*MESSAGE.*LIST.*DIRECT/)
    assert.equal(joined, '2|**Bob is joining the chat**')
    const other = script(t, 'framed_console.py', port, 'Bob')
    assert.equal(await other.exitCode(), 0)
    assert.equal(other.output, 'answer 1\n')
    bob.endInput()
  })

  test('each frame comes in one write: two reads without a loop take it whole', async (t) => {
    const { amy, bob } = await console(t)
    const texts = Array.from({ length: 100 }, (_, n) => `${n} ${'x'.repeat(n * 30)}`)
    for (const text of texts) {
      amy.send(message(text))
      await bob.shows(`2|[Amy] ${text}\n`)
    }
    const said = bob.output.split('\n').filter((line) => line.startsWith('2|[Amy] '))
    assert.deepEqual(
      said,
      texts.map((text) => `2|[Amy] ${text}`),
    )
    bob.endInput()
  })

  test('text with a line feed behind it is relayed without, and not to the one who said it', async (t) => {
    const { amy, bob } = await console(t)
    bob.type('Hi', 'there')
    await amy.expect(message('[Bob] Hi'), message('[Bob] there'))
    amy.send(message('last'))
    await bob.shows('2|[Amy] last')
    assert.doesNotMatch(bob.output, /\[Bob\]/)
    bob.endInput()
  })

  test('LIST as a lone byte, and as a frame with the name', async (t) => {
    const { bob } = await console(t)
    bob.type('/list')
    await bob.shows('3|Amy Bob\n')
    bob.type('/list with name', '/list')
    await bob.shows('3|Amy Bob\n3|Amy Bob\n3|Amy Bob\n')
    bob.endInput()
  })

  for (const what of ['/leave', '/leave with name']) {
    test(`LEAVE ${what === '/leave' ? 'as a lone byte' : 'as a frame with the name'}`, async (t) => {
      const { amy, bob } = await console(t)
      bob.type(what)
      await amy.expect(leaving('Bob'))
      bob.endInput()
      assert.equal(await bob.exitCode(), 0)
      assert.match(bob.output, /\nclosed\n$/)
      assert.equal(bob.errorOutput, '')
    })
  }

  test('DIRECT as @Amy text and as /w Amy text', async (t) => {
    const { amy, bob } = await console(t)
    bob.type('@Amy psst', '/w Amy psst again')
    await amy.expect(direct('[Bob] psst'), direct('[Bob] psst again'))
    amy.send(direct('Bob yes?'))
    await bob.shows(`${DIRECT}|[Amy] yes?\n`)
    bob.endInput()
  })

  test('names and texts padded with NULs are names and texts', async (t) => {
    const relay = await startRelay(t, { query: 'greeting=off' })
    const amy = await relay.connect()
    amy.send(join('Amy'))
    await amy.expect(ACCEPTED, joining('Amy'))
    const bob = script(t, 'framed_padded.py', relay.port, 'Bob', 'Hi there')
    assert.equal(await bob.exitCode(), 0, bob.errorOutput)
    await amy.expect(joining('Bob'), message('[Bob] Hi there'), leaving('Bob'))
    amy.send(list())
    await amy.expect(list('Amy'))
    const shown = ["'0|\\x00'", "'2|**Bob is joining the chat**'", "'4|[Bob] Hi there'", '']
    assert.deepEqual(bob.output.split('\n'), shown)
  })
})

describe('sendto clients in the wild', { skip: reason ?? false }, () => {
  test('S8 the typed line as it is: what comes back is what the client prints', async (t) => {
    const relay = await startSendtoRelay(t)
    const amy = await relay.login('Amy')
    const john = script(t, 'sendto_typed.py', relay.port)
    john.type('login John')
    await john.shows('Success\n')
    john.type('list', 'sendto Amy Hi how are you?')
    await amy.expect(sendto('John', 'Hi how are you?'))
    await john.shows('Amy\nJohn\nSuccess\n')
    amy.send(sendto('John', 'Fine'))
    await amy.expect(OK)
    await john.shows('Amy: Fine\n')
    john.type('login', 'list all', 'logout', 'exit')
    john.endInput()
    assert.equal(await john.exitCode(), 0)
    const expected = [
      'Success',
      'Amy',
      'John',
      'Success',
      'Amy: Fine',
      'Bad username',
      'Invalid command',
      'Success',
      'EXIT',
    ]
    assert.deepEqual(john.output.split('\n'), [...expected, 'closed', ''])
  })

  test('S8 a client that waits for something after each line always gets it', async (t) => {
    const relay = await startSendtoRelay(t)
    const john = script(t, 'sendto_typed.py', relay.port, 'wait')
    const lines = [
      'list',
      'login',
      'login John',
      'list',
      'sendto nobody Hi',
      'logout',
      'logout',
      'hello',
      'list',
    ]
    const answers = [
      '',
      'Bad username',
      'Success',
      'John',
      'Failure',
      'Success',
      'Failure',
      'Invalid command',
      '',
    ]
    john.type(...lines)
    john.endInput()
    assert.equal(await john.exitCode(), 0)
    assert.deepEqual(john.output.split('\n'), [...answers, ''])
  })
})
