/** That a real relay counts each message with how long its delivery took. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { direct, message } from '../../fixtures/framed-bytes.js'
import { onEachTransport } from '../../fixtures/start-relay.js'

const MANY = 3000

onEachTransport((start) => {
  test('parlance_delivery_seconds has each message once, over as many turns as they take', async (t) => {
    const relay = await start(t, { settings: { ops: '127.0.0.1:0' } })
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    // More than one turn takes of one connection.
    amy.send(...Array.from({ length: MANY }, (_, index) => message(`${index}`)), direct('Bob done'))
    await bob.skipTo(direct('[Amy] done'))
    const response = await fetch(`http://127.0.0.1:${relay.relay.opsPort}/metrics`)
    const text = await response.text()
    const numberOf = (series: string) => Number(new RegExp(`^${series} (\\S+)$`, 'm').exec(text)?.[1])
    assert.equal(numberOf('parlance_delivery_seconds_count'), MANY + 1)
    const each = numberOf('parlance_delivery_seconds_sum') / (MANY + 1)
    assert.ok(each > 0 && each < 5, `${each} s`)
  })
})
