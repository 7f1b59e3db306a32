/**
 * The number of a descriptor is somebody else's as soon as it is closed. That no lane can still write to one, however
 * connections end, while a room is being talked to and the numbers are used again at once.
 */

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { leave, message } from '../fixtures/framed-bytes.js'
import { DIST } from '../fixtures/relay-process.js'
import { startRelay } from '../fixtures/start-relay.js'

interface Handle {
  readonly fd: number
}
type Ending = (this: Handle, ...them: unknown[]) => unknown

/** Looks into the very lists that the native code reads, at each moment at which a descriptor is closed. */
function watchDescriptors(t: TestContext) {
  const addon = createRequire(import.meta.url)(`${DIST}fanout.node`) as { send(...them: unknown[]): number }
  const seen = {
    lists: new Set<Int32Array>(),
    numbers: new Set<number>(),
    sends: 0,
    closed: 0,
    reused: 0,
    stale: 0,
  }
  const { send } = addon
  const closedNumbers = new Set<number>()
  addon.send = (descriptors: unknown, ...others: unknown[]) => {
    const list = descriptors as Int32Array
    seen.lists.add(list)
    seen.sends++
    for (const number of list) {
      if (closedNumbers.delete(number)) seen.reused++
      if (number >= 0) seen.numbers.add(number)
    }
    return send(descriptors, ...others)
  }
  const { binding } = process as unknown as {
    binding(name: string): { TCP: { prototype: Record<string, Ending> } }
  }
  const prototype = binding('tcp_wrap').TCP.prototype
  const originals: [string, Ending][] = []
  for (const name of ['close', 'reset']) {
    const original = prototype[name] as Ending
    originals.push([name, original])
    Object.defineProperty(prototype, name, {
      configurable: true,
      writable: true,
      value(this: Handle, ...them: unknown[]) {
        const { fd } = this
        if (seen.numbers.has(fd)) {
          seen.closed++
          closedNumbers.add(fd)
        }
        for (const list of seen.lists) if (fd >= 0 && list.includes(fd)) seen.stale++
        return original.apply(this, them)
      },
    })
  }
  t.after(() => {
    addon.send = send
    for (const [name, value] of originals) {
      Object.defineProperty(prototype, name, { configurable: true, writable: true, value })
    }
  })
  return seen
}

test('a descriptor that is closed is in no list, and who has its number next hears nothing of it', async (t) => {
  const { join: come, connect } = await startRelay(t, { useHandles: true, settings: { fanout: 'native' } })
  const seen = watchDescriptors(t)
  const speaker = await come('Speaker')
  const listener = await come('Listener')
  let talking = true
  let said = 0
  const talk = (async () => {
    while (talking) {
      speaker.send(message(`${said++}`))
      await delay(0)
    }
  })()
  const heard = (async () => {
    const numbers: number[] = []
    for (;;) {
      const frame = await listener.frame('what is said')
      const text = frame.subarray(3).toString('latin1')
      const number = /^\[Speaker\] (\d+)$/.exec(text)?.[1]
      if (number !== undefined) numbers.push(Number(number))
      if (text === '[Speaker] last') return numbers
    }
  })()

  for (let round = 0; round < 60; round++) {
    const people = await Promise.all(Array.from({ length: 8 }, (_, index) => come(`p${round}x${index}`)))
    for (const [index, person] of people.entries()) {
      // Every way in which a connection can end.
      if (index % 4 === 0) person.reset()
      else if (index % 4 === 1) person.send(leave())
      else if (index % 4 === 2) person.destroy()
      else person.send(message('x'.repeat(65_535)))
    }
    // These get the numbers that have just become free, and are in no room.
    const strangers = await Promise.all(Array.from({ length: 8 }, () => connect()))
    await delay(5)
    for (const stranger of strangers) {
      const greeting = await stranger.frame('the greeting')
      assert.match(greeting.subarray(3).toString('latin1'), /^Welcome/)
      assert.equal(stranger.frameHere(), null, 'a stranger hears nothing of the room')
      stranger.destroy()
    }
    for (const person of people) person.destroy()
  }
  talking = false
  await talk
  speaker.send(message('last'))
  assert.deepEqual(
    await heard,
    Array.from({ length: said }, (_, number) => number),
    'the healthy one has missed nothing',
  )
  assert.ok(seen.sends > 100, `only ${seen.sends} native calls`)
  assert.ok(seen.closed > 200, `only ${seen.closed} closed descriptors had been written to`)
  assert.ok(seen.reused > 100, `only ${seen.reused} numbers were used again`)
  assert.equal(seen.stale, 0, 'descriptors that were closed while a list had them')
})
