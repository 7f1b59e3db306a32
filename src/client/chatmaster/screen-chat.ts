/**
 * A chat over channels on a screen: the line that is being typed, what the keys do, and which part of the log is seen. The
 * course of the chat is `ChannelChat`, what it looks like `layOut`, the terminal `Screen`'s.
 */

import { EXIT_CODE } from '../../exit-code.js'
import { type Address, formatAddress } from '../address.js'
import type { Outcome } from '../console-program.js'
import { enteredLines } from '../pasted-text.js'
import { PASTE_CUT_WORDS } from '../terminal-input.js'
import { ChannelChat } from './channel-chat.js'
import { actionOf } from './keys.js'
import { type Frame, layOut, logSize, type Size } from './layout.js'
import { type Edit, type EditedLine, EMPTY_LINE, edited, entered, textOf } from './line-editor.js'
import { LogView, type Place } from './log-view.js'

/** What the chat asks of its screen. */
export interface ChatScreen {
  readonly size: Size
  /** Something has changed: a frame is wanted, soon. */
  changed(): void
  /** What the terminal shows is not what was drawn. */
  forget(): void
  suspend(): void
}

export class ScreenChat {
  readonly #chat: ChannelChat
  readonly #screen: ChatScreen
  /** Where the relay is and how it is spoken to, in words. */
  readonly #where: string
  #line: EditedLine = EMPTY_LINE
  #place: Place = null

  constructor(address: Address, name: string, compressed: boolean, screen: ChatScreen, now: () => number) {
    const viewer = {
      hello: 'Enter sends, PgUp and PgDn scroll, /help says more.',
      wantsMembers: true,
      changed: () => screen.changed(),
      // A person does not type faster than a socket sends.
      drained: () => {},
    }
    this.#chat = new ChannelChat(address, name, compressed, viewer, now)
    this.#screen = screen
    const { tls } = address
    const how = [...(tls === undefined ? [] : ['TLS']), ...(compressed ? ['compressed'] : [])]
    this.#where = [formatAddress(address), ...how].join(', ')
  }

  run(): Promise<Outcome> {
    return this.#chat.run()
  }

  /** What the screen is to show. */
  frame(size: Size): Frame {
    return layOut(
      { state: this.#chat.state, line: this.#line, place: this.#place, address: this.#where },
      size,
    )
  }

  text(text: string): void {
    this.#edit({ kind: 'insert', text })
  }

  pasteCut(): void {
    this.#chat.remark(PASTE_CUT_WORDS)
  }

  key(name: string): void {
    const action = actionOf(name)
    if (action === null) return
    const page = Math.max(1, logSize(this.#screen.size).rows - 1)
    if (action.kind === 'edit') this.#edit({ kind: action.edit })
    else if (action.kind === 'scroll') this.#scroll(action.rows)
    else if (action.kind === 'page') this.#scroll(action.pages * page)
    else if (action.kind === 'newest') this.#show(null)
    else if (action.kind === 'enter') this.#enter()
    else if (action.kind === 'interrupt') this.stop(EXIT_CODE.interrupted)
    else if (action.kind === 'suspend') this.#screen.suspend()
    else if (action.kind === 'redraw') this.#screen.forget()
    else if (textOf(this.#line) === '') this.stop(EXIT_CODE.ok)
    else this.#edit({ kind: 'delete' })
  }

  /** As `ChannelChat.stop`. */
  stop(code: number): void {
    this.#chat.stop(code)
  }

  /** Line by line; what has to wait stays in the box. */
  #enter(): void {
    const lines = enteredLines(textOf(this.#line))
    const waiting = lines.findIndex((line) => !this.#chat.enter(line))
    if (waiting === 0) return
    const rest = waiting === -1 ? '' : lines.slice(waiting).join('\n')
    this.#line = edited(entered(this.#line), { kind: 'insert', text: rest })
    this.#show(null)
  }

  #edit(edit: Edit): void {
    this.#line = edited(this.#line, edit)
    this.#screen.changed()
  }

  #scroll(rows: number): void {
    const { columns, rows: height } = logSize(this.#screen.size)
    this.#show(new LogView(this.#chat.state.log, columns, height).moved(this.#place, rows))
  }

  #show(place: Place): void {
    this.#place = place
    this.#screen.changed()
  }
}
