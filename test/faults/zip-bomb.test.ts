/** Row 16 of docs/faults.md: 65 KB that would be 64 MiB; never more than a package is inflated, so that memory does not notice. Rule X12. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync, inflateSync } from 'node:zlib'
import { FaultTrial, peakBytes } from '../fixtures/fault-trial.js'
import { joining, leaving, shown } from '../fixtures/framed-bytes.js'
import { freePort } from '../fixtures/relay-process.js'
import { timesOf } from '../fixtures/soak.js'
import { BINARY, clientFrame } from '../fixtures/websocket-bytes.js'
import { WebSocketPeer } from '../fixtures/websocket-peer.js'

const INFLATED_BYTES = 64 * 1024 * 1024
const BOMB = deflateSync(Buffer.alloc(INFLATED_BYTES, 0x7b))
const BOMBS = timesOf(40, 1000)
const AT_ONCE = 20
/** All of them inflated would be 40 times as much, and one alone is as much. */
const SLACK_BYTES = INFLATED_BYTES - 1

const TOO_LARGE = '{"type":"error","data":{"error_type":"package","message":"Package too large."}}\n'
const LOGIN_REQUEST = '{"type":"request","data":{"request":"login"}}\n'

function login(username: string): Buffer {
  return deflateSync(
    JSON.stringify({ type: 'command', data: { command: 'login', parameters: { username } } }),
  )
}

/** The zlib streams that the relay has sent, inflated. */
function answersOf(bytes: Buffer): string {
  let text = ''
  for (let rest = bytes; rest.length > 0; ) {
    const inflated = inflateSync(rest, { info: true }) as unknown as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    text += inflated.buffer.toString()
    rest = rest.subarray(inflated.engine.bytesWritten)
  }
  return text
}

/** How it is sent, and whether whoever does has a name then. */
const WAYS = {
  'as the first package': { sent: () => BOMB, hasName: false },
  'behind the login': { sent: (name: string) => Buffer.concat([login(name), BOMB]), hasName: true },
  // Its beginning is enough to tell: nothing waits for the rest.
  'as far as 200 bytes': {
    sent: (name: string) => Buffer.concat([login(name), BOMB.subarray(0, 200)]),
    hasName: true,
  },
} as const

test('row 16, X12: zip bombs end their senders with “Package too large.”, and the relay’s memory stays what it was', async (t) => {
  assert.ok(BOMB.length > 65_000 && BOMB.length < 66_000, `${BOMB.length}`)
  const webPort = await freePort()
  const trial = await FaultTrial.start(t, { args: ['--listen', `ws://127.0.0.1:${webPort}`] })
  const beforeBytes = peakBytes(trial.pid)
  for (let sent = 0; sent < BOMBS; sent += AT_ONCE) {
    for (const [what, { sent: bytesOf, hasName }] of Object.entries(WAYS)) {
      const throwing = async (_: unknown, index: number) => {
        const peer = await trial.open('chatmaster')
        peer.write(bytesOf(`Bomber${index}`))
        await peer.take(LOGIN_REQUEST.length)
        await peer.closed(`the end after a bomb ${what}`)
        assert.ok(answersOf(peer.received).endsWith(TOO_LARGE), what)
        peer.close()
      }
      await Promise.all(Array.from({ length: AT_ONCE }, throwing))
      const names = hasName ? Array.from({ length: AT_ONCE }, (_, index) => `Bomber${index}`) : []
      const expected = names.flatMap((name) => [joining(name), leaving(name)].map(shown)).sort()
      while (trial.pair.others.length < expected.length) await trial.pair.settle()
      assert.deepEqual(trial.pair.others.map(shown).sort(), expected)
      trial.pair.others = []
    }
  }
  // Over WebSocket it is cut to messages that are no larger than a package.
  const browser = await WebSocketPeer.connect({ port: webPort, subprotocol: 'chatmaster' })
  browser.send(clientFrame(BINARY, BOMB))
  assert.match(await browser.closed(), /^1\d\d\d/)
  browser.destroy()

  const grownBytes = peakBytes(trial.pid) - beforeBytes
  t.diagnostic(
    `${Object.keys(WAYS).length * BOMBS} bombs; the peak of memory grew by ${(grownBytes / 1024 / 1024).toFixed(1)} MiB`,
  )
  assert.ok(grownBytes < SLACK_BYTES, `${grownBytes} bytes more than before`)
  await trial.assertAsBefore()
})
