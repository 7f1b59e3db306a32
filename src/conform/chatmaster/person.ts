/**
 * Somebody on a chatmaster server under test: reads packages, plain or compressed, and passes over what other people on
 * the server do. Which names are the check's own is told by the party that they belong to.
 */

import { isDeepStrictEqual } from 'node:util'
import { CheckFailure } from '../failure.js'
import type { RawPeer } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'
import { asPackage, command, isObject, type Package, packed, parsed, shown, wholePackage } from './wire.js'

/** The party, as its people see it. */
export interface Company {
  /** The names of this check. */
  readonly names: readonly string[]
  /** What came, as it would be without options of the server's. @throws CheckFailure when it mixes its ways */
  plainly(came: Package): Package
  /** As in `CheckContext`. */
  settled(): Promise<void>
}

export class Person {
  readonly peer: RawPeer
  readonly party: Company
  readonly name: string
  /** Whether it sends compressed packages. */
  compressed: boolean
  /** Whether the last package that came was compressed. */
  heardCompressed = false

  constructor(party: Company, peer: RawPeer, name: string, compressed: boolean) {
    this.party = party
    this.peer = peer
    this.name = name
    this.compressed = compressed
  }

  /** Sends packages in one write. */
  send(...packages: readonly (Package | string)[]): void {
    this.peer.write(Buffer.concat(packages.map((one) => packed(one, this.compressed))))
  }

  /** The next package that is this check's business, as it would be without options of the server's. */
  async next(expected: string): Promise<Package> {
    for (;;) {
      const one = await this.any(expected)
      if (!this.#isOthers(one)) return one
    }
  }

  /** The next package, whoever it is about. */
  async any(expected: string): Promise<Package> {
    const bytes = await this.peer.takeUnit((received) => cut(received, expected), expected)
    const { text, compressed } = parsed(bytes)
    this.heardCompressed = compressed
    const came = text.endsWith('\n') ? asPackage(text) : null
    if (came === null)
      throw new CheckFailure(`${expected}, as one package and a line feed`, shownBytes(bytes))
    return this.party.plainly(came)
  }

  /** The next packages are exactly these. */
  async expect(...expected: readonly Package[]): Promise<void> {
    for (const one of expected) {
      const came = await this.next(shown(one))
      if (!isDeepStrictEqual(came, one)) throw new CheckFailure(shown(one), shown(came))
    }
  }

  /** Asks, and the next packages are exactly the answer; what that means for others holds for them from here on. */
  async ask(asked: Package | string, ...answer: readonly Package[]): Promise<void> {
    this.send(asked)
    await this.expect(...answer)
    await this.party.settled()
  }

  /** The next package is an error of this type, whatever its words. */
  async expectError(type: string, expected = `an error of type ${type}`): Promise<Package> {
    const came = await this.next(expected)
    if (came.type !== 'error' || came.data.error_type !== type || typeof came.data.message !== 'string')
      throw new CheckFailure(expected, shown(came))
    return came
  }

  /** An error of type `package`, and the end of the connection. */
  async expectEnd(expected = 'an error of type package, then the end of the connection'): Promise<Package> {
    const came = await this.expectError('package', expected)
    await this.peer.closed(expected)
    return came
  }

  /** The connection stays: a command that there is not is refused, with nothing before that. */
  async expectStays(): Promise<void> {
    await this.ask(command('no_such_command'), NO_SUCH_COMMAND)
  }

  /** X10. */
  async channels(asked: Package = command('channels')): Promise<string[]> {
    this.send(asked)
    return this.listed()
  }

  async listed(): Promise<string[]> {
    const expected = 'a channel_list'
    const came = await this.next(expected)
    const { event_type: type, channels } = came.data
    if (type !== 'channel_list' || !Array.isArray(channels)) throw new CheckFailure(expected, shown(came))
    return channels as string[]
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
      const one = await this.any(expected)
      if (!this.#isOthers(one)) throw new CheckFailure(expected, shown(one))
    }
  }

  #isOthers({ type, data }: Package): boolean {
    if (type !== 'message' && type !== 'notification') return false
    if (data.event_type === 'channel_list') return false
    const text = JSON.stringify(data)
    return isObject(data) && !this.party.names.some((name) => text.includes(name))
  }
}

const NO_SUCH_COMMAND: Package = {
  type: 'error',
  data: { error_type: 'no_such_command', message: 'Unknown command.' },
}

/** @throws CheckFailure when it is neither */
function cut(received: Buffer, expected: string): number {
  try {
    return wholePackage(received)
  } catch {
    throw new CheckFailure(expected, `${shownBytes(received)}, which is no zlib stream`)
  }
}
