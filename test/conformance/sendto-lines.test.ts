/** Rule S8: the sendto dialect as lines. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { direct } from '../fixtures/framed-bytes.js'
import { FAILURE, list, login, OK, sendto } from '../fixtures/sendto-bytes.js'
import { onEachTransport, startSendtoRelay } from '../fixtures/sendto-relay.js'

onEachTransport((start) => {
  test('S8 a session in lines beside one in messages', async (t) => {
    const relay = await start(t)
    const amy = await relay.login('Amy')
    const john = await relay.connect()
    john.send('login John\n')
    await john.expectLines('Success')
    john.send('list\n', 'sendto Amy Hi how are you?\n')
    await john.expectLines('Amy', 'John', 'Success')
    await amy.expect(sendto('John', 'Hi how are you?'))
    amy.send(sendto('John', 'très bien'))
    await john.expectLines('Amy: très bien')
    john.send('logout\n', 'list\n', 'login Jack\n', 'exit\n')
    await john.expectLines('Success', 'Amy', 'Success', 'EXIT')
    assert.equal((await john.rest()).length, 0)
    amy.send(list(), sendto('Jack', 'x'))
    await amy.expect(OK, list('Amy'), FAILURE)
  })

  test('S8 the first byte decides: printable is lines, everything else is messages', async (t) => {
    const relay = await start(t)
    for (let byte = 0; byte < 256; byte++) {
      const peer = await relay.connect()
      const printable = byte >= 0x20 && byte <= 0x7e
      peer.send(Buffer.of(byte))
      if (printable) {
        peer.send('\n')
        await peer.expectLines('Invalid command')
      } else {
        peer.send(Buffer.of(0, 0, 0))
        const first = (await peer.packet())[0]
        assert.equal(first, byte === 2 ? 2 : 5, `byte ${byte}`)
      }
      peer.destroy()
    }
  })

  test('S8 S2 login: what it takes and what it answers', async (t) => {
    const relay = await start(t)
    await relay.login('Amy')
    const john = await relay.connect()
    const answers: [string, string][] = [
      ['login', 'Bad username'],
      ['login ', 'Bad username'],
      ['login John Doe', 'Bad username'],
      ['login John ', 'Bad username'],
      ['login  John', 'Bad username'],
      [`login ${'x'.repeat(21)}`, 'Bad username'],
      [`login ${'x'.repeat(2000)}`, 'Bad username'],
      ['login José', 'Bad username'],
      ['login J\x1bhn', 'Bad username'],
      ['login Amy', 'Failure'],
      [`login ${'x'.repeat(20)}`, 'Success'],
      ['login John', 'Failure'],
      ['login John Doe', 'Bad username'],
      ['logout', 'Success'],
      ['logout', 'Failure'],
      ['login __proto__', 'Success'],
    ]
    for (const [line, answer] of answers) {
      john.send(`${line}\n`)
      assert.equal(`${line}: ${await john.line()}`, `${line}: ${answer}`)
    }
  })

  test('S8 S4 sendto: what it takes and what it answers', async (t) => {
    const relay = await start(t)
    const amy = await relay.loginLines('Amy')
    const john = await relay.connect()
    john.send('sendto Amy Hi\n')
    await john.expectLines('Failure')
    john.send(`sendto Amy ${'x'.repeat(70_000)}\n`, 'login John\n')
    await john.expectLines('Failure', 'Success')
    const answers: [string, string][] = [
      ['sendto', 'Bad username'],
      ['sendto ', 'Bad username'],
      ['sendto Amy', 'Bad username'],
      ['sendto Amy ', 'Bad username'],
      ['sendto  Amy Hi', 'Bad username'],
      [`sendto ${'x'.repeat(21)} Hi`, 'Bad username'],
      [`sendto ${'x'.repeat(100_000)} Hi`, 'Bad username'],
      ['sendto nobody Hi', 'Failure'],
      ['sendto José Hi', 'Failure'],
      ['sendto amy Hi', 'Failure'],
      ['sendto Amy a\x1bb', 'Bad message'],
      ['sendto Amy \u009b2J', 'Bad message'],
      ['sendto Amy a\rb', 'Bad message'],
      [`sendto Amy ${'x'.repeat(65_536)}`, 'Bad message'],
      [`sendto Amy ${'x'.repeat(200_000)}`, 'Bad message'],
      [`sendto Amy ${'é'.repeat(32_768)}`, 'Bad message'],
      [`sendto ${'x'.repeat(20)} ${'x'.repeat(65_536)}`, 'Bad message'],
    ]
    for (const [line, answer] of answers) {
      john.send(`${line}\n`)
      assert.equal(`${line.slice(0, 30)}: ${await john.line()}`, `${line.slice(0, 30)}: ${answer}`)
    }
    john.send(Buffer.from('sendto Amy \xff\n', 'latin1'))
    await john.expectLines('Bad message')
    for (const text of [
      'Hi',
      ' two in front',
      'two behind  ',
      'a  b',
      ' ',
      'a\tb',
      'é 😀',
      'x'.repeat(65_535),
    ]) {
      john.send(`sendto Amy ${text}\n`)
      await john.expectLines('Success')
      await amy.expectLines(`John: ${text}`)
    }
  })

  test('S8 what is no command is invalid, and so are parameters where there are none', async (t) => {
    const relay = await start(t)
    const john = await relay.connect()
    const lines = [
      'list all',
      'list ',
      'logout now',
      'exit now',
      'exit ',
      'quit',
      'LIST',
      'Login John',
      '/list',
      'x',
    ]
    for (const line of lines) john.send(`${line}\n`)
    for (const line of lines) assert.equal(`${line}: ${await john.line()}`, `${line}: Invalid command`)
    john.send('\n', '\x1b[A\n', ' list\n', `${'x'.repeat(300_000)}\n`, 'list\n')
    await john.expectLines(...Array.from({ length: 4 }, () => 'Invalid command'), '')
  })

  test('S8 exit is answered with EXIT and ends the connection, and nothing behind it is carried out', async (t) => {
    const relay = await start(t)
    const amy = await relay.login('Amy')
    const john = await relay.connect()
    john.send('login John\nexit\nsendto Amy beyond\nlogin Jack\n')
    assert.equal((await john.rest()).toString(), 'Success\nEXIT\n')
    amy.send(list())
    await amy.expect(list('Amy'))
  })

  test('S8 a line without its end is not carried out', async (t) => {
    const relay = await start(t)
    const john = await relay.connect()
    john.send('login John\nlogin Jack')
    await john.expectLines('Success')
    john.socket.end()
    assert.equal((await john.rest()).length, 0)
  })

  test('S7 S8 what is said in other dialects arrives as a line', async (t) => {
    const relay = await start(t)
    const amy = await relay.join('Amy')
    const john = await relay.loginLines('John')
    amy.send(direct('John Hi'))
    await john.expectLines('Amy: Hi')
    john.send('sendto Amy Žluť\n')
    await john.expectLines('Success')
    await amy.expect(direct('[John] Zlut'))
  })
})

test('S8 a web browser that comes here by mistake is told so, and can do nothing', async (t) => {
  const relay = await startSendtoRelay(t)
  const browser = await relay.connect()
  browser.send('GET /login%20x HTTP/1.1\r\nHost: relay\r\nAccept: */*\r\n\r\n')
  await browser.expectLines(...Array.from({ length: 4 }, () => 'Invalid command'))
  const other = await relay.connect()
  other.send(login('x'))
  await other.expect(OK)
})
