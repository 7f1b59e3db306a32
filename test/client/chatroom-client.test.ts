/** The chatroom line client in a pipe, as a program, against the relay. */

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { blocked, ERROR, entered, left, said, startChatroom } from '../fixtures/chatroom-peer.js'
import { message } from '../fixtures/framed-bytes.js'
import { CLI, freePort } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'

function chat(t: TestContext, port: number | undefined, name: string): RunningProgram {
  const address = `127.0.0.1:${port}`
  const program = new RunningProgram(
    process.execPath,
    [CLI, 'chat', '--dialect', 'chatroom', address, name],
    {
      TZ: 'UTC',
    },
  )
  t.after(() => program.end())
  return program
}

const TIME = '(1[0-2]|[1-9]):[0-5]\\d [ap]m'

for (const [form, at] of [
  ['verb', 1],
  ['bare', 2],
] as const) {
  test(`in a pipe lines go out and come in, private or to all, push=${form}`, async (t) => {
    const room = await startChatroom(t)
    const amy = await room.join('amy')
    const bob = chat(t, room.relay.ports[at], 'bob')
    await amy.expect(entered('bob'))
    bob.type('Hi é', '', '@amy psst', '/status busy', '@nobody x')
    const first = await amy.push('SEND')
    assert.deepEqual([first.header, first.message, first.sender], ['@everyone', 'Hi é', 'bob'])
    assert.match(first.timestamp as string, new RegExp(`^${TIME}$`))
    const second = await amy.push('SEND')
    assert.deepEqual([second.header, second.message], ['@amy', 'psst'])
    await amy.expect('USERSTATUS {"username":"bob","status":"DO_NOT_DISTURB"}')
    await bob.shows('Error: Not sent: somebody whom you named is not here.')
    const id = await amy.say({ sender: 'amy', message: 'all' })
    // It acknowledges what it shows, where there is an id to say.
    if (form === 'verb') assert.equal((await amy.push('RECEIVED')).message_id, id)
    await amy.say({ sender: 'amy', header: '@bob', message: 'you', timestamp: '\u202enow' })
    if (form === 'verb') await amy.push('RECEIVED')
    await amy.ask(`EDIT {"message_id":"${id}","message":"ALL"}`, '200 MESSAGE UPDATED')
    await bob.shows('ALL')
    bob.type('/who')
    await bob.shows('Here: amy, bob (busy)')
    bob.type('/rooms', '/join general', '/join den', '/rooms', '/join general')
    await bob.shows('-- Rooms: general')
    await bob.shows('Error: You are there already, or that cannot be a room.')
    await bob.shows('-- Rooms: den, general')
    await amy.expect(left('bob'), entered('bob'))
    bob.type('/edit #1 Ho', '/block amy')
    assert.equal((await amy.push('EDIT')).message, 'Ho')
    await amy.push('BLOCKED')
    bob.endInput('last')
    assert.equal(await bob.exitCode(), 0)
    assert.equal((await amy.push('SEND')).message, 'last')
    await amy.expect(left('bob'))
    const shown = bob.output.split('\n')
    assert.match(shown[0] as string, new RegExp(`^(sent 1:02 pm, delivered ${TIME}|1:02 pm) \\[amy\\] all$`))
    assert.match(
      shown[1] as string,
      new RegExp(`^sent \\\\u\\{202e\\}now, delivered ${TIME} \\(private\\) \\[amy\\] you$`),
    )
    const edited =
      form === 'verb'
        ? '\\* amy changed "all" to "ALL"'
        : `(${TIME}|sent ${TIME}, delivered ${TIME}) \\[amy\\] \\(edited\\) ALL`
    assert.match(shown[2] as string, new RegExp(`^${edited}$`))
  })
}

test('C7 a message that is longer than a request may be is shown and acknowledged', async (t) => {
  const room = await startChatroom(t)
  const fred = await room.relay.join('Fred')
  const amy = await room.join('amy')
  const bob = chat(t, room.relay.ports[1], 'bob')
  await amy.expect(entered('bob'))
  for (const text of ['q'.repeat(8300), '"'.repeat(65_500)]) {
    fred.send(message(text))
    const { messageId } = await amy.push('SEND')
    const receipt = await amy.push('RECEIVED')
    assert.deepEqual([receipt.message_id, receipt.receiver], [messageId, 'bob'])
    await bob.shows(text)
  }
  bob.endInput()
  assert.equal(await bob.exitCode(), 0)
})

