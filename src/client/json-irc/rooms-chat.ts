/**
 * The course of one chat over rooms on a line console: asks for the nickname, and for another one; carries out what is
 * typed, shows what comes, leaves. The console owns the screen, `JsonIrcClient` the wire.
 *
 *     naming --/nicknameSet--> chatting --/quit, end of input, Ctrl-C--> leaving --> exit code
 *      |  ^                       |
 *      |  +------ a name ----+    +--connection lost--> exit code 1
 *      +--/nickFail--> asking --end of input--> exit code 1
 */

import { EXIT_CODE } from '../../exit-code.js'
import { type Address, formatAddress } from '../address.js'
import type { ConsoleChat, Outcome } from '../console-program.js'
import { failureWords } from '../failure-words.js'
import type { ConsoleReader, LineConsole } from '../line-console.js'
import type { LineStyle } from '../line-style.js'
import { NAME_RULE } from '../name-rule.js'
import { visible } from '../visible.js'
import { WaitingInput } from '../waiting-input.js'
import type { Fields } from './fields.js'
import { JsonIrcClient } from './json-irc-client.js'
import { MyRooms } from './my-rooms.js'
import { ROOMS_COMMANDS } from './rooms-commands.js'
import { errorOf, shownObject } from './shown-object.js'
import { carryOut, type TypedSink } from './typed-requests.js'

/** How long a relay may keep somebody waiting who pressed Ctrl-C. */
const INTERRUPTED_GRACE_MS = 1_000
/** And how long, without a byte moving, when the input has ended and answers may still come. */
const LEAVE_GRACE_MS = 5_000
const ANSWER_TIMEOUT_MS = 10_000

