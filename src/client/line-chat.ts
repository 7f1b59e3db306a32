/**
 * The course of one chat on a line console: joins, asks for another name, passes on what is typed, shows what
 * comes, leaves. The console owns the screen, `FramedClient` the wire.
 *
 *     joining --accepted--> chatting --/quit, end of input, Ctrl-C--> leaving --> exit code
 *      |   ^                   |
 *      |   +---- a name ----+  +--connection lost--> exit code 1
 *      +--taken, invalid--> asking --end of input--> exit code 1
 */

import { EXIT_CODE } from '../exit-code.js'
import { type Address, formatAddress } from './address.js'
import type { ConsoleChat, Outcome } from './console-program.js'
import { failureWords } from './failure-words.js'
import { FramedClient } from './framed-client.js'
import { FramedClientError } from './framed-client-error.js'
import { FRAMED_COMMANDS, FramedRequests } from './framed-requests.js'
import type { JoinAnswer } from './join-answer.js'
import type { ConsoleReader, LineConsole } from './line-console.js'
import type { LineStyle } from './line-style.js'
import { NAME_RULE } from './name-rule.js'
import { visible } from './visible.js'
import { WaitingInput } from './waiting-input.js'

/** F1: names the commands of the wire, which nobody can type. */
const WIRE_GREETING = /\bJOIN\b.*\bLEAVE\b.*\bMESSAGE\b.*\bLIST\b.*\bDIRECT\b/s
/** How long a relay may keep somebody waiting who pressed Ctrl-C. */
const INTERRUPTED_GRACE_MS = 1_000
/** And how long, without a byte moving, when the input has ended and answers may still come. */
const LEAVE_GRACE_MS = 5_000

export class LineChat implements ConsoleReader, ConsoleChat {
  readonly #address: Address
  readonly #console: LineConsole
  readonly #input: WaitingInput
  readonly #style: LineStyle
  readonly #noticeStyle: LineStyle
  readonly #outcome: Promise<Outcome>
  #settle!: (outcome: Outcome) => void

  #state: 'joining' | 'asking' | 'chatting' | 'leaving' = 'joining'
  #client: FramedClient | null = null
  #name: string
  readonly #requests: FramedRequests
  /** Why the relay closes (F17), as far as it has said it. */
  #goodbye = ''
  /** The last thing that came, where that was an ERROR: other relays may end with one. */
  #lastError = ''

