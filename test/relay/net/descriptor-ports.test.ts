/** The native fan-out by itself: what it sends, what it says of kernels that are full, and what it takes for arguments. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { connect, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { DescriptorPorts, loadNativeFanout } from '../../../src/relay/net/descriptor-ports.js'
import { chooseFanout } from '../../../src/relay/net/direct-ways.js'
import type { HandleTransport } from '../../../src/relay/net/handle-transport.js'
import { FUZZ_SEED } from '../../fixtures/fuzz-seed.js'
import { DIST } from '../../fixtures/relay-process.js'

assert.equal(loadNativeFanout(), null, 'it is built before the tests')
const addon = createRequire(import.meta.url)(`${DIST}fanout.node`) as {
  send(descriptors: Int32Array, places: number, bytes: Uint8Array, refused: Int32Array): number
}

/** Both ends of so many connections. */
async function connections(t: TestContext, count: number) {
  const server = createServer({ pauseOnConnect: true })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as { port: number }
  const pairs: { near: Socket; far: Socket; descriptor: number }[] = []
  for (let index = 0; index < count; index++) {
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
    const far = connect(port, '127.0.0.1')
    const near = await accepted
    near.on('error', () => {})
    const { fd } = (near as unknown as { _handle: { fd: number } })._handle
    pairs.push({ near, far, descriptor: fd })
    t.after(() => {
      near.destroy()
      far.destroy()
    })
  }
  return pairs
}

const received = (socket: Socket, bytes: number) =>
  new Promise<string>((resolve) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (text.length >= bytes) resolve(text)
    })
  })

test('everybody who has a place is sent the same bytes, and gaps are skipped', async (t) => {
  const pairs = await connections(t, 3)
  const descriptors = new Int32Array([
    pairs[0]?.descriptor ?? -1,
    -1,
    pairs[1]?.descriptor ?? -1,
    pairs[2]?.descriptor ?? -1,
  ])
  const refused = new Int32Array(8)
  assert.equal(addon.send(descriptors, 3, Buffer.from('hello'), refused), 0)
  assert.equal(await received(pairs[0]?.far as Socket, 5), 'hello')
  assert.equal(await received(pairs[1]?.far as Socket, 5), 'hello')
  // The last place was not asked for.
  assert.equal(addon.send(descriptors, 4, Buffer.from('again'), refused), 0)
  assert.equal(await received(pairs[2]?.far as Socket, 5), 'again')
})

test('a place far behind all that were taken before is written to as well', async (t) => {
  const [pair] = await connections(t, 1)
  assert.ok(pair !== undefined)
  const ports = new DescriptorPorts()
  ports.set(500, {
    descriptor: pair.descriptor,
    directBytes: 0,
    directCount: null,
    opcode: 0,
  } as HandleTransport)
  assert.equal(ports.send(Buffer.from('hello'), 501), 0)
  assert.equal(await received(pair.far, 5), 'hello')
})

test('whoever has a place gets what is sent, exactly once and counted, in whatever order places are taken', async (t) => {
  let descriptors = 0
  const people = (await connections(t, 6)).map(({ far, descriptor }) => {
    const transport = { descriptor, directBytes: 0, directCount: null, opcode: 0 } as HandleTransport
    // Some of them over WebSocket, as text or as binary.
    transport.opcode = [0, 0, 2, 2, 1, 0][descriptors++] as number
    const person = { far, transport, place: -1, wanted: '', got: '' }
    far.on('data', (chunk) => {
      person.got += chunk.toString('latin1')
    })
    return person
  })
  const step = fc.oneof(
    fc.record({ who: fc.nat(people.length - 1), place: fc.option(fc.nat(199), { nil: -1 }) }),
    fc.constant('send' as const),
  )
  let sent = 0
  const property = fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    const ports = new DescriptorPorts()
    const move = (person: (typeof people)[number], place: number) => {
      if (person.place >= 0) ports.set(person.place, null)
      person.place = place
      if (place >= 0) ports.set(place, person.transport)
    }
    for (const one of steps) {
      if (one === 'send') {
        const text = `${sent++} `
        assert.equal(ports.send(Buffer.from(text), 200), 0)
        for (const person of people) {
          const { opcode } = person.transport
          const header = opcode === 0 ? '' : String.fromCharCode(0x80 | opcode, text.length)
          if (person.place >= 0) person.wanted += header + text
        }
      } else if (one.place < 0 || !people.some(({ place }) => place === one.place)) {
        move(people[one.who] as (typeof people)[number], one.place)
      }
      for (const { transport, wanted } of people)
        assert.equal(transport.directBytes + (transport.directCount?.sentBytes ?? 0), wanted.length)
    }
    for (const person of people) move(person, -1)
  })
  fc.assert(property, { seed: FUZZ_SEED, numRuns: 200 })
  for (const person of people) {
    while (person.got.length < person.wanted.length) await once(person.far, 'data')
    assert.equal(person.got, person.wanted)
  }
})