test('the common commands, and what is too long is said and not sent', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.join('amy')
  const bob = chat(t, room.relay.ports[1], 'bob')
  await amy.expect(entered('bob'))
  bob.type('/direct amy psst', '/foo', '//foo', '/say @amy', '@amy', '/list')
  const said: unknown[] = []
  for (let count = 0; count < 3; count++) {
    const { header, message: text } = await amy.push('SEND')
    said.push([header, text])
  }
  assert.deepEqual(said, [
    ['@amy', 'psst'],
    ['@everyone', '/foo'],
    ['@everyone', '@amy'],
  ])
  await bob.shows('Here: amy, bob')
  const many = `${'@amy '.repeat(2_000)}Hi`
  bob.type(
    'x'.repeat(9_000),
    `/edit ${'x'.repeat(9_000)}`,
    many,
    `/block ${'x'.repeat(9_000)}`,
    '/help',
    'last',
  )
  assert.equal((await amy.push('SEND')).message, 'last')
  bob.type('/quit')
  assert.equal(await bob.exitCode(), 0)
  assert.match(bob.output, /^-- Here: amy, bob$/m)
  for (const remark of [
    /^-- There is no \/foo; \/\/foo says it\./m,
    /^-- To one person it is @NAME TEXT\./m,
    /^-- Not sent: it has 9000 characters, and 500 are the most\.$/m,
    /^-- Not changed: it has 9000 characters, and 500 are the most\.$/m,
    /^-- \/edit TEXT: change your last message/m,
  ])
    assert.match(bob.errorOutput, remark)
  assert.equal(
    bob.errorOutput.match(/^-- Not sent: with its names it is longer than 8192 bytes\.$/gm)?.length,
    2,
  )
})

test('a name that is taken or none is asked for again', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.join('amy')
  const bob = chat(t, room.relay.ports[1], 'amy')
  await bob.shows('The name amy is taken')
  bob.type('b')
  await bob.shows('cannot be used')
  bob.type('bob', 'Hi')
  await amy.expect(entered('bob'))
  assert.equal((await amy.push('SEND')).message, 'Hi')
  bob.type('/leave')
  assert.equal(await bob.exitCode(), 0)
  const other = chat(t, room.relay.ports[1], 'amy')
  await other.shows('is taken')
  other.endInput()
  assert.equal(await other.exitCode(), 1)
  await other.shows('There is no other name to try.')
  const third = chat(t, room.relay.ports[1], 'amy')
  third.type('/help', '/quit')
  assert.equal(await third.exitCode(), 0)
  await third.shows('Choose a name: a name is 3 to 30 letters and digits')
})

test('whoever thinks too long about a name gets another connection', async (t) => {
  const room = await startChatroom(t, { loginDeadlineMs: '300' })
  const amy = await room.join('amy')
  const bob = chat(t, room.relay.ports[1], 'amy')
  await bob.shows('is taken')
  await new Promise((resolve) => setTimeout(resolve, 600))
  bob.type('bob')
  await amy.expect(entered('bob'))
  bob.endInput()
  assert.equal(await bob.exitCode(), 0)
})

test('everything read is sent before leaving, however much it is', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.join('amy')
  const bob = chat(t, room.relay.ports[1], 'bob')
  const lines = Array.from({ length: 1000 }, (_, index) => `line ${index}`)
  bob.endInput(lines.join('\n'))
  await amy.expect(entered('bob'))
  for (const line of lines) assert.equal((await amy.push('SEND')).message, line)
  assert.equal(await bob.exitCode(), 0)
  await amy.expect(left('bob'))
})

