/** Line mode. Rule S8. */

import type { Check, CheckContext } from '../check.js'
import { CheckFailure } from '../failure.js'
import type { RawPeer } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'
import { Person } from './person.js'
import { FAILURE, message, OK, SENDTO } from './wire.js'

/** A connection that speaks lines. */
class Speaker {
  readonly peer: RawPeer
  readonly name: string

  private constructor(peer: RawPeer, name: string) {
    this.peer = peer
    this.name = name
  }

  static async connect(context: CheckContext): Promise<Speaker> {
    return new Speaker(await context.connect(), context.freshName())
  }

  static async login(context: CheckContext): Promise<Speaker> {
    const speaker = await Speaker.connect(context)
    await speaker.asks(`login ${speaker.name}`, 'Success')
    await context.settled()
    return speaker
  }

  /** Sends one line, and these lines are the next that come. */
  async asks(line: string | Buffer, ...answers: readonly string[]): Promise<void> {
    this.peer.write(Buffer.concat([Buffer.from(line as string), Buffer.of(0x0a)]))
    await this.expect(...answers)
  }

  async expect(...lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      const expected = Buffer.from(`${line}\n`)
      const came = await this.line(shownBytes(expected))
      if (!came.equals(expected)) throw new CheckFailure(shownBytes(expected), shownBytes(came))
    }
  }

  /** The next line with its end. */
  line(expected: string): Promise<Buffer> {
    return this.peer.takeUnit((received) => received.indexOf(0x0a) + 1, expected)
  }

  /** The lines up to the answer to a command that no server knows, which is asked behind what is awaited. */
  async linesUntilMark(): Promise<string[]> {
    this.peer.write('mark\n')
    const lines: string[] = []
    for (;;) {
      const line = (await this.line('"Invalid command\\n"')).toString('utf8').slice(0, -1)
      if (line === 'Invalid command') return lines
      lines.push(line)
    }
  }
}

function lineCheck(title: string, run: (context: CheckContext) => Promise<void>): Check {
  return { rule: 'S8', title, run }
}

/** What a line gets, sent by one who is logged in. */
const ANSWERS: readonly [what: string, line: string | Buffer, answer: string][] = [
  ['login without a name', 'login', 'Bad username'],
  ['login with two names', 'login one two', 'Bad username'],
  ['login with a name of 21 characters', `login ${'x'.repeat(21)}`, 'Bad username'],
  ['login when logged in', 'login other', 'Failure'],
  ['sendto without anything', 'sendto', 'Bad username'],
  ['sendto without a text', 'sendto somebody', 'Bad username'],
  ['sendto with a name of 21 characters', `sendto ${'x'.repeat(21)} Hi`, 'Bad username'],
  ['sendto with a text of 65,536 characters', `sendto somebody ${'x'.repeat(65_536)}`, 'Bad message'],
  ['list with a parameter', 'list all', 'Invalid command'],
  ['logout with a parameter', 'logout now', 'Invalid command'],
  ['exit with a parameter', 'exit now', 'Invalid command'],
  ['an unknown command', 'quit', 'Invalid command'],
  ['a command in capitals', 'LIST', 'Invalid command'],
]

