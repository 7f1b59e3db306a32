/** The sendto dialect as messages: login, list, logout, and one answer for each request. Rules S1–S3, S5, S6. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { leave } from '../fixtures/framed-bytes.js'
import {
  FAILURE,
  header,
  LIST,
  LOGIN,
  LOGOUT,
  list,
  login,
  logout,
  MALFORMED,
  OK,
  packet,
  RESPONSE,
  SENDTO,
  sendto,
} from '../fixtures/sendto-bytes.js'
import { onEachTransport, startSendtoRelay } from '../fixtures/sendto-relay.js'

onEachTransport((start) => {
  test('S1 a session byte by byte, as the page draws it', async (t) => {
    const relay = await start(t)
    const bob = await relay.connect()
    bob.send(Buffer.from('\x01\x03\x00\x00Bob', 'latin1'))
    await bob.expect(Buffer.from('\x05\x00\x00\x01\x00', 'latin1'))
    bob.send(Buffer.from('\x02\x00\x00\x00', 'latin1'))
    await bob.expect(Buffer.from('\x02\x00\x00\x03Bob', 'latin1'))
    bob.send(Buffer.from('\x03\x03\x00\x02BobHi', 'latin1'))
    await bob.expect(Buffer.from('\x03\x03\x00\x02BobHi', 'latin1'), Buffer.from('\x05\0\0\x01\0', 'latin1'))
    bob.send(Buffer.from('\x04\x00\x00\x00', 'latin1'))
    await bob.expect(Buffer.from('\x05\x00\x00\x01\x00', 'latin1'))
  })

  test('S1 any number of requests in one write get as many answers, in order', async (t) => {
    const relay = await start(t)
    const bob = await relay.connect()
    const once = [
      login('Bob'),
      list(),
      sendto('nobody', 'x'),
      packet(9, 'x', 'y'),
      login('Bob'),
      logout(),
      list(),
    ]
    const answers = [OK, list('Bob'), FAILURE, MALFORMED, FAILURE, OK, list()]
    bob.send(...Array.from({ length: 500 }, () => once).flat())
    for (let time = 0; time < 500; time++) await bob.expect(...answers)
    await bob.expectQuiet()
  })

  test('S2 names of 1 to 20 printable characters are good, case counts, and names are data', async (t) => {
    const relay = await start(t)
    for (const name of [
      'J',
      'john',
      'John',
      'x'.repeat(20),
      '__proto__',
      'constructor',
      '!',
      '~',
      '@Bob',
      '0',
    ]) {
      await relay.login(name)
    }
    const bob = await relay.connect()
    bob.send(list())
    const names = ['!', '0', '@Bob', 'J', 'John', '__proto__', 'constructor', 'john', 'x'.repeat(20), '~']
    await bob.expect(list(names.join('\n')))
  })

  test('S2 M3 what is no name is malformed', async (t) => {
    const relay = await start(t)
    const bob = await relay.connect()
    const bad = [
      '',
      ' ',
      'a b',
      'a\tb',
      'a\nb',
      'a\x1b',
      '\x7f',
      'José',
      'Ｂob',
      'x'.repeat(21),
      'x'.repeat(255),
    ]
    for (const name of bad) bob.send(login(name))
    for (const bytes of [[0xff], [0x4a, 0x9b], [0x00], [0x0a]]) bob.send(login(Buffer.from(bytes)))
    for (let n = 0; n < bad.length + 4; n++) await bob.expect(MALFORMED)
    bob.send(login('Bob'))
    await bob.expect(OK)
  })

  test('S2 every byte value alone is a name or malformed, as N2 says', async (t) => {
    const relay = await start(t)
    const bob = await relay.connect()
    for (let byte = 0; byte < 256; byte++) {
      bob.send(login(Buffer.of(0x61, byte, 0x62)), logout())
      const good = byte >= 0x21 && byte <= 0x7e
      await bob.expect(good ? OK : MALFORMED, good ? OK : FAILURE)
    }
  })

  test('S2 M3 padding behind a name is no part of it, and counts for its length', async (t) => {
    const relay = await start(t)
    const bob = await relay.connect()
    bob.send(login('Bob\r\n'), logout(), login('Bob\0\0\0'), list(), logout(), login(`${'x'.repeat(20)}\n`))
    await bob.expect(OK, OK, OK, list('Bob'), OK, MALFORMED)
  })

  test('S2 N1 a name in use, here or in another dialect, is a failure', async (t) => {
    const relay = await start(t)
    await relay.join('Amy')
    await relay.login('Cyd')
    const bob = await relay.connect()
    bob.send(login('Amy'), login('Cyd'), login('amy'))
    await bob.expect(FAILURE, FAILURE, OK)
  })

  test('S2 whoever is logged in cannot log in again', async (t) => {
    const relay = await start(t)
    const bob = await relay.login('Bob')
    bob.send(login('Bob'), login('Rob'), login('no name'), list())
    await bob.expect(FAILURE, FAILURE, MALFORMED, list('Bob'))
  })

  test('S2 N3 of five hundred who ask for one name at once, one gets it', async (t) => {
    const relay = await start(t)
    const peers = await Promise.all(Array.from({ length: 500 }, () => relay.connect()))
    for (const peer of peers) peer.send(login('One'))
    const answers = await Promise.all(peers.map((peer) => peer.packet()))
    assert.equal(answers.filter((answer) => answer.equals(OK)).length, 1)
    assert.equal(answers.filter((answer) => answer.equals(FAILURE)).length, 499)
  })

  test('S3 the list works without a login, and has everybody of every dialect, sorted', async (t) => {
    const relay = await start(t)
    const bob = await relay.connect()
    bob.send(list())
    await bob.expect(list(''))
    await relay.login('bert')
    await relay.join('Zoe-of-a-name-with-31-characters')
    await relay.login('Amy')
    bob.send(list())
    await bob.expect(list('Amy\nZoe-of-a-name-with-31-characters\nbert'))
  })

  test('S5 logout frees the name and keeps the connection', async (t) => {
    const relay = await start(t)
    const bob = await relay.login('Bob')
    bob.send(logout(), list(), logout())
    await bob.expect(OK, list(''), FAILURE)
    const amy = await relay.login('Bob')
    bob.send(login('Bob'), login('Rob'), sendto('Bob', 'Hi'))
    await bob.expect(FAILURE, OK, OK)
    await amy.expect(sendto('Rob', 'Hi'))
  })

  test('S5 a logout nobody is logged in for is a failure', async (t) => {
    const relay = await start(t)
    const bob = await relay.connect()
    bob.send(logout(), login('Bob'), logout())
    await bob.expect(FAILURE, OK, OK)
  })

  test('S5 N3 the end of a connection frees the name', async (t) => {
    const relay = await start(t)
    for (const how of ['end', 'destroy', 'resetAndDestroy'] as const) {
      const bob = await relay.login('Bob')
      const watcher = await relay.connect()
      bob.socket[how]()
      for (;;) {
        watcher.send(list())
        if ((await watcher.packet()).equals(list(''))) break
      }
    }
  })

  test('S6 unknown types are malformed, and the lengths say where the next message begins', async (t) => {
    const relay = await start(t)
    const bob = await relay.login('Bob')
    for (let type = 0; type < 256; type++) {
      if (type >= LOGIN && type <= LOGOUT) continue
      bob.send(packet(type, 'x'.repeat(type), Buffer.alloc(type * 256, type)), list())
      await bob.expect(MALFORMED, list('Bob'))
    }
  })

  test('S6 a name that is announced longer than 20 bytes is malformed, whatever the type', async (t) => {
    const relay = await start(t)
    const bob = await relay.login('Bob')
    const stranger = await relay.connect()
    for (const type of [LOGIN, LIST, SENDTO, LOGOUT, RESPONSE]) {
      for (const bytes of [21, 255]) {
        const long = packet(type, 'B'.repeat(bytes), 'x'.repeat(1000))
        for (const peer of [bob, stranger]) {
          peer.send(long, list())
          await peer.expect(MALFORMED, list('Bob'))
        }
      }
    }
  })

  test('S6 a header that announces all that it can is followed to the end', async (t) => {
    const relay = await start(t)
    const bob = await relay.connect()
    bob.send(header(200 & 0x1f, 255, 65_535))
    for (let sent = 0; sent < 255 + 65_535; sent += 65_790 / 10) bob.send(Buffer.alloc(6579, LOGOUT))
    bob.send(login('Bob'))
    await bob.expect(MALFORMED, OK)
  })

  test('S1 names and texts where a request has none are passed over', async (t) => {
    const relay = await start(t)
    const bob = await relay.connect()
    bob.send(
      packet(LOGIN, 'Bob', 'please'),
      packet(LIST, 'Amy', '\x1b'),
      packet(LOGOUT, 'Amy', 'x'.repeat(65_535)),
    )
    await bob.expect(OK, list('Bob'), OK)
  })

  test('R1 M6 nothing of what goes on in rooms arrives', async (t) => {
    const relay = await start(t)
    const bob = await relay.login('Bob')
    const amy = await relay.join('Amy')
    amy.send(Buffer.from('\x02\x00\x02Hi', 'latin1'), leave())
    await amy.expectEnd()
    bob.send(list())
    await bob.expect(list('Bob'))
  })
})

test('S3 a list longer than one message comes as several, none of which splits a name', async (t) => {
  const relay = await startSendtoRelay(t)
  const names = Array.from({ length: 3200 }, (_, n) => `${String(n).padStart(5, '0')}-${'n'.repeat(14)}`)
  await Promise.all(names.map((name) => relay.login(name)))
  const bob = await relay.connect()
  bob.send(list(), login('Bob'))
  const first = await bob.packet()
  const second = await bob.packet()
  await bob.expect(OK)
  assert.equal(first[0], LIST)
  assert.equal(first.at(-1), 0x0a)
  assert.notEqual(second.at(-1), 0x0a)
  assert.deepEqual((first.toString('latin1', 4) + second.toString('latin1', 4)).split('\n'), names)
})
