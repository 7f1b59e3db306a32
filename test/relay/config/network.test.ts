/** Which addresses and networks are taken, and who is in them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blockListOf, parseNetwork } from '../../../src/relay/config/network.js'
import { load, problemsOf } from './layers.js'

test('addresses and networks of both families', () => {
  assert.deepEqual(parseNetwork('192.0.2.7'), { address: '192.0.2.7', family: 'ipv4', prefix: 32 })
  assert.deepEqual(parseNetwork('10.1.2.3/8'), { address: '10.1.2.3', family: 'ipv4', prefix: 8 })
  assert.deepEqual(parseNetwork('::1'), { address: '::1', family: 'ipv6', prefix: 128 })
  assert.deepEqual(parseNetwork('2001:db8::/32'), { address: '2001:db8::', family: 'ipv6', prefix: 32 })
  assert.deepEqual(parseNetwork('0.0.0.0/0'), { address: '0.0.0.0', family: 'ipv4', prefix: 0 })
})

const WRONG = ['', 'localhost', '10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/08', '10.0.0/8', '10.0.0.256']

test('anything else is none', () => {
  for (const text of [...WRONG, ' 10.0.0.1', '10.0.0.0/-1', '10.0.0.0/8/8', 'fe80::1%eth0', '1', '[::1]']) {
    assert.equal(parseNetwork(text), null, text)
  }
})

test('who is in a list', () => {
  const list = blockListOf(['192.0.2.7', '10.1.2.3/8', '2001:db8::/32'])
  for (const address of ['192.0.2.7', '10.255.0.1']) assert.ok(list.check(address), address)
  for (const address of ['192.0.2.8', '11.0.0.1']) assert.ok(!list.check(address), address)
  assert.ok(list.check('2001:db8:1::1', 'ipv6'))
  assert.ok(!list.check('2001:db9::1', 'ipv6'))
  assert.ok(!blockListOf([]).check('127.0.0.1'))
})

test('trustedProxies that are none are said one by one, and proxy=on needs some', () => {
  const flags = {
    listen: ['framed://:1?proxy=on'],
    trustedProxies: ['10.0.0.0/8', '10.0.0.0/33', 'localhost'],
  }
  assert.deepEqual(problemsOf({ flags }), [
    '--trusted-proxies: "10.0.0.0/33": expected an address or a network, such as 10.0.0.0/8',
    '--trusted-proxies: "localhost": expected an address or a network, such as 10.0.0.0/8',
  ])
  assert.deepEqual(problemsOf({ flags: { listen: ['framed://:1?proxy=on', 'framed://:2'] } }), [
    'listen: "framed://:1?proxy=on": expected trustedProxies with proxy=on, such as 10.0.0.0/8',
  ])
  const { listen, trustedProxies } = load({ flags: { ...flags, trustedProxies: '10.0.0.0/8, ::1' } })
  assert.equal(listen[0]?.proxy, true)
  assert.deepEqual(trustedProxies, ['10.0.0.0/8', '::1'])
})
