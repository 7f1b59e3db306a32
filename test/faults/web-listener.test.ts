/**
 * The listener for browsers under fire, with its pages, the live view's feed and its handshakes: rows 1, 2, 3, 4, 5, 6, 8, 11, 15 and 25 of
 * docs/faults.md. What is hostile inside a WebSocket is in hostile-websocket.test.ts. Rules W1, W3, W5, W8.
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { descriptorsOf, FaultTrial, residentBytes } from '../fixtures/fault-trial.js'
import { direct, join, joining, leaving, list, message } from '../fixtures/framed-bytes.js'
import { fuzzRuns } from '../fixtures/fuzz-seed.js'
import {
  asksInGoodOrder,
  type Endpoint,
  gluedRequests,
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
import { RawHttp, requestOf, statusesIn } from '../fixtures/raw-http.js'
import { timesOf } from '../fixtures/soak.js'
import { until } from '../fixtures/until.js'
import { binary, text, upgradeRequest } from '../fixtures/websocket-bytes.js'
import { WebSocketPeer } from '../fixtures/websocket-peer.js'

const MIB = 1024 * 1024
const UPGRADE = upgradeRequest({ 'Sec-WebSocket-Protocol': 'framed' })
const FEED = requestOf('GET', '/live/feed')
/** Viewers of the live view at once. */
const VIEWERS = 32

/** What the relay holds back for itself of the descriptors that it may have. */
const RESERVE = 256
const MOST_CONNECTIONS = 64

