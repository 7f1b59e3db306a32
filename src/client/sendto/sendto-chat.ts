/**
 * The course of one chat by commands: reads them, sends what they ask for, and writes the words that the sendto page
 * gives for the answers. A person at a terminal is told besides what can be typed. The console owns the screen,
 * `SendtoClient` the wire.
 *
 *     connecting ---> chatting --exit, end of input--> answers are still awaited --> leaving --> exit code
 *                        |                                                             ^
 *                        +--------------------------- Ctrl-C --------------------------+
 */

import { EXIT_CODE } from '../../exit-code.js'
import { type Command, parseCommand, WORDS } from '../../relay/dialects/sendto/commands.js'
import { MAX_TEXT_BYTES, STATUS, TYPE } from '../../relay/dialects/sendto/layout.js'
import { type Address, formatAddress } from '../address.js'
import type { ConsoleChat, Outcome } from '../console-program.js'
import { failureWords } from '../failure-words.js'
import type { ConsoleReader, LineConsole } from '../line-console.js'
import type { LineStyle } from '../line-style.js'
import { visible } from '../visible.js'
import { SendtoClient } from './sendto-client.js'
import { SHOWN_COMMANDS, whatIsBad } from './shown-commands.js'

/** How long a relay may keep us waiting, without a byte moving, for the answers to what was asked before the end. */
const ANSWERS_MS = 5_000
/** And somebody who is leaving, until it closes its side. */
const CLOSE_MS = 1_000

const STATUS_WORDS: ReadonlyMap<number, string> = new Map([
  [STATUS.ok, WORDS.success],
  [STATUS.failure, WORDS.failure],
  [STATUS.malformed, WORDS.malformed],
])

export class SendtoChat implements ConsoleReader, ConsoleChat {
  readonly #address: Address
  readonly #console: LineConsole
  readonly #style: LineStyle
  readonly #client: SendtoClient
  readonly #name: string | null
  /** Whether the name that was wanted could not be had, nor another one since. */
  #isRefused = false
  /** Whether a name was had, which `logout` may have given back. */
  #isNamed = false
  readonly #outcome: Promise<Outcome>
  #settle!: (outcome: Outcome) => void
  #state: 'connecting' | 'chatting' | 'finishing' | 'leaving' = 'connecting'
  #code: number = EXIT_CODE.ok
  /** Runs while answers are awaited after the last command. */
  #deadline: NodeJS.Timeout | null = null

  /** @param name who logs in before anything is read; `null` for nobody */
  constructor(address: Address, console: LineConsole, style: LineStyle, name: string | null) {
    this.#address = address
    this.#console = console
    this.#style = style
    this.#name = name
    this.#client = new SendtoClient(address)
    this.#outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  run(): Promise<Outcome> {
    void this.#connect()
    return this.#outcome
  }

