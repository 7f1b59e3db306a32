/** What happens in a chat, as it is told to the program that listens. Texts are as people wrote them: escape them where they are shown. */

/** How somebody says that they are to be found. It is presence only: messages are delivered all the same. */
export type Status = 'ONLINE' | 'OFFLINE' | 'DO_NOT_DISTURB'

/** Somebody who is here. `status` is `ONLINE` where the dialect has none. */
export interface Person {
  readonly name: string
  readonly status: Status
}

/**
 * - `connecting`: the first connection is being made.
 * - `online`: the name is ours.
 * - `reconnecting`: the connection was lost; another one is being tried.
 * - `closed`: it is over.
 */
export type ChatState = 'connecting' | 'online' | 'reconnecting' | 'closed'

/** What every event has. */
export interface Occurrence {
  /** When it came here: milliseconds since 1970. */
  readonly at: number
}

/** Somebody else said something to the room. */
export interface MessageEvent extends Occurrence {
  readonly kind: 'message'
  /** For `received`; `null` where the dialect has no ids. */
  readonly id: string | null
  readonly from: string
  readonly text: string
  readonly room: string
  /** The time that its sender wrote on it, such as `1:02 pm`; `null` where the dialect has none. */
  readonly sentAt: string | null
}

/** Somebody said something to us alone. */
export interface DirectEvent extends Occurrence {
  readonly kind: 'direct'
  readonly id: string | null
  readonly from: string
  readonly text: string
  readonly sentAt: string | null
}

/** What `from` said is `text` from now on. Where the dialect has no ids, which message it was is not known. */
export interface EditedEvent extends Occurrence {
  readonly kind: 'edited'
  readonly id: string | null
  readonly from: string
  readonly text: string
}

/** `name` has received the message `id`. */
export interface ReceiptEvent extends Occurrence {
  readonly kind: 'receipt'
  readonly id: string
  readonly name: string
}

/** `name` is in the room from now on. */
export interface JoinedEvent extends Occurrence {
  readonly kind: 'joined'
  readonly name: string
  readonly room: string
}

/** `name` is no longer in the room. */
export interface LeftEvent extends Occurrence {
  readonly kind: 'left'
  readonly name: string
  readonly room: string
}

/** So many people came or went at once, in a room too large to name everybody. */
export interface CrowdEvent extends Occurrence {
  readonly kind: 'crowd'
  readonly joined: number
  readonly left: number
}

/** Who was `from` is `name` from now on. */
export interface RenamedEvent extends Occurrence {
  readonly kind: 'renamed'
  readonly from: string
  readonly name: string
}

/** How `name` is to be found from now on. */
export interface StatusEvent extends Occurrence {
  readonly kind: 'status'
  readonly name: string
  readonly status: Status
}

/** `name` has blocked us: nothing that we say reaches them. */
export interface BlockedEvent extends Occurrence {
  readonly kind: 'blocked'
  readonly name: string
}

/** Something that the relay has to say, in its words. */
export interface NoticeEvent extends Occurrence {
  readonly kind: 'notice'
  readonly text: string
  /** Whether it is about something of ours that the relay did not do. */
  readonly isRefusal: boolean
}

/** Events that are not told: we read too slowly, and the relay or this library let the oldest go. */
export interface MissedEvent extends Occurrence {
  readonly kind: 'missed'
  readonly count: number
  readonly by: 'relay' | 'library'
}

/** The chat is in another state; or still `reconnecting`, but now because somebody has the name (`cause` is a `NameTakenError`), or no longer because of that. */
export interface StateEvent extends Occurrence {
  readonly kind: 'state'
  readonly state: ChatState
  /** Why; `null` where it went well. */
  readonly cause: Error | null
}

/** Everything that a chat tells; `kind` says which. More kinds may come in later versions: pass over those that you do not know. */
export type ChatEvent =
  | MessageEvent
  | DirectEvent
  | EditedEvent
  | ReceiptEvent
  | JoinedEvent
  | LeftEvent
  | CrowdEvent
  | RenamedEvent
  | StatusEvent
  | BlockedEvent
  | NoticeEvent
  | MissedEvent
  | StateEvent