export class RoomsChat implements ConsoleChat, ConsoleReader {
  readonly #address: Address
  readonly #console: LineConsole
  readonly #input: WaitingInput
  readonly #style: LineStyle
  readonly #noticeStyle: LineStyle
  readonly #rooms = new MyRooms()
  readonly #sink: TypedSink = {
    send: (command, room = '', message = '') => {
      const outcome = this.#client?.send({ command, nickname: this.#name, room, message })
      if (outcome === 'full') this.#console.hold()
      if (outcome === 'too-long') this.#notice('Not sent: that is too long for one message.')
      return outcome !== 'too-long'
    },
    notice: (text) => this.#notice(text),
  }
  readonly #outcome: Promise<Outcome>
  #settle!: (outcome: Outcome) => void

  #state: 'naming' | 'asking' | 'chatting' | 'leaving' = 'naming'
  #client: JsonIrcClient | null = null
  #name: string
  /** The last thing that came, where that was an error: why the relay closes, when it does. */
  #lastError = ''
  #answerTimer: NodeJS.Timeout | undefined
  /** The prompt as the console has it. */
  #prompted = ''

  /** @param noticeStyle styles what goes to `LineConsole.notice`, which may be another output */
  constructor(
    address: Address,
    name: string,
    console: LineConsole,
    style: LineStyle,
    noticeStyle: LineStyle,
  ) {
    this.#address = address
    this.#name = name
    this.#console = console
    this.#input = new WaitingInput(console, this)
    this.#style = style
    this.#noticeStyle = noticeStyle
    this.#outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  run(): Promise<Outcome> {
    void this.#askFor(this.#name)
    return this.#outcome
  }

  line(text: string): void {
    if (this.#state === 'naming') this.#input.keep(text)
    else if (this.#state === 'chatting') this.#typed(text)
    else if (this.#state === 'leaving') return
    else this.#nameTyped(text)
  }

  end(): void {
    this.#input.end()
    if (this.#state === 'chatting') void this.#leave(EXIT_CODE.ok, LEAVE_GRACE_MS)
    else if (this.#state === 'asking') this.#finish(EXIT_CODE.lost, 'There is no other name to try.')
  }

  interrupt(): void {
    this.stop(EXIT_CODE.interrupted)
  }

  stop(code: number): void {
    if (this.#state !== 'leaving') {
      void this.#leave(code, INTERRUPTED_GRACE_MS)
      return
    }
    this.#client?.close()
    this.#settle({ code, words: '' })
  }

  outputGone(): void {
    this.readOn()
    if (this.#state !== 'leaving') this.stop(EXIT_CODE.ok)
  }

  readOn(): void {
    this.#client?.resume()
  }

  async #askFor(name: string): Promise<void> {
    this.#state = 'naming'
    this.#name = name
    this.#prompted = ''
    this.#console.ask('')
    this.#console.hold()
    try {
      this.#client ??= await this.#connect()
    } catch (error) {
      this.#finish(EXIT_CODE.unavailable, this.#unreachable(failureWords(error)))
      return
    }
    if (this.#state !== 'naming') return
    const message = this.#address.password ?? ''
    if (this.#client.send({ command: '/nick', nickname: name, room: '', message }) === 'too-long') {
      this.#nameRefused(NAME_RULE)
      return
    }
    this.#answerTimer = setTimeout(() => {
      this.#finish(EXIT_CODE.unavailable, this.#unreachable('it did not answer in time'))
    }, ANSWER_TIMEOUT_MS)
  }

  async #connect(): Promise<JsonIrcClient> {
    const client = new JsonIrcClient(this.#address)
    this.#client = client
    this.#lastError = ''
    client.on('object', (fields) => this.#received(fields))
    client.on('drain', () => this.#console.release())
    client.on('close', (cause) => this.#closed(cause))
    await client.connect()
    return client
  }

  #received(fields: Fields): void {
    if (errorOf(fields) === null) this.#lastError = ''
    if (fields.command === '/nicknameSet') this.#named(fields.nickname)
    else if (fields.command === '/nickFail') this.#nickFailed(fields)
    else if (errorOf(fields) !== null) this.#refused(fields, errorOf(fields) as string)
    else {
      const { command, nickname, room } = fields
      if (command === '/joinSuccess' && room !== '') this.#rooms.joined(room)
      if (command === '/leaveRoom' && nickname === this.#name) this.#rooms.left(room)
      this.#prompt()
      if (!this.#console.show(shownObject(fields, this.#rooms.current, this.#style))) this.#client?.pause()
    }
  }

  #named(name: string): void {
    if (this.#state !== 'naming') return
    clearTimeout(this.#answerTimer)
    this.#state = 'chatting'
    if (name !== '') this.#name = name
    if (this.#console.interactive)
      this.#notice(`You are ${this.#name}. /join ROOM to talk there; /help says more.`)
    this.#listen()
  }

  #nickFailed({ message }: Fields): void {
    if (this.#state !== 'naming') return
    clearTimeout(this.#answerTimer)
    this.#nameRefused(message)
  }

  #nameRefused(why: string): void {
    this.#state = 'asking'
    this.#notice(`The name "${this.#name}" cannot be had: ${why}. Choose another one.`)
    this.#listen()
  }

  /** What is not a command that makes sense here is a name. */
  #nameTyped(text: string): void {
    const { kind } = ROOMS_COMMANDS.read(text)
    if (kind === 'quit') void this.#leave(EXIT_CODE.ok, LEAVE_GRACE_MS)
    else if (kind === 'help') this.#notice(`Choose a name: ${NAME_RULE}. /quit leaves.`)
    else if (kind !== 'nothing') void this.#askFor(text.trim())
  }

  #refused({ command, room }: Fields, words: string): void {
    this.#lastError = words
    if (command === '/join') this.#rooms.refused(room)
    this.#prompt()
    // While a name is being thought about, that is the login deadline, after which we connect anew.
    if (this.#state !== 'asking') this.#console.notice(this.#noticeStyle.refused(words))
  }

  /** Takes what is typed, what came early first. */
  #listen(): void {
    this.#prompt()
    this.#input.listen()
  }

  /** Says whether a name is wanted, or who says in which room what is typed next. */
  #prompt(): void {
    const { current } = this.#rooms
    let prompt = this.#prompted
    if (this.#state === 'asking') prompt = 'Name: '
    else if (this.#state === 'chatting') {
      prompt = current === '' ? `${this.#name}> ` : `${this.#name}@${visible(current)}> `
    }
    if (prompt === this.#prompted) return
    this.#prompted = prompt
    this.#console.ask(prompt)
  }

  #typed(line: string): void {
    if (carryOut(line, this.#rooms, this.#sink)) this.#prompt()
    else void this.#leave(EXIT_CODE.ok, LEAVE_GRACE_MS)
  }

  #notice(text: string): void {
    this.#console.notice(this.#noticeStyle.notice(text))
  }

  #closed(cause: Error | null): void {
    this.#client = null
    clearTimeout(this.#answerTimer)
    this.#rooms.clear()
    if (this.#state === 'naming' || this.#state === 'chatting') {
      const words = cause === null ? this.#lastError || 'the relay closed it' : failureWords(cause)
      this.#finish(EXIT_CODE.lost, this.#lost(words))
    }
  }

  async #leave(code: number, graceMs: number): Promise<void> {
    const chatting = this.#state === 'chatting'
    this.#state = 'leaving'
    clearTimeout(this.#answerTimer)
    this.#console.finish()
    const handedOver = (await this.#client?.leave(this.#name, graceMs)) ?? true
    if (handedOver || !chatting) this.#settle({ code, words: '' })
    else this.#settle({ code: EXIT_CODE.lost, words: this.#lost('not everything could be sent') })
  }

  #lost(reason: string): string {
    return `Lost the connection to ${formatAddress(this.#address)}: ${visible(reason)}.`
  }

  #unreachable(reason: string): string {
    return `Cannot join the chat at ${formatAddress(this.#address)}: ${reason}.`
  }

  #finish(code: number, words: string): void {
    if (this.#state === 'leaving') return
    this.#state = 'leaving'
    clearTimeout(this.#answerTimer)
    this.#console.finish()
    this.#client?.close()
    this.#settle({ code, words })
  }
}