test('a relay that ends, or is not there, is told in words and by the exit code', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.join('amy')
  const bob = chat(t, room.relay.ports[1], 'bob')
  await amy.expect(entered('bob'))
  await room.relay.relay.stop()
  assert.equal(await bob.exitCode(), 1)
  assert.match(
    bob.errorOutput,
    /^Lost the connection to 127\.0\.0\.1:\d+: the relay said 500 SERVER ERROR and closed it\.\n$/,
  )
  await amy.expect(ERROR)
  const cyd = chat(t, await freePort(), 'cyd')
  assert.equal(await cyd.exitCode(), 69)
  await cyd.shows('connection refused')
})

test('Ctrl-C leaves in good order', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.join('amy')
  const bob = chat(t, room.relay.ports[1], 'bob')
  await amy.expect(entered('bob'))
  amy.send(`SEND ${said({ sender: 'amy' })}`)
  bob.child.kill('SIGINT')
  assert.equal(await bob.exitCode(), 130)
})

for (const [form, at] of [
  ['verb', 1],
  ['bare', 2],
] as const) {
  test(`an edit typed right behind its message waits for the answer, and the rest waits with it, push=${form}`, async (t) => {
    const room = await startChatroom(t)
    const amy = await room.join('amy')
    const bob = chat(t, room.relay.ports[at], 'bob')
    bob.endInput('hi\n/edit ho\nthen\nagain\n/edit #2 THEN\n/edit AGAIN\n/edit AGAIN!\n/leave\n')
    await amy.expect(entered('bob'))
    const said: unknown[] = []
    for (const verb of ['SEND', 'EDIT', 'SEND', 'SEND', 'EDIT', 'EDIT', 'EDIT'])
      said.push((await amy.push(verb)).message)
    assert.deepEqual(said, ['hi', 'ho', 'then', 'again', 'THEN', 'AGAIN', 'AGAIN!'])
    await amy.expect(left('bob'))
    assert.equal(await bob.exitCode(), 0)
  })
}

test('the end of input waits for an edit that waits', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.join('amy')
  const bob = chat(t, room.relay.ports[1], 'bob')
  bob.endInput('hi\n/edit ho')
  await amy.expect(entered('bob'))
  await amy.push('SEND')
  assert.equal((await amy.push('EDIT')).message, 'ho')
  await amy.expect(left('bob'))
  assert.equal(await bob.exitCode(), 0)
})

test('an edit behind a message that is refused changes nothing, not the one before either', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.join('amy')
  const bob = chat(t, room.relay.ports[1], 'bob')
  bob.endInput('one\n@nobody two\n/edit TWO\nthree\n')
  await amy.expect(entered('bob'))
  for (const text of ['one', 'three']) assert.equal((await amy.push('SEND')).message, text)
  await amy.expect(left('bob'))
  assert.equal(await bob.exitCode(), 0)
  assert.match(bob.errorOutput, /Not sent: somebody.*\n-- Not changed: /)
})

test('an edit of nothing, and of a message that there is not', async (t) => {
  const room = await startChatroom(t)
  const bob = chat(t, room.relay.ports[1], 'bob')
  bob.endInput('/edit ho\nhi\n/edit #2 ho\n')
  assert.equal(await bob.exitCode(), 0)
  assert.match(bob.errorOutput, /You have said nothing yet\.\n.*There is no message #2 of yours\./)
})

test('whom to block is the name as it is typed, and without its @ where nobody has that', async (t) => {
  const room = await startChatroom(t)
  const fred = await room.relay.join('@amy')
  const amy = await room.join('amy')
  await fred.frame()
  const bob = chat(t, room.relay.ports[1], 'bob')
  await amy.expect(entered('bob'))
  await fred.frame()
  bob.type('/block @amy', '/unblock @amy')
  await bob.shows('You hear nothing of @amy any more.')
  await bob.shows('You hear @amy again.')
  await fred.expect(message('**bob has blocked you**'))
  fred.destroy()
  await amy.push('LEFT')
  bob.endInput('/block @amy\n/unblock amy\n/block @nobody\n')
  await bob.shows('You hear nothing of amy any more.')
  await amy.expect(blocked('bob'), left('bob'))
  assert.equal(await bob.exitCode(), 0)
  await bob.shows('You hear amy again.')
  await bob.shows('Nobody of that name is here.')
})
