/** Headers of the PROXY protocol: whatever comes before the client's own bytes, through the gate that holds it back. */

import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { addressListOf } from '../../../src/relay/addresses/address-list.js'
import type { CloseReason } from '../../../src/relay/hub/close-reason.js'
import { readProxyHeader } from '../../../src/relay/net/proxy/header.js'
import { ProxyGate } from '../../../src/relay/net/proxy/proxy-gate.js'
import { binaryHeader, LOCAL, rawHeader, SIGNATURE, textHeader, UNKNOWN } from '../../fixtures/proxy-bytes.js'
import { CUTTINGS, type Cutting, piecesOf } from '../engine/pieces.js'
import type { Target } from '../engine/target.js'

const V4 = { address: '192.0.2.7', port: 56_324 }
const V6 = { address: '2001:db8::7', port: 1 }
const PROXY = { address: '127.0.0.1', port: 1 }
const REST = Buffer.from('JOIN')

/** What became of one who came through a door. */
interface Outcome {
  words: string
  /** What the client is taken to have sent. */
  rest: Buffer
}

export const proxy: Target = {
  name: 'proxy',
  ways: CUTTINGS.length,
  seeds: [
    ...[
      textHeader(V4),
      textHeader(V6),
      binaryHeader(V4),
      binaryHeader(V6),
      binaryHeader(V4, Buffer.alloc(100, 4)),
      LOCAL,
      UNKNOWN,
    ].flatMap((header) => [header, Buffer.concat([header, REST])]),
    rawHeader(0x20, 0xff, Buffer.alloc(3)),
    rawHeader(0x21, 0x31, Buffer.alloc(216)),
    rawHeader(0x21, 0, Buffer.alloc(20)),
    Buffer.from('PROXY TCP4 ::1 ::1 1 1\r\n'),
    Buffer.from('PROXY TCP6 ::ffff:192.0.2.7 ::1 65536 1\r\n'),
    Buffer.from(`PROXY UNKNOWN ${'x'.repeat(100)}`),
  ],
  words: [
    ...[
      'PROXY ',
      'TCP4 ',
      'TCP6 ',
      'UNKNOWN',
      '\r\n',
      '192.0.2.7 ',
      '2001:db8::7 ',
      '::ffff:1.2.3.4',
      '65535',
      ' 1 1',
    ].map((text) => Buffer.from(text)),
    ...[
      SIGNATURE,
      Buffer.of(0x21, 0x11, 0, 12),
      Buffer.of(0x21, 0x21, 0, 36),
      Buffer.of(0x20, 0, 0, 0),
      Buffer.of(0x0f, 0xf0),
    ],
  ],
  covers: ['/dist/relay/net/proxy/'],
  usualRuns: 300,
  start() {
    const list = addressListOf(['127.0.0.0/8'])
    let refusal = ''
    const refused = ({ label }: CloseReason) => {
      refusal = label
    }
    const gate = new ProxyGate({ trusted: { list }, deadlineMs: 60_000, hasRoom: () => true, refused })
    const through = (pieces: readonly Buffer[]): Outcome => {
      const outcome: Outcome = { words: 'waits', rest: Buffer.alloc(0) }
      const set = (words: string) => {
        assert.equal(outcome.words, 'waits', `${words} after it ${outcome.words}`)
        outcome.words = words
      }
      refusal = ''
      const arrival = gate.arrive({
        peer: PROXY,
        enter(client, rest) {
          if (client !== null)
            assert.ok(isIP(client.address) > 0 && client.port >= 0 && client.port <= 65_535)
          set(client === null ? 'enters itself' : `enters as ${client.address} ${client.port}`)
          outcome.rest = Buffer.from(rest)
        },
        close: () => set('closes'),
      })
      assert.ok(arrival !== null)
      for (const piece of pieces) {
        if (outcome.words === 'waits') arrival.take(piece)
        else if (outcome.words.startsWith('enters')) outcome.rest = Buffer.concat([outcome.rest, piece])
      }
      const before = outcome.words
      if (before === 'waits') arrival.ended()
      if (refusal !== '') outcome.words = `${before === 'waits' ? 'ends' : 'is refused'}: ${refusal}`
      assert.equal(gate.size, 0, 'somebody is waited for who has gone')
      return outcome
    }
    return {
      run(input, way) {
        const whole = readProxyHeader(input)
        assertFirst(input, whole)
        const outcome = through(piecesOf(input, CUTTINGS[way] as Cutting))
        assert.deepEqual(outcome, through(piecesOf(input, 'whole')), 'cut otherwise, it is something else')
        if (typeof whole === 'object' && outcome.rest.length > 0)
          assert.ok(outcome.rest.equals(input.subarray(whole.bytes)))
        const kind =
          typeof whole === 'string' ? whole : whole.client === null ? 'own' : `v${isIP(whole.client.address)}`
        return [kind, outcome.words.replace(/ as .*/, ' as a client')]
      },
      stop: () => gate.end(),
    }
  },
}

/** What is known of a header is known of no less of it, and of more it is the same. */
function assertFirst(input: Buffer, whole: ReturnType<typeof readProxyHeader>): void {
  if (typeof whole === 'object') {
    assert.ok(whole.bytes <= input.length && whole.bytes <= 4096)
    assert.deepEqual(readProxyHeader(input.subarray(0, whole.bytes)), whole)
    if (whole.bytes > 0) assert.equal(readProxyHeader(input.subarray(0, whole.bytes - 1)), 'more')
    assert.deepEqual(readProxyHeader(Buffer.concat([input, REST])), whole)
  } else if (whole !== 'more') {
    assert.equal(readProxyHeader(Buffer.concat([input, REST])), whole)
  } else {
    assert.ok(input.length < 4096, 'it waits for more and more')
  }
}
