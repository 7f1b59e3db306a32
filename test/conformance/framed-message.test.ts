/** What is said to everyone: form, limits, and what is refused. Rules F4–F7, M3, M4. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { ERROR, error, MESSAGE, message } from '../fixtures/framed-bytes.js'
import { onEachTransport } from '../fixtures/start-relay.js'

/** What fits behind `[Bob] `. */
const MOST = 65_535 - 6

onEachTransport((start) => {
  test('F4 M4 everyone else gets the name in brackets, one space, the text; the sender gets nothing', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const cyd = await relay.join('Cyd')
    const bob = await relay.join('Bob')
    bob.send(Buffer.from('\x02\x00\x02Hi', 'latin1'))
    await amy.skipTo(Buffer.from('\x02\x00\x08[Bob] Hi', 'latin1'))
    await cyd.skipTo(Buffer.from('\x02\x00\x08[Bob] Hi', 'latin1'))
    // Had Bob been sent his own, it would stand before Amy's.
    amy.send(message('You too'))
    await bob.expect(message('[Amy] You too'))
  })

  test('F4 text is passed on as it is: spaces, brackets, digits, a tab', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    for (const text of [
      ' ',
      '  two  ',
      '[Amy] Hi',
      '**Amy is leaving the chat**',
      'a\tb',
      '/w Amy x',
      '@Amy x',
    ]) {
      amy.send(message(text))
      await bob.expect(message(`[Amy] ${text}`))
    }
  })

  test('F4 style=colon: the name, a colon, a space, the text', async (t) => {
    const relay = await start(t, { query: ['', 'style=colon'] })
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob', { port: relay.ports[1] as number })
    await amy.frame()
    amy.send(message('Hi'))
    await bob.expect(message('Amy: Hi'))
    bob.send(message('Hi'))
    await amy.expect(message('[Bob] Hi'))
  })

  test('F5 a message of length 0 says nothing: nothing is relayed, no error', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    amy.send(message(''), message('\n'), message('\r\n'), message('\0\0\0'), message('Hi'))
    await bob.expect(message('[Amy] Hi'))
    bob.send(message('Hi'))
    await amy.skipTo(message('[Bob] Hi')).then((skipped) => assert.equal(skipped.length, 1))
  })

  test('M3 a trailing CR, LF, CRLF or NUL padding is trimmed, and nothing else', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    for (const padding of ['\n', '\r', '\r\n', '\0', '\0\0\0\0', '\n\0', '\r\n\0\0']) {
      amy.send(message(`Hi ${padding}`))
      await bob.expect(message('[Amy] Hi '))
    }
  })

  test('F6 the longest message that fits one frame is relayed', async (t) => {
    const relay = await start(t)
    const bob = await relay.join('Bob')
    const amy = await relay.join('Amy')
    const text = 'x'.repeat(MOST)
    bob.send(message(text), message(`${text}\r\n\0`))
    const expected = message(`[Bob] ${text}`)
    assert.deepEqual([...expected.subarray(0, 3)], [0x02, 0xff, 0xff])
    await amy.expect(expected, expected)
  })

  for (const length of [MOST + 1, 65_535]) {
    test(`F6 a message that does not fit one frame (${length} bytes) is refused and the connection stays`, async (t) => {
      const relay = await start(t)
      const bob = await relay.join('Bob')
      const amy = await relay.join('Amy')
      await bob.frame()
      bob.send(message('x'.repeat(length)), message('Hi'))
      await amy.expect(message('[Bob] Hi'))
      await bob.expectLike(ERROR, new RegExp(`^Message too long.*${MOST}`))
    })
  }

  test('F6 a longer name leaves less room for text', async (t) => {
    const relay = await start(t)
    const name = 'N'.repeat(32)
    const bob = await relay.join(name)
    const amy = await relay.join('Amy')
    await bob.frame()
    bob.send(message('x'.repeat(65_535 - 34)), message('x'.repeat(65_535 - 35)))
    await amy.expect(message(`[${name}] ${'x'.repeat(65_535 - 35)}`))
    await bob.expectLike(ERROR, /^Message too long.*65500/)
  })

  test('F7 one bad byte at the end of a long message refuses all of it', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    await amy.frame()
    for (const bad of ['\x1b', '\x7f', '\x80', '\x9b', '\xff']) {
      amy.send(message(`${'x'.repeat(60_000)}${bad}`))
      await amy.expectLike(ERROR, /ASCII/)
      amy.send(message(`${bad}${'x'.repeat(60_000)}`))
      await amy.expectLike(ERROR, /ASCII/)
    }
    amy.send(message('last'))
    await bob.expect(message('[Amy] last'))
  })

  test('F4 N5 nobody speaks as somebody else: the name in front is the session’s', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    await amy.frame()
    bob.send(message('[Amy] I owe you'))
    const got = await amy.frame()
    assert.equal(got[0], MESSAGE)
    assert.ok(got.equals(message('[Bob] [Amy] I owe you')))
    bob.send(message('[Bob] Hi'), Buffer.of(0x05, 0x00, 0x00))
    await amy.expect(message('[Bob] [Bob] Hi'))
    await bob.expect(error('Unsupported command 5'))
  })
})
