/**
 * A chatmaster server with one client on it, which is under development: it answers as the page says, Amy is in general
 * and Zed in tea, and it takes note of every rule that the client keeps or breaks. Some of its packages come glued and
 * some cut in two: a client that expects otherwise shows it.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Verdicts } from '../check.js'
import type { RawPeer } from '../raw-peer.js'
import { ClientPackages } from './client-packages.js'
import { INVALID, REQUEST, TAKEN } from './party.js'
import { CHANNEL, COMMANDS, CONTROL, NAME, shownOf, textOf } from './strict-fields.js'
import { errorOf, isObject, type Json, joined, notification, type Package, packed, said } from './wire.js'

export function serveStrictly(peer: RawPeer, verdicts: Verdicts): Promise<void> {
  return new StrictServer(peer, verdicts).serve()
}

/** Who is where. */
const OTHERS: ReadonlyMap<string, string> = new Map([
  ['Amy', 'general'],
  ['Zed', 'tea'],
])
/** Between the halves of a package that is cut in two. */
const GAP_MS = 20

class StrictServer {
  readonly #peer: RawPeer
  readonly #verdicts: Verdicts
  readonly #packages: ClientPackages
  #name: string | null = null
  #channel = 'general'

  constructor(peer: RawPeer, verdicts: Verdicts) {
    this.#peer = peer
    this.#verdicts = verdicts
    this.#packages = new ClientPackages(peer)
  }

