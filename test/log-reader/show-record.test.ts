/** That records are shown as one line each, as people say it, and that nothing in them can forge another line or act on a terminal. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRecord } from '../../src/log-reader/record.js'
import { showRecord } from '../../src/log-reader/show-record.js'
import { TimeZone } from '../../src/log-reader/time-zone.js'
import { LOG_RECORDS } from '../../src/relay/observe/log-records.js'

const UTC = new TimeZone('UTC')
const TIME = '2026-01-15T10:30:45.678Z'

function show(fields: object): string {
  const record = parseRecord(JSON.stringify({ time: TIME, ...fields }))
  assert.ok(record !== null)
  const line = showRecord(record, UTC)
  assert.ok(line.startsWith('2026-01-15 10:30:45.678  '), line)
  return line.slice('2026-01-15 10:30:45.678  '.length)
}

const peer = { ip: '192.0.2.1', port: 5000, dialect: 'framed' }
const where = { dialect: 'framed', room: 'general', name: 'Bob' }

type Fields = Readonly<Record<string, unknown>> & { readonly event: string }

const SHOWN: readonly [fields: Fields, line: string][] = [
  [{ event: 'connected', ...peer }, '192.0.2.1:5000 (framed) connects'],
  [{ event: 'connected', ...peer, ip: '2001:db8::1' }, '[2001:db8::1]:5000 (framed) connects'],
  [{ event: 'accepted', ...peer, name: 'Bob' }, '192.0.2.1:5000 (framed) is Bob'],
  [
    { event: 'rejected', ...peer, name: 'a b', reason: 'invalid' },
    '192.0.2.1:5000 (framed) is refused as "a b": invalid',
  ],
  [
    { event: 'rejected', ip: '192.0.2.1', dialect: 'framed', reason: 'taken', count: 12 },
    '192.0.2.1 (framed) is refused: taken, 12 more times',
  ],
  [
    { event: 'rejected', dialect: 'ws', reason: 'origin', count: 2 },
    'somebody (ws) is refused: origin, 2 more times',
  ],
  [
    { event: 'closed', ...peer, name: 'Bob', reason: 'left' },
    '192.0.2.1:5000 (framed) ends, who was Bob: left',
  ],
  [{ event: 'closed', ...peer, reason: 'login-deadline' }, '192.0.2.1:5000 (framed) ends: login-deadline'],
  [{ event: 'joined', ...where }, '[general] Bob joins (framed)'],
  [{ event: 'left', ...where, reason: 'reset' }, '[general] Bob leaves: reset'],
  [{ event: 'message', ...where, id: '1', text: 'Hi, "all": [x]' }, '[general] Bob: Hi, "all": [x]'],
  [
    { event: 'direct', dialect: 'framed', name: 'Bob', to: 'Amy', id: '2', textBytes: 4 },
    'Bob to Amy alone (4 bytes)',
  ],
  [
    { event: 'direct', dialect: 'framed', name: 'Bob', to: 'Amy', id: '2', text: 'psst', textBytes: 4 },
    'Bob to Amy alone: psst',
  ],
  [{ event: 'edited', ...where, id: '01K', text: 'Hello' }, '[general] Bob edits 01K: Hello'],
  [
    { event: 'edited', dialect: 'chatroom', name: 'Bob', id: '2', textBytes: 5 },
    'Bob edits a direct message (5 bytes)',
  ],
  [{ event: 'renamed', ...where, formerName: 'Rob' }, '[general] Rob is Bob from now on'],
  [{ event: 'status', ...where, status: 'do-not-disturb' }, '[general] Bob is do-not-disturb'],
  [{ event: 'visibility', ...where, isPrivate: true }, '[general] Bob makes the room private'],
  [{ event: 'visibility', ...where, isPrivate: false }, '[general] Bob makes the room public'],
  [{ event: 'blocked', dialect: 'chatroom', name: 'Bob', to: 'Amy' }, 'Bob blocks Amy'],
]

test('every kind of record is shown in words', () => {
  for (const [fields, line] of SHOWN) assert.equal(show(fields), line)
  const shown = new Set(SHOWN.map(([{ event }]) => event))
  assert.deepEqual([...shown].sort(), Object.keys(LOG_RECORDS).sort())
})

test('a record that this version does not know is shown field by field', () => {
  assert.equal(
    show({ event: 'banned', ip: '192.0.2.1', forMs: 1000, who: 'a b', deep: { x: [1] } }),
    'banned ip=192.0.2.1 forMs=1000 who="a b" deep={"x":[1]}',
  )
  assert.equal(show({ event: '__proto__' }), '__proto__')
})

test('a record without a field that it should have is shown all the same', () => {
  for (const event of Object.keys(LOG_RECORDS)) assert.doesNotMatch(show({ event }), /undefined/)
})

test('a line whose time no calendar has is no record, rather than the end of the command', () => {
  for (const time of ['2026-65-31T23:59:59.999Z', '2026-01-15T25:00:00.000Z', '2026-01-00T00:00:00.000Z']) {
    assert.equal(parseRecord(JSON.stringify({ time, event: 'connected' })), null, time)
  }
})

test('M3 nothing in a record ends its line, forges another or acts on a terminal', () => {
  const hostile = 'x\n2026-01-15 10:30:45.678  [general] Root: yes\r\x1b[2J\u202e\u2028\x9b\x7f\t'
  for (const [fields] of SHOWN) {
    const all = Object.fromEntries(
      Object.keys(fields).map((key) => [key, key === 'event' ? fields.event : hostile]),
    )
    assert.match(show(all), /^[ -~]*$/, fields.event)
  }
  assert.match(show({ event: hostile, [hostile]: hostile }), /^[ -~]*$/)
  // A name cannot be taken for the end of itself and something behind it.
  assert.equal(show({ event: 'message', ...where, name: 'Bob: Hi', text: 'x' }), '[general] "Bob: Hi": x')
  assert.equal(show({ event: 'joined', ...where, room: 'a] Root: x' }), '["a] Root: x"] Bob joins (framed)')
})
