/**
 * Row 17 of docs/faults.md: hostile WebSocket clients at the built relay. No page from elsewhere gets in, nothing is inflated, messages and their
 * fragments have a bound, and whoever pings without reading costs a bounded amount and is cut off. What breaks RFC 6455 in other ways is in
 * test/conformance/websocket-bad-input.test.ts. Rules W1, W5, W6, W7.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import { FaultTrial, residentBytes } from '../fixtures/fault-trial.js'
import { join, joining, leaving, list, message } from '../fixtures/framed-bytes.js'
import { RawHttp } from '../fixtures/raw-http.js'
import { timesOf } from '../fixtures/soak.js'
import { until } from '../fixtures/until.js'
import {
  BINARY,
  binary,
  CONTINUATION,
  clientFrame,
  close,
  ping,
  upgradeRequest,
} from '../fixtures/websocket-bytes.js'
import { WebSocketPeer } from '../fixtures/websocket-peer.js'

const MIB = 1024 * 1024
const NOTHING = Buffer.alloc(0)
/** Enough to fill the buffers of the kernel with answers, few as they are. */
const MOST_PINGS_BYTES = 1024 * MIB
const begun = (payload: Uint8Array) => clientFrame(BINARY, payload, { fin: false })
const more = (payload: Uint8Array) => clientFrame(CONTINUATION, payload, { fin: false })

function versionOf(words: string): readonly [major: number, minor: number] {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(words) ?? []
  return [Number(major), Number(minor)]
}

test('row 17: the library is one that bounds what a client can have it keep: ws 8.23 or later', () => {
  const read = (path: string) => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'))
  const wanted = read('package.json').dependencies.ws as string
  const locked = read('package-lock.json').packages['node_modules/ws'].version as string
  const installed = read('node_modules/ws/package.json').version as string
  for (const [where, version] of Object.entries({ wanted, locked, installed })) {
    const [major, minor] = versionOf(version)
    assert.ok(major > 8 || (major === 8 && minor >= 23), `${where}: ${version}`)
  }
})

