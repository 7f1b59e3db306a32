/**
 * What connections.log and chat.log say: which records there are, and which fields each has. `journal.ts` writes them; docs/log-events.md
 * is made from this, and the tests hold the journal to it. A name stays what it is; records may come to have more fields.
 */

interface Field {
  readonly type: 'text' | 'number' | 'flag'
  readonly means: string
}

export const RECORD_FIELDS = {
  count: { type: 'number', means: 'how many this one record stands for' },
  dialect: {
    type: 'text',
    means:
      'how they speak; `ws` for a request that was no WebSocket yet, `relay` for the program around the relay',
  },
  formerName: { type: 'text', means: 'what they were called before' },
  id: { type: 'text', means: 'the message’s id: unique, and sorted by time' },
  ip: { type: 'text', means: 'where they come from' },
  isPrivate: { type: 'flag', means: 'whether the room is in no listing from now on' },
  name: { type: 'text', means: 'whom it is about; in `rejected` the name that was asked for' },
  port: { type: 'number', means: 'the client’s port' },
  reason: {
    type: 'text',
    means: 'why, in fixed words: the `reason` of `parlance_disconnects_total`, or why it was refused',
  },
  room: { type: 'text', means: 'in which room; an edit without is one of a direct message' },
  saidAt: { type: 'text', means: 'when they say they said it, in their own words (chatroom alone)' },
  status: { type: 'text', means: '`online`, `offline` or `do-not-disturb`' },
  text: { type: 'text', means: 'what was said; of direct messages only with `logDirect: text`' },
  textBytes: { type: 'number', means: 'how long the text was in UTF-8' },
  to: { type: 'text', means: 'whom it was said to alone, or who is blocked' },
} as const satisfies Record<string, Field>

export type RecordField = keyof typeof RECORD_FIELDS

export interface RecordKind {
  readonly log: 'connections' | 'chat'
  /** Besides `time` and `event`, which all have. */
  readonly fields: readonly RecordField[]
  /** Those that only some of its records have. */
  readonly sometimes?: readonly RecordField[]
  readonly means: string
}

export const LOG_RECORDS = {
  connected: {
    log: 'connections',
    fields: ['dialect'],
    sometimes: ['ip', 'port', 'count'],
    means:
      'A connection was accepted. With `count` a sum, from an address that was refused too many names (`refusedNamesPerAddress`).',
  },
  accepted: {
    log: 'connections',
    fields: ['ip', 'port', 'dialect', 'name'],
    means: 'It has this name from now on.',
  },
  rejected: {
    log: 'connections',
    fields: ['dialect', 'reason'],
    sometimes: ['ip', 'port', 'name', 'count'],
    means:
      'A connection, a name, or a request to become a WebSocket was refused. With `count` a sum: of what an address was refused beyond thirty times in ten seconds; without `ip`, of all addresses beyond 64.',
  },
  closed: {
    log: 'connections',
    fields: ['dialect', 'reason'],
    sometimes: ['ip', 'port', 'name', 'count'],
    means: 'The connection has ended. With `count` a sum, as of `connected`.',
  },
  joined: { log: 'chat', fields: ['dialect', 'name', 'room'], means: 'Somebody came into a room.' },
  left: { log: 'chat', fields: ['dialect', 'name', 'room', 'reason'], means: 'Somebody is no longer in it.' },
  message: {
    log: 'chat',
    fields: ['dialect', 'room', 'name', 'id', 'text'],
    sometimes: ['saidAt'],
    means: 'Somebody said something to a room.',
  },
  direct: {
    log: 'chat',
    fields: ['dialect', 'name', 'to', 'id', 'textBytes'],
    sometimes: ['text', 'saidAt'],
    means: 'Somebody said something to one person alone; to several, it is a record for each, with one `id`.',
  },
  edited: {
    log: 'chat',
    fields: ['dialect', 'name', 'id'],
    sometimes: ['room', 'to', 'text', 'textBytes'],
    means: 'A message says something else from now on. Of a direct message it is recorded as one is.',
  },
  renamed: {
    log: 'chat',
    fields: ['dialect', 'name', 'room', 'formerName'],
    means: 'Somebody has another name; a record for each room that they are in.',
  },
  status: {
    log: 'chat',
    fields: ['dialect', 'name', 'room', 'status'],
    means: 'How they are to be found; a record for each room.',
  },
  visibility: {
    log: 'chat',
    fields: ['dialect', 'name', 'room', 'isPrivate'],
    means: 'A room is listed or not from now on.',
  },
  blocked: {
    log: 'chat',
    fields: ['dialect', 'name', 'to'],
    means: 'Nothing that `to` says reaches `name` any more.',
  },
} as const satisfies Record<string, RecordKind>

export type RecordKindName = keyof typeof LOG_RECORDS
