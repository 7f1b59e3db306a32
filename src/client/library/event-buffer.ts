/**
 * Events between the relay and the program that reads them. Bounded: who does not read loses the oldest, and is told how many. Nothing
 * waits for a reader, because answers come on the same connection as events do: a program that asks something in the middle
 * of its loop would wait for itself.
 */

import type { ChatEvent } from './events.js'

/** Of texts that wait, in characters, whatever the number of events. */
const MAX_WAITING_CHARACTERS = 4 * 1024 * 1024

type Waiting = { resolve(result: IteratorResult<ChatEvent, undefined>): void; reject(error: Error): void }

export class EventBuffer {
  readonly #maxEvents: number
  #events: ChatEvent[] = []
  /** Of `#events`, how many have been read: shifting thousands would cost a copy each. */
  #read = 0
  #characters = 0
  #missed = 0
  #waiting: Waiting | null = null
  #end: { readonly error: Error | null } | null = null

  constructor(maxEvents: number) {
    this.#maxEvents = Math.max(maxEvents, 1)
  }

  get length(): number {
    return this.#events.length - this.#read
  }

  push(event: ChatEvent): void {
    if (this.#end !== null) return
    const waiting = this.#waiting
    if (waiting !== null) {
      this.#waiting = null
      waiting.resolve({ done: false, value: event })
      return
    }
    this.#events.push(event)
    this.#characters += charactersOf(event)
    while (this.length > this.#maxEvents || (this.#characters > MAX_WAITING_CHARACTERS && this.length > 1)) {
      this.#shift()
      this.#missed++
    }
  }

  /** Nothing more comes. What waits can still be read. @param error what the reader gets then; `null` for an end in good order */
  end(error: Error | null): void {
    if (this.#end !== null) return
    const waiting = this.#waiting
    // Said once: a second loop finds nothing, as with any iterator that is over.
    this.#end = { error: waiting === null ? error : null }
    this.#waiting = null
    if (error === null) waiting?.resolve({ done: true, value: undefined })
    else waiting?.reject(error)
  }

  /** The next event, at once or when it comes. One at a time. */
  next(): Promise<IteratorResult<ChatEvent, undefined>> {
    if (this.#waiting !== null)
      return Promise.reject(new Error('the events of a chat are read by one loop at a time'))
    if (this.#missed > 0) {
      const count = this.#missed
      this.#missed = 0
      const value = { kind: 'missed', at: Date.now(), count, by: 'library' } as const
      return Promise.resolve({ done: false, value })
    }
    const event = this.#shift()
    if (event !== undefined) return Promise.resolve({ done: false, value: event })
    if (this.#end !== null) {
      const { error } = this.#end
      this.#end = { error: null }
      return error === null ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error)
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  /** Whoever waits for an event waits no longer. */
  stopWaiting(): void {
    this.#waiting?.resolve({ done: true, value: undefined })
    this.#waiting = null
  }

  #shift(): ChatEvent | undefined {
    const event = this.#events[this.#read]
    if (event === undefined) return undefined
    this.#read++
    this.#characters -= charactersOf(event)
    if (this.#read > 1024 && this.#read * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#read)
      this.#read = 0
    } else if (this.#read === this.#events.length) {
      this.#events = []
      this.#read = 0
    }
    return event
  }
}

function charactersOf(event: ChatEvent): number {
  return 'text' in event ? event.text.length : 0
}
