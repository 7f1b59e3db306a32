/** More connections than there is room for: bursts, the configured limit, the limit of the system. Rule F17. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import test from 'node:test'
import {
  ACCEPTED,
  commandOf,
  direct,
  join,
  joining,
  LEAVE,
  leave,
  leaving,
  list,
  MESSAGE,
  message,
  textOf,
} from '../fixtures/framed-bytes.js'
import type { FramedPeer } from '../fixtures/framed-peer.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { LogDir } from '../fixtures/log-dir.js'
import { serve } from '../fixtures/serve.js'
import { onEachTransport, openTcp, untilTcpIs } from '../fixtures/start-relay.js'

/** LEAVE with the reason and nothing else, then the end. */
async function expectFull(peer: FramedPeer): Promise<void> {
  await peer.expectLike(LEAVE, /full/)
  await peer.expectEnd()
}

onEachTransport((start) => {
  test('F17 above maxConnections a newcomer gets LEAVE with the reason, and one record', async (t) => {
    const logs = new LogDir()
    const relay = await start(t, { settings: { maxConnections: '3', logDir: logs.path } })
    const pair = await HealthyPair.start(relay)
    t.after(() => pair.abandon())
    const amy = await relay.join('Amy')
    const before = openTcp()
    for (let time = 0; time < 5; time++) {
      const one = await relay.connect()
      const port = one.socket.localPort
      // Whatever it says is not heard.
      one.send(join('Bob'), message('Hi'))
      await expectFull(one)
      const records = await logs.until('connections', (record) => record.port === port)
      const mine = records
        .filter((record) => record.port === port)
        .map(({ event, reason }) => [event, reason])
      assert.deepEqual(mine, [['rejected', 'full']])
    }
    await untilTcpIs(before)
    amy.send(leave())
    await amy.ended()
    await untilTcpIs(before - 2)
    // There is room again.
    const bob = await relay.join('Bob')
    bob.send(list())
    await bob.skipTo(list('Bob Left Right'))
    await pair.stop()
  })

  test('300 too many at once: all are ended, none is kept, those inside notice nothing', async (t) => {
    const logs = new LogDir()
    const settings = { maxConnections: '2', logDir: logs.path, ops: '127.0.0.1:0' }
    const relay = await start(t, { settings })
    const pair = await HealthyPair.start(relay)
    t.after(() => pair.abandon())
    const before = openTcp()
    const crowd = await Promise.all(Array.from({ length: 300 }, () => relay.connect()))
    let told = 0
    for (const peer of crowd) {
      await peer.ended()
      if ((await peer.rest()).some((one) => commandOf(one) === LEAVE)) told++
    }
    assert.ok(told > 0)
    await untilTcpIs(before)
    await pair.stop()
    assert.deepEqual(pair.others, [])
    const metrics = await fetch(`http://127.0.0.1:${relay.relay.opsPort}/metrics`)
    const numbers = await metrics.text()
    assert.match(numbers, /^parlance_disconnects_total\{reason="full"\} 300$/m)
    assert.match(numbers, /^parlance_refused_connections_total\{reason="full"\} 300$/m)
    await relay.relay.stop()
    const refusals = logs.records('connections').filter(({ reason }) => reason === 'full')
    const total = refusals.reduce((sum, { count = 1 }) => sum + Number(count), 0)
    assert.equal(total, 300, 'each is recorded or in a sum, told or not')
    assert.ok(refusals.length < 100, `${refusals.length} records`)
  })
})

test('a burst of 900 connections while the relay is busy: every one is greeted', async (t) => {
  const relay = await serve(t)
  // Stopped, it accepts nobody: the kernel has to keep them all.
  relay.program.child.kill('SIGSTOP')
  t.after(() => relay.program.child.kill('SIGCONT'))
  const crowd = await Promise.all(Array.from({ length: 900 }, () => relay.connect()))
  for (const [index, peer] of crowd.entries()) peer.send(join(`n${index}`))
  relay.program.child.kill('SIGCONT')
  for (const peer of crowd) {
    assert.equal(commandOf(await peer.frame()), MESSAGE)
    await peer.expect(ACCEPTED)
  }
  assert.equal(await relay.terminate(), 0)
})

const prlimit = spawnSync('prlimit', ['--version']).status === 0
if (!prlimit && process.env.CI === 'true') throw new Error('prlimit is missing')
if (!prlimit) console.error('SKIPPED: the test of the file descriptor limit, since prlimit is missing')

test('more connections than the file descriptor limit has room for: exit code 78, and what to do', {
  skip: !prlimit && 'prlimit is missing',
}, async (t) => {
  const limited = { through: ['prlimit', '--nofile=1000:1000'] }
  const relay = await serve(t, ['--max-connections', '745'], { ...limited, starts: false })
  assert.equal(await relay.program.exitCode(), 78)
  assert.match(
    relay.program.errorOutput,
    /maxConnections: 745: expected auto or no more than 744: this process may open 1000 files, of which 256 are .*ulimit -n/,
  )
  const most = await serve(t, ['--max-connections', '744'], limited)
  assert.equal(await most.terminate(), 0)
})

test('with 320 file descriptors 300 connections are served or ended, and the log goes on', {
  skip: !prlimit && 'prlimit is missing',
}, async (t) => {
  const logs = new LogDir()
  const args = ['--log-dir', logs.path, '--log-max-bytes', '4096', '--log-keep-files', '1000']
  const relay = await serve(t, args, { through: ['prlimit', '--nofile=320:320'] })
  const pair = await HealthyPair.start(relay)
  t.after(() => pair.abandon())
  const crowd = await Promise.all(Array.from({ length: 300 }, () => relay.connect()))
  const served: FramedPeer[] = []
  let refused = 0
  await Promise.all(
    crowd.map(async (peer, index) => {
      peer.send(join(`n${index}`))
      try {
        const first = await peer.frame()
        const answer = commandOf(first) === MESSAGE ? await peer.frame() : first
        if (answer.equals(ACCEPTED)) served.push(peer)
        else if (commandOf(answer) === LEAVE && /full/.test(textOf(answer))) refused++
        else assert.fail(`unexpected ${answer.toString('latin1')}`)
      } catch (error) {
        // Closed without a word: what the system does when the relay cannot even accept.
        if (error instanceof assert.AssertionError) throw error
      }
    }),
  )
  assert.ok(served.length > 0)
  assert.ok(refused > 0, 'nobody was told that the relay is full')
  await pair.settle()
  // The log files are written and rotated at the limit as ever.
  const witness = served[0] as FramedPeer
  for (let round = 0; round < 60; round++) {
    witness.send(message(`round ${round} ${'x'.repeat(200)}`))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  witness.send(direct('Left done'))
  for (const peer of crowd) peer.destroy()
  await pair.stop()
  // And there is room again for those who come later.
  const later = await relay.join('Later')
  later.send(leave())
  await later.expectEnd()
  assert.equal(await relay.terminate(), 0)
  const output = relay.program.output
  assert.ok(!output.includes('cannot be written'), output)
  assert.ok(logs.rotated('chat').length > 0)
  assert.ok(pair.others.some((one) => one.equals(joining('Later')) || one.equals(leaving('Later'))))
})
