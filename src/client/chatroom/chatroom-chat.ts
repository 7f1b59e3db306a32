/**
 * The course of one chat on a line console: joins, asks for another name, leaves. The console owns the screen,
 * `ChatroomClient` the wire, `Incoming` what is shown, `Outgoing` what is asked.
 *
 *     connecting --> joining --200--> chatting --/quit, end of input--> ending --nothing waits--> leaving --> exit code
 *                     |   ^              | |                                                        ^
 *                     |   +-- a name --+ | +------------------------Ctrl-C--------------------------+
 *                     +--400--> asking-+ +--connection lost--> exit code 1
 */

import { EXIT_CODE } from '../../exit-code.js'
import { type Address, formatAddress } from '../address.js'
import type { ConsoleChat, Outcome } from '../console-program.js'
import { failureWords } from '../failure-words.js'
import type { ConsoleReader, LineConsole } from '../line-console.js'
import { CHATROOM_NAME_RULE } from '../name-rule.js'
import { visible } from '../visible.js'
import { WaitingInput } from '../waiting-input.js'
import { ChatroomClient } from './chatroom-client.js'
import type { ChatroomStyle } from './chatroom-style.js'
import { Incoming } from './incoming.js'
import { Outgoing } from './outgoing.js'
import { receiptRequest } from './receipt.js'
import { readTyped, type Typed } from './typed-line.js'

const NAME = /^[A-Za-z0-9]{3,30}$/
const LEAVE_GRACE_MS = 5_000
const INTERRUPTED_GRACE_MS = 1_000

export class ChatroomChat implements ConsoleReader, ConsoleChat {
  readonly #address: Address
  readonly #console: LineConsole
  readonly #input: WaitingInput
  readonly #noticeStyle: ChatroomStyle
  #client: ChatroomClient
  #connected = false
  readonly #incoming: Incoming
  readonly #outgoing: Outgoing
  readonly #outcome: Promise<Outcome>
  #settle!: (outcome: Outcome) => void
  #state: 'connecting' | 'joining' | 'asking' | 'chatting' | 'ending' | 'leaving' = 'connecting'
  #name: string
  #code: number = EXIT_CODE.ok
  /** Runs while an answer is awaited at the end. */
  #deadline: NodeJS.Timeout | null = null