test('what a full kernel does not take is told, and the rest is exact', async (t) => {
  const [full, fine] = await connections(t, 2)
  assert.ok(full !== undefined && fine !== undefined)
  full.far.pause()
  const block = Buffer.alloc(1024 * 1024, 'x')
  const descriptors = new Int32Array([full.descriptor])
  const refused = new Int32Array(4)
  let sent = 0
  while (addon.send(descriptors, 1, block, refused) === 0) sent += block.length
  assert.equal(refused[0], 0)
  sent += block.length - (refused[1] as number)
  assert.equal(
    addon.send(new Int32Array([full.descriptor, fine.descriptor]), 2, Buffer.from('more'), refused),
    1,
  )
  assert.deepEqual([...refused.subarray(0, 2)], [0, 4], 'nothing of it was taken')
  assert.equal(await received(fine.far, 4), 'more')
  const all = received(full.far, sent)
  full.far.resume()
  assert.equal((await all).length, sent)
})

test('what was refused can still be read when somebody has got a place far behind', async (t) => {
  const [broken, other] = await connections(t, 2)
  assert.ok(broken !== undefined && other !== undefined)
  broken.far.resetAndDestroy()
  await new Promise((resolve) => setTimeout(resolve, 50))
  const ports = new DescriptorPorts()
  const transportOf = (descriptor: number) =>
    ({ descriptor, directBytes: 0, directCount: null, opcode: 0 }) as HandleTransport
  ports.set(3, transportOf(broken.descriptor))
  assert.equal(ports.send(Buffer.from('hello'), 4), 1)
  ports.set(500, transportOf(other.descriptor))
  assert.deepEqual([ports.refused[0], ports.refused[1]], [3, 5])
})

test('a broken socket takes nothing, and no signal ends the process', async (t) => {
  const [pair] = await connections(t, 1)
  assert.ok(pair !== undefined)
  pair.far.resetAndDestroy()
  await new Promise((resolve) => setTimeout(resolve, 50))
  const refused = new Int32Array(2)
  for (let time = 0; time < 2; time++) {
    assert.equal(addon.send(new Int32Array([pair.descriptor]), 1, Buffer.from('gone'), refused), 1)
    assert.deepEqual([...refused], [0, 4])
  }
})

test('anything else than it takes is refused before anything is sent', () => {
  const send = addon.send as (...them: unknown[]) => number
  const [ints, bytes] = [new Int32Array(2).fill(-1), Buffer.alloc(1)]
  for (const wrong of [
    [],
    [ints, 1, bytes],
    [ints, 'one', bytes, ints],
    [[1], 1, bytes, ints],
    [new Float64Array(2), 1, bytes, ints],
    [ints, 1, 'text', ints],
    [ints, 1, bytes, bytes],
  ]) {
    assert.throws(() => send(...wrong), TypeError)
  }
  assert.throws(() => send(ints, 3, bytes, new Int32Array(6)), RangeError, 'more places than descriptors')
  assert.throws(() => send(ints, 2, bytes, new Int32Array(3)), RangeError, 'no room for what is refused')
  assert.equal(send(ints, 2, bytes, new Int32Array(4)), 0)
})

test('auto is native where that is built and connections have descriptors, and portable says why elsewhere', () => {
  const way = (...of: Parameters<typeof chooseFanout>) => {
    const chosen = chooseFanout(...of)
    return typeof chosen === 'string' ? chosen : [chosen.name, chosen.reason]
  }
  assert.deepEqual(way('auto', true), ['native', null])
  assert.deepEqual(way('native', true), ['native', null])
  assert.deepEqual(way('portable', true), ['portable', null])
  assert.deepEqual(way('auto', false), ['portable', 'connections are public sockets'])
  assert.equal(way('native', false), 'connections are public sockets')
})
