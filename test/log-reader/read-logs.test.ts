/** That whatever is asked for is read, all of it, once and in order: over files of both logs, put aside, compressed, torn or broken. */

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { merged } from '../../src/log-reader/merge.js'
import { readLogs } from '../../src/log-reader/read-logs.js'
import type { LogRecord } from '../../src/log-reader/record.js'
import { COMPRESSED } from '../../src/relay/observe/rotated-name.js'
import { all, at, Logs, line, lines, range, secondOf } from './logs.js'

test('a log is read from what was put aside first to what is being written, compressed or not', async (t) => {
  const logs = new Logs(t)
  logs.rotated(10, lines(0, 10), { compressed: true })
  logs.rotated(20, lines(10, 20))
  // In both forms, as for a moment while it is compressed: read once, and from the original.
  logs.rotated(30, lines(20, 30))
  const compressed = logs.rotated(30, lines(25, 30), { compressed: true })
  logs.current(lines(30, 40))
  // What is none of the relay's.
  writeFileSync(logs.file('chat-notes.log'), lines(0, 5))
  writeFileSync(logs.file(`chat-2026-01-01T00-00-40-000Z-1.log.gz.part`), 'half')
  assert.deepEqual(await logs.seconds(), range(0, 40))
  assert.deepEqual(await logs.seconds({}, undefined, [compressed]), range(25, 30), 'by its own name')
  assert.deepEqual(logs.complaints.words(), [])
})

test('both logs are one, in the order of time', async (t) => {
  const logs = new Logs(t)
  const ofParity = (parity: number, from: number, to: number) =>
    range(from, to)
      .filter((second) => second % 2 === parity)
      .map((second) => line(second))
      .join('')
  logs.rotated(20, ofParity(0, 0, 20), { compressed: true })
  logs.current(ofParity(0, 20, 40))
  logs.rotated(11, ofParity(1, 0, 11), { log: 'connections' })
  logs.current(ofParity(1, 11, 40), 'connections')
  assert.deepEqual(await logs.seconds(), range(0, 40))
  assert.deepEqual(await logs.seconds({}, 7), range(33, 40))
})

test('batches of any size and number come out in order, those of one time in the order of the logs', async () => {
  const time = fc.integer({ min: 0, max: 20 })
  const log = fc.array(time, { maxLength: 30 }).map((times) => times.sort((a, b) => a - b))
  const cut = fc.integer({ min: 1, max: 7 })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(log, cut), { maxLength: 4 }), async (parts) => {
      const records = parts.map(([times], index) =>
        times.map(
          (second): LogRecord => ({
            time: new Date(at(second)).toISOString(),
            event: `${index}`,
            fields: {},
            line: '',
          }),
        ),
      )
      async function* batchesOf(all: LogRecord[], size: number) {
        yield []
        for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size)
      }
      const out = await all(merged(records.map((one, index) => batchesOf(one, parts[index]?.[1] ?? 1))))
      const wanted = records
        .flat()
        .sort((a, b) => (a.time === b.time ? Number(a.event) - Number(b.event) : a.time < b.time ? -1 : 1))
      assert.deepEqual(out, wanted)
    }),
  )
})

test('what is asked for by time is read, and files that are older are not even opened', async (t) => {
  const logs = new Logs(t)
  // What cannot be read would be said.
  logs.rotated(3600, 'broken', { compressed: false })
  writeFileSync(logs.file('chat-2026-01-01T01-30-00-000Z-1.log.gz'), 'broken')
  logs.rotated(7200, lines(7100, 7200), { compressed: true })
  logs.current(lines(7200, 7300))
  assert.deepEqual(await logs.seconds({ sinceMs: at(7150) }), range(7150, 7300))
  assert.deepEqual(await logs.seconds({ sinceMs: at(7150), untilMs: at(7250) }), range(7150, 7251))
  assert.deepEqual(await logs.seconds({ sinceMs: at(7150), untilMs: at(7199) }, 5), range(7195, 7200))
  assert.deepEqual(logs.complaints.words(), [])
  assert.deepEqual(await logs.seconds({ untilMs: at(7150) }), range(7100, 7151))
  assert.deepEqual(logs.complaints.words(), [
    'not all of it can be read: chat-2026-01-01T01-30-00-000Z-1.log: incorrect header check',
    '1 line is no record',
  ])
})

test('the last ones are found without reading more files than that takes', async (t) => {
  const logs = new Logs(t)
  logs.rotated(10, 'broken')
  logs.rotated(20, lines(10, 20), { compressed: true })
  logs.current(lines(20, 25))
  assert.deepEqual(await logs.seconds({}, 3), range(22, 25))
  assert.deepEqual(await logs.seconds({}, 15), range(10, 25))
  assert.deepEqual(logs.complaints.words(), [])
  assert.deepEqual(await logs.seconds({}, 100), range(10, 25))
  assert.deepEqual(logs.complaints.words(), ['1 line is no record'])
})

