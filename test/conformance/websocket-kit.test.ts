/** The conformance kit over WebSocket, on the relay: WebSocket itself, and every rule of every dialect once more. */

import test, { type TestContext } from 'node:test'
import { chatmasterSuite } from '../../src/conform/chatmaster/suite.js'
import { chatroomSuite } from '../../src/conform/chatroom/suite.js'
import type { Suite } from '../../src/conform/check.js'
import { framedSuite } from '../../src/conform/framed/suite.js'
import { jsonIrcSuite } from '../../src/conform/json-irc/suite.js'
import type { Over } from '../../src/conform/run-check.js'
import { sendtoSuite } from '../../src/conform/sendto/suite.js'
import { webSocketSuite } from '../../src/conform/websocket/suite.js'
import { runKit } from '../fixtures/conform-kit.js'
import { startRelay } from '../fixtures/start-relay.js'

function overAt(port: number, { dialect, messages }: Suite): Over {
  return { url: { authority: `127.0.0.1:${port}`, path: '/' }, tls: false, subprotocol: dialect, messages }
}

/** The text is looked at once it is whole: Autobahn calls that non-strict. */
const FAIL_FAST = ['6.4.1', '6.4.2', '6.4.3', '6.4.4']

const EDIT_WINDOW_MS = 1000
const RECENT_MESSAGES = 250
/** With what each dialect's suite does not apply: what nobody can send over WebSocket, and what other options are for. */
const SUITES: readonly (readonly [rules: string, suite: Suite, without: readonly string[]])[] = [
  ['F1-F17', framedSuite, ['bare=on']],
  ['C1-C17', chatroomSuite, ['push=bare']],
  ['J1-J10', jsonIrcSuite, ['bytes that are not UTF-8']],
  ['X1-X14', chatmasterSuite, []],
  ['S1-S8', sendtoSuite, []],
]

async function startOver(t: TestContext, useHandles?: boolean): Promise<number> {
  const settings = {
    listen: 'ws://127.0.0.1:0',
    editWindowMs: `${EDIT_WINDOW_MS}`,
    recentMessages: `${RECENT_MESSAGES}`,
  }
  return (await startRelay(t, { settings, ...(useHandles === undefined ? {} : { useHandles }) })).port
}

test('WebSocket itself, after Autobahn', async (t) => {
  const port = await startOver(t)
  await runKit(t, webSocketSuite, port, { without: FAIL_FAST, over: overAt(port, chatroomSuite) })
})

for (const [rules, suite, without] of SUITES) {
  test(`${rules} the suite of the kit for ${suite.dialect}`, async (t) => {
    const port = await startOver(t)
    const remembering = { editWindowMs: EDIT_WINDOW_MS, recentMessages: RECENT_MESSAGES }
    const options = { without, over: overAt(port, suite) }
    await runKit(t, suite, port, suite === chatroomSuite ? { ...options, ...remembering } : options)
  })
}

test('F1-F17 the suite of the kit for framed, over public sockets', async (t) => {
  const port = await startOver(t, false)
  await runKit(t, framedSuite, port, { without: ['bare=on'], over: overAt(port, framedSuite) })
})
