/**
 * The course of one chat over channels: joins, asks for another name, sends what is entered, leaves. What has been said and
 * happened is `ChatState`, the wire `ChatmasterClient`'s; who shows it, and reads what is typed, is told of changes.
 *
 *     joining --accepted--> chatting --/quit, `stop`--> leaving --> exit code
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
import type { Received } from './received.js'

/** Who shows the chat. */
export interface ChatViewer {
  /** What to say to somebody who has been let in; '' for nothing. */
  readonly hello: string
  /** Whether they want to know who is in the channel, and not only who was seen there. */
  readonly wantsMembers: boolean
  /** Something else is to be shown. */
  changed(): void
  /** What was sent has left, after `isBehind` was true. */
  drained(): void
}

/** Whatever is longer is no name on any relay. */
const MOST_OF_A_NAME = 1024
/** How long what was sent may take to leave, with nobody waiting but the person. */
const LEAVE_GRACE_MS = 1_000
/** How long the relay may take to ask for a name, and to answer it. */
const LOGIN_MS = 10_000
const MEMBERS = 'members'

export class ChannelChat {
  readonly #address: Address
  readonly #compressed: boolean
  readonly #viewer: ChatViewer
  readonly #now: () => number
  readonly #outcome: Promise<Outcome>
  #settle!: (outcome: Outcome) => void

  #state: ChatState
  #client: ChatmasterClient | null = null
  #deadline: NodeJS.Timeout | null = null
  /** The last thing that came, where that was an error: it may be why the connection ended. */
  #lastError = ''
  #isLeaving = false
  /** Whether the relay may know the command `members` (X15). */
  #asksForMembers: boolean

  constructor(address: Address, name: string, compressed: boolean, viewer: ChatViewer, now: () => number) {
    this.#address = address
    this.#compressed = compressed
    this.#viewer = viewer
    this.#asksForMembers = viewer.wantsMembers
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

  get state(): ChatState {
    return this.#state
  }

  /** Whether it is over, but for what is still on its way. */
  get isLeaving(): boolean {
    return this.#isLeaving
  }

  /** Whether what was sent piles up. */
  get isBehind(): boolean {
    return this.#client?.isBehind === true
  }

  /** Takes nothing from the relay until `resume`. */
  pause(): void {
    this.#client?.pause()
  }

  resume(): void {
    this.#client?.resume()
  }

  /**
   * Takes one line that somebody entered: a name where one is asked for, otherwise a command or something to say.
   * @returns `false` when it has to wait until the relay has answered about a name
   */
  enter(line: string): boolean {
    if (this.#isLeaving) return true
    const typed = BOX_COMMANDS.read(line)
    // Before the relay has answered there is nobody to say it to.
    if (this.#state.phase === 'joining' && typed.kind !== 'quit') return false
    if (typed.kind === 'nothing') return true
    if (typed.kind === 'quit') this.stop(EXIT_CODE.ok)
    else if (this.#state.phase === 'asking') this.#nameTyped(line.trim(), typed.kind === 'help')
    else if (typed.kind === 'mistake') this.remark(typed.words)
    else if (!this.#send(typed)) this.remark('Not sent: that is too long for one message.')
    return true
  }

  /** Something that the client has to say. */
  remark(text: string): void {
    this.#change({ kind: 'remark', text, at: this.#now() })
  }

  /** Leaves in good order; asked a second time, at once. @param graceMs for which nothing may move meanwhile */
  stop(code: number, graceMs: number = LEAVE_GRACE_MS): void {
    if (this.#isLeaving) {
      this.#client?.close()
      this.#settle({ code, words: '' })
      return
    }
    this.#isLeaving = true
    this.#stopWaiting()
    const left = this.#client?.leave(graceMs) ?? Promise.resolve(true)
    const chatting = this.#state.phase === 'chatting'
    void left.then((handedOver) => {
      if (handedOver || !chatting) this.#settle({ code, words: '' })
      else this.#settle({ code: EXIT_CODE.lost, words: this.#lost('not everything could be sent') })
    })
  }

  /** Ends it at once. @param words what is left to say about it: one line */
  finish(code: number, words: string): void {
    if (this.#isLeaving) return
    this.#isLeaving = true
    this.#stopWaiting()
    this.#client?.close()
    this.#settle({ code, words })
  }

  #connect(): void {
    const client = new ChatmasterClient({ ...this.#address, compressed: this.#compressed })
    this.#client = client
    client.on('received', (received) => this.#received(received))
    client.on('drain', () => this.#viewer.drained())
    client.on('close', (cause) => this.#closed(client, cause))
    this.#wait()
    client.connect()
  }

  #received(received: Received): void {
    if (received.kind === 'login-request' && this.#state.phase === 'joining') {
      this.#client?.login(this.#state.name)
    }
    if (received.kind === 'accepted' || received.kind === 'rejected') this.#stopWaiting()
    if (received.kind === 'error' && received.about === MEMBERS && this.#asksForMembers) {
      // A relay that has no lists of members: we know those whom we see.
      this.#asksForMembers = false
      return
    }
    this.#lastError = received.kind === 'error' ? received.words : ''
    if (received.kind === 'accepted' && this.#viewer.hello !== '') this.remark(this.#viewer.hello)
    this.#change({ kind: 'received', received, at: this.#now() })
    const arrived = received.kind === 'joined' && received.name === this.#state.name
    if (arrived && this.#asksForMembers) this.#client?.command(MEMBERS)
  }

  #closed(client: ChatmasterClient, cause: Error | null): void {
    this.#client = null
    if (this.#isLeaving) return
    // While a name is being thought about that is the relay's deadline: the next name connects anew.
    if (this.#state.phase === 'asking') return
    const words = cause === null ? 'the relay closed it' : failureWords(cause)
    if (!client.wasConnected) this.finish(EXIT_CODE.unavailable, this.#unreachable(words))
    else this.finish(EXIT_CODE.lost, this.#lost(words))
  }

  /** Before a name is accepted a relay may take less than it takes later. */
  #nameTyped(name: string, isHelp: boolean): void {
    if (isHelp || name.length > MOST_OF_A_NAME) this.remark(`Choose a name: ${NAME_RULE}. /quit leaves.`)
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
        this.remark(this.#peopleSeen())
        return true
      case 'help':
        for (const row of BOX_COMMANDS.help) this.remark(row)
        return true
      case 'quit':
        return true
    }
  }

  /** Not every relay has a list of members. */
  #peopleSeen(): string {
    const { people, name, areAllKnown } = this.#state
    const names = [...people].sort().map((one) => (one === name ? `${one} (you)` : one))
    return `${areAllKnown ? 'Here' : 'Seen here'}: ${names.join(', ')}`
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

  #change(event: ChatEvent): void {
    this.#state = changed(this.#state, event)
    this.#viewer.changed()
  }

  /** For an answer about a name. */
  #wait(): void {
    this.#deadline = setTimeout(() => {
      this.finish(EXIT_CODE.unavailable, this.#unreachable('it did not answer in time'))
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
}
