/** Which proxies may be trusted. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load, problemsOf } from './layers.js'

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
