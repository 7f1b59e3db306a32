/** The strict server of the framed suite: what it says to clients, and what it says of them. */

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Suite } from '../../src/conform/check.js'
import { ClientTrial } from '../../src/conform/client-trial.js'
import { serveStrictly } from '../../src/conform/framed/strict-server.js'
import { framedSuite } from '../../src/conform/framed/suite.js'
import {
  ACCEPTED,
  commandOf,
  direct,
  error,
  frame,
  header,
  INVALID,
  join,
  joining,
  LEAVE,
  leave,
  list,
  message,
  TAKEN,
  textOf,
} from '../fixtures/framed-bytes.js'
import { FramedPeer } from '../fixtures/framed-peer.js'

async function startTrial(t: TestContext, suite: Suite = framedSuite) {
  const lines: string[] = []
  const trial = await ClientTrial.listen({
    suite,
    host: '127.0.0.1',
    port: 0,
    print: (line) => lines.push(line),
  })
  const peers: FramedPeer[] = []
  t.after(async () => {
    for (const peer of peers) peer.destroy()
    await trial.stop()
  })
  return {
    trial,
    lines,
    async connect() {
      const peer = await FramedPeer.connect({ port: trial.port })
      peers.push(peer)
      assert.match(textOf(await peer.frame()), /JOIN/)
      return peer
    },
    /** The lines of the first client, once its summary is complete, without what it begins with. */
    async summary(): Promise<string[]> {
      while (!lines.some((line) => / kept, \d+ broken$/.test(line))) await delay(5)
      return lines.filter((line) => line.startsWith('#1 ')).map((line) => line.slice(3))
    },
  }
}

test('a client that does nothing wrong', async (t) => {
  const { trial, connect, summary } = await startTrial(t)
  const bob = await connect()
  bob.send(join('Amy'))
  await bob.expect(TAKEN)
  bob.send(join('Bob'))
  await bob.expect(ACCEPTED, joining('Bob'), message('[Amy] Hello Bob'))
  bob.send(message('Hi\n'), direct('@Amy psst'), direct('nobody Hi'), direct('Bob note'), list())
  await bob.expect(message('[Amy] I hear you'), message('[Zed] So do I'))
  await bob.expect(direct('[Amy] Just between us, Bob'), error('No such user: nobody'), direct('[Bob] note'))
  await bob.expect(list('Amy Bob Zed'))
  bob.send(leave())
  await bob.expectEnd()
  bob.socket.end()
  const lines = await summary()
  assert.deepEqual(lines.slice(1), [
    'ok F2 asked for a name that is taken: "Amy"',
    'ok F2 asked for a name: "Bob"',
    'ok F4 said something',
    'ok F9 sent a word to Amy alone',
    'ok F9 sent a word to somebody who is not here',
    'ok F9 sent a word to itself',
    'ok F8 asked who is here',
    'ok F10 left with LEAVE',
    'disconnected',
    'summary: ok F2 2 times',
    'summary: ok F4 once',
    'summary: ok F9 3 times',
    'summary: ok F8 once',
    'summary: ok F10 once',
    'summary: 5 rules kept, 0 broken',
  ])
  assert.equal(trial.mistakes, 0)
})

/** What a client sends after it was accepted as Bob, what it gets, and what is said of it. */
const MISTAKES: readonly [what: string, sent: Buffer, answer: RegExp, told: RegExp][] = [
  ['a second JOIN', join('Rob'), /^Already joined as Bob$/, /^not ok F12 asked for a name again, being Bob$/],
  ['UTF-8', message('caf\xc3\xa9'), /^Only printable ASCII/, /^not ok F7 sent MESSAGE .*"caf\\xc3\\xa9"$/],
  ['a line feed inside', message('a\nb'), /^Only/, /^not ok F7 sent MESSAGE .*"a\\nb"$/],
  ['controls in a DIRECT', direct('Amy \x1b[2J'), /^Only/, /^not ok F7 sent DIRECT .*"Amy \\x1b\[2J"$/],
  ['a long text', message('x'.repeat(65_530)), /^Message too long/, /^not ok F6 sent a text of 65530 bytes$/],
  [
    'DIRECT without a text',
    direct('Amy'),
    /direct message/,
    /^not ok F9 sent DIRECT without a name or without a/,
  ],
  ['an unknown command', frame(9), /^Unsupported command 9$/, /^not ok F11 sent command 9$/],
  ['ERROR', error('no'), /^Unsupported command 5$/, /^not ok F11 sent command 5$/],
]