  async serve(): Promise<void> {
    this.#send(REQUEST)
    for (let first = true; ; first = false) {
      const came = await this.#packages.next()
      if (came.kind === 'end') {
        if (came.behind !== null)
          this.#verdicts.broken('X11', `ended the connection in the middle of a package: ${came.behind}`)
        return
      }
      if (first && this.#packages.compressed === true)
        this.#verdicts.kept('X12', 'speaks compressed packages')
      if (came.kind === 'mistake') {
        this.#verdicts.broken(came.rule, came.what)
        this.#send(errorOf('package', came.words))
        return
      }
      await this.#answer(came.one)
    }
  }

  async #answer({ type, data }: Package): Promise<void> {
    const name = this.#name
    const command = type === 'command' ? data.command : null
    const parameters = isObject(data.parameters) ? data.parameters : {}
    if (command === 'login') {
      await this.#login(parameters.username)
    } else if (name === null) {
      this.#complain(
        'X11',
        `sent ${shownOf(command ?? type)} before login`,
        errorOf('login', 'Log in first.'),
      )
    } else if (type === 'message') {
      this.#message(name, data)
    } else if (typeof command === 'string' && COMMANDS.has(command)) {
      await this.#command(name, command, parameters)
    } else {
      const shown = typeof command === 'string' ? command : type
      this.#complain('X11', `sent ${shownOf(shown)}, which there is not`, errorOf(shown, 'Unknown command.'))
    }
  }

  /** X2, X3. */
  async #login(username: unknown): Promise<void> {
    const name = textOf(username)
    if (this.#name !== null) {
      this.#complain('X2', 'logged in a second time', errorOf('login', 'You are already logged in.'))
    } else if (name === null || !NAME.test(name)) {
      this.#complain('X2', `asked for what cannot be a name: ${shownOf(username)}`, refusal(INVALID))
    } else if (OTHERS.has(name)) {
      this.#verdicts.kept('X2', `asked for a name that is taken: ${shownOf(name)}`)
      this.#send(refusal(TAKEN))
    } else {
      this.#verdicts.kept('X2', `asked for a name: ${shownOf(name)}`)
      this.#name = name
      // Glued, and what follows cut in two.
      this.#send({ type: 'session', data: { status: 1, channels: ['general', 'tea'] } }, joined(name))
      await this.#sendCut(said('Amy', `Hello ${name}`))
    }
  }

  /** X4, N5, M3. */
  #message(name: string, { message, username }: Json): void {
    const text = textOf(message)
    if (username !== undefined && username !== name)
      this.#verdicts.broken('N5', `sent a message as ${shownOf(username)}, being ${name}`)
    if (text === '') {
      this.#complain('X4', 'sent an empty message', errorOf('message', 'Message is empty.'))
    } else if (text === null || CONTROL.test(text)) {
      const what = `sent a message that is no text: ${shownOf(message)}`
      this.#complain('M3', what, errorOf('message', 'Message is not valid.'))
    } else {
      this.#verdicts.kept('X4', 'said something')
      const others = [...OTHERS].filter(([, channel]) => channel === this.#channel)
      this.#send(...others.map(([other]) => said(other, 'I hear you')))
    }
  }

  async #command(name: string, command: string, parameters: Json): Promise<void> {
    const kept = (rule: string, what: string) => this.#verdicts.kept(rule, what)
    switch (command) {
      case 'rename':
        this.#rename(name, parameters.username)
        break
      case 'join':
        this.#join(name, parameters.channel)
        break
      case 'leave':
        kept('X8', 'left a channel')
        if (this.#channel === 'general') this.#send(errorOf('leave', 'You are not in a channel.'))
        else this.#move(name, 'general')
        break
      case 'private':
      case 'public':
        kept('X9', `asked for a ${command} channel`)
        this.#setPrivate(command)
        break
      case 'members': {
        kept('X15', 'asked who is in its channel')
        const members = [...OTHERS].flatMap(([other, channel]) => (channel === this.#channel ? [other] : []))
        this.#send(notification('member_list', { members: [...members, name].sort() }))
        break
      }
      case 'direct':
        this.#direct(name, parameters)
        break
      default: {
        kept('X10', 'asked for the channels')
        const channels = [...new Set(['general', 'tea', this.#channel])].sort((a, b) => (a < b ? -1 : 1))
        await this.#sendCut(notification('channel_list', { channels }))
      }
    }
  }

  /** X6. */
  #rename(name: string, username: unknown): void {
    const wanted = textOf(username)
    if (wanted === null || !NAME.test(wanted)) {
      this.#complain(
        'X6',
        `asked for what cannot be a name: ${shownOf(username)}`,
        errorOf('rename', INVALID),
      )
    } else if (OTHERS.has(wanted) || wanted === name) {
      this.#verdicts.kept('X6', `asked for another name, which is taken: ${shownOf(wanted)}`)
      this.#send(errorOf('rename', TAKEN))
    } else {
      this.#verdicts.kept('X6', `asked for another name: ${shownOf(wanted)}`)
      this.#name = wanted
      this.#send(notification('user_rename', { old_username: name, new_username: wanted }))
    }
  }

  /** X7. */
  #join(name: string, channel: unknown): void {
    const wanted = textOf(channel)
    if (wanted === null || !CHANNEL.test(wanted)) {
      const what = `joined what cannot be a channel: ${shownOf(channel)}`
      this.#complain('X7', what, errorOf('join', 'Channel is not valid.'))
    } else {
      this.#verdicts.kept('X7', `joined ${shownOf(wanted)}`)
      if (wanted === this.#channel) this.#send(errorOf('join', 'You have already joined the channel.'))
      else this.#move(name, wanted)
    }
  }

  #move(name: string, channel: string): void {
    this.#channel = channel
    this.#send(joined(name, channel))
  }

  /** X9. */
  #setPrivate(word: 'private' | 'public'): void {
    const own = this.#channel !== 'general' && this.#channel !== 'tea'
    if (!own) {
      this.#send(errorOf(word, `Channel cannot be set to ${word}.`))
      return
    }
    this.#send(notification(`channel_${word}`, { channel: this.#channel }))
  }

  /** X14. */
  #direct(name: string, { username, message }: Json): void {
    const to = textOf(username)
    const text = textOf(message)
    if (to === null || text === null || text === '' || CONTROL.test(text)) {
      const what = 'sent a direct message without a name or without a text'
      this.#complain('X14', what, errorOf('direct', 'Message is not valid.'))
    } else if (to === name || OTHERS.has(to)) {
      this.#verdicts.kept('X14', `sent a word to ${shownOf(to)} alone`)
      this.#send(said(to, to === name ? text : `Just between us, ${name}`, { private: true }))
    } else {
      this.#verdicts.kept('X14', 'sent a word to somebody who is not here')
      this.#send(errorOf('direct', 'No such user.'))
    }
  }

  #complain(rule: string, what: string, answer: Package): void {
    this.#verdicts.broken(rule, what)
    this.#send(answer)
  }

  #send(...packages: readonly Package[]): void {
    this.#peer.write(Buffer.concat(packages.map((one) => this.#bytesOf(one))))
  }

  async #sendCut(one: Package): Promise<void> {
    const bytes = this.#bytesOf(one)
    const middle = bytes.length >> 1
    this.#peer.write(bytes.subarray(0, middle))
    await delay(GAP_MS)
    this.#peer.write(bytes.subarray(middle))
  }

  #bytesOf(one: Package): Buffer {
    return packed(`${JSON.stringify(one)}\n`, this.#packages.compressed === true)
  }
}

function refusal(reason: string): Package {
  return { type: 'session', data: { status: 0, reason } }
}
