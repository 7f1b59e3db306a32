/**
 * Listens to the relay's feed and keeps listening: a browser comes back by itself after a connection that was lost, but not
 * after an answer that was no feed.
 *
 *   connecting ─samples─▶ live ─error, end, or silence─▶ gone ─samples─▶ live
 *
 * While it is gone it is asked again after 2 s, 4 s … 15 s.
 */

import type { Beginning, Sample } from './history.js'

export type FeedState = 'connecting' | 'live' | 'gone'

/** As much of an `EventSource` as it takes. */
export interface Source {
  addEventListener(type: string, listener: (event: { readonly data?: string }) => void): void
  close(): void
}

export interface FeedOptions {
  readonly open: () => Source
  readonly began: (beginning: Beginning) => void
  readonly sampled: (sample: Sample) => void
  readonly changed: (state: FeedState) => void
  /** `setTimeout`, and what takes it back. */
  readonly later: (callback: () => void, ms: number) => () => void
}

/** A relay sends every second; one that is stopped or cut off says nothing at all. */
const SILENCE_MS = 6000
const FIRST_WAIT_MS = 2000
const LONGEST_WAIT_MS = 15_000

export class Feed {
  readonly #options: FeedOptions
  #state: FeedState = 'connecting'
  #source: Source | null = null
  #takeBack: (() => void) | null = null
  #waitMs = FIRST_WAIT_MS

  constructor(options: FeedOptions) {
    this.#options = options
    this.#connect()
  }

  get state(): FeedState {
    return this.#state
  }

  /** Does not wait any longer. */
  tryNow(): void {
    if (this.#source === null) this.#connect()
  }

  #connect(): void {
    const source = this.#options.open()
    this.#source = source
    this.#expect()
    const mine = (listener: (data: string) => void) => (event: { readonly data?: string }) => {
      if (this.#source === source) listener(event.data ?? '')
    }
    source.addEventListener(
      'samples',
      mine((data) => {
        this.#options.began(JSON.parse(data) as Beginning)
        this.#waitMs = FIRST_WAIT_MS
        this.#be('live')
        this.#expect()
      }),
    )
    source.addEventListener(
      'sample',
      mine((data) => {
        this.#options.sampled(JSON.parse(data) as Sample)
        this.#expect()
      }),
    )
    for (const type of ['end', 'error'])
      source.addEventListener(
        type,
        mine(() => this.#lose()),
      )
  }

  /** Something must come within some seconds. */
  #expect(): void {
    this.#wait(() => this.#lose(), SILENCE_MS)
  }

  #lose(): void {
    this.#source?.close()
    this.#source = null
    this.#be('gone')
    this.#wait(() => this.#connect(), this.#waitMs)
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS)
  }

  #wait(callback: () => void, ms: number): void {
    this.#takeBack?.()
    this.#takeBack = this.#options.later(callback, ms)
  }

  #be(state: FeedState): void {
    this.#state = state
    this.#options.changed(state)
  }
}
