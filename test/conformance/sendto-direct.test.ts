/** What sendto users say, and what reaches them from any dialect. Rules S4 and S7, and M2, M3, M5, N4 for them. */

import test from 'node:test'
import { direct } from '../fixtures/framed-bytes.js'
import { FAILURE, list, MALFORMED, OK, packet, SENDTO, sendto } from '../fixtures/sendto-bytes.js'
import { onEachTransport } from '../fixtures/sendto-relay.js'

onEachTransport((start) => {
  test('S4 a message is handed to its receiver alone, with the name of its sender', async (t) => {
    const relay = await start(t)
    const [amy, bob, cyd] = [await relay.login('Amy'), await relay.login('Bob'), await relay.login('Cyd')]
    bob.send(sendto('Amy', 'Hi how are you?'))
    await bob.expect(OK)
    await amy.expect(sendto('Bob', 'Hi how are you?'))
    amy.send(sendto('Bob', 'Fine'))
    await amy.expect(OK)
    await bob.expect(sendto('Amy', 'Fine'))
    cyd.send(list())
    await cyd.expect(list('Amy\nBob\nCyd'))
  })

  test('S4 to oneself: delivered, and then answered', async (t) => {
    const relay = await start(t)
    const bob = await relay.login('Bob')
    bob.send(sendto('Bob', 'note'))
    await bob.expect(sendto('Bob', 'note'), OK)
  })

  test('S4 N4 to nobody: a failure', async (t) => {
    const relay = await start(t)
    const bob = await relay.login('Bob')
    for (const name of [
      'Amy',
      'bob',
      'Bobb',
      '',
      ' ',
      '__proto__',
      'constructor',
      'a b',
      '\x1b[2J',
      'é',
      '*',
    ]) {
      bob.send(sendto(name, 'x'))
      await bob.expect(FAILURE)
    }
  })

  test('S4 without a login: a failure, also after a logout', async (t) => {
    const relay = await start(t)
    await relay.login('Amy')
    const bob = await relay.connect()
    bob.send(sendto('Amy', 'x'), sendto('Amy', ''), sendto('Amy', 'x'.repeat(65_535)))
    await bob.expect(FAILURE, FAILURE, FAILURE)
    const cyd = await relay.login('Cyd')
    cyd.send(packet(4), sendto('Amy', 'x'))
    await cyd.expect(OK, FAILURE)
  })

  test('S4 M3 an empty text and every control character but tab are malformed, and nothing is relayed', async (t) => {
    const relay = await start(t)
    const amy = await relay.login('Amy')
    const bob = await relay.login('Bob')
    for (const text of ['', '\n', '\r\n', '\0\0', 'a\nb', 'a\r\nb', 'a\x7f', 'a\u009bb', '\x1b[2J', 'a\0b']) {
      bob.send(sendto('Amy', text))
      await bob.expect(MALFORMED)
    }
    for (let byte = 0; byte < 256; byte++) {
      const good = byte === 0x09 || (byte >= 0x20 && byte <= 0x7e)
      bob.send(sendto('Amy', Buffer.of(0x61, byte, 0x62)))
      await bob.expect(good ? OK : MALFORMED)
      if (good) await amy.expect(sendto('Bob', Buffer.of(0x61, byte, 0x62)))
    }
    await amy.expectQuiet()
  })

  test('S4 M2 any Unicode goes through as it is; what is not UTF-8 is malformed', async (t) => {
    const relay = await start(t)
    const amy = await relay.login('Amy')
    const bob = await relay.login('Bob')
    for (const text of ['é', 'Ċ', '你好', '😀', '\ufeffx', '\u202eevil', ' ', '\t', 'a\tb']) {
      bob.send(sendto('Amy', text))
      await bob.expect(OK)
      await amy.expect(sendto('Bob', text))
    }
    for (const bytes of ['ff', 'c3', 'c328', 'eda080', 'f4908080', 'c080', 'e28282e2']) {
      bob.send(sendto('Amy', Buffer.from(bytes, 'hex')))
      await bob.expect(MALFORMED)
    }
    await amy.expectQuiet()
  })

  test('S4 M3 padding behind name and text is no part of them', async (t) => {
    const relay = await start(t)
    const amy = await relay.login('Amy')
    const bob = await relay.login('Bob')
    bob.send(sendto('Amy\0\0', 'Hi\r\n'), sendto('Amy\n', 'Hi\0\0\0'))
    await bob.expect(OK, OK)
    await amy.expect(sendto('Bob', 'Hi'), sendto('Bob', 'Hi'))
  })

  test('S4 the longest text goes through whole', async (t) => {
    const relay = await start(t)
    const amy = await relay.login('Amy')
    const bob = await relay.login('Bob')
    const texts = ['x'.repeat(65_535), `${'é'.repeat(32_767)}x`, '你'.repeat(21_845)]
    for (const text of texts) {
      bob.send(sendto('Amy', text))
      await bob.expect(OK)
      await amy.expect(sendto('Bob', text))
    }
  })

  test('S7 a direct message of another dialect arrives as SENDTO, and ours as that dialect has it', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const bob = await relay.login('Bob')
    amy.send(direct('Bob Hi'), direct('@Bob how are you?'))
    await bob.expect(sendto('Amy', 'Hi'), sendto('Amy', 'how are you?'))
    bob.send(sendto('Amy', 'très bien'))
    await bob.expect(OK)
    await amy.expect(direct('[Bob] tres bien'))
  })

  test('S7 a sender’s name longer than 20 bytes is cut, here and only here', async (t) => {
    const relay = await start(t)
    const long = `Amy-${'y'.repeat(28)}`
    const amy = await relay.join(long)
    const bob = await relay.login('Bob')
    const cyd = await relay.loginLines('Cyd')
    amy.send(direct('Bob Hi'), direct('Cyd Hi'), direct(`${long} Hi`))
    await bob.expect(sendto(long.slice(0, 20), 'Hi'))
    await cyd.expectLines(`${long.slice(0, 20)}: Hi`)
    await amy.expect(direct(`[${long}] Hi`))
    bob.send(list(), packet(SENDTO, long, 'x'), sendto(long.slice(0, 20), 'x'))
    await bob.expect(list(`${long}\nBob\nCyd`), MALFORMED, FAILURE)
  })

  test('M5 ten thousand messages between messages, lines and frames arrive in order', async (t) => {
    const relay = await start(t, { settings: { hardLimitBytes: '100000000' } })
    const amy = await relay.login('Amy')
    const bob = await relay.loginLines('Bob')
    const cyd = await relay.join('Cyd')
    const numbers = Array.from({ length: 10_000 }, (_, n) => n)
    amy.send(...numbers.map((n) => sendto(n % 2 === 0 ? 'Bob' : 'Cyd', `${n}`)))
    for (const n of numbers) {
      await amy.expect(OK)
      if (n % 2 === 0) await bob.expectLines(`Amy: ${n}`)
      else await cyd.expect(direct(`[Amy] ${n}`))
    }
  })
})
