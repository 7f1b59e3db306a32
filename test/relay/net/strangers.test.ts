/** That those without a name never keep the others out. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CLOSE_REASONS, type CloseReason } from '../../../src/relay/hub/close-reason.js'
import { Strangers } from '../../../src/relay/net/strangers.js'

class Stranger {
  readonly reasons: CloseReason[] = []
  readonly #strangers: Strangers<Stranger>

  constructor(strangers: Strangers<Stranger>) {
    this.#strangers = strangers
    strangers.add(this)
  }

  expel(reason: CloseReason): void {
    this.reasons.push(reason)
    this.#strangers.delete(this)
  }
}

const deferred = () => new Promise((resolve) => setImmediate(resolve))

test('beyond a quarter of all connections, who has no name for longest makes room for the next', async () => {
  const strangers = new Strangers<Stranger>(() => 40)
  const people = Array.from({ length: 13 }, () => new Stranger(strangers))
  await deferred()
  assert.deepEqual(
    people.map(({ reasons }) => reasons.length),
    [1, 1, 1, ...Array.from({ length: 10 }, () => 0)],
  )
  assert.deepEqual(people[0]?.reasons, [CLOSE_REASONS.full])
})

test('whoever got a name meanwhile stays', async () => {
  const strangers = new Strangers<Stranger>(() => 4)
  const [first, second] = [new Stranger(strangers), new Stranger(strangers)]
  strangers.delete(first)
  await deferred()
  assert.deepEqual(first.reasons, [])
  assert.deepEqual(second.reasons, [])
})