  /** @param noticeStyle styles what goes to `LineConsole.notice`, which may be another output */
  constructor(
    address: Address,
    name: string,
    console: LineConsole,
    style: ChatroomStyle,
    noticeStyle: ChatroomStyle = style,
  ) {
    this.#address = address
    this.#name = name
    this.#console = console
    this.#input = new WaitingInput(console, this)
    this.#noticeStyle = noticeStyle
    this.#client = new ChatroomClient(address)
    this.#incoming = new Incoming({
      style,
      show: (line) => this.#show(line),
      // A person wants to know; the log of a script would be nothing else.
      progress: (words) => {
        if (console.interactive) this.#notice(words)
      },
      acknowledge: (fields) => {
        this.#client.request(receiptRequest(fields), () => {})
      },
    })
    const sink = {
      request: (line: string, answered: (status: string) => void) => {
        const whole = this.#client.request(line, (status) => {
          this.#deadline?.refresh()
          answered(status)
        })
        if (!whole) console.hold()
      },
      notice: (words: string) => this.#notice(words),
      refused: (words: string) => console.notice(noticeStyle.refused(words)),
      waits: (isWaiting: boolean) => {
        if (isWaiting) console.hold()
        else if (this.#state === 'ending') this.#leave(EXIT_CODE.ok, LEAVE_GRACE_MS)
        else console.release()
      },
    }
    this.#outgoing = new Outgoing(sink, this.#incoming.messages)
    this.#outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  run(): Promise<Outcome> {
    void this.#join(this.#name)
    return this.#outcome
  }

  line(text: string): void {
    if (this.#state === 'joining' || this.#state === 'connecting') this.#input.keep(text)
    else if (this.#state === 'asking') this.#nameTyped(text)
    else if (this.#state === 'chatting') this.#carryOut(readTyped(text))
  }

  end(): void {
    this.#input.end()
    if (this.#state === 'chatting') this.#endWhenDone()
    else if (this.#state === 'asking') this.#finish(EXIT_CODE.lost, 'There is no other name to try.')
  }

  interrupt(): void {
    this.stop(EXIT_CODE.interrupted)
  }

  stop(code: number): void {
    if (this.#state === 'connecting' || this.#state === 'leaving') this.#finish(code, '')
    else this.#leave(code, INTERRUPTED_GRACE_MS)
  }

  outputGone(): void {
    this.readOn()
    if (this.#state !== 'leaving') this.stop(EXIT_CODE.ok)
  }

  readOn(): void {
    this.#client.resume()
  }

  /** A name that the page does not allow is not asked for. */
  async #join(name: string): Promise<void> {
    if (!NAME.test(name)) {
      this.#refused(`The name "${name}" cannot be used: ${CHATROOM_NAME_RULE}.`)
      return
    }
    // At once: what is typed next is not another name.
    this.#state = this.#connected ? 'joining' : 'connecting'
    this.#console.ask('')
    this.#console.hold()
    if (!(await this.#connect())) return
    this.#state = 'joining'
    const { password } = this.#address
    const request = password === undefined ? `JOIN ${name}` : `JOIN ${name} ${password}`
    this.#client.request(request, (status) => {
      if (this.#state !== 'joining') return
      if (!status.startsWith('200')) {
        this.#refused(refusalWords(name, status, password !== undefined))
        return
      }
      this.#name = name
      this.#state = 'chatting'
      if (this.#console.interactive) this.#notice(`You are ${name}. /help says more.`)
      // Who is here is the first thing that one wants to know; in a pipe it is of no use.
      if (this.#console.interactive) this.#client.request('USERBOARD', () => {})
      this.#listen()
    })
  }

  /** @returns whether there is a connection, and still a wish for one */
  async #connect(): Promise<boolean> {
    if (this.#connected) return true
    const client = new ChatroomClient(this.#address)
    this.#client = client
    client.on('push', (push) => this.#incoming.take(push))
    client.on('drain', () => this.#console.release())
    client.on('close', (cause) => this.#closed(cause))
    try {
      await client.connect()
    } catch (error) {
      const words = `Cannot join the chat at ${formatAddress(this.#address)}: ${failureWords(error)}.`
      this.#finish(EXIT_CODE.unavailable, words)
      return false
    }
    this.#connected = true
    return this.#state === 'connecting'
  }

  #refused(words: string): void {
    this.#state = 'asking'
    this.#notice(words)
    this.#listen()
  }

  /** What is not a command that makes sense here is a name. */
  #nameTyped(text: string): void {
    const { kind } = readTyped(text)
    if (kind === 'quit') this.#finish(EXIT_CODE.ok, '')
    else if (kind === 'help') this.#notice(`Choose a name: ${CHATROOM_NAME_RULE}. /quit leaves.`)
    else void this.#join(text.trim())
  }

  /** Takes what is typed, what came early first. */
  #listen(): void {
    this.#console.ask(this.#state === 'chatting' ? `${this.#name}> ` : 'Name: ')
    this.#input.listen()
  }

  #carryOut(typed: Typed): void {
    if (typed.kind === 'quit') this.#endWhenDone()
    else this.#outgoing.take(typed, this.#name)
  }

  #show(line: string): void {
    if (!this.#console.show(line)) this.#client.pause()
  }

  #notice(words: string): void {
    this.#console.notice(this.#noticeStyle.notice(words))
  }

  /** What waits for an answer is still asked. */
  #endWhenDone(): void {
    if (!this.#outgoing.isWaiting) {
      this.#leave(EXIT_CODE.ok, LEAVE_GRACE_MS)
      return
    }
    this.#state = 'ending'
    this.#console.finish()
    this.#deadline = setTimeout(() => {
      const words = `Lost the connection to ${formatAddress(this.#address)}: not everything could be sent.`
      this.#finish(EXIT_CODE.lost, words)
    }, LEAVE_GRACE_MS)
  }

  #leave(code: number, graceMs: number): void {
    this.#stopWaiting()
    this.#state = 'leaving'
    this.#code = code
    this.#console.finish()
    this.#client.leave(graceMs)
  }

  #stopWaiting(): void {
    if (this.#deadline !== null) clearTimeout(this.#deadline)
    this.#deadline = null
  }

  #closed(cause: Error | null): void {
    this.#connected = false
    this.#stopWaiting()
    // A relay waits only so long for a name. Whoever still thinks about one gets another connection.
    if (this.#state === 'asking') return
    this.#incoming.flush()
    if (this.#state === 'leaving') {
      this.#settle({ code: this.#code, words: '' })
      return
    }
    const reason = cause === null ? this.#wordsAtTheEnd() : failureWords(cause)
    this.#finish(EXIT_CODE.lost, `Lost the connection to ${formatAddress(this.#address)}: ${reason}.`)
  }

  #wordsAtTheEnd(): string {
    const { lastError } = this.#client
    return lastError === '' ? 'the relay closed it' : `the relay said ${visible(lastError)} and closed it`
  }

  #finish(code: number, words: string): void {
    this.#stopWaiting()
    this.#state = 'leaving'
    this.#code = code
    this.#console.finish()
    this.#client.close()
    this.#settle({ code, words })
  }
}

/** C1: the status line alone says why. */
function refusalWords(name: string, status: string, isPasswordShown: boolean): string {
  if (isPasswordShown && status.startsWith('500'))
    return `The relay does not take the password for ${name}, or has too many to check. Choose another name.`
  return `The name ${name} is taken, or cannot be used. Choose another one.`
}
