/**
 * The course of one chat on a screen: joins, asks for another name, sends what is typed, shows what comes, leaves. What
 * is shown is `ChatState` and `layOut`, the terminal is `Screen`'s, the wire `ChatmasterClient`'s.
 *
 *     joining --accepted--> chatting --/quit, Ctrl-C, Ctrl-D--> leaving --> exit code
 *      |   ^                   |
 *      |   +---- a name ----+  +--connection lost--> exit code 1
 *      +--rejected--> asking (over a new connection where the relay did not wait)
 */

import { EXIT_CODE } from '../../exit-code.js'
import { type Address, formatAddress } from '../address.js'
import type { Outcome } from '../console-program.js'
import { failureWords } from '../failure-words.js'
import { NAME_RULE } from '../name-rule.js'
import type { TypedCommand } from '../typed-commands.js'
import { visible } from '../visible.js'
import { type ChatEvent, type ChatState, changed, firstState } from './chat-state.js'
import { ChatmasterClient } from './chatmaster-client.js'
import { BOX_COMMANDS, type BoxKind } from './commands.js'
import { actionOf } from './keys.js'
import { layOut, logSize, type Size } from './layout.js'
import { type Edit, type EditedLine, EMPTY_LINE, edited, entered, textOf } from './line-editor.js'
import { LogView, type Place } from './log-view.js'
import type { Received } from './received.js'

/** What the chat asks of its screen. */
export interface ChatScreen {
  readonly size: Size
  /** Something has changed: a frame is wanted, soon. */
  changed(): void
  /** What the terminal shows is not what was drawn. */
  forget(): void
  suspend(): void
}

/** Whatever is longer is no name on any relay. */
const MOST_OF_A_NAME = 1024
/** How long what was sent may take to leave, with nobody waiting but the person. */
const LEAVE_GRACE_MS = 1_000
/** How long the relay may take to ask for a name, and to answer it. */
const LOGIN_MS = 10_000

export class FullScreenChat {
  readonly #address: Address
  readonly #compressed: boolean
  readonly #screen: ChatScreen
  readonly #now: () => number
  readonly #outcome: Promise<Outcome>
  #settle!: (outcome: Outcome) => void

  #state: ChatState
  #line: EditedLine = EMPTY_LINE
  #place: Place = null
  #client: ChatmasterClient | null = null
  #deadline: NodeJS.Timeout | null = null
  /** The last thing that came, where that was an error: it may be why the connection ended. */
  #lastError = ''
  #isLeaving = false

  constructor(address: Address, name: string, compressed: boolean, screen: ChatScreen, now: () => number) {
    this.#address = address
    this.#compressed = compressed
    this.#screen = screen
    this.#now = now
    this.#state = firstState(name)
    this.#outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  run(): Promise<Outcome> {
    this.#connect()
    return this.#outcome
  }

