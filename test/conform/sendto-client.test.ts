/** The strict server of the sendto suite: what it says to clients, and what it says of them. */

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { ClientTrial } from '../../src/conform/client-trial.js'
import { sendtoSuite } from '../../src/conform/sendto/suite.js'
import { FAILURE, list, login, logout, MALFORMED, OK, packet, sendto } from '../fixtures/sendto-bytes.js'
import { SendtoPeer } from '../fixtures/sendto-peer.js'

async function startTrial(t: TestContext) {
  const lines: string[] = []
  const options = {
    suite: sendtoSuite,
    host: '127.0.0.1',
    port: 0,
    print: (line: string) => lines.push(line),
  }
  const trial = await ClientTrial.listen(options)
  const bob = await SendtoPeer.connect(trial.port)
  t.after(async () => {
    bob.destroy()
    await trial.stop()
  })
  return {
    trial,
    bob,
    /** The lines of the client, once its summary is complete, without what it begins with. */
    async summary(): Promise<string[]> {
      while (!lines.some((line) => / kept, \d+ broken$/.test(line))) await delay(5)
      return lines.map((line) => line.replace(/^#1 /, ''))
    },
  }
}

test('a client that speaks messages and does nothing wrong', async (t) => {
  const { trial, bob, summary } = await startTrial(t)
  bob.send(sendto('Amy', 'x'), login('Amy'), logout())
  await bob.expect(FAILURE, FAILURE, FAILURE)
  bob.send(login('Bob\0'))
  await bob.expect(OK, sendto('Amy', 'Hello Bob 👋'))
  bob.send(
    list(),
    sendto('Amy', 'psst\n'),
    sendto('nobody', 'x'),
    sendto('Bob', 'note'),
    login('Rob'),
    logout(),
  )
  await bob.expect(list('Amy\n'), list('Bob\nZed'), OK, sendto('Amy', 'Just between us, Bob'), FAILURE)
  await bob.expect(sendto('Bob', 'note'), OK, FAILURE, OK)
  bob.socket.end()
  assert.match((await summary()).at(-1) as string, /^summary: 4 rules kept, 0 broken$/)
  assert.equal(trial.mistakes, 0)
})

test('a client that speaks lines and does nothing wrong', async (t) => {
  const { trial, bob, summary } = await startTrial(t)
  bob.send(
    'login Amy\nlogin Bob\nlist\nsendto Zed Hi there\nsendto nobody x\nsendto Bob note\nlogout\nexit\n',
  )
  await bob.expectLines('Failure', 'Success', 'Amy: Hello Bob', 'Amy', 'Bob', 'Zed', 'Success')
  await bob.expectLines('Zed: Just between us, Bob', 'Failure', 'Bob: note', 'Success', 'Success', 'EXIT')
  assert.equal((await bob.rest()).length, 0)
  bob.socket.end()
  assert.match((await summary()).at(-1) as string, /^summary: 1 rules? kept, 0 broken$/)
  assert.equal(trial.mistakes, 0)
})

/** What a client sends after it was accepted as Bob, and what is said of it; each is answered as malformed. */
const MISTAKES: readonly [what: string, sent: Buffer, told: RegExp][] = [
  ['a RESPONSE', packet(5, '', '\0'), /^not ok S1 answered a message/],
  ['an unknown type', packet(9, 'x'), /^not ok S6 sent type 9 "x"$/],
  ['a long name', sendto('x'.repeat(21), 'Hi'), /^not ok S6 sent SENDTO with a name of 21 bytes$/],
  ['a name that is none', login('two words'), /^not ok S2 asked for what cannot be a name: "two words"$/],
  ['an empty text', sendto('Amy', ''), /^not ok S4 sent SENDTO with what cannot be a text: ""$/],
  ['controls', sendto('Amy', '\x1b[2J'), /^not ok S4 .*"\\x1b\[2J"$/],
  ['what is not UTF-8', sendto('Amy', Buffer.of(0xff)), /^not ok S4 .*"\\xff"$/],
]

for (const [what, sent, told] of MISTAKES) {
  test(`a client that sends ${what}`, async (t) => {
    const { trial, bob, summary } = await startTrial(t)
    bob.send(login('Bob'))
    await bob.expect(OK, sendto('Amy', 'Hello Bob 👋'))
    bob.send(sent, list())
    await bob.expect(MALFORMED, list('Amy\n'), list('Bob\nZed'))
    bob.socket.end()
    const lines = await summary()
    assert.ok(
      lines.some((line) => told.test(line)),
      lines.join('\n'),
    )
    assert.equal(trial.mistakes, 1)
  })
}

test('a client whose messages say more than they need', async (t) => {
  const { trial, bob, summary } = await startTrial(t)
  bob.send(packet(1, 'Bob', 'please'), packet(2, 'Bob'), packet(4, '', 'now'))
  await bob.expect(OK, sendto('Amy', 'Hello Bob 👋'), list('Amy\n'), list('Bob\nZed'), OK)
  bob.socket.end()
  await summary()
  assert.equal(trial.mistakes, 3)
})

test('a client that ends in the middle', async (t) => {
  for (const [sent, told] of [
    [login('Bob').subarray(0, 5), /^not ok S6 ended the connection in the middle of a message: "\\x01\\x03/],
    [Buffer.from('login Bob'), /^not ok S8 ended the connection in the middle of a line: "login Bob"$/],
  ] as const) {
    const { bob, summary } = await startTrial(t)
    bob.send(sent)
    bob.socket.end()
    const lines = await summary()
    assert.ok(
      lines.some((line) => told.test(line)),
      lines.join('\n'),
    )
  }
})

test('S8 lines that the client should not have sent', async (t) => {
  const { trial, bob, summary } = await startTrial(t)
  bob.send('login\nlogin a b\nsendto Amy\nsendto Amy a\x1bb\n', `sendto Amy ${'x'.repeat(65_536)}\n`)
  bob.send('list all\nquit\n')
  await bob.expectLines('Bad username', 'Bad username', 'Bad username', 'Bad message', 'Bad message')
  await bob.expectLines('Invalid command', 'Invalid command')
  bob.socket.end()
  await summary()
  assert.equal(trial.mistakes, 7)
})
