/** What a log file has in it, of this relay or of anybody: lines that are records, and each of them on one line for people. */

import assert from 'node:assert/strict'
import { LineReader } from '../../../src/log-reader/read-lines.js'
import { parseRecord, timeOfLine } from '../../../src/log-reader/record.js'
import { showRecord } from '../../../src/log-reader/show-record.js'
import { TimeZone } from '../../../src/log-reader/time-zone.js'
import { CUTTINGS, type Cutting, piecesOf } from '../engine/pieces.js'
import type { Target } from '../engine/target.js'

const ZONES = ['UTC', 'Europe/Vienna', 'America/St_Johns'] as const
const TIME = '2026-01-31T23:59:59.999Z'
const line = (event: string, fields: object = {}, time = TIME) =>
  `${JSON.stringify({ time, event, ...fields })}\n`
const WHO = { ip: '192.0.2.7', port: 1, dialect: 'framed', name: 'Amy' }
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]/

export const logLines: Target = {
  name: 'log-lines',
  ways: CUTTINGS.length * ZONES.length,
  seeds: [
    line('connected', WHO) + line('accepted', WHO) + line('closed', { ...WHO, reason: 'left' }),
    line('message', { room: 'general', name: 'Amy', id: 'x', text: 'Hi \u202e\x1b[2J' }) +
      line('direct', { name: 'Amy', to: 'bob', textBytes: 2 }),
    line('rejected', { ...WHO, count: 3, reason: 'taken' }) +
      line('joined', { room: 'a, b', ...WHO }) +
      line('left', { name: 5, reason: null }),
    line('edited', { name: 'Amy', id: 'x', text: 'Ho' }) +
      line('receipt', { name: 'Amy', id: 'x' }) +
      line('renamed', { name: 'A', formerName: 'B' }),
    line('status', { status: 'online' }) +
      line('visibility', { isPrivate: true }) +
      line('blocked', { name: 'Amy', to: 'bob' }),
    line('__proto__', { constructor: { a: [1] } }) +
      line('toString', {}, '2026-01-31') +
      line('x', {}, '+275760-09-13T00:00:00.000Z'),
    '{"time":"2026-01-31T23:59:59.999Z","event":\n[]\n5\nnull\n{"time":1,"event":"x"}\n',
    line('connected', { ip: '::1', port: 'x' }).slice(0, -1),
  ].map((text) => Buffer.from(text)),
  words: [
    ...[
      '{"time":"',
      '","event":"',
      TIME,
      '"}\n',
      '\n',
      'connected',
      'message',
      'direct',
      'rejected',
      'edited',
      '"text":',
      '"name":',
      '"ip":"::1"',
      'null',
    ],
    ...[
      '9999-12-31T23:59:59.999Z',
      '0000-01-01T00:00:00.000Z',
      '2026-02-30T00:00:00.000Z',
      '2026-01-31T24:00:00.000Z',
      '\u202e',
      '\u2028',
      '\ud800',
    ],
  ].map((text) => Buffer.from(text)),
  covers: [
    '/dist/log-reader/record',
    '/dist/log-reader/read-lines',
    '/dist/log-reader/show-record',
    '/dist/log-reader/time-zone',
  ],
  usualRuns: 300,
  start() {
    const zones = ZONES.map((name) => new TimeZone(name))
    return {
      run(input, way) {
        const found = linesIn(piecesOf(input, CUTTINGS[way % CUTTINGS.length] as Cutting))
        assert.deepEqual(found, plainLines(input))
        const marks = new Set<string>()
        for (const text of found) {
          timeOfLine(text)
          const record = parseRecord(text)
          if (record === null) {
            marks.add('no record')
            continue
          }
          const shown = showRecord(record, zones[Math.floor(way / CUTTINGS.length)] as TimeZone)
          assert.match(shown, /^[+-]?\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {2}./)
          assert.doesNotMatch(shown, UNPRINTABLE)
          marks.add(/^[a-z]{1,12}$/.test(record.event) ? record.event : 'another')
        }
        return [...marks]
      },
      stop() {},
    }
  },
}

function linesIn(pieces: readonly Buffer[]): string[] {
  const reader = new LineReader()
  const found: string[] = []
  for (const piece of pieces) {
    const chunk = Buffer.from(piece)
    found.push(...reader.take(chunk))
    chunk.fill(0xee)
  }
  return [...found, ...reader.end()]
}

/** Each line by itself: half a character does not reach into the next one. */
function plainLines(input: Buffer): string[] {
  const lines = input.toString('latin1').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line) => Buffer.from(line.replace(/\r$/, ''), 'latin1').toString())
}
