/** What is typed and what comes, as the chatroom client reads it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OwnMessages } from '../../src/client/chatroom/own-messages.js'
import { receiptRequest } from '../../src/client/chatroom/receipt.js'
import { readPush } from '../../src/client/chatroom/received-push.js'
import { readTyped } from '../../src/client/chatroom/typed-line.js'

test('C4 a text is for everyone, behind names it is for them', () => {
  assert.deepEqual(readTyped(' Hi @amy'), { kind: 'say', header: '@everyone', text: ' Hi @amy' })
  assert.deepEqual(readTyped('//edit'), { kind: 'say', header: '@everyone', text: '/edit' })
  assert.deepEqual(readTyped('@amy psst'), { kind: 'say', header: '@amy', text: 'psst' })
  assert.deepEqual(readTyped('/direct amy psst'), { kind: 'say', header: '@amy', text: 'psst' })
  assert.deepEqual(readTyped('@@amy psst'), { kind: 'say', header: '@@amy', text: 'psst' })
  assert.deepEqual(readTyped('@amy  @bob psst @cyd'), {
    kind: 'say',
    header: '@amy @bob',
    text: 'psst @cyd',
  })
  assert.deepEqual(readTyped('  '), { kind: 'nothing' })
  for (const line of ['@', '@amy', '@amy ', '@amy @bob', '@amy @bob @cyd '])
    assert.equal(readTyped(line).kind, 'mistake', line)
})

test('commands', () => {
  assert.deepEqual(readTyped('/edit Ho ho'), { kind: 'edit', number: null, text: 'Ho ho' })
  assert.deepEqual(readTyped('/edit #12 Ho'), { kind: 'edit', number: 12, text: 'Ho' })
  for (const text of ['#tag', '#1', '#1x y'])
    assert.deepEqual(readTyped(`/edit ${text}`), { kind: 'edit', number: null, text })
  assert.deepEqual(readTyped('/status Busy'), { kind: 'status', status: 'DO_NOT_DISTURB' })
  assert.deepEqual(readTyped('/status'), { kind: 'status', status: 'ONLINE' })
  assert.deepEqual(readTyped('/block @amy'), { kind: 'block', name: '@amy' })
  assert.deepEqual(readTyped('/unblock amy'), { kind: 'unblock', name: 'amy' })
  assert.deepEqual(readTyped('/leave '), { kind: 'quit' })
  assert.deepEqual(readTyped('@exit'), { kind: 'quit' })
  for (const kind of ['list', 'help'] as const) assert.deepEqual(readTyped(`/${kind} `), { kind })
  for (const line of ['/edit', '/status x', '/block', '/block @', '/block a b', '/', '/constructor'])
    assert.equal(readTyped(line).kind, 'mistake', line)
})

test('C7 a receipt repeats the message as long as that fits a request, and its id always', () => {
  const receipt = { sender: 'Amy', timestamp: '1:02 pm', message: 'Hi', message_id: 'm1' }
  assert.equal(receiptRequest(receipt), `RECEIVED ${JSON.stringify(receipt)}`)
  for (const message of ['x'.repeat(8192), '"'.repeat(4096), '\u{1f600}'.repeat(2048)]) {
    const request = receiptRequest({ ...receipt, message })
    assert.equal(request, `RECEIVED ${JSON.stringify({ ...receipt, message: '' })}`)
  }
  const longest = 8192 - receiptRequest({ ...receipt, message: '' }).length
  assert.equal(receiptRequest({ ...receipt, message: 'x'.repeat(longest) }).length, 8192)
  assert.ok(receiptRequest({ ...receipt, message: 'x'.repeat(longest + 1) }).length < 200)
})

test('a push with fields that it must have; anything else is none', () => {
  const said = { sender: 'amy', header: '@everyone', timestamp: '1:02 pm', message: 'Hi' }
  assert.deepEqual(readPush(`SEND ${JSON.stringify({ ...said, messageId: 'x' })}`), {
    verb: 'SEND',
    fields: { ...said, messageId: 'x' },
  })
  assert.deepEqual(readPush(JSON.stringify(said)), { verb: 'SEND', fields: { ...said, messageId: '' } })
  assert.deepEqual(readPush('USERBOARD {"__proto__":"ONLINE","amy":"OFFLINE"}'), {
    verb: 'USERBOARD',
    fields: [
      ['__proto__', 'ONLINE'],
      ['amy', 'OFFLINE'],
    ],
  })
  for (const line of [
    '',
    'SEND',
    'SEND {',
    'SEND {}',
    'constructor {}',
    '{}',
    'SENT []',
    'JOIN {"username":5}',
    ' {}',
  ])
    assert.equal(readPush(line), null, line)
})

test('one’s own messages are found by number, the last without one', () => {
  const messages = new OwnMessages()
  assert.equal(messages.find(null), undefined)
  assert.equal(messages.isUnderWay(null), false)
  messages.add('a')
  messages.add('b')
  assert.deepEqual(messages.find(null), { number: 2, id: 'b' })
  assert.deepEqual(messages.find(1), { number: 1, id: 'a' })
  assert.equal(messages.find(3), undefined)
  assert.deepEqual(messages.withId('a'), { number: 1, id: 'a' })
  assert.equal(messages.said('x', 'Hi'), undefined)
  assert.equal(messages.said('x', 'Ho'), 'Hi')
})

test('a message is under way until it has its id, or will have none', () => {
  const messages = new OwnMessages()
  const [first, second, third] = [messages.send(), messages.send(), messages.send()]
  for (const number of [null, 1, 2]) assert.equal(messages.isUnderWay(number), true)
  messages.answered(first, true)
  messages.answered(second, false)
  messages.add('a')
  assert.deepEqual([first.state, second.state, third.state], ['numbered', 'lost', 'sent'])
  assert.equal(messages.isUnderWay(1), false)
  assert.equal(messages.isUnderWay(2), true)
  messages.answered(third, true)
  assert.equal(messages.isUnderWay(null), true)
  messages.add('c')
  assert.equal(messages.isUnderWay(null), false)
  assert.deepEqual(messages.find(null), { number: 2, id: 'c' })
})

test('a server that gives no ids is not waited for', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const messages = new OwnMessages()
  let settled = 0
  messages.settled = () => settled++
  messages.answered(messages.send(), true)
  t.mock.timers.tick(1999)
  assert.equal(messages.isUnderWay(null), true)
  t.mock.timers.tick(1)
  assert.equal(messages.isUnderWay(null), false)
  assert.equal(messages.last?.state, 'lost')
  assert.equal(settled, 1)
})
