/** A node that is stopped for 30 s (next to row 26 of docs/faults.md): it is somebody else who has its names, and it knows before it acts. */

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { RawPeer } from '../../src/conform/raw-peer.js'
import { startAllDialects } from '../fixtures/all-dialects.js'
import { noNats, startNats } from '../fixtures/nats-server.js'
import { CLI, freePort } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { timesOf } from '../fixtures/soak.js'
import { until } from '../fixtures/until.js'
import { framedVoice } from '../fixtures/voices/framed-voice.js'

/** Others declare it dead within 10 s. */
const STOPPED_MS = timesOf(0, 30_000)

it('N1 a node that was stopped sends those away whose names are others’ now, and goes on with the rest', {
  skip: noNats() ?? false,
}, async (t) => {
  const nats = await startNats(t)
  const port = await freePort()
  const args = ['serve', '--nats', nats.url, '--node', 'paused', '--listen', `framed://127.0.0.1:${port}`]
  const program = new RunningProgram(process.execPath, [CLI, ...args, '--ops', 'off', '--log-dir', 'off'])
  t.after(() => program.end())
  const other = await startAllDialects({ nats: nats.url, node: 'other' })
  t.after(() => other.relay.stop())
  await program.shows('to join:')
  const { hub } = other.relay.parts
  const people: RawPeer[] = []
  const join = async (at: number, name: string) => {
    const peer = await RawPeer.open('127.0.0.1', at, { timeoutMs: 20_000, quietMs: 50 })
    people.push(peer)
    await framedVoice.make(peer, name).join()
    return peer
  }
  t.after(() => {
    for (const peer of people) peer.close()
  })
  const loser = await join(port, 'Taken')
  await join(port, 'Kept')
  await until(() => hub.isHere('Taken') && hub.isHere('Kept'))
  program.child.kill('SIGSTOP')
  const stoppedMs = performance.now()
  // Whatever was still to be read when it was stopped is read when it goes on, before any timer.
  const late = await RawPeer.open('127.0.0.1', port, { timeoutMs: 20_000, quietMs: 50 })
  people.push(late)
  await until(() => !hub.isHere('Taken') && !hub.isHere('Kept'))
  assert.ok(performance.now() - stoppedMs < 10_000)
  await join(other.portOf('framed'), 'Taken')
  await join(other.portOf('framed'), 'Late')
  late.write(Buffer.from('\0\0\x04Late', 'latin1'))
  await until(() => performance.now() - stoppedMs >= STOPPED_MS, STOPPED_MS + 5_000)
  program.child.kill('SIGCONT')
  await until(() => hub.session('Kept')?.node === 'paused')
  await until(() => loser.ended)
  assert.equal(hub.session('Taken')?.node, null)
  assert.equal(hub.session('Late')?.node, null)
  await program.shows('cluster.fenced')
})
