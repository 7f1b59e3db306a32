/** The kit on a relay over WebSocket that gets one thing wrong: it finds each, under the rule that it breaks. */

import assert from 'node:assert/strict'
import test, { after, before, describe, type TestContext } from 'node:test'
import { messages } from '../../src/conform/chatroom/messages.js'
import { chatroomSuite } from '../../src/conform/chatroom/suite.js'
import type { Check, CheckSuite } from '../../src/conform/check.js'
import { freshNames, type Outcome, runCheck } from '../../src/conform/run-check.js'
import { webSocketSuite } from '../../src/conform/websocket/suite.js'
import { startWebSocketRelay, type WebSocketRelay } from '../fixtures/websocket-relay.js'
import { type Wrong, wrongWebSocket } from './wrong-websocket.js'

let relay: WebSocketRelay
before(async () => {
  relay = await startWebSocketRelay()
})
after(() => relay.stop())

async function outcomes(
  t: TestContext,
  wrong: Wrong,
  { checks }: CheckSuite,
  chosen: (check: Check) => boolean,
): Promise<Map<string, Outcome>> {
  const { server: listening, port } = await wrongWebSocket(relay.port, wrong)
  t.after(() => listening.close())
  const url = { authority: `127.0.0.1:${port}`, path: '/' }
  const server = {
    host: '127.0.0.1',
    port,
    timeoutMs: 800,
    quietMs: 30,
    freshName: freshNames(),
    over: { url, tls: false, subprotocol: 'chatroom', messages },
  }
  const found = new Map<string, Outcome>()
  for (const check of checks.filter(chosen)) {
    const outcome = await runCheck(check, server)
    assert.notEqual(outcome.kind, 'crashed', `${check.title}: ${JSON.stringify(outcome)}`)
    found.set(check.title, outcome)
  }
  return found
}

/** The fault, the numbers of checks that find it, and one that has nothing to do with it. */
const CASES: readonly [wrong: Wrong, finding: readonly string[], unharmed: string | null][] = [
  ['takes no long messages', ['1.1.6', '1.2.7', '9.1.1', '9.5.6'], '1.1.5'],
  ['answers no pings', ['2.1', '2.6', '2.9', '2.11', '5.7'], '2.7'],
  ['forgets what is in a ping', ['2.2', '2.3', '2.10'], '2.1'],
  ['takes long pings', ['2.5'], '2.4'],
  ['takes reserved bits', ['3.1', '3.4', '3.5', '3.6', '3.7'], '1.1.2'],
  ['takes unknown opcodes', ['4.1.1', '4.1.5', '4.2.2'], '3.1'],
  ['takes pings in fragments', ['5.1', '5.2', '5.14', '5.15', '5.17'], '5.18'],
  ['begins a message within another', ['5.18'], '5.3'],
  ['mends text', ['6.3.1', '6.12.3', '6.17.1', '6.20.4'], '6.5.1'],
  ['takes any close code', ['7.3.2', '7.3.6', '7.5.1', '7.9.1', '7.9.9'], '7.7.9'],
  ['has one close code', ['2.5', '3.1', '4.2.2', '5.18', '6.3.1', '7.9.3'], '7.7.2'],
  ['sends no close frame', ['3.1', '7.1.1', '7.1.2', '7.3.1'], '2.2'],
  ['goes on behind its close frame', ['3.1', '7.1.1'], '2.2'],
  ['masks what it sends', ['1.1.1', '1.2.2'], null],
  ['sends text as binary', ['1.1.2'], '1.2.2'],
  ['agrees to an extension', ['1.1.1', '1.2.1'], null],
  ['has another key', ['1.1.1', '1.2.1'], null],
  ['speaks something else', ['1.1.1', '1.2.1'], null],
  ['lets nobody in', ['1.1.1', '1.2.1'], null],
]

describe('a server of WebSocket', { concurrency: 6 }, () => {
  for (const [wrong, finding, unharmed] of CASES) {
    test(`${finding[0]} one that ${wrong}`, async (t) => {
      const numbers = unharmed === null ? finding : [...finding, unharmed]
      const byNumber = (check: Check) => numbers.includes(check.title.split(' ')[0] as string)
      const found = await outcomes(t, wrong, webSocketSuite, byNumber)
      assert.equal(found.size, numbers.length)
      for (const [title, outcome] of found) {
        const expected = title.split(' ')[0] === unharmed ? 'ok' : 'failed'
        assert.equal(outcome.kind, expected, `${title}: ${JSON.stringify(outcome)}`)
      }
    })
  }
})

/** The fault, and the rules of the page of which a check or more finds it. */
const WAYS: readonly [wrong: Wrong, rules: readonly string[]][] = [
  ['agrees to an extension', ['W1']],
  ['refuses in other words', ['W1']],
  ['has one close code', ['W2', 'W3', 'W6', 'W8']],
  ['tears its answers', ['W4']],
  ['takes no long messages', ['W5']],
  ['takes frames without a mask', ['W6']],
  ['answers no pings', ['W7']],
]

describe('a gateway', { concurrency: 6 }, () => {
  for (const [wrong, rules] of WAYS) {
    test(`${rules.join(', ')} one that ${wrong}`, async (t) => {
      const isFast = ({ rule, slow }: Check) => rules.includes(rule) && slow !== true
      const found = await outcomes(t, wrong, webSocketSuite, isFast)
      for (const rule of rules) {
        const titles = webSocketSuite.checks.filter((check) => check.rule === rule).map(({ title }) => title)
        assert.ok(
          titles.some((title) => found.get(title)?.kind === 'failed'),
          rule,
        )
      }
    })
  }
})

/** What every check of a dialect sees of the way in which it travels. */
const CARRIED: readonly [wrong: Wrong, expected: RegExp][] = [
  ['masks what it sends', /a frame as servers send them/],
  ['sends text as binary', /a text message/],
  ['tears its answers', /a text message that ends where an answer ends/],
  ['sends no close frame', /the connection to be closed/],
  ['goes on behind its close frame', /nothing behind the close frame/],
  ['agrees to an extension', /sec-websocket-extensions: none/],
  ['has another key', /sec-websocket-accept: /],
  ['speaks something else', /sec-websocket-protocol: chatroom/],
  ['lets nobody in', /101 Switching Protocols/],
]

describe('a server of a dialect over WebSocket', { concurrency: 6 }, () => {
  for (const [wrong, expected] of CARRIED) {
    test(`C3 one that ${wrong}`, async (t) => {
      const found = await outcomes(t, wrong, chatroomSuite, ({ rule }) => rule === 'C3')
      const failed = [...found.values()].flatMap((outcome) =>
        outcome.kind === 'failed' ? [outcome.expected] : [],
      )
      assert.ok(
        failed.some((words) => expected.test(words)),
        `${expected}: ${failed.join('; ')}`,
      )
    })
  }
})
