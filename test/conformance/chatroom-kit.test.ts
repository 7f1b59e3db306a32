/** The conformance kit's own suite of the chatroom dialect, on the relay with each form of messages. Rules C1–C13 and C17. */

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import test from 'node:test'
import { chatroomSuite } from '../../src/conform/chatroom/suite.js'
import { ClientTrial } from '../../src/conform/client-trial.js'
import { startChatroom } from '../fixtures/chatroom-peer.js'
import { runKit } from '../fixtures/conform-kit.js'

const EDIT_WINDOW_MS = 1000
const RECENT_MESSAGES = 250
const WINDOW = ['within the window', 'that is dropped', 'newer ones']

test('C1-C13 C17 the suite of the kit, defaults, with a short edit window', async (t) => {
  const settings = { editWindowMs: `${EDIT_WINDOW_MS}`, recentMessages: `${RECENT_MESSAGES}` }
  const { relay } = await startChatroom(t, settings)
  await runKit(t, chatroomSuite, relay.ports[1] as number, {
    without: ['push=bare'],
    editWindowMs: EDIT_WINDOW_MS,
    recentMessages: RECENT_MESSAGES,
  })
})

test('C1-C12 the suite of the kit, push=bare', async (t) => {
  const { relay } = await startChatroom(t)
  await runKit(t, chatroomSuite, relay.ports[2] as number, { without: WINDOW })
})

test('the suite of the kit beside people of another dialect', async (t) => {
  const { relay } = await startChatroom(t)
  await relay.join('Fred')
  await runKit(t, chatroomSuite, relay.ports[1] as number, {
    without: ['push=bare', 'room empties', ...WINDOW],
  })
})

/** Sends `requests` to the strict server one after the other. @returns what it printed, and the lines it sent */
async function trial(requests: readonly string[]): Promise<{ printed: string[]; lines: string[] }> {
  const printed: string[] = []
  let gone!: () => void
  const ended = new Promise<void>((resolve) => {
    gone = resolve
  })
  const options = {
    suite: chatroomSuite,
    host: '127.0.0.1',
    port: 0,
    print: (line: string) => printed.push(line),
  }
  const server = await ClientTrial.listen({ ...options, ended: () => gone() })
  const socket = connect({ host: '127.0.0.1', port: server.port })
  let came = ''
  socket.setEncoding('utf8').on('data', (text) => {
    came += text
  })
  socket.write(requests.map((request) => `${request}\n`).join(''))
  if (!requests.includes('LEAVE')) socket.end()
  await ended
  await server.stop()
  socket.destroy()
  return { printed, lines: came.split('\n').filter((line) => line !== '') }
}

test('the strict server answers a client that keeps the rules, and finds nothing to blame', async () => {
  const STORY = 'A "long" story. '.repeat(1024)
  const said = { sender: 'bob', header: '@everyone', timestamp: '1:02 pm', message: 'Hi' }
  const { printed, lines } = await trial([
    'USERNAME amy',
    'USERNAME bob',
    'JOIN',
    `SEND ${JSON.stringify(said)}`,
    `SEND ${JSON.stringify({ ...said, header: '@zed' })}`,
    `RECEIVED ${JSON.stringify({ sender: 'zed', timestamp: '1:02 pm', message: STORY, message_id: 'm4' })}`,
    'RECEIVED {"sender":"amy","timestamp":"1:02 pm","message":"Hello bob","message_id":"m1"}',
    'EDIT {"message_id":"m2","message":"Ho"}',
    'USERBOARD',
    'USERSTATUS bob OFFLINE',
    'BLOCK zed',
    'UNBLOCK zed',
    'ROOMS',
    'ENTER den',
    'ENTER den',
    'USERBOARD den',
    'LEAVE',
  ])
  assert.deepEqual(
    printed.filter((line) => /not ok|broken [1-9]/.test(line)),
    [],
  )
  assert.deepEqual(
    lines.filter((line) => /^\d/.test(line)),
    [
      '500 SERVER ERROR',
      '200 OK',
      '200 OK',
      '200 SENT',
      '200 SENT',
      '200 OK',
      '200 OK',
      '200 MESSAGE UPDATED',
      '200 OK',
      '200 USERSTATUS UPDATED',
      '200 OK',
      '200 OK',
      '200 OK',
      '200 OK',
      '500 SERVER ERROR',
      '200 OK',
      '200 BYE',
    ],
  )
  const [story] = lines.filter((line) => line.includes('story'))
  assert.equal(JSON.parse((story as string).slice('SEND '.length)).message, STORY)
  assert.ok(printed.some((line) => line.includes('ok C7 said that it received a message of 16 KiB')))
  for (const rule of ['C1', 'C3', 'C4', 'C7', 'C8', 'C9', 'C10', 'C11', 'C17'])
    assert.ok(
      printed.some((line) => line.includes(`ok ${rule} `)),
      rule,
    )
})

test('the strict server names every rule that a client breaks', async () => {
  for (const [rule, ...requests] of [
    ['C1', 'JOIN b'],
    ['C1', 'JOIN'],
    ['C1', 'USERNAME every one'],
    ['C2', 'SEND {}'],
    ['C2', 'hello'],
    ['C2', 'JOIN bob', 'JOIN bob'],
    ['C2', 'x'.repeat(9000)],
    ['C2', 'JOIN bob', `RECEIVED ${'x'.repeat(400 * 1024)}`],
    ['C3', 'JOIN bob'],
    ['C3', 'JOIN bob', 'LEAVE amy'],
    ['C3', 'LEAVE', 'JOIN bob'],
    ['C4', 'JOIN bob', 'SEND {"sender":"bob","header":"amy","timestamp":"","message":"Hi"}'],
    ['C5', 'JOIN bob', 'SEND {"sender":"amy","header":"@amy","timestamp":"","message":"Hi"}'],
    ['C5', 'JOIN bob', 'SEND {"sender":"bob","header":"@amy","message":"Hi"}'],
    ['C5', 'JOIN bob', 'SEND {"sender":"bob","header":"@amy","timestamp":"","message":" "}'],
    ['M3', 'JOIN bob', 'SEND {"sender":"bob","header":"@amy","timestamp":"\\u001b","message":"Hi"}'],
    ['C7', 'JOIN bob', 'RECEIVED {"sender":"amy","timestamp":"","message":"","message_id":"x"}'],
    ['C8', 'JOIN bob', 'EDIT {"message_id":"m1","message":"Hi"}'],
    ['C8', 'JOIN bob', 'EDIT {'],
    ['C10', 'JOIN bob', 'USERSTATUS amy OFFLINE'],
    ['C2', 'ROOMS'],
    ['C17', 'JOIN bob', 'ROOMS den'],
    ['C17', 'JOIN bob', 'ENTER two words'],
    ['C17', 'JOIN bob', 'ENTER'],
  ] as const) {
    const { printed } = await trial([...requests])
    assert.ok(
      printed.some((line) => line.includes(`not ok ${rule} `)),
      `${rule} ${requests}: ${printed.join('\n')}`,
    )
  }
})
