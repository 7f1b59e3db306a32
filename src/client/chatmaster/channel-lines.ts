/**
 * A chat over channels line by line, for a pipe: what is said and happens comes out as lines, what is read is entered. The
 * course of the chat is `ChannelChat`.
 */

import { EXIT_CODE } from '../../exit-code.js'
import type { Address } from '../address.js'
import type { ConsoleChat, Outcome } from '../console-program.js'
import type { ConsoleReader, LineConsole } from '../line-console.js'
import type { LineStyle } from '../line-style.js'
import { WaitingInput } from '../waiting-input.js'
import { ChannelChat } from './channel-chat.js'
import type { ChatState, Entry } from './chat-state.js'

/** How long a relay may keep us waiting at the end of input, without a byte moving, while answers may still come. */
const LEAVE_GRACE_MS = 5_000

const PROMPTS: Readonly<Record<ChatState['phase'], (name: string) => string>> = {
  joining: () => '',
  asking: () => 'Name: ',
  chatting: (name) => `${name}> `,
}

export class ChannelLines implements ConsoleReader, ConsoleChat {
  readonly #chat: ChannelChat
  readonly #console: LineConsole
  readonly #input: WaitingInput
  readonly #style: LineStyle
  readonly #noticeStyle: LineStyle
  /** Of the entry that was shown last. */
  #serial = 0
  #phase: ChatState['phase'] = 'joining'
  /** The prompt as the console has it. */
  #prompted = ''

  /** @param noticeStyle styles what goes to `LineConsole.notice`, which may be another output */
  constructor(
    address: Address,
    name: string,
    compressed: boolean,
    console: LineConsole,
    style: LineStyle,
    noticeStyle: LineStyle,
  ) {
    this.#console = console
    this.#input = new WaitingInput(console, this)
    this.#style = style
    this.#noticeStyle = noticeStyle
    const viewer = {
      hello: '',
      wantsMembers: false,
      changed: () => this.#changed(),
      drained: () => this.#console.release(),
    }
    this.#chat = new ChannelChat(address, name, compressed, viewer, Date.now)
  }

  async run(): Promise<Outcome> {
    this.#console.hold()
    const outcome = await this.#chat.run()
    this.#console.finish()
    return outcome
  }

  line(text: string): void {
    if (!this.#chat.enter(text)) this.#input.keep(text)
    else if (this.#chat.isBehind) this.#console.hold()
  }

  end(): void {
    this.#input.end()
    if (this.#chat.isLeaving) return
    if (this.#phase === 'chatting') this.#chat.stop(EXIT_CODE.ok, LEAVE_GRACE_MS)
    else if (this.#phase === 'asking') this.#chat.finish(EXIT_CODE.lost, 'There is no other name to try.')
  }

  interrupt(): void {
    this.stop(EXIT_CODE.interrupted)
  }

  stop(code: number): void {
    this.#console.finish()
    this.#chat.stop(code)
  }

  outputGone(): void {
    this.readOn()
    if (!this.#chat.isLeaving) this.stop(EXIT_CODE.ok)
  }

  readOn(): void {
    this.#chat.resume()
  }

  #changed(): void {
    const { phase, name, log } = this.#chat.state
    const shown = log.findLastIndex(({ serial }) => serial <= this.#serial)
    for (const entry of log.slice(shown + 1)) this.#show(entry)
    this.#serial = log.at(-1)?.serial ?? 0
    this.#prompt(PROMPTS[phase](name))
    if (phase === this.#phase) return
    this.#phase = phase
    if (phase === 'joining') this.#console.hold()
    else this.#listen()
  }

  #show({ kind, speaker, isOwn, text }: Entry): void {
    // Whoever said it knows it; and while a name is being thought about an error is the login deadline, after which we
    // connect anew.
    if (isOwn || (kind === 'error' && this.#phase === 'asking')) return
    if (kind === 'remark') this.#console.notice(this.#noticeStyle.notice(text))
    else if (kind === 'error') this.#console.notice(this.#noticeStyle.refused(text))
    else {
      const line = speaker === '' ? `* ${text}` : `${speaker}: ${text}`
      if (!this.#console.show(this.#style.line(line))) this.#chat.pause()
    }
  }

  #prompt(prompt: string): void {
    if (prompt === this.#prompted) return
    this.#prompted = prompt
    this.#console.ask(prompt)
  }

  /** Takes what is read, what came early first. */
  #listen(): void {
    this.#input.listen()
  }
}