export const LINES: readonly Check[] = [
  lineCheck('a connection that begins with a printable character speaks lines', async (context) => {
    for (const first of [' ', '!', 'x', '~']) {
      const speaker = await Speaker.connect(context)
      await speaker.asks(`${first}y`, 'Invalid command')
    }
  }),
  lineCheck('login, logout and login again', async (context) => {
    const [speaker, watcher] = [await Speaker.login(context), await Person.connect(context)]
    await watcher.expectListed([speaker.name])
    await speaker.asks('logout', 'Success')
    await speaker.asks('logout', 'Failure')
    await context.settled()
    await watcher.expectListed([], [speaker.name])
    await speaker.asks(`login ${speaker.name}`, 'Success')
  }),
  lineCheck('login with a name that is taken: Failure', async (context) => {
    const [amy, speaker] = [await Person.login(context), await Speaker.connect(context)]
    await speaker.asks(`login ${amy.name}`, 'Failure')
    await speaker.asks(`login ${speaker.name}`, 'Success')
  }),
  lineCheck('list: names one a line', async (context) => {
    const [amy, speaker] = [await Person.login(context), await Speaker.login(context)]
    speaker.peer.write('list\n')
    const names = await speaker.linesUntilMark()
    for (const name of [amy.name, speaker.name]) {
      if (!names.includes(name)) throw new CheckFailure(`a line ${name}`, names.join(', '))
    }
  }),
  lineCheck('sendto reaches somebody who speaks messages, and the other way round', async (context) => {
    const [amy, speaker] = [await Person.login(context), await Speaker.login(context)]
    await speaker.asks(`sendto ${amy.name} Hi how are you?  très bien`, 'Success')
    await amy.expectSaid(speaker.name, 'Hi how are you?  très bien')
    await amy.asks(message(SENDTO, speaker.name, 'très bien'), OK, 'the receiver is here')
    await speaker.expect(`${amy.name}: très bien`)
  }),
  lineCheck('sendto to nobody, and without a login: Failure', async (context) => {
    const [amy, stranger] = [await Person.login(context), await Speaker.connect(context)]
    await stranger.asks(`sendto ${amy.name} Hi`, 'Failure')
    await stranger.asks('logout', 'Failure')
    await stranger.asks(`login ${stranger.name}`, 'Success')
    await stranger.asks(`sendto ${context.freshName()} Hi`, 'Failure')
    await amy.expectNothingMore()
  }),
  ...ANSWERS.map(([what, line, answer]) =>
    lineCheck(`${what}: ${answer}`, async (context) => {
      const speaker = await Speaker.login(context)
      await speaker.asks(line, answer)
      await speaker.asks('logout', 'Success')
    }),
  ),
  lineCheck('control characters in a text are refused, and nothing arrives (M3)', async (context) => {
    const [amy, speaker] = [await Person.login(context), await Speaker.login(context)]
    for (const text of ['a\x1b[2J', 'a\x7f', 'a\u009bb', 'a\0b']) {
      await speaker.asks(`sendto ${amy.name} ${text}`, 'Bad message')
    }
    await amy.expectNothingMore()
  }),
  lineCheck('a text of 65,535 characters goes through', async (context) => {
    const [amy, speaker] = [await Person.login(context), await Speaker.login(context)]
    await speaker.asks(`sendto ${amy.name} ${'x'.repeat(65_535)}`, 'Success')
    await amy.expectSaid(speaker.name, 'x'.repeat(65_535))
  }),
  lineCheck('a line may end in CRLF, and come byte by byte', async (context) => {
    const speaker = await Speaker.connect(context)
    for (const byte of Buffer.from(`login ${speaker.name}\r\n`)) {
      speaker.peer.write(Buffer.of(byte))
      await new Promise(setImmediate)
    }
    await speaker.expect('Success')
  }),
  lineCheck('many lines in one write are answered in order', async (context) => {
    const speaker = await Speaker.connect(context)
    const round = `login ${speaker.name}\nsendto ${speaker.name} x\nquit\nlogout\n`
    speaker.peer.write(round.repeat(20))
    for (let time = 0; time < 20; time++) {
      await speaker.expect('Success', `${speaker.name}: x`, 'Success', 'Invalid command', 'Success')
    }
  }),
  lineCheck('exit is answered with EXIT and closes the connection, and the name is free', async (context) => {
    const [amy, speaker] = [await Person.login(context), await Speaker.login(context)]
    speaker.peer.write(`exit\nsendto ${amy.name} beyond\n`)
    await speaker.expect('EXIT')
    await speaker.peer.closed('the connection to be closed after exit')
    await context.settled()
    await amy.asks(message(SENDTO, speaker.name, 'x'), FAILURE, 'nobody has that name any more')
  }),
]
