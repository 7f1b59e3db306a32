/** Plays a transcript on a fresh relay of its own and holds what comes against it, byte for byte. */

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { RawPeer } from '../../src/conform/raw-peer.js'
import { passwordFile } from '../fixtures/access-files.js'
import { startRelay } from '../fixtures/start-relay.js'
import { type Step, shownTokens, type Token, type Transcript } from './transcript.js'

const TIMEOUT_MS = 3000
const QUIET_MS = 60
/** Between what two clients send: the relay reads the first before the second. */
const TURN_MS = 4

interface Actor {
  readonly dialect: string
  readonly peer: RawPeer
}

export async function replay(t: TestContext, transcript: Transcript): Promise<void> {
  const dialects = new Set([transcript.dialect, ...transcript.steps.flatMap(({ dialect }) => dialect ?? [])])
  const urls = [...dialects].map((dialect) => {
    const query = dialect === transcript.dialect && transcript.query !== '' ? `?${transcript.query}` : ''
    return `${dialect}://127.0.0.1:0${query}`
  })
  const { access } = transcript
  const accessFile = access === 'off' ? 'off' : await passwordFile({ Amy: 'correct horse' })
  const { ports } = await startRelay(t, { settings: { listen: urls.join(' '), access, accessFile } })
  const portOf = new Map([...dialects].map((dialect, index) => [dialect, ports[index] as number]))
  const stage = new Stage(transcript, portOf)
  try {
    await stage.play()
  } finally {
    stage.close()
  }
}

class Stage {
  readonly #transcript: Transcript
  readonly #portOf: ReadonlyMap<string, number>
  readonly #actors = new Map<string, Actor>()
  readonly #captured = new Map<string, Buffer>()

  constructor(transcript: Transcript, portOf: ReadonlyMap<string, number>) {
    this.#transcript = transcript
    this.#portOf = portOf
  }

  async play(): Promise<void> {
    for (const step of this.#transcript.steps) {
      try {
        await this.#step(step)
      } catch (error) {
        throw this.#at(step.line, `${step.text}\n${(error as Error).message}`)
      }
    }
    await delay(QUIET_MS)
    for (const [who, { peer }] of this.#actors) {
      if (peer.received.length === 0) continue
      throw this.#at(this.#transcript.line, `at the end came more:\n${who} < ${shownTokens(peer.received)}`)
    }
  }

  close(): void {
    for (const { peer } of this.#actors.values()) peer.close()
  }

  #at(line: number, words: string): Error {
    return new assert.AssertionError({ message: `${this.#transcript.file}:${line}: ${words}` })
  }

  async #step(step: Step): Promise<void> {
    const { action, who } = step
    const { peer } = await this.#actor(step)
    switch (action.kind) {
      case 'connect':
        break
      case 'close':
        peer.end()
        await delay(TURN_MS)
        break
      case 'sends':
        peer.write(Buffer.concat(action.tokens.map((token) => this.#bytesOf(token))))
        await delay(TURN_MS)
        break
      case 'nothing':
        await peer.nothing().catch(() => {})
        if (peer.received.length > 0) throw new Error(`but there came:\n${this.#came(who, peer)}`)
        if (peer.ended) throw new Error('but the connection was closed')
        break
      case 'closed':
        await peer.closed().catch(() => {})
        if (!peer.ended || peer.received.length > 0)
          throw new Error(`but there came:\n${this.#came(who, peer)}`)
        break
      case 'gets':
        await this.#gets(who, peer, action.tokens)
    }
  }

  async #actor({ who, dialect, action }: Step): Promise<Actor> {
    const known = this.#actors.get(who)
    if (known !== undefined && (dialect === null || dialect === known.dialect) && action.kind !== 'connect') {
      return known
    }
    if (known !== undefined && !(action.kind === 'connect' && known.peer.ended)) {
      throw new Error(`${who} is connected already`)
    }
    known?.peer.close()
    const spoken = dialect ?? known?.dialect ?? this.#transcript.dialect
    const port = this.#portOf.get(spoken) as number
    const peer = await RawPeer.open('127.0.0.1', port, { timeoutMs: TIMEOUT_MS, quietMs: QUIET_MS })
    const actor = { dialect: spoken, peer }
    this.#actors.set(who, actor)
    return actor
  }

  async #gets(who: string, peer: RawPeer, tokens: readonly Token[]): Promise<void> {
    const { pattern, literal, names } = this.#expected(tokens)
    let match: RegExpExecArray | null = null
    const decided = () => {
      match = pattern.exec(peer.received.toString('latin1'))
      const length = Math.min(literal.length, peer.received.length)
      return match !== null || !peer.received.subarray(0, length).equals(literal.subarray(0, length))
    }
    await peer.until(decided, '').catch(() => {})
    if (match === null) throw new Error(`but there came:\n${this.#came(who, peer)}`)
    const [all, ...captured] = match as RegExpExecArray
    for (const [index, name] of names.entries()) {
      this.#captured.set(name, Buffer.from(captured[index] as string, 'latin1'))
    }
    await peer.take(all.length)
  }

  /** What must come as a pattern, the bytes up to its first new capture, and the names of the new captures. */
  #expected(tokens: readonly Token[]): { pattern: RegExp; literal: Buffer; names: string[] } {
    const names: string[] = []
    const beginning: Buffer[] = []
    let source = ''
    for (const token of tokens) {
      if ('bytes' in token || this.#captured.has(token.capture)) {
        const bytes = this.#bytesOf(token)
        if (names.length === 0) beginning.push(bytes)
        for (const byte of bytes) source += `\\x${byte.toString(16).padStart(2, '0')}`
      } else if (names.includes(token.capture)) {
        source += `\\${names.indexOf(token.capture) + 1}`
      } else {
        names.push(token.capture)
        source += '([\\s\\S]+?)'
      }
    }
    const last = tokens.at(-1)
    if (last !== undefined && 'capture' in last && names.at(-1) === last.capture) {
      throw new Error(`nothing says where {${last.capture}} ends`)
    }
    return { pattern: new RegExp(`^${source}`), literal: Buffer.concat(beginning), names }
  }

  #bytesOf(token: Token): Buffer {
    if ('bytes' in token) return token.bytes
    const bytes = this.#captured.get(token.capture)
    if (bytes === undefined) throw new Error(`nothing is known as {${token.capture}}`)
    return bytes
  }

  #came(who: string, peer: RawPeer): string {
    const lines: string[] = []
    if (peer.received.length > 0) lines.push(`${who} < ${shownTokens(peer.received)}`)
    if (peer.ended) lines.push(`${who} < closed`)
    return lines.length === 0 ? `${who} < nothing` : lines.join('\n')
  }
}