  /** @param noticeStyle styles what goes to `LineConsole.notice`, which may be another output */
  constructor(
    address: Address,
    name: string,
    console: LineConsole,
    style: LineStyle,
    noticeStyle: LineStyle = style,
  ) {
    this.#address = address
    this.#name = name
    this.#console = console
    this.#input = new WaitingInput(console, this)
    this.#style = style
    this.#noticeStyle = noticeStyle
    this.#requests = new FramedRequests({
      isPerson: console.interactive,
      show: (line) => this.#said(style.line(line)),
      notice: (words) => this.#notice(words),
      pilesUp: () => console.hold(),
    })
    this.#outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  run(): Promise<Outcome> {
    void this.#join(this.#name)
    return this.#outcome
  }

  line(text: string): void {
    if (this.#state === 'joining') this.#input.keep(text)
    else if (this.#state === 'asking') this.#nameTyped(text)
    else if (this.#state === 'chatting' && this.#client !== null) {
      if (!this.#requests.take(text, this.#client)) void this.#leave(EXIT_CODE.ok, LEAVE_GRACE_MS)
    }
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

  async #join(name: string): Promise<void> {
    this.#state = 'joining'
    this.#console.ask('')
    this.#console.hold()
    let answer: JoinAnswer
    this.#lastError = ''
    try {
      this.#client ??= await this.#connect()
      answer = await this.#client.join(name)
    } catch (error) {
      const closed = error instanceof FramedClientError && error.code === 'closed'
      // An end of the connection is told by its own event.
      if (!closed) this.#finish(EXIT_CODE.unavailable, this.#unreachable(error))
      return
    }
    if (this.#state !== 'joining') return
    if (answer === 'accepted') {
      this.#name = name
      this.#state = 'chatting'
    } else {
      this.#state = 'asking'
      // The relay has said what else it is that one needs.
      if (this.#lastError !== '') this.#notice(`The name ${name} cannot be had. Choose another one.`)
      else if (answer === 'taken') this.#notice(`The name ${name} is taken. Choose another one.`)
      else this.#notice(`The name "${name}" cannot be used: ${NAME_RULE}.`)
    }
    this.#listen()
  }

  async #connect(): Promise<FramedClient> {
    const client = new FramedClient(this.#address)
    this.#client = client
    this.#goodbye = this.#lastError = ''
    client.on('accepted', (accepted) => {
      if (this.#console.interactive) this.#notice(`You are ${accepted}. /help says more.`)
    })
    let isFirst = true
    client.on('line', (text) => {
      if (!isFirst || !WIRE_GREETING.test(text)) this.#said(this.#style.line(text))
      isFirst = false
    })
    client.on('direct', (text) => this.#said(this.#style.direct(text)))
    client.on('refused', (text) => {
      this.#lastError = text
      // While a name is being thought about, that is the login deadline (F15), after which we connect anew.
      if (this.#state !== 'asking') this.#console.notice(this.#noticeStyle.refused(text))
    })
    client.on('goodbye', (reason) => {
      this.#goodbye = reason
    })
    client.on('drain', () => this.#console.release())
    client.on('close', (cause) => this.#closed(cause))
    await client.connect()
    return client
  }

  /** Takes what is typed, what came early first. */
  #listen(): void {
    this.#console.ask(this.#state === 'chatting' ? `${this.#name}> ` : 'Name: ')
    this.#input.listen()
  }

  /** What is not a command that makes sense here is a name. */
  #nameTyped(text: string): void {
    const { kind } = FRAMED_COMMANDS.read(text)
    if (kind === 'quit') void this.#leave(EXIT_CODE.ok, LEAVE_GRACE_MS)
    else if (kind === 'nothing') this.#notice(`A blank name cannot be used: ${NAME_RULE}.`)
    else if (kind === 'help') this.#notice(`Choose a name: ${NAME_RULE}. /quit leaves.`)
    else void this.#join(text.trim())
  }

  #said(line: string): void {
    this.#lastError = ''
    this.#show(line)
  }

  #show(text: string): void {
    if (!this.#console.show(text)) this.#client?.pause()
  }

  #notice(text: string): void {
    this.#console.notice(this.#noticeStyle.notice(text))
  }

  #closed(cause: Error | null): void {
    this.#client = null
    if (this.#state === 'joining' || this.#state === 'chatting') {
      const words = cause === null ? this.#lastError || 'the relay closed it' : failureWords(cause)
      this.#finish(EXIT_CODE.lost, this.#lost(words))
    }
  }

  async #leave(code: number, graceMs: number): Promise<void> {
    const chatting = this.#state === 'chatting'
    this.#state = 'leaving'
    this.#console.finish()
    const handedOver = (await this.#client?.leave(graceMs)) ?? true
    if (handedOver || !chatting) this.#settle({ code, words: '' })
    else this.#settle({ code: EXIT_CODE.lost, words: this.#lost('not everything could be sent') })
  }

  #lost(reason: string): string {
    const address = formatAddress(this.#address)
    if (this.#goodbye !== '') return `Disconnected from ${address}: ${visible(this.#goodbye)}.`
    return `Lost the connection to ${address}: ${visible(reason)}.`
  }

  #unreachable(error: unknown): string {
    return `Cannot join the chat at ${formatAddress(this.#address)}: ${failureWords(error)}.`
  }

  #finish(code: number, words: string): void {
    if (this.#state === 'leaving') return
    this.#state = 'leaving'
    this.#console.finish()
    this.#client?.close()
    this.#settle({ code, words })
  }
}
