/** Messages: to whom they go, what may be in them, and how they arrive. Rules C4–C6, M1–M6, N4, N5. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { ERROR, entered, everybody, OK, said, startChatroom } from '../fixtures/chatroom-peer.js'
import { direct, joining, message } from '../fixtures/framed-bytes.js'

const FAILED = '400 MESSAGE FAILED'
const NO_HEADER = '300 NO HEADER FOUND'

test('C4 C6 M4 @everyone goes to all others, with the sender’s time, and the sender learns the id', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob, cyd } = await everybody(room, 'amy', 'bob', 'cyd')
  bob.send(`SEND ${said({ sender: 'bob', timestamp: 'half past nine', message: 'Hi "all"' })}`)
  await bob.expect('200 SENT')
  const line = await bob.line()
  const id = /^SENT \{"messageId":"([^"]+)","timestamp":"half past nine","header":"@everyone"\}$/.exec(
    line,
  )?.[1]
  assert.ok(id !== undefined, line)
  const push = `SEND {"sender":"bob","header":"@everyone","timestamp":"half past nine","messageId":"${id}","message":"Hi \\"all\\""}`
  await amy.expect(push)
  await cyd.expect(push)
  await bob.nothingMore()
})

test('C4 @a @b goes to those people, each once, each with a header of their own', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob, cyd, dan } = await everybody(room, 'amy', 'bob', 'cyd', 'dan')
  for (const header of ['@amy @cyd', '@cyd @amy @amy', '  @amy \t@cyd ', 'to @amy and @cyd']) {
    const id = await bob.say({ sender: 'bob', header })
    const tail = `"timestamp":"1:02 pm","messageId":"${id}","message":"Hi"}`
    await amy.expect(`SEND {"sender":"bob","header":"@amy",${tail}`)
    await cyd.expect(`SEND {"sender":"bob","header":"@cyd",${tail}`)
  }
  await dan.nothingMore()
  await amy.nothingMore()
})

test('C4 @everyone anywhere among the headers overrides the rest', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob, cyd } = await everybody(room, 'amy', 'bob', 'cyd')
  for (const header of ['@everyone @amy', '@amy @everyone', '@nobody @everyone @nobody', 'x @everyone']) {
    await bob.say({ sender: 'bob', header })
    assert.equal((await amy.push('SEND')).header, '@everyone')
    assert.equal((await cyd.push('SEND')).header, '@everyone')
  }
  await amy.nothingMore()
})

test('C4 no header at all is told from a header that names nobody who is here', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  for (const header of ['', ' ', 'amy', 'everyone', 'bob@amy', '\n', '\t'])
    await bob.ask(`SEND ${said({ sender: 'bob', header })}`, NO_HEADER)
  await bob.ask('SEND {"sender":"bob","timestamp":"","message":"Hi"}', NO_HEADER)
  for (const header of [
    '@',
    '@nobody',
    '@amy @nobody',
    '@nobody @amy',
    '@Amy',
    '@__proto__',
    '@amy@amy',
    '@all',
  ])
    await bob.ask(`SEND ${said({ sender: 'bob', header })}`, ERROR)
  await amy.nothingMore()
})

test('C4 to oneself: the answer first, then the message', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  const id = await bob.say({ sender: 'bob', header: '@bob @amy' })
  assert.deepEqual(await bob.push('SEND'), {
    sender: 'bob',
    header: '@bob',
    timestamp: '1:02 pm',
    messageId: id,
    message: 'Hi',
  })
  assert.equal((await amy.push('SEND')).header, '@amy')
  await bob.nothingMore()
})

test('C5 1 to 500 characters of Unicode, one of them not white space', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  for (const text of [
    'x',
    'x'.repeat(500),
    '\u{1f600}'.repeat(500),
    'é',
    ' x ',
    'a\tb',
    '汉字',
    '\u202e',
    '"\\"',
  ]) {
    await bob.say({ sender: 'bob', message: text })
    assert.equal((await amy.push('SEND')).message, text)
  }
  for (const text of ['', ' ', '\t', ' \u00a0\u3000', 'x'.repeat(501), '\u{1f600}'.repeat(501), '\n', '\0\0'])
    await bob.ask(`SEND ${said({ sender: 'bob', message: text })}`, FAILED)
  await amy.nothingMore()
})

test('C5 N5 broken JSON, a field that is missing or of another type, or a foreign sender', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  for (const json of [
    '',
    '{',
    'null',
    '[]',
    '"Hi"',
    '{}',
    'Hi everybody',
    '{"sender":"bob","header":"@amy","timestamp":"","message":"Hi"',
    '{"sender":"bob","header":"@amy","timestamp":""}',
    '{"sender":"bob","header":"@amy","message":"Hi"}',
    '{"header":"@amy","timestamp":"","message":"Hi"}',
    '{"sender":"bob","header":["@amy"],"timestamp":"","message":"Hi"}',
    '{"sender":"bob","header":null,"timestamp":"","message":"Hi"}',
    '{"sender":"bob","header":"@amy","timestamp":5,"message":"Hi"}',
    '{"sender":"bob","header":"@amy","timestamp":"","message":{"a":1}}',
    '{"sender":7,"header":"@amy","timestamp":"","message":"Hi"}',
    '{"sender":"amy","header":"@amy","timestamp":"","message":"Hi"}',
    '{"sender":"Bob","header":"@amy","timestamp":"","message":"Hi"}',
    '{"sender":"","header":"@amy","timestamp":"","message":"Hi"}',
    '{"__proto__":{"sender":"bob","header":"@amy","timestamp":"","message":"Hi"}}',
  ]) {
    await bob.ask(`SEND ${json}`, FAILED)
  }
  await amy.nothingMore()
})

test('C5 M3 control characters are refused in every field, and padding at the end is trimmed', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  for (const control of ['\0', '\x1b', '\n', '\r', '\x7f', '\u009b', '\ud800']) {
    for (const field of ['header', 'timestamp', 'message']) {
      const value = field === 'header' ? `@amy ${control}@amy` : `a${control}b`
      await bob.ask(`SEND ${said({ sender: 'bob', header: '@amy', [field]: value })}`, FAILED)
    }
  }
  bob.wire.send(Buffer.from(`SEND ${said({ sender: 'bob' })}\0\0\r\n`))
  await bob.expect('200 SENT')
  await bob.push('SENT')
  assert.equal((await amy.push('SEND')).message, 'Hi')
  await bob.say({ sender: 'bob\n', header: '@amy\r\n', timestamp: '1 am\n', message: 'Ho\r\n\0' })
  const { header, timestamp, message: text } = await amy.push('SEND')
  assert.deepEqual([header, timestamp, text], ['@amy', '1 am', 'Ho'])
})

test('C6 M1 ids are unique and sort in the order of the messages', async (t) => {
  const room = await startChatroom(t)
  const { bob } = await everybody(room, 'amy', 'bob')
  const ids: string[] = []
  for (let at = 0; at < 50; at++) ids.push(await bob.say({ sender: 'bob' }))
  assert.equal(new Set(ids).size, 50)
  assert.deepEqual([...ids].sort(), ids)
})

test('C6 messages of other dialects carry the time of day in the relay’s time zone', async (t) => {
  const room = await startChatroom(t, { timeZone: 'Asia/Kolkata' })
  const amy = await room.join('amy')
  const fred = await room.relay.join('Fred')
  await amy.expect(entered('Fred'))
  const inKolkata = (at: number) => {
    const day = new Date(at + 5.5 * 3_600_000)
    const [hour, minute] = [day.getUTCHours(), day.getUTCMinutes()]
    return `${hour % 12 || 12}:${String(minute).padStart(2, '0')} ${hour < 12 ? 'am' : 'pm'}`
  }
  const before = Date.now()
  fred.send(message('Hi'), direct('amy psst'))
  const first = await amy.push('SEND')
  assert.deepEqual(Object.keys(first), ['sender', 'header', 'timestamp', 'messageId', 'message'])
  assert.deepEqual([first.sender, first.header, first.message], ['Fred', '@everyone', 'Hi'])
  assert.ok(
    [inKolkata(before), inKolkata(Date.now())].includes(first.timestamp as string),
    `${first.timestamp}`,
  )
  const second = await amy.push('SEND')
  assert.deepEqual([second.sender, second.header, second.message], ['Fred', '@amy', 'psst'])
})

test('M2 framed people read it in ASCII, and names that only other dialects have can be reached', async (t) => {
  const room = await startChatroom(t)
  const fred = await room.relay.join('@Fred[1]')
  const amy = await room.join('amy')
  await fred.expect(joining('amy'))
  await amy.say({ sender: 'amy', message: 'Crème brûlée' })
  await fred.expect(message('[amy] Creme brulee'))
  await amy.say({ sender: 'amy', header: '@@Fred[1]', message: 'psst' })
  await fred.expect(direct('[amy] psst'))
})

test('M5 what one sends arrives in order, whatever mix it is', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  const texts = Array.from({ length: 300 }, (_, index) => `${index}`)
  bob.send(
    ...texts.map(
      (text, index) =>
        `SEND ${said({ sender: 'bob', header: index % 3 === 0 ? '@amy' : '@everyone', message: text })}`,
    ),
  )
  for (const text of texts) assert.equal((await amy.push('SEND')).message, text)
  for (const _ of texts) {
    await bob.expect('200 SENT')
    await bob.push('SENT')
  }
})

test('the answer comes before what the request made come, and behind what came before it', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  amy.send(`SEND ${said({ sender: 'amy' })}`)
  await amy.expect('200 SENT')
  await amy.push('SENT')
  // Bob has been told by now, and asks: the message first.
  bob.send('USERBOARD', 'BLOCK bob', 'UNBLOCK bob')
  await bob.push('SEND')
  await bob.expect(OK, 'USERBOARD {"amy":"ONLINE","bob":"ONLINE"}')
  await bob.expect(OK, 'BLOCKED {"username":"bob","message":"bob has blocked you."}', OK)
})
