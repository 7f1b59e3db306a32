/** What newcomers of one room are shown: its last messages, in memory, and the bytes of them that were made last. */

import type { Slice } from '../fanout/chunk.js'
import type { Encoding } from '../fanout/encoding.js'
import type { MessageEvent, Recipient } from '../hub/events.js'
import type { Session } from '../hub/session.js'
import { costOf } from './store.js'

export interface Shown<R extends Recipient> {
  readonly message: MessageEvent
  /** Who said it, where that was in this process: they may be called otherwise by now. */
  readonly sender: Session<R> | null
  /** It was said while the room was private (R4). */
  readonly isPrivate: boolean
}

/** How far a view goes back. */
export interface ViewLimits {
  readonly messages: number
  readonly bytes: number
}

/** What a room takes that has said nothing: anybody can ask for as many as they like. */
const EMPTY_BYTES = 500

export class RoomView<R extends Recipient> {
  /** Whether it has what the store has. */
  isLoaded = false
  /** Who waits for that. */
  readonly waiting: (() => void)[] = []
  /** What it takes in memory, about. */
  bytes = EMPTY_BYTES
  /** By encoding, as long as nothing changes: many may come in one after the other. */
  readonly slices = new Map<Encoding, Slice | null>()
  #shown: Shown<R>[] = []

  /** Oldest first. */
  get shown(): readonly Shown<R>[] {
    return this.#shown
  }

  add(one: Shown<R>, limits: ViewLimits): void {
    this.#shown.push(one)
    this.bytes += costOf(one.message.text)
    this.slices.clear()
    this.#trim(limits)
  }

  /** What the store has goes before what was said since; of what is in both, this has the newer text. */
  take(stored: readonly MessageEvent[], limits: ViewLimits): void {
    const known = new Set(this.#shown.map(({ message }) => message.id))
    const before = stored.filter(({ id }) => !known.has(id))
    this.#replace([...before.map((message) => ({ message, sender: null, isPrivate: false })), ...this.#shown])
    this.#trim(limits)
    this.isLoaded = true
  }

  /** @returns the message that says something else now; `null` where it is not here */
  edit(id: string, text: string): Shown<R> | null {
    const at = this.#shown.findLastIndex(({ message }) => message.id === id)
    const before = this.#shown[at]
    if (before === undefined) return null
    this.#shown[at] = { ...before, message: { ...before.message, text } }
    this.bytes += costOf(text) - costOf(before.message.text)
    this.slices.clear()
    return before
  }

  /** What was said while the room was private is for those who were to be in it then. */
  forgetPrivate(): void {
    if (this.#shown.some(({ isPrivate }) => isPrivate)) this.#replace(this.#shown.filter(isPublic))
  }

  /** What was said before `atMs` is too old. */
  forgetBefore(atMs: number): void {
    const first = this.#shown[0]
    if (first === undefined || first.message.at >= atMs) return
    this.#replace(this.#shown.filter(({ message }) => message.at >= atMs))
  }

  #trim(limits: ViewLimits): void {
    let goes = Math.max(0, this.#shown.length - limits.messages)
    let bytes = this.bytes
    for (const [index, { message }] of this.#shown.entries()) {
      if (index >= goes && bytes <= limits.bytes) break
      bytes -= costOf(message.text)
      if (index >= goes) goes = index + 1
    }
    if (goes > 0) {
      this.#shown.splice(0, goes)
      this.bytes = bytes
    }
  }

  #replace(shown: Shown<R>[]): void {
    this.#shown = shown
    this.bytes = shown.reduce((sum, { message }) => sum + costOf(message.text), EMPTY_BYTES)
    this.slices.clear()
  }
}

function isPublic({ isPrivate }: { readonly isPrivate: boolean }): boolean {
  return !isPrivate
}
