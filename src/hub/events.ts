/**
 * What the hub says happened. Plain data without bytes: fan-out encodes it, logs record it.
 * `at` is milliseconds since 1970, `dialect` is how the person it is about speaks.
 */

interface Occurrence {
  readonly at: number
  readonly dialect: string
}

/** Somebody said `text` to everyone in `room`. */
export interface MessageEvent extends Occurrence {
  readonly kind: 'message'
  readonly id: string
  readonly room: string
  readonly name: string
  readonly text: string
}

/** `name` is in `room` from now on. */
export interface JoinedEvent extends Occurrence {
  readonly kind: 'joined'
  readonly room: string
  readonly name: string
}

/** `name` is no longer in `room`. `reason` is a close reason's label. */
export interface LeftEvent extends Occurrence {
  readonly kind: 'left'
  readonly room: string
  readonly name: string
  readonly reason: string
}

/**
 * So many people joined and left `room` since the last one of these: what a room that is too large to announce
 * everybody hears instead.
 */
export interface CrowdEvent {
  readonly kind: 'crowd'
  readonly at: number
  readonly room: string
  readonly joined: number
  readonly left: number
}

/** `name` said `text` to `to` alone. */
export interface DirectEvent extends Occurrence {
  readonly kind: 'direct'
  readonly id: string
  readonly name: string
  readonly to: string
  readonly text: string
}

/** What everyone in a room is told. */
export type RoomEvent = MessageEvent | JoinedEvent | LeftEvent | CrowdEvent

/** What one session alone is told. */
export type PrivateEvent = DirectEvent

/** What is recorded: everything that somebody did. A crowd is joins and leaves that are recorded one by one. */
export type HubEvent = MessageEvent | JoinedEvent | LeftEvent | PrivateEvent

/**
 * Where a session's private events go. Whoever opens a session gives one.
 */
export interface Recipient {
  /** @param sender whose word it is */
  receive(event: PrivateEvent, sender: this): void
}

/**
 * All members of one room, as those who tell them things see them. Fan-out makes one for each room.
 */
export interface Audience<R extends Recipient> {
  add(recipient: R): void
  remove(recipient: R): void
  /**
   * Tells everybody in the room, in the order of the calls (M5).
   * @param actor whom the event is about; whether this one is told too is the dialect's rule (M4). `null` for
   *   an event about nobody in particular
   */
  tell(event: RoomEvent, actor: R | null): void
}
