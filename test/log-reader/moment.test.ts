/** That moments are read as people mean them, in whatever time zone, and shown as its clocks do. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseMoment } from '../../src/log-reader/moment.js'
import { TimeZone } from '../../src/log-reader/time-zone.js'

const BERLIN = new TimeZone('Europe/Berlin')
const UTC = new TimeZone('UTC')
/** A Thursday; in Berlin 11:30. */
const NOW = Date.parse('2026-01-15T10:30:45.678Z')

const read = (text: string, zone = BERLIN, now = NOW) => {
  const atMs = parseMoment(text, now, zone)
  return atMs === null ? null : new Date(atMs).toISOString()
}

test('what people write is the moment that they mean', () => {
  for (const [text, iso] of [
    ['now', '2026-01-15T10:30:45.678Z'],
    ['45s', '2026-01-15T10:30:00.678Z'],
    ['10m', '2026-01-15T10:20:45.678Z'],
    ['2h', '2026-01-15T08:30:45.678Z'],
    ['3d', '2026-01-12T10:30:45.678Z'],
    ['1w', '2026-01-08T10:30:45.678Z'],
    ['today', '2026-01-14T23:00:00.000Z'],
    ['yesterday', '2026-01-13T23:00:00.000Z'],
    ['9:05', '2026-01-15T08:05:00.000Z'],
    ['09:05:06', '2026-01-15T08:05:06.000Z'],
    ['2026-01-31', '2026-01-30T23:00:00.000Z'],
    ['2026-07-31', '2026-07-30T22:00:00.000Z'],
    ['2026-01-31 12:00', '2026-01-31T11:00:00.000Z'],
    ['2026-01-31T12:00:30.5', '2026-01-31T11:00:30.500Z'],
    ['2026-01-31T12:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.123Z', '2026-01-31T12:00:00.123Z'],
    ['2026-01-31T12:00:00-05:00', '2026-01-31T17:00:00.000Z'],
  ] as const)
    assert.equal(read(text), iso, text)
})

test('where the clock is put forward or back, each moment is one of those that it could be', () => {
  // 02:30 is not there, 03:30 is.
  assert.equal(read('2026-03-29 03:30'), '2026-03-29T01:30:00.000Z')
  assert.equal(read('2026-03-29 02:30'), '2026-03-29T01:30:00.000Z')
  // 02:30 is there twice.
  assert.equal(read('2026-10-25 02:30'), '2026-10-25T00:30:00.000Z')
  // A day of 25 hours, begun before its change.
  assert.equal(read('today', BERLIN, Date.parse('2026-10-25T20:00:00Z')), '2026-10-24T22:00:00.000Z')
  assert.equal(read('yesterday', BERLIN, Date.parse('2026-03-01T12:00:00Z')), '2026-02-27T23:00:00.000Z')
})

test('what is no moment is none', () => {
  for (const text of [
    '',
    '10',
    'm',
    '10 m',
    '-10m',
    '1.5h',
    'tomorrow',
    '24:00',
    '12:60',
    '2026-02-30',
    '2026-13-01',
    '2026-01-31T25:00',
    '2026-01-31T25:00Z',
    '1/2/2026',
    '1234567d',
  ])
    assert.equal(read(text), null, text)
})

test('a zone that there is not is refused', () => {
  assert.throws(() => new TimeZone('Europe/Atlantis'), RangeError)
})

test('what a clock shows is the moment again, everywhere, but for the hour that is there twice', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'Australia/Lord_Howe',
  ]
  fc.assert(
    fc.property(
      fc.constantFrom(...zones.map((zone) => new TimeZone(zone))),
      fc.date({ min: new Date('1990-01-01'), max: new Date('2037-01-01'), noInvalidDate: true }),
      (zone, date) => {
        const at = date.getTime()
        const again = zone.instant(zone.wallClock(at))
        assert.ok(again === at || (again < at && zone.show(again) === zone.show(at)), zone.show(at))
      },
    ),
  )
})

test('times are shown as ISO has them, without its letters', () => {
  assert.equal(UTC.show(NOW), '2026-01-15 10:30:45.678')
  assert.equal(BERLIN.show(NOW), '2026-01-15 11:30:45.678')
  assert.equal(BERLIN.show(Date.parse('2026-07-15T10:30:45.678Z')), '2026-07-15 12:30:45.678')
  assert.equal(new TimeZone('Asia/Kathmandu').show(NOW), '2026-01-15 16:15:45.678')
})