test('row 17: foreign pages, zip bombs, messages and fragments without end, and pings that nobody reads answers to', async (t) => {
  const args = ['--frame-deadline-ms', '3000', '--grace-ms', '1000', '--linger-ms', '1000']
  const trial = await FaultTrial.start(t, { web: 'origin=https://chat.example.org', args })
  const port = trial.webPort
  const peers: { destroy(): void }[] = []
  const open = async (options: Partial<Parameters<typeof WebSocketPeer.connect>[0]> = {}) => {
    const peer = await WebSocketPeer.connect({ port, subprotocol: 'framed', ...options })
    peers.push(peer)
    return peer
  }
  t.after(() => {
    for (const peer of peers) peer.destroy()
  })
  const closedWith = async (frames: readonly Buffer[], words: string) => {
    const peer = await open()
    peer.send(...frames)
    assert.equal(await peer.closed(), words)
  }

  await t.test(
    'W1 a page from elsewhere is refused with 403, recorded and counted, however it writes where it is from',
    async () => {
      const FOREIGN = [
        'https://evil.example',
        'https://chat.example.org.evil.example',
        'https://evil.example/https://chat.example.org',
        'https://evilchat.example.org',
        'http://chat.example.org',
        'https://chat.example.org:444',
        'https://chat.example.org@evil.example',
        'http://relay.test:81',
        'null',
        '',
        '*',
        'https://',
        'file://',
        'javascript:alert(1)',
        'https://chat.example.org https://evil.example',
      ]
      for (const origin of FOREIGN) {
        const peer = await RawHttp.open({ port })
        peers.push(peer)
        peer.send(upgradeRequest({ 'Sec-WebSocket-Protocol': 'framed', Origin: origin }))
        assert.equal((await peer.answer()).status, 403, origin)
        await peer.rest()
      }
      for (const origin of [
        'https://chat.example.org',
        'HTTPS://CHAT.example.org',
        'http://relay.test',
        null,
      ])
        (await open({ headers: { Origin: origin } })).destroy()
      await trial.reaches('parlance_websocket_refused_total{reason="origin"}', FOREIGN.length)
      const recorded = () => {
        let count = 0
        for (const record of trial.logs.records('connections'))
          if (record.event === 'rejected' && record.reason === 'origin') count += Number(record.count ?? 1)
        return count
      }
      await until(() => recorded() === FOREIGN.length)
    },
  )

  await t.test(
    'W1 W6 nothing is agreed on that would inflate, and what is sent as if it were is refused as it came',
    async () => {
      const offers = [
        'permessage-deflate',
        'permessage-deflate; client_max_window_bits=15',
        'x-webkit-deflate-frame',
        'permessage-bzip2',
      ]
      // Inflated it would be 64 MiB.
      const bomb = deflateRawSync(Buffer.alloc(64 * MIB), { level: 9 })
      const before = residentBytes(trial.pid)
      for (const offer of offers) {
        // `connect` refuses an answer that has extensions in it.
        const peer = await open({ headers: { 'Sec-WebSocket-Extensions': offer } })
        peer.send(binary(bomb, { reserved: 0x40 }))
        assert.equal(await peer.closed(), '1002 protocol')
      }
      assert.ok(residentBytes(trial.pid) - before < 48 * MIB)
    },
  )

  await t.test(
    'W5 a message above 1 MiB is refused at its header, or at the fragment that is too much',
    async () => {
      const before = residentBytes(trial.pid)
      await closedWith([binary(NOTHING, { announce: MIB + 1 })], '1009 oversize')
      await closedWith([binary(NOTHING, { announce: 2 ** 31, lengthBytes: 8 })], '1009 oversize')
      await closedWith(
        [clientFrame(BINARY, '', { announce: Number.MAX_SAFE_INTEGER, lengthBytes: 8 })],
        '1009 oversize',
      )
      await closedWith([begun(Buffer.alloc(MIB)), more(Buffer.of(0))], '1009 oversize')
      await closedWith([begun(Buffer.alloc(1)), more(Buffer.alloc(MIB))], '1009 oversize')
      await closedWith(
        [begun(NOTHING), clientFrame(CONTINUATION, '', { announce: 2 ** 32 })],
        '1009 oversize',
      )
      assert.ok(residentBytes(trial.pid) - before < 48 * MIB)
    },
  )

  await t.test(
    'W5 a message in 257 fragments is refused, however small they are; in 256 it is taken',
    async () => {
      const whole = Buffer.concat([join('Pieces'), message('in many')])
      for (const [count, isTaken] of [
        [256, true],
        [257, false],
        [20_000, false],
      ] as const) {
        const peer = await open()
        const frames = Array.from({ length: count }, (_, index) =>
          clientFrame(index === 0 ? BINARY : CONTINUATION, whole.subarray(index, index + 1), {
            fin: index === count - 1,
          }),
        )
        peer.send(...frames)
        if (isTaken) {
          while (!trial.pair.others.some((one) => one.equals(message('[Pieces] in many'))))
            await trial.pair.settle()
          peer.send(close(1000))
          assert.equal(await peer.closed(), '1000')
        } else {
          assert.equal(await peer.closed(), '1008 fragments')
        }
      }
    },
  )

  await t.test(
    'W5 messages that are begun by the hundred and never ended are counted, and have their time',
    async () => {
      const crowd = await Promise.all(Array.from({ length: timesOf(100, 1000) }, () => open()))
      for (const peer of crowd)
        peer.send(begun(Buffer.of(0)), ...Array.from({ length: 200 }, () => more(NOTHING)))
      await trial.reaches('parlance_unfinished_request_bytes', 1)
      const closes = await Promise.all(crowd.map((peer) => peer.closed()))
      assert.deepEqual(new Set(closes), new Set(['1008 frame-deadline']))
    },
  )

  await t.test(
    'pings without reading: few are answered, no more is held, and in the end it is cut off as slow',
    async (t) => {
      const peer = await open({ answersPings: false })
      await peer.frame('the greeting')
      peer.send(binary(join('Pinger')))
      while (!trial.pair.others.some((one) => one.equals(joining('Pinger')))) await trial.pair.settle()
      peer.socket.pause()
      const before = residentBytes(trial.pid)
      const flood = Buffer.concat(Array.from({ length: 2000 }, () => ping('x'.repeat(125))))
      let sent = 0
      let most = 0
      while (!peer.socket.destroyed && sent < MOST_PINGS_BYTES) {
        if (!peer.socket.write(flood)) {
          const drained = new Promise((resolve) => {
            peer.socket.once('drain', resolve)
            peer.socket.once('close', resolve)
          })
          await drained
        }
        sent += flood.length
        most = Math.max(most, residentBytes(trial.pid) - before)
      }
      assert.ok(peer.socket.destroyed, `not cut off after ${sent} bytes of pings`)
      t.diagnostic(
        `cut off after ${(sent / MIB).toFixed(0)} MiB of pings; the relay grew by ${(most / MIB).toFixed(0)} MiB at most`,
      )
      assert.ok(most < 128 * MIB, `${most} bytes more`)
      const [closed] = await trial.logs.untilAll('connections', [
        ({ event, name }) => event === 'closed' && name === 'Pinger',
      ])
      assert.equal(closed?.reason, 'slow')
      await trial.pair.settle()
      assert.equal(trial.pair.others.filter((one) => one.equals(leaving('Pinger'))).length, 1)
    },
  )

  await t.test('pings in floods from who reads: the others are answered in between', async () => {
    const peer = await open()
    await peer.frame('the greeting')
    peer.socket.on('data', () => {})
    const flood = Buffer.concat(Array.from({ length: 20_000 }, () => ping('')))
    peer.socket.write(flood)
    const amy = await trial.join('Amy')
    const begunMs = performance.now()
    amy.send(list())
    await amy.skipTo(list('Amy Left Right'))
    assert.ok(performance.now() - begunMs < 5000)
    peer.destroy()
  })

  for (const peer of peers) peer.destroy()
  const { longestMs } = await trial.assertAsBefore({ inTimeMs: 10_000 })
  t.diagnostic(`the longest that a message of the pair took: ${longestMs.toFixed(0)} ms`)
})
