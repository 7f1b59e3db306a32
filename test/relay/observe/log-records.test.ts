/** That every record which the relay writes is one of the table, with the fields that it has there and no others. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { CLOSE_REASONS } from '../../../src/relay/hub/close-reason.js'
import type { HubEvent } from '../../../src/relay/hub/events.js'
import { Journal, type Peer } from '../../../src/relay/observe/journal.js'
import type { LogFile } from '../../../src/relay/observe/log-file.js'
import {
  LOG_RECORDS,
  RECORD_FIELDS,
  type RecordField,
  type RecordKind,
} from '../../../src/relay/observe/log-records.js'

const TYPES = { text: z.string(), number: z.int().nonnegative(), flag: z.boolean() }

function schemaOf(event: string, { fields, sometimes = [] }: RecordKind) {
  const typeOf = (field: RecordField) => TYPES[RECORD_FIELDS[field].type]
  return z.strictObject({
    time: z.iso.datetime({ precision: 3 }),
    event: z.literal(event),
    ...Object.fromEntries(fields.map((field) => [field, typeOf(field)])),
    ...Object.fromEntries(sometimes.map((field) => [field, typeOf(field).optional()])),
  })
}

const SCHEMAS = new Map(Object.entries(LOG_RECORDS).map(([event, kind]) => [event, schemaOf(event, kind)]))

const WHO = { at: 1, name: 'Bob', dialect: 'chatroom' }
const ROOM = { ...WHO, room: 'general' }

/** One of each kind, and of each way in which it can be; those that are not recorded are empty. */
const EVENTS: { readonly [Kind in HubEvent['kind']]: readonly Extract<HubEvent, { kind: Kind }>[] } = {
  message: [
    { kind: 'message', ...ROOM, id: '1', text: 'Hi', saidAt: null },
    { kind: 'message', ...ROOM, id: '1', text: 'Hi', saidAt: '9:05 pm' },
  ],
  direct: [
    { kind: 'direct', ...WHO, to: 'Amy', id: '2', text: 'psst', saidAt: null },
    { kind: 'direct', ...WHO, to: 'Amy', id: '2', text: 'psst', saidAt: '9:05 pm' },
  ],
  edited: [
    { kind: 'edited', ...ROOM, id: '1', text: 'Hello' },
    { kind: 'edited', ...WHO, room: null, id: '2', text: 'psst!' },
    { kind: 'edited', ...WHO, room: null, id: '2', text: 'psst!', to: 'Amy' },
  ],
  receipt: [],
  joined: [{ kind: 'joined', ...ROOM }],
  left: [{ kind: 'left', ...ROOM, reason: 'reset' }],
  renamed: [{ kind: 'renamed', ...ROOM, formerName: 'Rob' }],
  status: [{ kind: 'status', ...ROOM, status: 'do-not-disturb' }],
  visibility: [{ kind: 'visibility', ...ROOM, isPrivate: true }],
  blocked: [{ kind: 'blocked', ...WHO, to: 'Amy' }],
}

const PEER: Peer = { remoteAddress: '192.0.2.1', remotePort: 5000, dialect: 'framed', name: null }

test('every record of either log is one of the table, with its fields and no others', () => {
  const written: Record<'connections' | 'chat', string[]> = { connections: [], chat: [] }
  const file = (log: 'connections' | 'chat') =>
    ({ write: (line: string) => void written[log].push(line) }) as unknown as LogFile
  for (const logsText of [false, true]) {
    const journal = new Journal({ connections: file('connections'), chat: file('chat') }, logsText)
    journal.connected(PEER)
    journal.nameRequested(PEER, 'Bob', 'accepted')
    // More than are recorded one by one: the rest is a sum.
    for (let time = 0; time < 12; time++) journal.nameRequested(PEER, 'a b', 'invalid')
    journal.refused({ ...PEER, remoteAddress: '192.0.2.2', dialect: 'ws' }, 'origin')
    for (let host = 0; host < 300; host++)
      journal.nameRequested({ ...PEER, remoteAddress: `198.51.100.${host}` }, 'Bob', 'taken')
    journal.closed(PEER, CLOSE_REASONS.loginDeadline)
    journal.closed({ ...PEER, name: 'Bob' }, CLOSE_REASONS.left)
    for (const event of Object.values(EVENTS).flat()) journal.observe(event)
    journal.close()
  }
  const seen = new Set<string>()
  for (const [log, lines] of Object.entries(written)) {
    for (const line of lines) {
      assert.ok(line.endsWith('}\n'))
      const record = JSON.parse(line)
      const checked = SCHEMAS.get(record.event)?.safeParse(record)
      assert.ok(checked?.success, `${line}${checked?.error}`)
      assert.equal(LOG_RECORDS[record.event as keyof typeof LOG_RECORDS].log, log)
      seen.add(record.event)
    }
  }
  assert.deepEqual([...seen].sort(), Object.keys(LOG_RECORDS).sort())
})
