/** The admin socket under fire: rows 1, 2, 3, 4, 5, 6, 8, 11, 15 and 25 of docs/faults.md. Whoever can open it may do everything, and break nothing. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../fixtures/admin-socket.js'
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

const PLACES = 16
const FLOOD_MS = timesOf(1500, 30_000)
/** A body has ten seconds from the beginning of its request, which are looked at each second. */
const BODY_MS = 11_000

const SAY = requestOf('POST', '/say', '{"text":"hello","room":"nowhere"}')
const SAY_IN_CHUNKS =
  'POST /say HTTP/1.1\r\nHost: relay\r\nTransfer-Encoding: chunked\r\n\r\n' +
  '8\r\n{"text":\r\n16\r\n"hi","room":"nowhere"}\r\n0\r\n\r\n'

test('rows 1 to 6, 8, 11, 15, 25: the admin socket answers or ends whoever comes, and those who chat notice nothing', {
  concurrency: 2,
}, async (t) => {
  const trial = await FaultTrial.start(t)
  const target = { path: trial.adminPath }
  const who: Endpoint = {
    target,
    request: requestOf('GET', '/who?limit=1000'),
    status: 200,
    body: /"name":"Left".*"name":"Right"/,
    places: PLACES,
  }
  const say: Endpoint = { ...who, request: SAY, status: 404, body: /there is no room nowhere/ }

  await t.test('row 3 requests that are split', () => splitRequests(t, who))
  await t.test('row 3 requests with bodies that are split', () => splitRequests(t, say))
  await t.test('rows 2, 3 requests that are glued', () => gluedRequests(who))
  // Each waits until the relay's patience is over.
  await Promise.all([
    t.test('rows 1, 2 answers that are never read', () => repliesNeverRead(who)),
    t.test('row 4 heads that trickle in', async (t) => {
      t.diagnostic(`the longest good request: ${(await slowHeads(who)).toFixed(0)} ms`)
    }),
  ])
  if (timesOf(0, 1) > 0) await t.test('row 4 line ends for ever', () => neverTheNext(who))
  if (timesOf(0, 1) > 0)
    await t.test('row 4 a body that trickles in', async () => {
      for (const head of ['Content-Length: 100000\r\n\r\n', 'Transfer-Encoding: chunked\r\n\r\n100\r\n']) {
        const peer = await RawHttp.open(target)
        peer.send(`POST /say HTTP/1.1\r\nHost: relay\r\n${head}`)
        const trickle = setInterval(() => peer.socket.writable && peer.send('x'), 500)
        await until(() => peer.hasEnded, BODY_MS * 3)
        clearInterval(trickle)
        peer.destroy()
      }
    })
  await t.test(
    'row 5 resets in the middle of heads and bodies, which are no faults of the relay',
    async () => {
      await resetsInTheMiddle(who, [who.request, SAY, SAY_IN_CHUNKS], timesOf(600, 10_000))
      assert.equal(await trial.metric('parlance_faults_total'), 0)
      assert.doesNotMatch(trial.program.output, /"event":"admin\.failed"/)
    },
  )
  await t.test('row 6 wrong requests', () =>
    wrongRequests(who, [
      ...WRONG_REQUESTS,
      ['nothing that there is', requestOf('GET', '/metrics'), 404],
      ['a method that is not its own', requestOf('DELETE', '/who'), 404],
      ['a page of everything', requestOf('GET', '/who?limit=1e9'), 400],
      ['a question nobody has', requestOf('GET', '/stats?__proto__=1&constructor=2'), 400],
      ['a body that is no JSON', requestOf('POST', '/kick', 'Left'), 400],
      ['a body that is not UTF-8', requestOf('POST', '/kick', '{"name":"\xff\xfe"}'), 400],
      ['a name that is none', requestOf('POST', '/kick', '{"name":["Left"]}'), 400],
      ['keys that every object has', requestOf('POST', '/kick', '{"__proto__":{"name":"Left"}}'), 400],
      ['somebody who is not here', requestOf('POST', '/kick', '{"name":"__proto__"}'), 404],
      ['a text that nobody may say', requestOf('POST', '/say', '{"text":"\\u001b[2J"}'), 400],
      ['a body that is too large', requestOf('POST', '/say', 'x'.repeat(170_000)), 413],
      [
        'chunks that are too large together',
        `POST /say HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${`8000\r\n${'x'.repeat(0x8000)}\r\n`.repeat(6)}`,
        413,
      ],
    ]),
  )
  await t.test('row 8 more than there is a place for, and soon there is one again', async () => {
    const crowd = await Promise.all(Array.from({ length: PLACES * 3 }, () => RawHttp.open(target)))
    await until(() => crowd.filter(({ hasEnded }) => hasEnded).length >= PLACES * 2)
    for (const one of crowd) one.destroy()
    await asksInGoodOrder(who)
  })
  await t.test('row 11 a flood of good requests', async (t) => {
    const answered = await goodRequests(who, PLACES - 2, FLOOD_MS)
    t.diagnostic(`${answered} answers in ${FLOOD_MS} ms`)
    assert.ok(answered > PLACES)
  })
  await t.test('row 15 JSON that is deep or huge', async () => {
    const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
    const inside = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    for (const body of [
      '['.repeat(60_000),
      deep(60_000),
      inside(20_000),
      `{"name":${deep(60_000)}}`,
      `{"text":"x","room":${inside(20_000)}}`,
      `{${Array.from({ length: 9000 }, (_, index) => `"k${index}":1`).join()}}`,
      `{"name":"${'\\u0000'.repeat(20_000)}"}`,
    ])
      for (const route of ['/kick', '/say', '/ban', '/unban', '/log-level', '/reload', '/drain']) {
        const { status, json } = await ask(trial.adminPath, 'POST', route, body)
        assert.equal(status, 400, `${route} ${body.slice(0, 20)}`)
        assert.ok(json.error.length < 10_000, `${json.error.length} characters`)
      }
  })
  await t.test('row 25 random bytes, and bodies of random JSON', async () => {
    const random = seeded(t)
    await randomRequests(who, random, fuzzRuns(timesOf(300, 20_000)))
    const values = [
      'null',
      '1e999',
      '"Left"',
      '"\\ud800"',
      '[]',
      '{}',
      '""',
      'true',
      '-0',
      '"x\\ny"',
      '"127.0.0.1/99"',
    ]
    const keys = ['name', 'text', 'room', 'who', 'duration', 'reason', 'here', 'level', '__proto__', '']
    for (let count = 0; count < fuzzRuns(timesOf(300, 5000)); count++) {
      const fields = Array.from(
        { length: random.below(4) },
        () => `"${random.pick(keys)}":${random.pick(values)}`,
      )
      // Nobody has the name 7, so that nothing is done that is well asked for.
      const body = `{"by":7,${fields.join()}}`.replace(',}', '}')
      const route = random.pick(['/kick', '/say', '/ban', '/unban', '/log-level', '/reload', '/drain'])
      const { status, json } = await ask(trial.adminPath, 'POST', route, body)
      assert.ok(
        status >= 400 && status < 500 && typeof json.error === 'string',
        `${route} ${body}: ${status}`,
      )
    }
  })

  assert.equal(await trial.metric('parlance_faults_total'), 0)
  const { longestMs } = await trial.assertAsBefore({ inTimeMs: 10_000 })
  t.diagnostic(`the longest that a message of the pair took: ${longestMs.toFixed(0)} ms`)
})
