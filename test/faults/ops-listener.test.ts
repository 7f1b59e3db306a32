/** The ops endpoint under fire: rows 1, 2, 3, 4, 5, 6, 8, 11 and 25 of docs/faults.md, as far as they make sense where nobody logs in. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { fuzzRuns } from '../fixtures/fuzz-seed.js'
import {
  asksInGoodOrder,
  type Endpoint,
  gluedRequests,
  goodRequests,
  neverTheNext,
  randomRequests,
  repliesNeverRead,
  resetsInTheMiddle,
  slowHeads,
  splitRequests,
  WRONG_REQUESTS,
  wrongRequests,
} from '../fixtures/http-faults.js'
import { seeded } from '../fixtures/random.js'
import { RawHttp, requestOf } from '../fixtures/raw-http.js'
import { timesOf } from '../fixtures/soak.js'
import { until } from '../fixtures/until.js'

const PLACES = 32
/** How long many ask as fast as they are answered. */
const FLOOD_MS = timesOf(1500, 30_000)

test('rows 1 to 6, 8, 11, 25: the ops endpoint answers or ends whoever comes, and those who chat notice nothing', {
  concurrency: 2,
}, async (t) => {
  const trial = await FaultTrial.start(t)
  const endpoint: Endpoint = {
    target: { port: trial.opsPort },
    request: requestOf('GET', '/metrics'),
    status: 200,
    body: /^parlance_sessions 2$/m,
    places: PLACES,
  }

  await t.test('row 3 requests that are split', () => splitRequests(t, endpoint))
  await t.test('rows 2, 3 requests that are glued', () => gluedRequests(endpoint))
  // Each waits until the relay's patience is over.
  await Promise.all([
    t.test('rows 1, 2 answers that are never read', () => repliesNeverRead(endpoint)),
    t.test('row 4 heads that trickle in', async (t) => {
      t.diagnostic(`the longest good request: ${(await slowHeads(endpoint)).toFixed(0)} ms`)
    }),
  ])
  if (timesOf(0, 1) > 0) await t.test('row 4 line ends for ever', () => neverTheNext(endpoint))
  await t.test('row 5 resets', () => {
    const requests = ['/metrics', '/readyz', '/healthz'].map((path) => requestOf('GET', path))
    return resetsInTheMiddle(endpoint, requests, timesOf(300, 10_000))
  })
  await t.test('row 6 wrong requests', () =>
    wrongRequests(endpoint, [
      ...WRONG_REQUESTS,
      ['nothing that there is', requestOf('GET', '/admin'), 404],
      ['what the file system has', requestOf('GET', '/../../etc/passwd'), 404],
      ['metrics posted', requestOf('POST', '/metrics', 'x'), 404],
      [
        'a WebSocket',
        `GET /metrics HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
        [200, 400, null],
      ],
    ]),
  )
  await t.test(
    'row 8 more than there is a place for: closed and counted, and soon there is a place again',
    async () => {
      const refused = await trial.metric('parlance_ops_refused_total')
      const crowd = await Promise.all(Array.from({ length: PLACES * 3 }, () => RawHttp.open(endpoint.target)))
      await until(() => crowd.filter(({ hasEnded }) => hasEnded).length >= PLACES * 2)
      for (const one of crowd) one.destroy()
      await asksInGoodOrder(endpoint)
      await trial.reaches('parlance_ops_refused_total', refused + PLACES * 2)
    },
  )
  await t.test('row 11 a flood of good requests', async () => {
    const answered = await goodRequests(endpoint, PLACES - 4, FLOOD_MS)
    t.diagnostic(`${answered} scrapes in ${FLOOD_MS} ms`)
    assert.ok(answered > PLACES)
  })
  await t.test('row 25 random bytes', () =>
    randomRequests(endpoint, seeded(t), fuzzRuns(timesOf(300, 20_000))),
  )

  const { longestMs } = await trial.assertAsBefore({ inTimeMs: 10_000 })
  t.diagnostic(`the longest that a message of the pair took: ${longestMs.toFixed(0)} ms`)
})