  /** What the screen is to show. */
  frame(size: Size) {
    const address = formatAddress(this.#address) + (this.#compressed ? ', compressed' : '')
    return layOut({ state: this.#state, line: this.#line, place: this.#place, address }, size)
  }

  text(text: string): void {
    this.#edit({ kind: 'insert', text })
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

  /** Leaves in good order and soon; asked a second time, at once. */
  stop(code: number): void {
    if (this.#isLeaving) {
      this.#client?.close()
      this.#settle({ code, words: '' })
      return
    }
    this.#isLeaving = true
    this.#stopWaiting()
    const left = this.#client?.leave(LEAVE_GRACE_MS) ?? Promise.resolve()
    void left.then(() => this.#settle({ code, words: '' }))
  }

  #connect(): void {
    const client = new ChatmasterClient({ ...this.#address, compressed: this.#compressed })
    this.#client = client
    client.on('received', (received) => this.#received(received))
    client.on('close', (cause) => this.#closed(client, cause))
    this.#wait()
    client.connect()
  }

  #received(received: Received): void {
    if (received.kind === 'login-request' && this.#state.phase === 'joining') {
      this.#client?.login(this.#state.name)
    }
    if (received.kind === 'accepted' || received.kind === 'rejected') this.#stopWaiting()
    this.#lastError = received.kind === 'error' ? received.words : ''
    this.#change({ kind: 'received', received, at: this.#now() })
  }

  #closed(client: ChatmasterClient, cause: Error | null): void {
    this.#client = null
    if (this.#isLeaving) return
    // While a name is being thought about that is the relay's deadline: the next name connects anew.
    if (this.#state.phase === 'asking') return
    const words = cause === null ? 'the relay closed it' : failureWords(cause)
    if (!client.wasConnected) this.#finish(EXIT_CODE.unavailable, this.#unreachable(words))
    else this.#finish(EXIT_CODE.lost, this.#lost(words))
  }

  #enter(): void {
    const line = textOf(this.#line)
    const typed = BOX_COMMANDS.read(line)
    // Before the relay has answered there is nobody to say it to: the line waits.
    if (this.#state.phase === 'joining' && typed.kind !== 'quit') return
    this.#line = entered(this.#line)
    this.#place = null
    this.#screen.changed()
    if (typed.kind === 'nothing') return
    if (typed.kind === 'quit') this.stop(EXIT_CODE.ok)
    else if (this.#state.phase === 'asking') this.#nameTyped(line.trim(), typed.kind === 'help')
    else if (typed.kind === 'mistake') this.#remark(typed.words)
    else if (!this.#send(typed)) this.#remark('Not sent: that is too long for one message.')
  }

  /** Before a name is accepted a relay may take less than it takes later. */
  #nameTyped(name: string, isHelp: boolean): void {
    if (isHelp || name.length > MOST_OF_A_NAME) this.#remark(`Choose a name: ${NAME_RULE}. /quit leaves.`)
    else this.#ask(name)
  }

  /** @returns `false` when it does not fit a package */
  #send(typed: TypedCommand<BoxKind>): boolean {
    const client = this.#client
    const at = this.#now()
    if (client === null) return true
    switch (typed.kind) {
      case 'say': {
        const fits = client.say(typed.text, this.#state.name)
        if (fits) this.#change({ kind: 'said', text: typed.text, at })
        return fits
      }
      case 'direct': {
        const fits = client.direct(typed.word, typed.text)
        if (fits) this.#change({ kind: 'said-privately', to: typed.word, text: typed.text, at })
        return fits
      }
      case 'rename':
        return client.rename(typed.word)
      case 'join':
        return client.join(typed.word)
      case 'leave':
      case 'private':
      case 'public':
      case 'channels':
        return client.command(typed.kind)
      case 'list':
        this.#remark(this.#peopleSeen())
        return true
      case 'help':
        for (const row of BOX_COMMANDS.help) this.#remark(row)
        return true
      case 'quit':
        return true
    }
  }

  /** The protocol has no list of members. */
  #peopleSeen(): string {
    const { people, name } = this.#state
    const names = [...people].sort().map((one) => (one === name ? `${one} (you)` : one))
    return `Seen here: ${names.join(', ')}`
  }

  #ask(name: string): void {
    this.#change({ kind: 'asked', name })
    if (this.#client === null) {
      this.#connect()
      return
    }
    this.#client.login(name)
    this.#wait()
  }

  #edit(edit: Edit): void {
    this.#line = edited(this.#line, edit)
    this.#screen.changed()
  }

  #scroll(rows: number): void {
    const { columns, rows: height } = logSize(this.#screen.size)
    this.#show(new LogView(this.#state.log, columns, height).moved(this.#place, rows))
  }

  #show(place: Place): void {
    this.#place = place
    this.#screen.changed()
  }

  #remark(text: string): void {
    this.#change({ kind: 'remark', text, at: this.#now() })
  }

  #change(event: ChatEvent): void {
    this.#state = changed(this.#state, event)
    this.#screen.changed()
  }

  /** For an answer about a name. */
  #wait(): void {
    this.#deadline = setTimeout(() => {
      this.#finish(EXIT_CODE.unavailable, this.#unreachable('it did not answer in time'))
    }, LOGIN_MS)
  }

  #stopWaiting(): void {
    if (this.#deadline !== null) clearTimeout(this.#deadline)
    this.#deadline = null
  }

  #lost(reason: string): string {
    const address = formatAddress(this.#address)
    if (this.#lastError !== '') return `Disconnected from ${address}: ${visible(this.#lastError)}`
    return `Lost the connection to ${address}: ${reason}.`
  }

  #unreachable(reason: string): string {
    return `Cannot join the chat at ${formatAddress(this.#address)}: ${reason}.`
  }

  #finish(code: number, words: string): void {
    if (this.#isLeaving) return
    this.#isLeaving = true
    this.#stopWaiting()
    this.#client?.close()
    this.#settle({ code, words })
  }
}
