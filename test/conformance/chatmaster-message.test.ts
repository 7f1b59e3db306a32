/** What people say over chatmaster: rules X4, X14, M2–M6, N5, and what others do that it has a form for. */

import assert from 'node:assert/strict'
import test from 'node:test'
import {
  command,
  error,
  everybody,
  joined,
  left,
  message,
  said,
  startChatmaster,
} from '../fixtures/chatmaster-peer.js'
import { ChatroomPeer } from '../fixtures/chatroom-peer.js'
import { direct, message as framedMessage } from '../fixtures/framed-bytes.js'

const PRIVATE = { private: true }
const EDITED = { edited: true }
const EMPTY = error('message', 'Message is empty.')
const NOT_VALID = error('message', 'Message is not valid.')
const NO_SUCH_USER = error('direct', 'No such user.')

test('X4 M4 N5 a message goes to everyone else in the room, with the name of the session', async (t) => {
  const room = await startChatmaster(t)
  const { amy, bob, cyd } = await everybody(room, 'amy', 'bob', 'cyd')
  bob.send(message('Hello World!', { username: 'amy' }), message('again'), message('x', { username: 5 }))
  for (const peer of [amy, cyd]) {
    await peer.expect(said('bob', 'Hello World!'), said('bob', 'again'), said('bob', 'x'))
    await peer.nothingMore()
  }
  await bob.nothingMore()
})

