import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { PackageDecoder } from '../../src/client/chatmaster/package-decoder.js'

/** What a decoder makes of chunks: packages, and the words of its end. */
function decoded(...chunks: readonly Buffer[]): { packages: unknown[]; broken: string[] } {
  const packages: unknown[] = []
  const broken: string[] = []
  const decoder = new PackageDecoder({
    package: (value) => packages.push(value),
    broken: (words) => broken.push(words),
  })
  for (const chunk of chunks) decoder.decode(chunk)
  return { packages, broken }
}

const REQUEST = { type: 'request', data: { request: 'login' } }
const MESSAGE = { type: 'message', data: { message: 'x{"日', username: 'Amy' } }
const PLAIN = Buffer.from(` ${JSON.stringify(REQUEST)}\n\t${JSON.stringify(MESSAGE)}`)
const BOTH = Buffer.concat([
  Buffer.from(`${JSON.stringify(REQUEST)}\n`),
  deflateSync(JSON.stringify(MESSAGE)),
  deflateSync(`${JSON.stringify(REQUEST)}\n`),
  Buffer.from(JSON.stringify(MESSAGE)),
])

test('packages come whole from chunks cut anywhere', () => {
  for (let at = 0; at <= PLAIN.length; at++) {
    const { packages } = decoded(PLAIN.subarray(0, at), PLAIN.subarray(at))
    assert.deepEqual(packages, [REQUEST, MESSAGE], `cut at ${at}`)
  }
})

test('X12 plain and compressed packages come in one stream, cut anywhere and byte by byte', () => {
  const expected = [REQUEST, MESSAGE, REQUEST, MESSAGE]
  for (let at = 0; at <= BOTH.length; at++) {
    const { packages, broken } = decoded(BOTH.subarray(0, at), BOTH.subarray(at))
    assert.deepEqual({ packages, broken }, { packages: expected, broken: [] }, `cut at ${at}`)
  }
  assert.deepEqual(decoded(...[...BOTH].map((byte) => Buffer.from([byte]))).packages, expected)
})

test('X12 what inflates too far, or is no zlib stream, ends the stream', () => {
  const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024))
  const expected = { packages: [], broken: ['what cannot be decompressed'] }
  assert.deepEqual(decoded(bomb), expected)
  assert.deepEqual(decoded(Buffer.from('x marks no package')), expected)
})

test('what is no package ends the stream, and nothing after it counts', () => {
  const late = Buffer.from(JSON.stringify(REQUEST))
  assert.deepEqual(decoded(Buffer.from([0x00, 0x00, 0x01, 0x00]), late).broken, ['what is no package'])
  assert.deepEqual(decoded(Buffer.from('{"type":}'), late), { packages: [], broken: ['what is no JSON'] })
  assert.deepEqual(decoded(deflateSync('no JSON'), late), { packages: [], broken: ['what is no JSON'] })
  assert.deepEqual(decoded(Buffer.from('{"type":"\xff"}', 'latin1')).broken, ['what is no JSON'])
})
