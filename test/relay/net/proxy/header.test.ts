/** Headers of the PROXY protocol: whole, cut anywhere, longer than allowed, and nearly right. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readProxyHeader } from '../../../../src/relay/net/proxy/header.js'
import { FUZZ_SEED, fuzzRuns } from '../../../fixtures/fuzz-seed.js'
import {
  binaryHeader,
  LOCAL,
  rawHeader,
  SIGNATURE,
  textHeader,
  UNKNOWN,
} from '../../../fixtures/proxy-bytes.js'

const V4 = { address: '192.0.2.7', port: 56_324 }
const V6 = { address: '2001:db8::7', port: 1 }
const HEADERS: Record<string, readonly [Buffer, object | null]> = {
  'version 1 over IPv4': [textHeader(V4), V4],
  'version 1 over IPv6': [textHeader(V6), V6],
  'version 1, IPv6 written out': [textHeader({ ...V6, address: '2001:0DB8:0:0:0:0:0:7' }), V6],
  'version 1, IPv4 in IPv6': [textHeader({ ...V4, address: '::ffff:192.0.2.7' }), V4],
  'version 1, as long as can be': [
    Buffer.from(`PROXY TCP6 ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`),
    { address: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', port: 65_535 },
  ],
  'version 1, unknown': [UNKNOWN, null],
  'version 1, unknown and anything': [Buffer.from(`PROXY UNKNOWN ${'\xff'.repeat(40)}\r\n`, 'latin1'), null],
  'version 2 over IPv4': [binaryHeader(V4), V4],
  'version 2 over IPv6': [binaryHeader(V6), V6],
  'version 2, IPv4 in IPv6': [binaryHeader({ ...V4, address: '::ffff:c000:0207' }), V4],
  'version 2 with TLVs': [binaryHeader(V4, Buffer.alloc(1000, 4)), V4],
  'version 2, as long as can be': [binaryHeader(V4, Buffer.alloc(4096 - 28)), V4],
  'version 2, local': [LOCAL, null],
  'version 2, local with addresses': [rawHeader(0x20, 0x11, Buffer.alloc(12, 1)), null],
  'version 2, local of a family that is none': [rawHeader(0x20, 0xff, Buffer.alloc(3)), null],
  'version 2, unspecified': [rawHeader(0x21, 0x00, Buffer.alloc(20)), null],
  'version 2 over a Unix socket': [rawHeader(0x21, 0x31, Buffer.alloc(216)), null],
}

test('a whole header says whom the connection is for, and what follows is not its', () => {
  for (const [words, [header, client]] of Object.entries(HEADERS)) {
    for (const rest of ['', 'x', '\r\n', 'PROXY ', SIGNATURE.toString('latin1')]) {
      const bytes = Buffer.concat([header, Buffer.from(rest, 'latin1')])
      assert.deepEqual(readProxyHeader(bytes), { bytes: header.length, client }, words)
    }
  }
})

test('at every split before its end it is not over yet', () => {
  for (const [words, [header]] of Object.entries(HEADERS)) {
    for (let length = 0; length < header.length; length++) {
      assert.equal(readProxyHeader(header.subarray(0, length)), 'more', `${words}: ${length}`)
    }
  }
})

const v1 = (line: string) => Buffer.from(`PROXY ${line}\r\n`, 'latin1')
const WRONG: Record<string, Buffer> = {
  'no addresses': v1('TCP4'),
  'one address': v1('TCP4 192.0.2.7'),
  'no ports': v1('TCP4 192.0.2.7 192.0.2.8'),
  'one port': v1('TCP4 192.0.2.7 192.0.2.8 1'),
  'a third port': v1('TCP4 192.0.2.7 192.0.2.8 1 2 3'),
  'two spaces': v1('TCP4 192.0.2.7  192.0.2.8 1 2'),
  'a space at the end': v1('TCP4 192.0.2.7 192.0.2.8 1 2 '),
  'a port too high': v1('TCP4 192.0.2.7 192.0.2.8 65536 2'),
  'a target port too high': v1('TCP4 192.0.2.7 192.0.2.8 1 65536'),
  'a negative port': v1('TCP4 192.0.2.7 192.0.2.8 -1 2'),
  'a family that is none': v1('UDP4 192.0.2.7 192.0.2.8 1 2'),
  'IPv6 called IPv4': v1('TCP4 ::1 ::1 1 2'),
  'IPv4 called IPv6': v1('TCP6 192.0.2.7 192.0.2.8 1 2'),
  'a name in place of an address': v1('TCP4 localhost 192.0.2.8 1 2'),
  'a part too large': v1('TCP4 192.0.2.256 192.0.2.8 1 2'),
  'zeros in front': v1('TCP4 192.0.02.7 192.0.2.8 1 2'),
  'the interface of an address': v1('TCP6 fe80::1%eth0 ::1 1 2'),
  'an unknown that goes on': v1('UNKNOWNX'),
  'small letters': v1('tcp4 192.0.2.7 192.0.2.8 1 2'),
  'no end within 107 bytes': v1(`UNKNOWN ${'x'.repeat(100)}`),
  'a zero byte': v1('TCP4 192.0.2.7\0 192.0.2.8 1 2'),
  'version 2 of version 1': rawHeader(0x11, 0x11, Buffer.alloc(12)),
  'version 2 of version 3': rawHeader(0x31, 0x11, Buffer.alloc(12)),
  'a command that is none': rawHeader(0x22, 0x11, Buffer.alloc(12)),
  'UDP over IPv4': rawHeader(0x21, 0x12, Buffer.alloc(12)),
  'a family of four': rawHeader(0x21, 0x41, Buffer.alloc(12)),
  'IPv4 too short': rawHeader(0x21, 0x11, Buffer.alloc(11)),
  'IPv6 too short': rawHeader(0x21, 0x21, Buffer.alloc(35)),
  'Unix too short': rawHeader(0x21, 0x31, Buffer.alloc(215)),
  'a byte too long': rawHeader(0x21, 0x11, Buffer.alloc(4097 - 16)),
  'local and too long': rawHeader(0x20, 0x00, Buffer.alloc(65_535)),
}

test('what begins as a header and is none is broken, as soon as that shows', () => {
  for (const [words, bytes] of Object.entries(WRONG)) {
    assert.equal(readProxyHeader(bytes), 'broken', words)
    const first = Array.from(bytes, (_, at) => readProxyHeader(bytes.subarray(0, at + 1))).indexOf('broken')
    assert.ok(first < 107, `${words}: ${first} bytes`)
  }
})

test('what begins as no header is missing one, from its first byte that is not', () => {
  const others = [
    '\0',
    '\x16\x03\x01',
    'GET / HTTP/1.1\r\n',
    '{"nick"',
    'PROXIED',
    'proxy ',
    '\r\n\r\nx',
    '\n',
  ]
  for (const bytes of others) assert.equal(readProxyHeader(Buffer.from(bytes, 'latin1')), 'missing', bytes)
})

const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6().filter((text) => !text.includes('.')),
)
const client = fc.record({ address, port: fc.integer({ min: 0, max: 65_535 }) })

test('both versions say the same of one client', () => {
  const same = fc.property(client, (of) => {
    const [one, two] = [readProxyHeader(textHeader(of)), readProxyHeader(binaryHeader(of))]
    assert.ok(typeof one === 'object' && typeof two === 'object')
    assert.deepEqual(one.client, two.client)
    assert.equal(one.client?.port, of.port)
  })
  fc.assert(same, { seed: FUZZ_SEED, numRuns: fuzzRuns(2000) })
})

test('mutated headers and random bytes: an answer that more bytes do not change, and no end without one', () => {
  const headers = Object.values(HEADERS).map(([header]) => header)
  const mutated = fc
    .tuple(
      fc.constantFrom(...headers),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.uint8Array({ maxLength: 40 }),
    )
    .map(([header, changes, behind]) => {
      const bytes = Buffer.concat([header, behind])
      for (const [at, value] of changes) bytes[at % bytes.length] = value
      return bytes
    })
  const random = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))
  const begun = random.map((bytes) => Buffer.concat([SIGNATURE, bytes]))
  const settles = fc.property(fc.oneof(mutated, random, begun), fc.uint8Array(), (bytes, more) => {
    const answer = readProxyHeader(bytes)
    if (answer === 'more') assert.ok(bytes.length < 4096)
    else assert.deepEqual(readProxyHeader(Buffer.concat([bytes, more])), answer)
    if (typeof answer === 'object') assert.ok(answer.bytes <= bytes.length)
    for (let length = 0; length < Math.min(bytes.length, 130); length++) {
      const before = readProxyHeader(bytes.subarray(0, length))
      assert.ok(before === 'more' || typeof answer === 'string' || answer.bytes <= length)
    }
  })
  fc.assert(settles, { seed: FUZZ_SEED, numRuns: fuzzRuns(5000) })
})