  line(text: string): void {
    if (this.#state === 'chatting') this.#carryOut(parseCommand(text), text)
  }

  end(): void {
    if (this.#state === 'chatting') this.#finish()
  }

  interrupt(): void {
    this.stop(EXIT_CODE.interrupted)
  }

  stop(code: number): void {
    if (this.#state === 'connecting' || this.#state === 'leaving') {
      this.#client.close()
      this.#settle({ code, words: '' })
    } else {
      this.#leave(code)
    }
    this.#state = 'leaving'
  }

  outputGone(): void {
    this.readOn()
    if (this.#state !== 'leaving') this.stop(EXIT_CODE.ok)
  }

  readOn(): void {
    this.#client.resume()
  }

  async #connect(): Promise<void> {
    const client = this.#client
    client.on('response', (status, type) => {
      this.#show(STATUS_WORDS.get(status))
      if (type === TYPE.LOGIN) this.#loginAnswered(status === STATUS.ok)
    })
    client.on('names', (text) => this.#show(text.replace(/\n$/, '').split('\n').map(visible).join('\n')))
    client.on('message', (sender, text) => this.#show(`${visible(sender)}: ${visible(text)}`))
    client.on('drain', () => this.#console.release())
    client.on('answered', () => {
      if (this.#state === 'finishing') this.#leave(EXIT_CODE.ok)
    })
    client.on('close', (cause) => this.#closed(cause))
    try {
      await client.connect()
    } catch (error) {
      const words = `Cannot connect to ${formatAddress(this.#address)}: ${failureWords(error)}.`
      this.#settle({ code: EXIT_CODE.unavailable, words })
      return
    }
    if (this.#state !== 'connecting') return
    this.#state = 'chatting'
    this.#showCommands()
    if (this.#name !== null) this.#logIn(this.#name)
    this.#console.open(this)
  }

  #logIn(name: string): void {
    const line = `login ${name}`
    const command = parseCommand(line)
    this.#isRefused = command.kind === 'wrong'
    this.#carryOut(command, line)
  }

  #loginAnswered(isAccepted: boolean): void {
    if (isAccepted) {
      this.#isRefused = false
      this.#isNamed = true
    } else if (!this.#isNamed && this.#name !== null) {
      this.#isRefused = true
      this.#remark('That name cannot be had. login NAME tries another one.')
    }
  }

  /** @param line as it was typed */
  #carryOut(command: Command, line: string): void {
    switch (command.kind) {
      case 'login':
        this.#request(TYPE.LOGIN, command.name, this.#address.password)
        break
      case 'list':
        this.#request(TYPE.LIST)
        break
      case 'sendto':
        if (Buffer.byteLength(command.text) > MAX_TEXT_BYTES) this.#show(WORDS.badMessage)
        else this.#request(TYPE.SENDTO, command.name, command.text)
        break
      case 'logout':
        this.#request(TYPE.LOGOUT)
        break
      case 'exit':
        this.#finish()
        break
      case 'wrong':
        this.#show(command.words)
        if (command.words === WORDS.invalidCommand) this.#showCommands()
        else this.#remark(whatIsBad(line))
    }
  }

  #showCommands(): void {
    for (const row of SHOWN_COMMANDS) this.#remark(row)
  }

  /** A pipe gets the words of the page and nothing else. */
  #remark(words: string): void {
    if (this.#console.interactive) this.#console.notice(this.#style.notice(words))
  }

  #request(type: number, name?: string, text?: string): void {
    if (!this.#client.request(type, name, text)) this.#console.hold()
  }

  #show(words: string | undefined): void {
    this.#deadline?.refresh()
    if (words !== undefined && !this.#console.show(words)) this.#client.pause()
  }

  /** No more commands; what was asked is still answered. */
  #finish(): void {
    this.#state = 'finishing'
    this.#console.finish()
    if (this.#client.unanswered === 0) this.#leave(EXIT_CODE.ok)
    else this.#deadline = setTimeout(() => this.#client.close(), ANSWERS_MS)
  }

  #leave(code: number): void {
    this.#state = 'leaving'
    this.#code = code
    this.#console.finish()
    this.#stopWaiting()
    this.#client.end(CLOSE_MS)
  }

  #closed(cause: Error | null): void {
    this.#stopWaiting()
    if (this.#state === 'leaving') {
      this.#settle(this.#outcomeOfLeaving())
      return
    }
    const reason = this.#state === 'finishing' ? 'not everything was answered' : 'the relay closed it'
    this.#state = 'leaving'
    this.#console.finish()
    const words = `Lost the connection to ${formatAddress(this.#address)}: `
    this.#settle({ code: EXIT_CODE.lost, words: `${words}${cause === null ? reason : failureWords(cause)}.` })
  }

  /** Whoever was to have a name and got none has not been there; a person has seen that, and left. */
  #outcomeOfLeaving(): Outcome {
    const isNobody = this.#isRefused && this.#code === EXIT_CODE.ok && !this.#console.interactive
    if (!isNobody) return { code: this.#code, words: '' }
    return { code: EXIT_CODE.lost, words: 'There is no other name to try.' }
  }

  #stopWaiting(): void {
    if (this.#deadline !== null) clearTimeout(this.#deadline)
    this.#deadline = null
  }
}
