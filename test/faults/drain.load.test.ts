/** Ending the real process at SIGTERM with 1,000 clients who chat, of whom some do not read (F17). */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { commandOf, direct, join, LEAVE, message, textOf } from '../fixtures/framed-bytes.js'
import { LogDir } from '../fixtures/log-dir.js'
import { serve } from '../fixtures/serve.js'

const CLIENTS = 1000
const STUCK = 20
const AT_ONCE = 100
const SHUTDOWN_MS = 8000

test(`F17 SIGTERM with ${CLIENTS} clients under load and ${STUCK} who do not read: told, flushed, and over in time`, async (t) => {
  const logs = new LogDir()
  const limits = ['--soft-limit-bytes', '10000000', '--hard-limit-bytes', '10000000']
  const relay = await serve(t, ['--log-dir', logs.path, '--announce-up-to', '0', ...limits])
  const enter = async (name: string) => {
    const peer = await relay.connect()
    await peer.frame('the greeting')
    peer.send(join(name))
    await peer.frame('accepted')
    return peer
  }
  const crowd: Awaited<ReturnType<typeof enter>>[] = []
  while (crowd.length < CLIENTS) {
    const names = Array.from({ length: AT_ONCE }, (_, index) => `n${crowd.length + index}`)
    crowd.push(...(await Promise.all(names.map(enter))))
  }
  const [stuck, readers] = [crowd.slice(0, STUCK), crowd.slice(STUCK)]
  for (const peer of stuck) peer.socket.pause()
  let round = 0
  const talk = setInterval(() => {
    const peer = readers[round++ % readers.length]
    // More than the kernel takes for those who do not read.
    const flood = direct(`n${round % STUCK} ${'x'.repeat(60_000)}`)
    if (peer?.socket.writable) peer.send(message(`round ${round}`), flood)
  }, 20)
  t.after(() => clearInterval(talk))
  await delay(1000)

  relay.program.child.kill('SIGTERM')
  for (const peer of readers) {
    const frames = await peer.rest()
    assert.equal(commandOf(frames.at(-1) as Buffer), LEAVE)
    assert.match(textOf(frames.at(-1) as Buffer), /shutting down/)
    assert.equal(frames.filter((one) => commandOf(one) === LEAVE).length, 1)
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGTERM'] as const) relay.program.child.kill(signal)
  clearInterval(talk)
  assert.equal(await relay.program.exitCode(), 0)
  assert.equal(relay.program.errorOutput, '')

  const stages = relay.program.output
    .split('\n')
    .filter((line) => line.includes('"event":"relay.drain"'))
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    stages.map(({ stage }) => stage),
    ['draining', 'closing', 'flushing', 'ended'],
  )
  assert.equal(stages[1].connections, CLIENTS)
  assert.equal(stages[1].spreadMs, 1000)
  const { told, elapsedMs } = stages[3]
  assert.equal(told, CLIENTS)
  assert.ok(elapsedMs <= SHUTDOWN_MS, `${elapsedMs} ms`)
  const connections = logs.records('connections')
  const count = (event: string) => connections.filter((record) => record.event === event).length
  assert.equal(count('connected'), CLIENTS)
  assert.equal(count('closed'), CLIENTS)
})
