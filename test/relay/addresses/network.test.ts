/** What is an address or a network, what an address counts as, and that a network has the addresses that it should. */

import assert from 'node:assert/strict'
import { BlockList } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { AddressList } from '../../../src/relay/addresses/address-list.js'
import {
  countedAddress,
  type Network,
  networkText,
  parseNetwork,
} from '../../../src/relay/addresses/network.js'
import { NetworkMap } from '../../../src/relay/addresses/network-map.js'

test('addresses and networks are read, and written as Node writes them', () => {
  for (const [text, written] of [
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.0/24', '203.0.113.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['203.0.113.7/32', '203.0.113.7'],
    ['2001:DB8:0::7', '2001:db8::7'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['::/0', '::/0'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['::ffff:192.0.2.0/120', '192.0.2.0/24'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
  ] as const) {
    const network = parseNetwork(text)
    assert.notEqual(network, null, text)
    assert.equal(networkText(network as Network), written)
  }
})

test('what is nearly one is none', () => {
  for (const text of [
    '',
    '203.0.113',
    '203.0.113.256',
    '203.0.113.07',
    '203.0.113.7/24',
    '203.0.113.0/33',
    '203.0.113.0/-1',
    '203.0.113.0/024',
    '203.0.113.0/',
    '203.0.113.0/24/8',
    '203.0.113.0/255.255.255.0',
    ' 203.0.113.7',
    '2001:db8::1/64',
    '2001:db8::/129',
    'fe80::1%eth0',
    '::ffff:192.0.2.0/24',
    'example.org',
  ]) {
    assert.equal(parseNetwork(text), null, text)
  }
})

test('an IPv4 address counts for itself, an IPv6 address for its /64', () => {
  assert.equal(countedAddress('203.0.113.7'), '203.0.113.7')
  const counted = countedAddress('2001:db8:1:2:3:4:5:6')
  assert.equal(countedAddress('2001:db8:1:2::'), counted)
  assert.equal(countedAddress('2001:db8:1:2::9'), counted)
  assert.notEqual(countedAddress('2001:db8:1:3::'), counted)
  assert.equal(countedAddress('::1'), countedAddress('::2'))
  assert.equal(countedAddress('fe80::1%eth0'), countedAddress('fe80::2'))
})

/** Near each other, so that networks have members. */
const address = fc.oneof(
  fc.tuple(...[0, 1, 2, 3].map(() => fc.constantFrom(0, 1, 127, 128, 255))).map((bytes) => bytes.join('.')),
  fc
    .tuple(...[0, 1, 2, 3, 4, 5, 6, 7].map(() => fc.constantFrom('0', '1', '8000', 'ffff')))
    .map((groups) => groups.join(':')),
)

test('a network has exactly the addresses that Node’s own list says', () => {
  fc.assert(
    fc.property(address, address, fc.nat(128), (base, other, wanted) => {
      const isSix = base.includes(':')
      const bits = isSix ? wanted : wanted % 33
      const family = isSix ? 'ipv6' : 'ipv4'
      const map = new NetworkMap<string>()
      map.set({ family, address: base, bits }, 'here')
      const list = new BlockList()
      list.addSubnet(base, bits, family)
      for (const one of [base, other]) {
        if (one.includes(':') !== isSix) continue
        assert.equal([...map.at(one)].length === 1, list.check(one, family), `${one} in ${base}/${bits}`)
      }
    }),
  )
})

test('of several networks that an address is in, each is found', () => {
  const map = new NetworkMap<string>()
  for (const text of ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.3', '0.0.0.0/0', '::/0'])
    map.set(parseNetwork(text) as Network, text)
  assert.deepEqual([...map.at('10.1.2.3')].sort(), ['0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '10.1.2.3'])
  assert.deepEqual([...map.at('10.2.2.3')].sort(), ['0.0.0.0/0', '10.0.0.0/8'])
  assert.deepEqual([...map.at('2001:db8::1')], ['::/0'])
})

test('what is no address is in no list', () => {
  const list = new AddressList([parseNetwork('0.0.0.0/0') as Network])
  assert.ok(list.has('192.0.2.1'))
  assert.ok(!list.has(''))
  assert.ok(!list.has('2001:db8::1'))
})
