/**
 * Somebody on a framed server under test: reads frames, and passes over what other people on the server do. Which
 * names are the check's own is told by the party that they belong to.
 */

import { CheckFailure } from '../failure.js'
import type { RawPeer } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'
import type { Ways } from './ways.js'
import { type Frame, frame, header, JOIN, LIST, MESSAGE, parsed, shown, wholeFrame } from './wire.js'

export class Person {
  readonly peer: RawPeer
  readonly #ways: Ways
  readonly name: string
  /** What was passed over: lines in which no name of this check occurs, such as a greeting after JOIN (F1). */
  readonly passedOver: Frame[] = []
  /** F1: the line that names the commands, once it has come. */
  greeting: Frame | null = null

  constructor(ways: Ways, peer: RawPeer, name: string) {
    this.#ways = ways
    this.peer = peer
    this.name = name
  }

  send(command: number, payload = ''): void {
    this.peer.write(frame(command, payload))
  }

  /** Announces a frame that never comes. */
  sendHeader(command: number, length: number): void {
    this.peer.write(header(command, length))
  }

  /** The next frame that is this check's business. */
  async next(expected: string): Promise<Frame> {
    let passed: Frame | undefined
    for (;;) {
      let one: Frame
      try {
        one = parsed(await this.peer.takeUnit(wholeFrame, expected))
      } catch (error) {
        if (!(error instanceof CheckFailure) || passed === undefined) throw error
        throw new CheckFailure(expected, `${error.came}, besides ${shown(passed)}`)
      }
      if (!this.#isOthers(one)) return one
      this.passedOver.push(one)
      passed = one
    }
  }

  /** The next frame is exactly this one. */
  async expect(command: number, text: string): Promise<void> {
    const expected = shown({ command, text })
    const came = await this.next(expected)
    if (came.command !== command || came.text !== text) throw new CheckFailure(expected, shown(came))
  }

  /** The next frame has this command and a text like this. */
  async expectLike(command: number, like: RegExp, words: string): Promise<Frame> {
    const came = await this.next(words)
    if (came.command !== command || !like.test(came.text)) throw new CheckFailure(words, shown(came))
    return came
  }

  /** F4, F9: the next frame is what `name` said, in brackets or with a colon, as it was before. */
  async expectSaid(command: number, name: string, text: string): Promise<void> {
    const ways = this.#ways
    const forms = { brackets: `[${name}] ${text}`, colon: `${name}: ${text}` }
    const allowed = ways.style === null ? Object.values(forms) : [forms[ways.style]]
    const expected = allowed.map((one) => shown({ command, text: one })).join(' or ')
    const came = await this.next(expected)
    if (came.command !== command || !allowed.includes(came.text))
      throw new CheckFailure(expected, shown(came))
    ways.style = came.text === forms.brackets ? 'brackets' : 'colon'
  }

  /** Asks for a name. @returns the status byte; F3: in the form in which the server gave it before */
  async ask(name: string, expected = 'an answer to JOIN'): Promise<number> {
    this.send(JOIN, name)
    return this.status(expected)
  }

  async status(expected: string): Promise<number> {
    if (this.#ways.joinReply === 'byte') return (await this.peer.take(1, expected))[0] as number
    const came = await this.next(expected)
    if (came.command !== JOIN || came.text.length !== 1) throw new CheckFailure(expected, shown(came))
    return came.text.charCodeAt(0)
  }

  /** Asks for a name and gets this answer. */
  async expectStatus(name: string, status: number, why: string): Promise<void> {
    const expected = `JOIN ${hex(status)} (${why})`
    const came = await this.ask(name, expected)
    if (came !== status) throw new CheckFailure(expected, `JOIN ${hex(came)}`)
  }

  /** F8: asks who is here, and puts the frames of the answer together. */
  async list(): Promise<string[]> {
    this.send(LIST)
    return this.listed()
  }

  async listed(): Promise<string[]> {
    let text = ''
    do {
      const came = await this.next('LIST with names')
      if (came.command !== LIST) throw new CheckFailure('LIST with names', shown(came))
      text += came.text
    } while (text.endsWith(' '))
    return text.split(' ')
  }

  /** The connection stays: a LIST is answered, with nothing before the answer. */
  async expectStays(): Promise<void> {
    const names = await this.list()
    if (!names.includes(this.name)) {
      throw new CheckFailure(`LIST with ${this.name} in it`, shownBytes(Buffer.from(names.join(' '))))
    }
  }

  /** Nothing that is this check's business comes within the time that counts as nothing. */
  async expectNothing(expected = 'nothing'): Promise<void> {
    const end = performance.now() + this.peer.options.quietMs
    while (performance.now() < end) {
      if (this.peer.received.length === 0) {
        const quiet = await this.peer.nothing().then(
          () => true,
          () => false,
        )
        if (quiet) return
      }
      const one = parsed(await this.peer.takeUnit(wholeFrame, expected))
      if (!this.#isOthers(one)) throw new CheckFailure(expected, shown(one))
      this.passedOver.push(one)
    }
  }

  /** The frames that have come and were not taken, whoever they are about. @throws CheckFailure when the last is torn */
  async rest(): Promise<Frame[]> {
    const frames: Frame[] = []
    while (this.peer.received.length > 0) {
      frames.push(parsed(await this.peer.takeUnit(wholeFrame, 'whole frames to the end')))
    }
    return frames
  }

  #isOthers({ command, text }: Frame): boolean {
    return command === MESSAGE && !this.#ways.names.some((name) => text.includes(name))
  }
}

function hex(status: number): string {
  return status.toString(16).padStart(2, '0')
}
