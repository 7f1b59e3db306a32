/**
 * Who is banned: addresses, networks and names, each for good or until a time, in a file that people and the relay both write.
 * Owns that the list in memory is that of the file, that a file with mistakes changes nothing, and that a ban whose time is over is
 * none. Whom a ban sends away at once is for its caller to do: `hits`.
 */

import { networkText, parseNetwork } from '../addresses/network.js'
import { NetworkMap } from '../addresses/network-map.js'
import { look } from '../hub/name-patterns.js'
import { isName } from '../hub/text.js'
import { type Ban, type BanLine, lineOf, NAME_PREFIX, readBanFile, writeBanFile } from './ban-file.js'

/** A connection, as far as this goes. */
export interface BannedPeer {
  readonly remoteAddress: string
  readonly name: string | null
}

export interface BansOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** What was read, before anything is changed by it. */
export interface ReadBans {
  readonly path: string | null
  readonly lines: readonly BanLine[]
}

/** Entries by what they are looked for by. */
interface Index {
  readonly networks: NetworkMap<Ban>
  readonly names: ReadonlyMap<string, Ban>
}

export class Bans {
  readonly #now: () => number
  #path: string | null = null
  #bans: readonly Ban[] = []
  #index: Index = indexOf([])

  constructor({ now }: BansOptions) {
    this.#now = now
  }

  /**
   * Reads a file; nothing is changed yet.
   * @param path `null` for none
   * @throws BanFileError with all its mistakes
   */
  static read(path: string | null): ReadBans {
    return { path, lines: path === null ? [] : readBanFile(path) }
  }

  /** From now on these are banned, and what changes is written there. Without a file, what was banned by hand stays. */
  use({ path, lines }: ReadBans): void {
    if (path === null && this.#path === null) return
    this.#path = path
    this.#replace(lines)
  }

  /** Whether there is a file that keeps what is banned by hand. */
  get isKept(): boolean {
    return this.#path !== null
  }

  /** @returns the ban that keeps this address out, or `null` */
  ofAddress(address: string): Ban | null {
    for (const ban of this.#index.networks.at(address)) if (this.#holds(ban)) return ban
    return null
  }

  /** @returns the ban that keeps everybody from this name and from those that look like it, or `null` */
  ofName(name: string): Ban | null {
    const { names } = this.#index
    const ban = names.size === 0 ? undefined : names.get(look(name))
    return ban !== undefined && this.#holds(ban) ? ban : null
  }

  /** Those whose time is not over, in the order of the file. */
  list(): readonly Ban[] {
    return this.#bans.filter((ban) => this.#holds(ban))
  }

  /**
   * Bans somebody, in place of an earlier ban of the same; written to the file before this returns.
   * @throws BanFileError when the file cannot be written, or somebody has made a mistake in it meanwhile; nothing is changed then
   */
  add(ban: Ban): void {
    this.#change((lines) => [
      ...lines.filter((line) => line.ban?.subject !== ban.subject),
      { text: lineOf(ban), ban },
    ])
  }

  /**
   * @param subject as `subjectOf` gives it
   * @returns whether that was banned
   * @throws BanFileError as `add`
   */
  remove(subject: string): boolean {
    let found = false
    this.#change((lines) =>
      lines.filter((line) => {
        const isIt = line.ban?.subject === subject
        found ||= isIt && this.#holds(line.ban as Ban)
        return !isIt
      }),
    )
    return found
  }

  /** Which of these the ban keeps out: whoever makes one sends them away. */
  hits<Peer extends BannedPeer>({ subject }: Pick<Ban, 'subject'>, peers: Iterable<Peer>): Peer[] {
    const { networks, names } = indexOf([{ subject, untilMs: null, reason: '' }])
    return [...peers].filter(
      ({ remoteAddress, name }) =>
        [...networks.at(remoteAddress)].length > 0 || (name !== null && names.has(look(name))),
    )
  }

  #holds({ untilMs }: Ban): boolean {
    return untilMs === null || untilMs > this.#now()
  }

  /** What somebody has written by hand since it was read is kept, and holds from now on too. */
  #change(change: (lines: readonly BanLine[]) => BanLine[]): void {
    const path = this.#path
    const before = path === null ? this.#bans.map((ban) => ({ text: lineOf(ban), ban })) : readBanFile(path)
    const after = change(before.filter(({ ban }) => ban === null || this.#holds(ban)))
    if (path !== null) writeBanFile(path, after)
    this.#replace(after)
  }

  #replace(lines: readonly BanLine[]): void {
    this.#bans = lines.flatMap(({ ban }) => (ban === null ? [] : [ban]))
    this.#index = indexOf(this.#bans)
  }
}

/**
 * What is meant by a word of the command line: an address or a network, and otherwise a name; `name:` before it says that it is a
 * name in any case.
 * @returns the subject of a ban, or `null` for what is none of these
 */
export function subjectOf(word: string): string | null {
  if (word.startsWith(NAME_PREFIX)) return isName(word.slice(NAME_PREFIX.length)) ? word : null
  const network = parseNetwork(word)
  if (network !== null) return networkText(network)
  return isName(word) && !LIKE_AN_ADDRESS.test(word) ? `${NAME_PREFIX}${word}` : null
}

/** What is nearly an address is a mistake, although it could be a name. */
const LIKE_AN_ADDRESS = /^[\d.]+$|[:/]/

function indexOf(bans: readonly Ban[]): Index {
  const networks = new NetworkMap<Ban>()
  const names = new Map<string, Ban>()
  // Of two names that look the same, the one that is banned longest counts.
  const end = ({ untilMs }: Ban) => untilMs ?? Number.POSITIVE_INFINITY
  for (const ban of bans.toSorted((one, other) => (end(one) < end(other) ? -1 : 1))) {
    const { subject } = ban
    const network = subject.startsWith(NAME_PREFIX) ? null : parseNetwork(subject)
    if (network === null) names.set(look(subject.slice(NAME_PREFIX.length)), ban)
    else networks.set(network, ban)
  }
  return { networks, names }
}
