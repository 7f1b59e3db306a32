/** Coming in: the greeting, the JOIN answers in both forms, and what works before and after. Rules F1–F3, F12. */

import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ACCEPTED,
  commandOf,
  direct,
  error,
  frame,
  INVALID,
  join,
  joining,
  leave,
  list,
  MESSAGE,
  message,
  TAKEN,
  textOf,
} from '../fixtures/framed-bytes.js'
import { onEachTransport } from '../fixtures/start-relay.js'

onEachTransport((start) => {
  test('F1 on connect one message names the commands, to this client alone', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.connect()
    const greeting = await bob.frame()
    assert.equal(commandOf(greeting), MESSAGE)
    for (const word of ['JOIN', 'LEAVE', 'MESSAGE', 'LIST', 'DIRECT']) {
      assert.ok(textOf(greeting).includes(word), `${word} is not named in ${textOf(greeting)}`)
    }
    assert.match(textOf(greeting), /^[\x20-\x7e]+$/)
    bob.send(join('Bob'))
    await bob.expect(ACCEPTED, joining('Bob'))
    await amy.expect(joining('Bob'))
  })

  test('F1 greeting=join: nothing on connect, the commands after acceptance', async (t) => {
    const relay = await start(t, { query: 'greeting=join' })
    const bob = await relay.connect()
    await bob.expectQuiet()
    bob.send(join('not a name'))
    await bob.expect(INVALID)
    bob.send(join('Bob'))
    await bob.expect(ACCEPTED)
    assert.match(textOf(await bob.frame()), /JOIN.*LEAVE.*MESSAGE.*LIST.*DIRECT/)
    await bob.expect(joining('Bob'))
  })

  test('F1 greeting=off: the commands are never named', async (t) => {
    const relay = await start(t, { query: 'greeting=off' })
    const bob = await relay.connect()
    bob.send(join('Bob'), list())
    await bob.expect(ACCEPTED, joining('Bob'), list('Bob'))
  })

  test('F2 a free and valid name: the answer first, then everyone is told, the newcomer too', async (t) => {
    const relay = await start(t, { query: 'greeting=off' })
    const amy = await relay.connect()
    amy.send(join('Amy'))
    assert.deepEqual([...(await amy.bytes(4))], [0x00, 0x00, 0x01, 0x00])
    assert.deepEqual(
      await amy.bytes(3 + 27),
      Buffer.from('\x02\x00\x1b**Amy is joining the chat**', 'latin1'),
    )
    const bob = await relay.connect()
    bob.send(join('Bob'))
    await bob.expect(ACCEPTED, joining('Bob'))
    await amy.expect(joining('Bob'))
  })

  test('F2 a taken name: 01, nobody is told, and the client may try again', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const other = await relay.connect()
    await other.frame()
    for (let time = 0; time < 3; time++) {
      other.send(join('Amy'))
      await other.expect(TAKEN)
    }
    other.send(join('Bob'))
    await other.expect(ACCEPTED, joining('Bob'))
    await amy.expect(joining('Bob'))
  })

  const notNames: readonly [string, string][] = [
    ['blank', ''],
    ['one space', ' '],
    ['padding alone', '\r\n\0\0'],
    ['33 bytes', 'x'.repeat(33)],
    ['1,000 bytes', 'x'.repeat(1000)],
    ['a space inside', 'Bob Bobson'],
    ['a space in front', ' Bob'],
    ['a space behind', 'Bob '],
    ['a tab', 'Bob\tson'],
    ['an escape sequence', '\x1b[2J'],
    ['a line feed inside', 'Bob\nson'],
    ['a NUL inside', 'Bob\0son'],
    ['DEL', 'Bob\x7f'],
    ['C1', 'Bob\x9b'],
    ['Latin-1', 'Andr\xe9'],
    ['UTF-8', '\xd0\x91\xd0\xbe\xd0\xb1'],
  ]
  for (const [what, name] of notNames) {
    test(`F2 N2 a name that is not valid (${what}): 02, and the client may try again`, async (t) => {
      const relay = await start(t)
      const amy = await relay.join('Amy')
      const bob = await relay.connect()
      await bob.frame()
      bob.send(join(name))
      await bob.expect(INVALID)
      bob.send(join('Bob'))
      await bob.expect(ACCEPTED, joining('Bob'))
      await amy.expect(joining('Bob'))
    })
  }

  test('F3 join-reply=byte: each answer is one bare byte, everything else a frame', async (t) => {
    const relay = await start(t, { query: 'join-reply=byte&greeting=off' })
    const amy = await relay.connect()
    amy.send(join('Amy'))
    assert.deepEqual([...(await amy.bytes(1))], [0])
    await amy.expect(joining('Amy'))
    const bob = await relay.connect()
    bob.send(join('Amy'), join('no name'), join('Bob'))
    assert.deepEqual([...(await bob.bytes(3))], [1, 2, 0])
    await bob.expect(joining('Bob'))
    bob.send(join('Rob'), message('Hi'))
    await bob.expect(error('Already joined as Bob'))
    await amy.expect(joining('Bob'), message('[Bob] Hi'))
  })

  test('F12 before JOIN is accepted MESSAGE, LIST and DIRECT get an error, and nobody hears of them', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.connect()
    await bob.frame()
    for (const early of [message('Hi'), message(''), message('\x1b'), list(), direct('Amy Hi'), direct('')]) {
      bob.send(early)
      await bob.expect(error('Join first'))
    }
    bob.send(join('Amy'))
    await bob.expect(TAKEN)
    bob.send(message('Hi'))
    await bob.expect(error('Join first'))
    bob.send(join('Bob'))
    await bob.expect(ACCEPTED, joining('Bob'))
    await amy.expect(joining('Bob'))
  })

  test('F12 LEAVE works before JOIN: the relay closes, and nobody is told', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.connect()
    await bob.frame()
    bob.send(leave())
    await bob.expectEnd()
    amy.send(list())
    await amy.expect(list('Amy'))
  })

  test('F12 a second JOIN, of whatever name: an error, and the first name stays', async (t) => {
    const relay = await start(t)
    const bob = await relay.join('Bob')
    for (const again of ['Bob', 'Rob', '', 'not a name', '\x1b']) {
      bob.send(join(again))
      await bob.expect(error('Already joined as Bob'))
    }
    bob.send(list())
    await bob.expect(list('Bob'))
  })

  test('F11 an unknown command before JOIN is an unknown command', async (t) => {
    const relay = await start(t)
    const bob = await relay.connect()
    await bob.frame()
    bob.send(frame(7, 'whatever'), join('Bob'))
    await bob.expect(error('Unsupported command 7'), ACCEPTED, joining('Bob'))
  })
})
