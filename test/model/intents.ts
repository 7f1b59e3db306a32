/** What somebody wants to do, as fast-check makes and shrinks it: numbers, which become names, rooms and messages of the trial when it is their turn. */

import fc from 'fast-check'
import { type Action, type Deed, GENERAL, type Status } from './actions.js'
import type { Client } from './client.js'
import type { Trial } from './trial.js'

export type TextKind = 'plain' | 'wide' | 'padded' | 'bad' | 'empty' | 'blank'

/** What any of it means depends on the deed. */
export interface Intent {
  readonly deed: Deed
  readonly first: number
  readonly second: number
  readonly text: TextKind
  /** Does what its client may not, or cannot now: speaks before it has a name, as somebody else, of others' messages. */
  readonly isOdd: boolean
}

const STATUSES: readonly Status[] = ['ONLINE', 'OFFLINE', 'DO_NOT_DISTURB']

/** Chosen as often as they stand there. */
const DEEDS: readonly Deed[] = [
  ...(['say', 'say', 'say', 'say', 'tell', 'tell', 'tell', 'come'] as const),
  ...(['join', 'join', 'join', 'part', 'edit', 'edit', 'acknowledge', 'acknowledge'] as const),
  ...(['block', 'block', 'unblock', 'status', 'rename', 'rename', 'hide', 'hide'] as const),
  ...(['names', 'members', 'rooms', 'hold', 'leave'] as const),
]
/** What changes nobody's place, of those who have a name. */
const SPEECH: readonly Deed[] = ['say', 'say', 'tell']

const TEXTS: readonly TextKind[] = [
  'plain',
  'plain',
  'plain',
  'plain',
  'wide',
  'padded',
  'bad',
  'empty',
  'blank',
]

function intentOf(deeds: readonly Deed[]): fc.Arbitrary<Intent> {
  return fc.record({
    deed: fc.constantFrom(...deeds),
    first: fc.nat(11),
    second: fc.nat(11),
    text: fc.constantFrom(...TEXTS),
    isOdd: fc.integer({ min: 0, max: 9 }).map((number) => number === 9),
  })
}

export const intent = intentOf(DEEDS)
export const speech = intentOf(SPEECH)

/** Turns intents into actions, for one run: its names and rooms are nobody's of another run. */
export class Intents {
  readonly #trial: Trial
  readonly #names: readonly string[]
  readonly #rooms: readonly string[]
  #serial = 0
  /** What each has said, of those who can edit. */
  readonly #said = new Map<string, string[]>()

  constructor(trial: Trial, run: number) {
    this.#trial = trial
    const mark = run.toString(36)
    // N4: as keys of an object these would do harm.
    const plain = ['Amy', 'amy', 'Bob', 'Cat', 'Dan', 'Eve', 'Fay', 'Gil'].map((name) => `${name}${mark}`)
    this.#names = [...plain, '__proto__', 'constructor', `Long${mark}`.padEnd(25, 'g')]
    this.#rooms = [GENERAL, `tea${mark}`, `den${mark}`, '__proto__']
  }

  name(index: number): string {
    return this.#names[index % this.#names.length] as string
  }

  /** A plain one that is about whoever is called that. */
  about(deed: Deed, name: string): Intent {
    const index = this.#names.indexOf(name)
    return { deed, first: index, second: index, text: 'plain', isOdd: false }
  }

  /** The mark at its end is how it is known again. */
  text(kind: TextKind): { readonly text: string; readonly symbol: string } {
    const symbol = `${++this.#serial}`
    const texts = {
      plain: `hi #${symbol}`,
      wide: `hé, ü #${symbol}`,
      padded: `padded #${symbol}\r\n`,
      bad: `\x1b[2J #${symbol}`,
      empty: '',
      blank: '\r\n',
    }
    return { text: texts[kind], symbol }
  }

  /** What the client does of this; `null` when it wants to go and its dialect has no word for that. */
  action(client: Client, wanted: Intent, as: string | null): Action | null {
    if (as === null && !wanted.isOdd && wanted.deed !== 'hold')
      return { do: 'come', name: this.name(wanted.first) }
    const action = this.#action(client, wanted, as)
    if (client.tongue.can(action)) return action
    if (action.do === 'leave') return null
    const instead = this.#action(client, { ...wanted, deed: 'say' }, as)
    return client.tongue.can(instead) ? instead : this.#action(client, { ...wanted, deed: 'tell' }, as)
  }

  #action(client: Client, { deed, first, second, text, isOdd }: Intent, as: string | null): Action {
    const name = this.name(first)
    const room = this.#rooms[first % this.#rooms.length] as string
    switch (deed) {
      case 'come':
      case 'rename':
        // N2.
        if (isOdd) return { do: deed, name: first % 2 === 0 ? 'two words' : 'x'.repeat(33) }
        return { do: deed, name }
      case 'hold':
      case 'block':
      case 'unblock':
        return { do: deed, name }
      case 'join':
      case 'part':
      case 'members':
        return { do: deed, room }
      case 'say':
      case 'tell':
        return this.#speech(client, deed, { deed, first, second, text, isOdd }, as ?? 'nobody')
      case 'edit':
      case 'acknowledge': {
        const { ids } = this.#trial
        // What is said in the same breath has no id that its sender knows.
        const own = (this.#said.get(client.id) ?? []).filter((symbol) => ids.idOf(symbol) !== undefined)
        const known = deed === 'edit' && !isOdd ? own : ids.known
        const of = known.at(-1 - (second % Math.max(Math.min(known.length, 6), 1))) ?? '0'
        const id = ids.idOf(of) ?? 'no such id'
        if (deed === 'acknowledge') return { do: deed, of, id }
        return { do: deed, of, id, text: this.text(text).text }
      }
      case 'status':
        return { do: deed, status: STATUSES[first % STATUSES.length] as Status }
      case 'hide':
        return { do: deed, isPrivate: first % 3 !== 0 }
      default:
        return { do: deed }
    }
  }

  #speech(client: Client, deed: 'say' | 'tell', wanted: Intent, as: string): Action {
    const { text, symbol } = this.text(wanted.text)
    const own = this.#said.get(client.id)
    if (own === undefined) this.#said.set(client.id, [symbol])
    else own.push(symbol)
    // N5.
    const written = { text, symbol, as: wanted.isOdd ? this.name(wanted.second) : as }
    if (deed === 'tell') {
      const people = [wanted.first, wanted.second].map((index) => this.name(index))
      return { do: deed, to: client.tongue.dialect === 'chatroom' ? people : people.slice(0, 1), ...written }
    }
    const rooms = this.#trial.world.sessionOf(client.id)?.rooms ?? []
    const room = wanted.isOdd
      ? this.#rooms[wanted.first % this.#rooms.length]
      : rooms[wanted.first % rooms.length]
    return { do: deed, room: room ?? GENERAL, ...written }
  }
}
