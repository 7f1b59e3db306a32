/**
 * What the hub says happened. Plain data without bytes: fan-out encodes it, logs record it.
 * `at` is milliseconds since 1970, `name` is whom it is about, and `dialect` is how they speak.
 */

interface Occurrence {
  readonly at: number
  readonly name: string
  readonly dialect: string
}

/** What somebody said. */
interface TextEvent extends Occurrence {
  /** M1. */
  readonly id: string
  readonly text: string
  /** When they say they said it, in their own words; `null` where their dialect does not ask them (C6). */
  readonly saidAt: string | null
}

/** Somebody said `text` to everyone in `room`. */
export interface MessageEvent extends TextEvent {
  readonly kind: 'message'
  readonly room: string
}

/** Somebody said `text` to `to` alone; to each of several people it is one of these, with one id. */
export interface DirectEvent extends TextEvent {
  readonly kind: 'direct'
  readonly to: string
}

/** The message `id` says `text` from now on. `room` is `null` for a direct message. */
export interface EditedEvent extends Occurrence {
  readonly kind: 'edited'
  readonly id: string
  readonly text: string
  readonly room: string | null
  /** Whom this is told to alone, because the message was. */
  readonly to?: string
}

/** `name` has received the message `id`. `room` is `null` for a direct message. */
export interface ReceiptEvent extends Occurrence {
  readonly kind: 'receipt'
  readonly id: string
  readonly room: string | null
}

/** `name` is in `room` from now on. */
export interface JoinedEvent extends Occurrence {
  readonly kind: 'joined'
  readonly room: string
}

/** `name` is no longer in `room`. `reason` is a close reason's label. */
export interface LeftEvent extends Occurrence {
  readonly kind: 'left'
  readonly room: string
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

/** Who was `formerName` is `name` from now on; told in `room`. */
export interface RenamedEvent extends Occurrence {
  readonly kind: 'renamed'
  readonly room: string
  readonly formerName: string
}

/** How somebody says they are to be found. Presence only: messages are delivered all the same. */
export type Status = 'online' | 'offline' | 'do-not-disturb'

export interface StatusEvent extends Occurrence {
  readonly kind: 'status'
  readonly room: string
  readonly status: Status
}

/** R4: `room` is in no listing from now on, or is again. */
export interface VisibilityEvent extends Occurrence {
  readonly kind: 'visibility'
  readonly room: string
  readonly isPrivate: boolean
}

/** Nothing that `to` says reaches `name` from now on. */
export interface BlockedEvent extends Occurrence {
  readonly kind: 'blocked'
  readonly to: string
}

/** What everyone in a room is told. */
export type RoomEvent =
  | MessageEvent
  | EditedEvent
  | ReceiptEvent
  | JoinedEvent
  | LeftEvent
  | CrowdEvent
  | RenamedEvent
  | StatusEvent
  | VisibilityEvent

/** What one session alone is told. */
export type PrivateEvent = DirectEvent | EditedEvent | ReceiptEvent | BlockedEvent

/** What is recorded: everything that somebody did. A crowd is joins and leaves that are recorded one by one. */
export type HubEvent = Exclude<RoomEvent, CrowdEvent> | PrivateEvent

/**
 * Where a session's private events go. Whoever opens a session gives one.
 */
export interface Recipient {
  /** @param sender whose word it is; `null` where the relay itself says it */
  receive(event: PrivateEvent, sender: this | null): void
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
   *   an event about nobody in particular, or about somebody of another node
   * @param except further people who are not told; they need not be in the room. Read before this returns
   */
  tell(event: RoomEvent, actor: R | null, except?: ReadonlySet<R> | null): void
  /** As `tell`, but only these, who are in the room. Its cost grows with them, and not with the room. */
  tellOnly(event: RoomEvent, actor: R | null, to: readonly R[]): void
  /**
   * What was told so far is in front of whatever else reaches the room's members from now on. Where an actor has a
   * recipient this is seen to (M5); for one of another node, who goes from room to room, the hub asks for it.
   */
  collect(): void
}
