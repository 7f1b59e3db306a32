/**
 * What was said in one conversation, oldest first, as the rows that the list shows. Bounded: the oldest are forgotten. Rows
 * change in place, because a message that is edited or received is one row of thousands; who shows them draws what is in view.
 *
 * A message of one's own:
 *
 *   sending --taken by the relay--> sent --somebody shows it--> sent, receivedBy 1, 2, …
 *      +------refused, or the connection is lost--> failed --sent again--> (a new row)
 */

/** How many rows of a conversation are kept. */
export const KEPT_ROWS = 10_000
/** They are forgotten in lumps: moving ten thousand for each message would cost what a whole frame may. */
const LUMP_ROWS = 500
/** People who come and go within this are told together. */
const PRESENCE_MS = 60_000
/** How many of them by name. */
const NAMED = 3

export interface MessageRow {
  readonly kind: 'message'
  readonly key: number
  readonly from: string
  readonly own: boolean
  readonly at: number
  /** The relay's; `null` until it is known. */
  id: string | null
  text: string
  edited: boolean
  state: 'sending' | 'sent' | 'failed'
  /** Why it was not sent. */
  why: string
  /** Whether it was sent once more, after it had failed. */
  isRepeated: boolean
  /** How many people have said that they have it. */
  receivedBy: number
}

/** People who came and went, one after the other. */
export interface PresenceRow {
  readonly kind: 'presence'
  readonly key: number
  readonly at: number
  readonly came: string[]
  readonly went: string[]
}

export interface NoticeRow {
  readonly kind: 'notice'
  readonly key: number
  readonly at: number
  readonly text: string
}

/** A new day begins. */
export interface DayRow {
  readonly kind: 'day'
  readonly key: number
  readonly at: number
}

export type Row = MessageRow | PresenceRow | NoticeRow | DayRow

export class Log {
  /** Their keys count up without gaps. */
  readonly rows: Row[] = []
  readonly #byId = new Map<string, MessageRow>()
  #nextKey = 1

  /** A message; with an id, it can be found by that. */
  say(message: Pick<MessageRow, 'from' | 'own' | 'at' | 'text' | 'id' | 'state'>): MessageRow {
    this.#beginDay(message.at)
    const row: MessageRow = {
      kind: 'message',
      key: this.#key(),
      edited: false,
      why: '',
      isRepeated: false,
      receivedBy: 0,
      ...message,
    }
    this.#add(row)
    if (row.id !== null) this.#byId.set(row.id, row)
    return row
  }

  notice(text: string, at: number): void {
    this.#beginDay(at)
    this.#add({ kind: 'notice', key: this.#key(), at, text })
  }

  cameOrWent(name: string, came: boolean, at: number): void {
    const last = this.rows.at(-1)
    if (last?.kind === 'presence' && at - last.at < PRESENCE_MS) {
      ;(came ? last.came : last.went).push(name)
      return
    }
    this.#beginDay(at)
    const row: PresenceRow = { kind: 'presence', key: this.#key(), at, came: [], went: [] }
    ;(came ? row.came : row.went).push(name)
    this.#add(row)
  }

  /** The relay has given one of our own its id. */
  setId(row: MessageRow, id: string): void {
    row.id = id
    this.#byId.set(id, row)
  }

  withId(id: string): MessageRow | undefined {
    return this.#byId.get(id)
  }

  /** Ids belong to one session: what was said before can be neither changed nor acknowledged any more. */
  forgetIds(): void {
    for (const row of this.#byId.values()) row.id = null
    this.#byId.clear()
  }

  #beginDay(at: number): void {
    const last = this.rows.at(-1)
    if (last === undefined || new Date(last.at).toDateString() === new Date(at).toDateString()) return
    this.#add({ kind: 'day', key: this.#key(), at })
  }

  #key(): number {
    return this.#nextKey++
  }

  #add(row: Row): void {
    this.rows.push(row)
    if (this.rows.length < KEPT_ROWS + LUMP_ROWS) return
    for (const gone of this.rows.splice(0, this.rows.length - KEPT_ROWS))
      if (gone.kind === 'message' && gone.id !== null) this.#byId.delete(gone.id)
  }
}

/** `Amy and Bob joined. Cyd left.` */
export function presenceWords({ came, went }: Pick<PresenceRow, 'came' | 'went'>): string {
  const sentences: string[] = []
  if (came.length > 0) sentences.push(`${nameList(came)} joined.`)
  if (went.length > 0) sentences.push(`${nameList(went)} left.`)
  return sentences.join(' ')
}

function nameList(names: readonly string[]): string {
  const shown = names.slice(0, NAMED)
  const others = names.length - shown.length
  if (others > 0) shown.push(others === 1 ? '1 other' : `${others} others`)
  return shown.length === 1 ? (shown[0] as string) : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}