test('rows 1 to 6, 15, 25: whoever comes to the web listener is answered or ended, and those who chat notice nothing', {
  concurrency: 2,
}, async (t) => {
  const args = ['--grace-ms', '1000', '--hard-limit-bytes', '400000', '--linger-ms', '1000']
  const trial = await FaultTrial.start(t, { web: '', args })
  const target = { port: trial.webPort }
  const page: Endpoint = {
    target,
    request: requestOf('GET', '/'),
    status: 200,
    body: /<meta name="room" content="general">/,
    places: 60,
  }
  const handshake: Endpoint = { ...page, request: UPGRADE, status: 101, body: /^/ }
  const peers: { destroy(): void }[] = []
  t.after(() => {
    for (const peer of peers) peer.destroy()
  })
  const kept = <Peer extends { destroy(): void }>(peer: Peer): Peer => {
    peers.push(peer)
    return peer
  }
  /** In the room, over WebSocket. */
  const enter = async (name: string) => {
    const peer = kept(
      await WebSocketPeer.connect({ ...target, subprotocol: 'framed', behind: binary(join(name)) }),
    )
    while (!trial.pair.others.some((one) => one.equals(joining(name)))) await trial.pair.settle()
    return peer
  }
  /** @returns the status with which the feed begins, for one who goes at once */
  const look = async () => {
    const viewer = kept(await RawHttp.open(target))
    viewer.send(FEED)
    const { status } = await viewer.answer()
    viewer.destroy()
    return status
  }
  const isTold = async (frame: Buffer) => {
    await until(async () => {
      await trial.pair.settle()
      return trial.pair.others.some((one) => one.equals(frame))
    }, 40_000)
  }

  await t.test(
    'row 1 a WebSocket reader that stops is cut off as slow, and what was kept for it is let go',
    async () => {
      const slow = await enter('Slow')
      slow.socket.pause()
      const amy = await trial.join('Amy')
      const before = residentBytes(trial.pid)
      const words = direct(`Slow ${'x'.repeat(60_000)}`)
      const saying = setInterval(() => {
        for (let count = 0; count < 10 && !amy.socket.writableNeedDrain; count++) amy.send(words)
      }, 5)
      await isTold(leaving('Slow')).finally(() => clearInterval(saying))
      assert.ok(residentBytes(trial.pid) - before < 128 * MIB)
      assert.equal(await trial.metric('parlance_disconnects_total{reason="slow"}'), 1)
      amy.destroy()
    },
  )

  await t.test(
    'row 1 viewers of the live view who do not read keep others out only until they go',
    async () => {
      const deaf = await Promise.all(Array.from({ length: VIEWERS }, () => RawHttp.open(target)))
      for (const viewer of deaf) {
        kept(viewer).socket.pause()
        viewer.send(FEED)
      }
      await until(async () => (await look()) === 503)
      for (const viewer of deaf) viewer.destroy()
      await until(async () => (await look()) === 200)
      const next = kept(await RawHttp.open(target))
      next.send(FEED)
      await next.until(() => next.came.includes('event: sample\n'), 'a sample')
      next.destroy()
    },
  )

  await t.test(
    'row 2 lists over WebSocket whose answers are never read: paused, then cut off as slow',
    async () => {
      const deaf = await enter('Deaf')
      deaf.socket.pause()
      const before = residentBytes(trial.pid)
      const flood = Buffer.concat(Array.from({ length: 5000 }, () => binary(list())))
      const asking = setInterval(() => {
        for (let count = 0; count < 10 && !deaf.socket.writableNeedDrain && !deaf.socket.destroyed; count++)
          deaf.socket.write(flood)
      }, 5)
      await isTold(leaving('Deaf')).finally(() => clearInterval(asking))
      assert.ok(residentBytes(trial.pid) - before < 128 * MIB)
      assert.equal(await trial.metric('parlance_disconnects_total{reason="slow"}'), 2)
    },
  )

  await t.test(
    'row 2 requests behind a feed that never ends are the end of it, and are not kept',
    async (t) => {
      const viewer = kept(await RawHttp.open(target))
      viewer.send(FEED)
      await viewer.until(() => viewer.came.includes('event: samples\n'), 'the samples')
      const before = residentBytes(trial.pid)
      const many = Buffer.from('GET /x HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2000))
      let sent = 0
      // More than the kernel takes that nobody reads.
      for (; sent < 24 * MIB && !viewer.hasEnded; sent += many.length) {
        if (!viewer.socket.write(many))
          await until(() => !viewer.socket.writableNeedDrain || viewer.hasEnded, 40_000)
      }
      await until(() => viewer.hasEnded, 40_000)
      t.diagnostic(`it has ended after ${sent} bytes of requests`)
      assert.ok(residentBytes(trial.pid) - before < 128 * MIB)
      viewer.destroy()
    },
  )

  await t.test('row 3 requests and handshakes that are split', async (t) => {
    await splitRequests(t, page)
    await splitRequests(t, handshake)
  })
  await t.test('rows 2, 3 requests that are glued', () => gluedRequests(page))
  await t.test('row 3 a handshake and 500 frames in one write', async () => {
    const all = Array.from({ length: 500 }, (_, index) => binary(message(`${index}`)))
    const behind = Buffer.concat([binary(join('Glued')), ...all])
    kept(await WebSocketPeer.connect({ ...target, subprotocol: 'framed', behind }))
    await isTold(message('[Glued] 499'))
    const said = trial.pair.others.filter((one) => one.includes('[Glued] '))
    assert.deepEqual(
      said.map((one) => one.toString('latin1', 3)),
      all.map((_, index) => `[Glued] ${index}`),
    )
  })
  await t.test('row 3 a handshake behind a request that is not answered yet is none', async () => {
    for (const first of [page.request, FEED]) {
      const peer = kept(await RawHttp.open(target))
      peer.send(`${first}${UPGRADE}${binary(join('Smuggled')).toString('latin1')}`)
      const came = await peer.rest()
      assert.ok(!statusesIn(came).includes(101), came.slice(0, 500))
    }
    await trial.pair.settle()
    assert.ok(!trial.pair.others.some((one) => one.equals(joining('Smuggled'))))
  })
  // Each waits until the relay's patience is over.
  await Promise.all([
    t.test('rows 1, 2 answers that are never read', () => repliesNeverRead(page)),
    t.test('row 4 heads that trickle in', async (t) => {
      t.diagnostic(`the longest good request: ${(await slowHeads(page)).toFixed(0)} ms`)
    }),
  ])
  if (timesOf(0, 1) > 0) await t.test('row 4 line ends for ever', () => neverTheNext(page))
  await t.test(
    'row 5 resets in the middle of requests, handshakes, frames and answers: one leave each',
    async () => {
      trial.pair.others = []
      const frames = Buffer.concat([binary(join('Web')), binary(message('Hello'))]).toString('latin1')
      const requests = [page.request, FEED, `${UPGRADE}${frames}`]
      await resetsInTheMiddle(page, requests, timesOf(600, 10_000))
      const count = (frame: Buffer) => trial.pair.others.filter((one) => one.equals(frame)).length
      await until(async () => {
        await trial.pair.settle()
        return count(leaving('Web')) === count(joining('Web'))
      })
      assert.ok(count(joining('Web')) > 0)
      // Nobody who has gone looks on: all places are to be had.
      await until(async () => {
        const viewers = await Promise.all(Array.from({ length: VIEWERS }, () => RawHttp.open(target)))
        for (const viewer of viewers) kept(viewer).send(FEED)
        const answers = await Promise.all(viewers.map((viewer) => viewer.answer()))
        for (const viewer of viewers) viewer.destroy()
        return answers.every(({ status }) => status === 200)
      })
    },
  )
  await t.test('row 6 wrong requests', () =>
    wrongRequests(page, [
      ...WRONG_REQUESTS,
      ['nothing that there is', requestOf('GET', '/admin'), 404],
      ['what the file system has', requestOf('GET', '/assets/../../package.json'), 404],
      ['a page that is posted', requestOf('POST', '/', 'x'), 405],
      ['everything', `OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n`, [400, 404, 405]],
      ['another upgrade', 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n', 400],
      ['a handshake that is posted', UPGRADE.replace('GET', 'POST'), [400, 405]],
      ['a handshake without a key', UPGRADE.replace(/Sec-WebSocket-Key: .*\r\n/, ''), 400],
      ['a handshake for nothing', UPGRADE.replace(/framed/, '__proto__'), 400],
      ['a handshake with a length', UPGRADE.replace('Host', 'Content-Length: 5\r\nHost'), [101, 400]],
      ['a handshake in chunks', UPGRADE.replace('Host', 'Transfer-Encoding: chunked\r\nHost'), [101, 400]],
      [
        'accepted encodings that are none',
        'GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ;;q=,=\xff\r\n\r\n',
        200,
      ],
      ['a tag that is none', `GET / HTTP/1.1\r\nHost: x\r\nIf-None-Match: ${'"'.repeat(4000)}\r\n\r\n`, 200],
    ]),
  )
  await t.test('row 15 JSON that is deep, over WebSocket', async () => {
    for (const [dialect, sent] of [
      ['json-irc', '['.repeat(60_000)],
      ['json-irc', `{"command":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
      ['json-irc', '{"a":'.repeat(12_000)],
      ['chatmaster', '['.repeat(60_000)],
      ['chatmaster', `{"type":"command","data":${'{"a":'.repeat(6000)}1${'}'.repeat(6000)}}`],
      ['chatroom', `SEND ${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`],
    ] as const) {
      const peer = kept(await WebSocketPeer.connect({ ...target, subprotocol: dialect }))
      if (dialect === 'chatmaster') await peer.frame('the greeting')
      peer.send(text(sent))
      const { payload } = await peer.frame(`an answer of ${dialect}`)
      assert.ok(payload.length < 2000)
      peer.destroy()
    }
    assert.equal(await trial.metric('parlance_faults_total'), 0)
  })
  await t.test('row 25 random bytes, before a handshake and behind one', async (t) => {
    const random = seeded(t)
    await randomRequests(page, random, fuzzRuns(timesOf(300, 20_000)))
    for (let count = 0; count < fuzzRuns(timesOf(60, 5000)); count++) {
      const peer = kept(await RawHttp.open(target))
      const bytes = Buffer.alloc(random.between(1, 3000))
      random.fill(bytes)
      // Half of them at least look like a frame.
      if (count % 2 === 0) bytes[0] = random.pick([0x81, 0x82, 0x01, 0x80, 0x89, 0x88])
      peer.send(upgradeRequest({ 'Sec-WebSocket-Protocol': random.pick(['framed', 'chatroom', 'sendto']) }))
      peer.send(bytes)
      peer.socket.end()
      assert.equal(statusesIn(await peer.rest())[0], 101)
      peer.destroy()
    }
  })

  assert.equal(await trial.metric('parlance_faults_total'), 0)
  for (const peer of peers) peer.destroy()
  const { longestMs } = await trial.assertAsBefore({ inTimeMs: 10_000 })
  t.diagnostic(`the longest that a message of the pair took: ${longestMs.toFixed(0)} ms`)
})

const prlimit = spawnSync('prlimit', ['--version']).status === 0
if (!prlimit && process.env.CI === 'true') throw new Error('prlimit is missing')
if (!prlimit) console.error('SKIPPED: the test of descriptors, since prlimit is missing')

test('rows 5, 8, 11: descriptors that visitors use up, resets of those who are refused, and a flood over WebSocket', {
  skip: !prlimit && 'prlimit is missing',
}, async (t) => {
  const descriptors = RESERVE + MOST_CONNECTIONS
  const trial = await FaultTrial.start(t, {
    web: '',
    through: ['prlimit', `--nofile=${descriptors}:${descriptors}`],
    args: ['--max-connections-per-address', '20', '--messages-per-second', '1000', '--flood-ms', '1000'],
  })
  const target = { port: trial.webPort }
  const peers: { destroy(): void }[] = []
  const leave = () => {
    for (const peer of peers.splice(0)) peer.destroy()
  }
  t.after(leave)

  await t.test(
    'row 8 idle visitors by the hundred, at every listener: others come in, the logs go on, operators are answered',
    async () => {
      for (let count = 0; count < timesOf(200, 1000); count++)
        peers.push(await RawHttp.open(target, `127.0.1.${1 + (count % 200)}`))
      for (let count = 0; count < 40; count++) peers.push(await RawHttp.open({ port: trial.opsPort }))
      for (let count = 0; count < 30; count++) peers.push(await RawHttp.open({ path: trial.adminPath }))
      for (let count = 0; count < 10; count++) {
        const name = `New${count}`
        const behind = binary(join(name))
        peers.push(await WebSocketPeer.connect({ ...target, subprotocol: 'framed', behind }))
        await trial.logs.until('connections', (record) => record.name === name)
      }
      const open = Object.values(descriptorsOf(trial.pid)).reduce((sum, count) => sum + count)
      assert.ok(open <= descriptors, `${open} descriptors`)
      // Those who say nothing have had their five seconds.
      const ops = {
        target: { port: trial.opsPort },
        request: requestOf('GET', '/metrics'),
        status: 200,
        body: /./,
        places: 32,
      }
      await asksInGoodOrder(ops)
      leave()
    },
  )

  await t.test('rows 5, 8 whoever is refused and breaks off meanwhile takes nobody along', async () => {
    // One connection is accepted in each turn, in order: when this one is answered, all before it were.
    const accepted = async () => {
      const last = await RawHttp.open(target, '127.0.0.3')
      last.send(requestOf('GET', '/'))
      assert.equal((await last.answer()).status, 200)
      last.destroy()
    }
    for (let count = 0; count < 20; count++) peers.push(await RawHttp.open(target, '127.0.0.2'))
    const told = await RawHttp.open(target, '127.0.0.2')
    told.send(UPGRADE)
    assert.equal((await told.answer()).status, 429)
    for (let round = 0; round < timesOf(6, 500); round++) {
      const refused = await Promise.all(Array.from({ length: 20 }, () => RawHttp.open(target, '127.0.0.2')))
      await accepted()
      for (const [index, peer] of refused.entries()) {
        peer.send(index % 2 === 0 ? UPGRADE : requestOf('GET', '/'))
        if (index % 4 < 2) peer.reset()
      }
      await delay(round % 4)
      for (const peer of refused) peer.reset()
    }
    assert.equal(trial.program.child.exitCode, null)
    await accepted()
    await trial.pair.settle()
    leave()
  })

  await t.test('row 11 one who says a hundred times what they may, over WebSocket', async () => {
    const behind = binary(join('Mallory'))
    const peer = await WebSocketPeer.connect({ ...target, subprotocol: 'framed', behind })
    peers.push(peer)
    peer.socket.removeAllListeners('data').resume()
    const flood = Buffer.concat(Array.from({ length: 10_000 }, () => binary(message('flood'))))
    const saying = setInterval(() => {
      if (!peer.socket.writableNeedDrain && peer.socket.writable) peer.socket.write(flood)
    }, 50)
    const isIt = ({ event, name }: Readonly<Record<string, unknown>>) =>
      event === 'closed' && name === 'Mallory'
    const [closed] = await trial.logs
      .untilAll('connections', [isIt], 40_000)
      .finally(() => clearInterval(saying))
    assert.equal(closed?.reason, 'flood')
    leave()
  })

  const { longestMs } = await trial.assertAsBefore({ inTimeMs: 10_000 })
  t.diagnostic(`the longest that a message of the pair took: ${longestMs.toFixed(0)} ms`)
})