for (const [what, sent, answer, told] of MISTAKES) {
  test(`a client that sends ${what}`, async (t) => {
    const { trial, connect, lines, summary } = await startTrial(t)
    const bob = await connect()
    bob.send(join('Bob'))
    await bob.expect(ACCEPTED, joining('Bob'), message('[Amy] Hello Bob'))
    bob.send(sent)
    assert.match(textOf(await bob.frame()), answer)
    assert.ok(
      lines.some((line) => told.test(line.slice(3))),
      lines.join('\n'),
    )
    // It is still served.
    bob.send(list())
    await bob.expect(list('Amy Bob Zed'))
    bob.destroy()
    assert.match((await summary()).at(-1) ?? '', /, 1 broken$/)
    assert.equal(trial.mistakes, 1)
  })
}

test('F2 F12 a client that does not know how to come in', async (t) => {
  const { connect, summary } = await startTrial(t)
  const bob = await connect()
  bob.send(message('early'), list(), direct('Amy Hi'), join('two words'))
  await bob.expect(error('Join first'), error('Join first'), error('Join first'), INVALID)
  bob.destroy()
  const lines = await summary()
  assert.ok(lines.includes('not ok F12 sent LIST before JOIN was accepted'))
  assert.ok(lines.includes('not ok F2 asked for what cannot be a name: "two words"'))
  assert.ok(lines.includes('summary: not ok F12 3 times, first: sent MESSAGE before JOIN was accepted'))
})

test('F15 F17 a long frame before JOIN: last words and the end', async (t) => {
  const { connect, summary } = await startTrial(t)
  const bob = await connect()
  bob.send(header(0, 2000))
  await bob.expectLike(5, /too long/)
  assert.equal(commandOf(await bob.frame()), LEAVE)
  await bob.ended()
  bob.destroy()
  assert.ok((await summary()).includes('not ok F15 sent a frame of more than 1 KiB before JOIN was accepted'))
})

test('F15 a client that ends in the middle of a frame', async (t) => {
  const { connect, summary } = await startTrial(t)
  const bob = await connect()
  bob.send(join('Bob').subarray(0, 4))
  bob.socket.end()
  assert.ok(
    (await summary()).includes(
      'not ok F15 ended the connection in the middle of a frame: "\\x00\\x00\\x03B"',
    ),
  )
})

for (const [what, sent, told] of [
  ['asks for no name', [], /^not ok F15 asked for no name within 10 s$/],
  [
    'sends a lone LIST byte',
    [join('Bob'), Buffer.of(3)],
    /^not ok F15 began a frame and did not .*: "\\x03"$/,
  ],
] as const) {
  test(`F15 F17 a client that ${what}: last words and the end`, async (t) => {
    const strictServer: Suite['strictServer'] = (peer, verdicts) => serveStrictly(peer, verdicts, 100)
    const { connect, summary } = await startTrial(t, { ...framedSuite, strictServer })
    const bob = await connect()
    bob.send(...sent)
    const frames = await bob.rest()
    assert.deepEqual(
      frames.slice(-2).map((one) => one[0]),
      [5, LEAVE],
    )
    bob.destroy()
    const lines = await summary()
    assert.ok(
      lines.some((line) => told.test(line)),
      lines.join('\n'),
    )
  })
}

test('F10 a client that goes on after LEAVE', async (t) => {
  const { connect, summary } = await startTrial(t)
  const bob = await connect()
  bob.send(leave(), message('too late'))
  bob.socket.end()
  assert.ok((await summary()).some((line) => /^not ok F10 sent more after LEAVE: .*too late/.test(line)))
})

test('several clients at once, each with a number', async (t) => {
  const { trial, connect, lines } = await startTrial(t)
  const [one, two] = [await connect(), await connect()]
  for (const peer of [two, one]) {
    peer.send(join('Bob'))
    await peer.expect(ACCEPTED)
  }
  await trial.stop()
  for (const who of ['#1', '#2']) {
    assert.ok(lines.includes(`${who} ok F2 asked for a name: "Bob"`))
    assert.ok(lines.includes(`${who} summary: 1 rules kept, 0 broken`))
  }
})

test('a strict server that fails is told of, and ends that client alone', async (t) => {
  const lines: string[] = []
  const strictServer = async () => {
    throw new TypeError('no such thing')
  }
  const suite = { ...framedSuite, strictServer }
  const print = (line: string) => lines.push(line)
  const trial = await ClientTrial.listen({ suite, host: '127.0.0.1', port: 0, print })
  t.after(() => trial.stop())
  for (const who of ['#1', '#2']) {
    const peer = await FramedPeer.connect({ port: trial.port })
    await peer.ended()
    peer.destroy()
    assert.ok(lines.includes(`${who} the strict server failed: TypeError: no such thing`))
  }
})
