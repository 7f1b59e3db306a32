/** What the live view makes of the feed, without a browser: its history, when it comes back, and how figures are written. */

import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import { LIVE_FIELDS } from '../../../src/relay/observe/live-samples.js'
import { Feed, type FeedState, type Source } from '../../../src/web/live/feed.js'
import { History, type Sample } from '../../../src/web/live/history.js'
import { MORE, PANELS, TILES, written } from '../../../src/web/live/panels.js'

const FIELDS = ['at', 'people', 'ms']
const MINUTE_MS = 60_000

function history(...samples: Sample[]): History {
  const made = new History()
  made.begin({ fields: FIELDS, samples })
  return made
}

describe('history', () => {
  test('has columns for a chart, of the time that is asked for', () => {
    const made = history([1000, 5, null], [2000, 6, 0.5])
    made.add([3000, 7, 1])
    assert.deepEqual(made.columns(['people', 'ms'], MINUTE_MS), [
      [1, 2, 3],
      [5, 6, 7],
      [null, 0.5, 1],
    ])
    assert.deepEqual(made.columns(['people'], 2000), [
      [2, 3],
      [6, 7],
    ])
  })

  test('a gap is shown as one', () => {
    const made = history([1000, 5, 1], [9000, 6, 1])
    assert.deepEqual(made.columns(['people'], MINUTE_MS), [
      [1, 2, 9],
      [5, null, 6],
    ])
  })

  test('figures are the last, the mean and the most, of those that there are', () => {
    const made = history([1000, 100, 9], [MINUTE_MS, 2, null], [MINUTE_MS + 1500, 4, 3])
    assert.deepEqual(made.figures('people', MINUTE_MS), { now: 4, mean: 3, most: 4 })
    assert.deepEqual(made.figures('people', 10 * MINUTE_MS), { now: 4, mean: 106 / 3, most: 100 })
    assert.deepEqual(made.figures('ms', MINUTE_MS), { now: 3, mean: 3, most: 3 })
    assert.deepEqual(made.figures('unheard of', MINUTE_MS), { now: null, mean: null, most: null })
    assert.equal(new History().lastAt, null)
  })

  test('what a relay says again is not there twice, and what was before it began stays', () => {
    const made = history([1000, 1, 1], [2000, 2, 2])
    made.begin({ fields: FIELDS, samples: [] })
    made.begin({
      fields: FIELDS,
      samples: [
        [2000, 2, 2],
        [3000, 3, 3],
      ],
    })
    assert.deepEqual(made.columns(['people'], MINUTE_MS)[1], [1, 2, 3])
    made.begin({ fields: ['people', 'at'], samples: [[9, 4000]] })
    assert.deepEqual(made.columns(['people'], MINUTE_MS)[1], [9], 'other fields: it is another relay')
  })

  test('ten minutes are kept', () => {
    const made = history([0, 1, 1])
    for (let second = 1; second <= 700; second++) made.add([second * 1000, second, 0])
    assert.equal(made.columns(['people'], 60 * MINUTE_MS)[0]?.length, 600)
  })
})

/** A feed whose sources and clock are the test's. */
function feedWorld() {
  const listeners: Map<string, (event: { data?: string }) => void>[] = []
  const states: FeedState[] = []
  const heard: unknown[] = []
  let waiting: { callback: () => void; ms: number } | null = null
  let closed = 0
  const open = (): Source => {
    const mine = new Map<string, (event: { data?: string }) => void>()
    listeners.push(mine)
    return {
      addEventListener: (type, listener) => void mine.set(type, listener),
      close: () => void closed++,
    }
  }
  const feed = new Feed({
    open,
    began: (beginning) => heard.push(beginning),
    sampled: (sample) => heard.push(sample),
    changed: (state) => states.push(state),
    later(callback, ms) {
      waiting = { callback, ms }
      return () => {
        waiting = null
      }
    },
  })
  return {
    feed,
    states,
    heard,
    listeners,
    get closed() {
      return closed
    },
    waits: () => waiting?.ms,
    elapse() {
      const { callback } = waiting as { callback: () => void }
      waiting = null
      callback()
    },
    send(type: string, data?: unknown) {
      listeners.at(-1)?.get(type)?.(data === undefined ? {} : { data: JSON.stringify(data) })
    },
  }
}

const BEGINNING = { fields: FIELDS, samples: [] }

describe('feed', () => {
  test('is live when the samples have come', () => {
    const world = feedWorld()
    assert.equal(world.feed.state, 'connecting')
    world.send('samples', BEGINNING)
    world.send('sample', [1000, 1, 1])
    assert.deepEqual(world.states, ['live'])
    assert.deepEqual(world.heard, [BEGINNING, [1000, 1, 1]])
  })

  for (const type of ['error', 'end'])
    test(`comes back after ${type}, each time a little later, and at once when it is told to`, () => {
      const world = feedWorld()
      world.send('samples', BEGINNING)
      world.send(type)
      const waits: (number | undefined)[] = []
      for (let round = 0; round < 5; round++) {
        assert.equal(world.feed.state, 'gone')
        waits.push(world.waits())
        world.elapse()
        assert.equal(world.listeners.length, round + 2)
        assert.equal(world.feed.state, 'gone', 'until it has answered')
        world.send('error')
      }
      assert.deepEqual(waits, [2000, 4000, 8000, 15_000, 15_000])
      assert.equal(world.closed, 6)
      world.feed.tryNow()
      world.feed.tryNow()
      assert.equal(world.listeners.length, 7)
      world.send('samples', BEGINNING)
      assert.equal(world.feed.state, 'live')
      world.send('error')
      assert.equal(world.waits(), 2000, 'it was live in between')
    })

  test('a relay that says nothing for six seconds is gone', () => {
    const world = feedWorld()
    assert.equal(world.waits(), 6000)
    world.send('samples', BEGINNING)
    assert.equal(world.waits(), 6000)
    world.elapse()
    assert.equal(world.feed.state, 'gone')
  })

  test('what comes late from a connection that was given up is not heard', () => {
    const world = feedWorld()
    world.send('error')
    world.elapse()
    world.listeners[0]?.get('samples')?.({ data: JSON.stringify(BEGINNING) })
    world.listeners[0]?.get('error')?.({})
    assert.equal(world.feed.state, 'gone')
    assert.equal(world.closed, 1)
    assert.deepEqual(world.heard, [])
  })
})

describe('panels', () => {
  test('every number that is shown is one that the relay sends, and every one is shown', () => {
    const shown = [...PANELS, ...MORE].flatMap(({ measures }) => measures.map(({ field }) => field))
    const sent = LIVE_FIELDS.filter((field) => field !== 'at')
    assert.deepEqual(shown.toSorted(), [...sent].sort())
    for (const { field } of TILES) assert.ok(shown.includes(field), field)
  })

  test('figures are written for people', () => {
    for (const [value, unit, words] of [
      [null, 'count', '–'],
      [1234, 'count', '1,234'],
      [123_456, 'count', '123K'],
      [0.26, 'rate', '0.26'],
      [1234.4, 'rate', '1,234'],
      [1_250_000, 'rate', '1.25M'],
      [0.0421, 'ms', '0.0421 ms'],
      [0, 'bytes', '0 B'],
      [1023, 'bytes', '1,020 B'],
      [1024, 'bytes', '1 KiB'],
      [128 * 1024 ** 2, 'bytes', '128 MiB'],
      [1536, 'bytesRate', '1.5 KiB/s'],
    ] as const)
      assert.equal(written(value, unit), words)
  })
})
