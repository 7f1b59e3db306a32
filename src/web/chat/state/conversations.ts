/** The rooms that somebody was in and the people whom they talk to in private, each with what was said and what is being typed. */

import { Log } from './log.js'

/** The longest unused are forgotten above this, with all that was said there. */
const KEPT = 50

export interface Conversation {
  readonly kind: 'room' | 'person'
  /** Of the room or of the person. */
  readonly name: string
  readonly log: Log
  /** What has come since somebody last looked. */
  unread: number
  /** The key of the first row that was new when it came, or `null`. */
  newFrom: number | null
  draft: string
}

export class Conversations {
  /** The room that one is in, and what is looked at: these are never forgotten. */
  inUse: readonly (Conversation | null)[] = []
  readonly #byKey = new Map<string, Conversation>()

  room(name: string): Conversation {
    return this.#get('room', name)
  }

  person(name: string): Conversation {
    return this.#get('person', name)
  }

  find(kind: Conversation['kind'], name: string): Conversation | undefined {
    return this.#byKey.get(`${kind} ${name}`)
  }

  all(): Iterable<Conversation> {
    return this.#byKey.values()
  }

  /** The private ones, by name. */
  persons(): Conversation[] {
    return [...this.#byKey.values()]
      .filter(({ kind }) => kind === 'person')
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  close({ kind, name }: Conversation): void {
    this.#byKey.delete(`${kind} ${name}`)
  }

  /** Makes it where there is none, and counts as use. */
  #get(kind: Conversation['kind'], name: string): Conversation {
    const key = `${kind} ${name}`
    const found = this.#byKey.get(key) ?? { kind, name, log: new Log(), unread: 0, newFrom: null, draft: '' }
    this.#byKey.delete(key)
    this.#byKey.set(key, found)
    if (this.#byKey.size > KEPT)
      for (const [oldest, conversation] of this.#byKey)
        if (conversation !== found && !this.inUse.includes(conversation)) {
          this.#byKey.delete(oldest)
          break
        }
    return found
  }
}
