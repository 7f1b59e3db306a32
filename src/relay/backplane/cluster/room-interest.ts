/**
 * In which rooms this node has people, and in which others have: what is listened to, and where anybody would hear. First in,
 * last out; a room that nobody is in any more is forgotten.
 */

import type { Bus, Subject } from '../bus.js'

export interface RoomInterestOptions {
  readonly bus: Bus
  readonly receive: (subject: Subject, bytes: Uint8Array) => void
  /** Nobody here listens to it any more. */
  readonly unheard: (subject: Subject) => void
  /** Nobody here or elsewhere is in it any more. */
  readonly forgotten: (subject: Subject) => void
}

export class RoomInterest {
  readonly #options: RoomInterestOptions
  readonly #subscriptions = new Map<string, { end(): void }>()
  /** How many other nodes have people in it. */
  readonly #elsewhere = new Map<string, number>()

  constructor(options: RoomInterestOptions) {
    this.#options = options
  }

  /** Somebody of this node is in it. */
  enter(room: string): void {
    if (this.#subscriptions.has(room)) return
    const { bus, receive } = this.#options
    const subject = roomSubject(room)
    this.#subscriptions.set(
      room,
      bus.subscribe(subject, (bytes) => receive(subject, bytes)),
    )
  }

  /** Nobody of this node is in it any more. */
  leave(room: string): void {
    const subscription = this.#subscriptions.get(room)
    if (subscription === undefined) return
    this.#subscriptions.delete(room)
    subscription.end()
    this.#options.unheard(roomSubject(room))
    if (!this.#elsewhere.has(room)) this.#options.forgotten(roomSubject(room))
  }

  isHeard(room: string): boolean {
    return this.#subscriptions.has(room)
  }

  /** Another node has people in it. */
  nodeEntered(room: string): void {
    this.#elsewhere.set(room, (this.#elsewhere.get(room) ?? 0) + 1)
  }

  nodeLeft(room: string): void {
    const left = (this.#elsewhere.get(room) ?? 1) - 1
    if (left > 0) {
      this.#elsewhere.set(room, left)
      return
    }
    this.#elsewhere.delete(room)
    if (!this.#subscriptions.has(room)) this.#options.forgotten(roomSubject(room))
  }

  /** Whether any other node has people in it. */
  isElsewhere(room: string): boolean {
    return this.#elsewhere.has(room)
  }

  end(): void {
    for (const subscription of this.#subscriptions.values()) subscription.end()
    this.#subscriptions.clear()
  }
}

export function roomSubject(room: string): Subject {
  return `room.${room}`
}

export function nodeSubject(node: string): Subject {
  return `node.${node}`
}

/** Where a node is asked something, and answered. */
export function peerSubject(node: string): Subject {
  return `peer.${node}`
}

/** Of a subject that is a room's. */
export function roomOf(subject: Subject): string {
  return subject.slice('room.'.length)
}