test('each filter takes what it says, and all have to hold', async (t) => {
  const logs = new Logs(t)
  logs.current(
    line(0, { event: 'connected', ip: '192.0.2.7', port: 1, dialect: 'framed' }) +
      line(1, { event: 'connected', ip: '2001:db8::7', port: 1, dialect: 'sendto' }) +
      line(2, { event: 'connected', ip: '192.0.3.7', port: 1, dialect: 'framed' }),
    'connections',
  )
  logs.current(
    line(3, { text: 'Grüße' }) +
      line(4, { name: 'Amy', room: 'tea', text: 'hello' }) +
      line(5, { event: 'direct', room: undefined, name: 'Cas', to: 'Bob', text: undefined }) +
      line(6, { event: 'renamed', name: 'Rob', formerName: 'Bob', text: undefined }) +
      line(7, { event: '__proto__', name: '__proto__' }),
  )
  assert.deepEqual(await logs.seconds({ names: ['Bob'], kinds: ['message', 'direct', 'renamed'] }), [3, 5, 6])
  assert.deepEqual(await logs.seconds({ rooms: ['tea', 'nowhere'] }), [4])
  assert.deepEqual(await logs.seconds({ kinds: ['direct', 'renamed'] }), [5, 6])
  assert.deepEqual(await logs.seconds({ kinds: ['__proto__'], names: ['__proto__'] }), [7])
  assert.deepEqual(await logs.seconds({ text: 'GRÜSSE' }), [])
  assert.deepEqual(await logs.seconds({ text: 'grÜß' }), [3])
  assert.deepEqual(await logs.seconds({ dialects: ['framed'] }), [0, 2])
  assert.deepEqual(await logs.seconds({ addresses: ['192.0.2.7'] }), [0])
  assert.deepEqual(await logs.seconds({ addresses: ['192.0.2.0/23', '2001:db8::/32'] }), [0, 1, 2])
  assert.deepEqual(
    await logs.seconds({ addresses: ['192.0.2.0/24', '2001:db8::/32'], dialects: ['sendto'] }),
    [1],
  )
})

test('lines that are no records are passed over and counted, wherever they are', async (t) => {
  const logs = new Logs(t)
  const broken = [
    '',
    'x',
    'null',
    '[]',
    '{}',
    '{"time":"noon","event":"x"}',
    `{"time":1,"event":"x"}`,
    '\0\0',
    'ÿ',
  ]
  const huge = JSON.stringify({ time: '2026-01-01T00:00:00.000Z', event: 'x', text: 'x'.repeat(2_000_000) })
  const other = '{"event":"left","time":"2026-01-01T01:00:04+01:00"}\n'
  logs.current(
    `${line(0)}${broken.join('\n')}\n${line(1)}${huge}\n${line(2)}${line(3).trimEnd()}\r\n${other}{"time":"2026`,
  )
  assert.deepEqual(await logs.seconds(), [0, 1, 2, 3, 4])
  assert.deepEqual(logs.complaints.words(), [`${broken.length + 2} lines are no record`])
})

test('whatever bytes stand between records, each that is whole is found, plain and compressed', async (t) => {
  const logs = new Logs(t)
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom('{', '}', '"', '[[', '\\', '\r', '{"time":"'),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 20 }), fc.boolean(), async (pieces, compressed) => {
      const whole = pieces.flatMap((one, second) => [
        Buffer.from(one as string),
        Buffer.from(`\n${line(second)}`),
      ])
      const path = logs.rotated(1000, '', { compressed })
      writeFileSync(path, compressed ? gzipSync(Buffer.concat(whole)) : Buffer.concat(whole))
      assert.deepEqual(await logs.seconds({}, undefined, [path]), range(0, pieces.length))
    }),
    { numRuns: 60 },
  )
})

test('a compressed file that ends too early is read as far as it goes', async (t) => {
  const logs = new Logs(t)
  const path = logs.rotated(2000, lines(0, 2000), { compressed: true })
  truncateSync(path, 5000)
  logs.current(line(2000))
  const seconds = await logs.seconds()
  assert.ok(seconds.length > 100 && seconds.length < 2000, `${seconds.length}`)
  assert.deepEqual(seconds, [...range(0, seconds.length - 1), 2000])
  assert.match(
    logs.complaints.words()[0] ?? '',
    /^not all of it can be read: chat-.*: unexpected end of file$/,
  )
})

test('a file is read alone, in whichever form', async (t) => {
  const logs = new Logs(t)
  const old = logs.rotated(10, lines(0, 10), { compressed: true })
  const other = logs.rotated(20, lines(10, 20))
  const current = logs.current(lines(20, 30))
  const copy = logs.file('copy of yesterday')
  writeFileSync(copy, lines(40, 50))
  assert.deepEqual(await logs.seconds({}, undefined, [old]), range(0, 10))
  assert.deepEqual(await logs.seconds({}, undefined, [current]), range(20, 30))
  assert.deepEqual(await logs.seconds({}, undefined, [copy, other]), [...range(10, 20), ...range(40, 50)])
})

test('what is put aside and compressed between finding it and reading it is read all the same', async (t) => {
  const logs = new Logs(t)
  const older = logs.rotated(10, lines(0, 10))
  const gone = logs.rotated(5, 'too old')
  const current = logs.current(lines(10, 20))
  const sources = await logs.sources()
  renameSync(current, logs.file('chat-2026-01-01T00-00-20-000Z-1.log'))
  logs.current(lines(20, 30))
  writeFileSync(older + COMPRESSED, gzipSync(readFileSync(older)))
  rmSync(older)
  rmSync(gone)
  assert.deepEqual((await all(readLogs(sources, undefined))).map(secondOf), range(0, 20))
  for (const source of sources) await source.close()
  assert.deepEqual(logs.complaints.words(), [])
})

test('what cannot be found or opened is the caller’s error', async (t) => {
  const logs = new Logs(t)
  await assert.rejects(logs.read({}, undefined, [logs.file('nowhere')]), { code: 'ENOENT' })
  mkdirSync(logs.file('chat.log'))
  assert.deepEqual(await logs.seconds(), [])
  assert.match(logs.complaints.words()[0] ?? '', /chat\.log: EISDIR/)
})