test('X4 an empty message is an error, and so is what is no text', async (t) => {
  const room = await startChatmaster(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  for (const text of ['', '\n', '\r\n', '\0\0']) await bob.ask(message(text), EMPTY)
  for (const data of [{}, { username: 'bob' }, { message: null }, { message: 5 }, { message: ['Hi'] }])
    await bob.ask({ type: 'message', data }, NOT_VALID)
  await amy.nothingMore()
})

test('M3 control characters are refused, padding is taken off, a tab passes', async (t) => {
  const room = await startChatmaster(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  for (let code = 0; code < 0xa0; code++) {
    if ((code >= 0x20 && code < 0x7f) || code === 0x09) continue
    await bob.ask(message(`a${String.fromCharCode(code)}b`), NOT_VALID)
    await bob.ask(command('direct', { username: 'amy', message: `a${String.fromCharCode(code)}b` }), {
      ...NOT_VALID,
      data: { error_type: 'direct', message: 'Message is not valid.' },
    })
  }
  await bob.ask(message('half \ud83d a pair'), NOT_VALID)
  bob.send(message('a\tb'), message('line\r\n'), message('C string\0\0'), message('  blanks  '))
  for (const text of ['a\tb', 'line', 'C string', '  blanks  ']) await amy.expect(said('bob', text))
})

test('M2 text is Unicode, and ASCII where another dialect has nothing else', async (t) => {
  const room = await startChatmaster(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  const framed = await room.relay.join('Framed')
  for (const peer of [amy, bob]) await peer.expect(joined('Framed'))
  for (const [text, ascii] of [
    ['Grüße', 'Grusse'],
    ['漢字 and \u{1f44d}', /^\[bob\] .+ and .+$/],
    ['"quoted" \\ {"type":"message"}', '"quoted" \\ {"type":"message"}'],
  ] as const) {
    bob.send(message(text))
    await amy.expect(said('bob', text))
    if (typeof ascii === 'string') await framed.expect(framedMessage(`[bob] ${ascii}`))
    else await framed.expectLike(2, ascii)
  }
  framed.send(framedMessage('Hi "all"\r\n'))
  await amy.expect(said('Framed', 'Hi "all"'))
  await bob.expect(said('Framed', 'Hi "all"'))
})

test('X14 a direct message arrives as a private one, from whatever dialect', async (t) => {
  const room = await startChatmaster(t)
  const { amy, bob, cyd } = await everybody(room, 'amy', 'bob', 'cyd')
  const framed = await room.relay.join('Framed')
  for (const peer of [amy, bob, cyd]) await peer.expect(joined('Framed'))
  framed.send(direct('bob psst'))
  await bob.expect(said('Framed', 'psst', PRIVATE))
  const to = (username: string, text: string) => command('direct', { username, message: text })
  await bob.ask(to('amy', 'psst'))
  await amy.expect(said('bob', 'psst', PRIVATE))
  await amy.ask(to('Framed', 'très bien'))
  await framed.expect(direct('[amy] tres bien'))
  await bob.ask(to('bob', 'note'), said('bob', 'note', PRIVATE))
  for (const name of ['nobody', 'Amy', '', '__proto__', '\x1b']) await bob.ask(to(name, 'Hi'), NO_SUCH_USER)
  for (const username of [undefined, null, 5, ['amy']])
    await bob.ask(command('direct', { username, message: 'Hi' }), NO_SUCH_USER)
  await bob.ask(command('direct', { username: 'amy' }), error('direct', 'Message is not valid.'))
  await bob.ask(to('amy', ''), error('direct', 'Message is empty.'))
  for (const peer of [amy, cyd]) await peer.nothingMore()
  // Whatever room they are in.
  await cyd.ask(command('join', { channel: 'tea' }), joined('cyd', 'tea'))
  for (const peer of [amy, bob]) await peer.expect(left('cyd'))
  await amy.ask(to('cyd', 'still there?'))
  await cyd.expect(said('amy', 'still there?', PRIVATE))
})

test('M5 what one sends reaches each receiver in order, whatever it is', async (t) => {
  const room = await startChatmaster(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  const numbers = Array.from({ length: 300 }, (_, index) => index)
  bob.send(
    ...numbers.map((n) =>
      n % 3 === 0 ? command('direct', { username: 'amy', message: `#${n}` }) : message(`#${n}`),
    ),
  )
  for (const n of numbers) await amy.expect(said('bob', `#${n}`, n % 3 === 0 ? PRIVATE : {}))
})

test('M6 a text that does not fit one package for its readers comes as several', async (t) => {
  const room = await startChatmaster(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  const framed = await room.relay.join('Framed')
  for (const peer of [amy, bob]) await peer.expect(joined('Framed'))
  const hears = async (peer: typeof amy, from: string, text: string) => {
    let heard = ''
    let packages = 0
    for (; heard.length < text.length; packages++) {
      const one = await peer.next()
      assert.ok(Buffer.byteLength(one) < 65_536, `${Buffer.byteLength(one)} bytes`)
      const { data } = JSON.parse(one) as { data: { message: string; username: string } }
      assert.equal(data.username, from)
      assert.doesNotMatch(data.message, /\p{Surrogate}/u)
      heard += data.message
    }
    assert.ok(heard === text)
    return packages
  }
  const around = JSON.stringify(message('')).length
  for (const [unit, bytes] of [
    ['x', 1],
    ['é', 2],
    ['漢', 3],
    ['\u{1f44d}', 4],
  ] as const) {
    const longest = unit.repeat(Math.floor((65_536 - around) / bytes))
    bob.send(message(longest))
    assert.equal(await hears(amy, 'bob', longest), 2)
  }
  const quotes = '"'.repeat(65_000)
  framed.send(framedMessage(quotes))
  assert.equal(await hears(amy, 'Framed', quotes), 2)
  assert.equal(await hears(bob, 'Framed', quotes), 2)
  framed.send(direct(`bob ${quotes}`))
  assert.equal(await hears(bob, 'Framed', quotes), 2)
})

test('X14 C8 C11 edits and blocks of another dialect have a form here', async (t) => {
  const settings = { listen: 'framed://127.0.0.1:0 chatmaster://127.0.0.1:0 chatroom://127.0.0.1:0' }
  const room = await startChatmaster(t, '', { settings })
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  const cyd = new ChatroomPeer(await room.relay.connect({ port: room.relay.ports[2] as number }))
  await cyd.ask('JOIN cyd', '200 OK')
  for (const peer of [amy, bob]) await peer.expect(joined('cyd'))
  const id = await cyd.say({ sender: 'cyd' })
  for (const peer of [amy, bob]) await peer.expect(said('cyd', 'Hi'))
  const edit = (id: string, text: string) =>
    cyd.ask(`EDIT ${JSON.stringify({ message_id: id, message: text })}`, '200 MESSAGE UPDATED')
  const direct = await cyd.say({ sender: 'cyd', header: '@bob', message: 'psst' })
  await bob.expect(said('cyd', 'psst', PRIVATE))
  await edit(id, 'Ho')
  for (const peer of [amy, bob]) await peer.expect(said('cyd', 'Ho', EDITED))
  await edit(direct, 'PSST')
  await bob.expect(said('cyd', 'PSST', { ...PRIVATE, ...EDITED }))
  cyd.send('BLOCK bob')
  await bob.expect(said('cyd', 'cyd has blocked you', PRIVATE))
  await bob.ask(
    command('direct', { username: 'cyd', message: 'why?' }),
    error('direct', 'cyd has blocked you.'),
  )
  await amy.nothingMore()
})
