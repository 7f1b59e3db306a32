/**
 * A node that is killed while NATS is out of its reach: what it had accepted is delivered when it is started again, however slow its disk and
 * its machine are.
 */

import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { RawPeer } from '../../src/conform/raw-peer.js'
import { startAllDialects } from '../fixtures/all-dialects.js'
import { noNats, startNats } from '../fixtures/nats-server.js'
import { CLI, freePort } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { tcpHose } from '../fixtures/tcp-hose.js'
import { until } from '../fixtures/until.js'
import { framedVoice } from '../fixtures/voices/framed-voice.js'

const COUNT = 40
const DEADLINE_MS = 40_000
/** Everything that is written to a file takes so long, and the program stands still meanwhile. */
const SLOW_MS = 50
const SLOW_DISK = `data:text/javascript,${encodeURIComponent(`
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  const { writeSync } = fs
  const nothing = new Int32Array(new SharedArrayBuffer(4))
  fs.writeSync = (descriptor, ...more) => {
    if (descriptor > 2) Atomics.wait(nothing, 0, 0, ${SLOW_MS})
    return writeSync(descriptor, ...more)
  }
  syncBuiltinESMExports()`)}`

for (const [where, preload] of [
  ['', []],
  [' on a slow disk', ['--import', SLOW_DISK]],
] as const) {
  it(`row 19, M5, M6: what a node had accepted${where} while it was cut off and that was killed at its last answer arrives once it is started again, once and in order`, {
    skip: noNats() ?? false,
  }, async (t) => {
    const nats = await startNats(t)
    const hose = await tcpHose({ after: (end) => t.after(end) }, nats.port)
    const directory = await mkdtemp(join(tmpdir(), 'parlance-data-'))
    t.after(() => rm(directory, { recursive: true, force: true }))
    const dataDir = join(directory, 'a')
    const port = await freePort()
    const args = ['serve', '--nats', `nats://127.0.0.1:${hose.port}`, '--node', 'a', '--durable', 'on']
    const listen = ['--listen', `framed://127.0.0.1:${port}`, '--ops', 'off', '--log-dir', 'off']
    const start = async () => {
      const all = [...preload, CLI, ...args, ...listen, '--data-dir', dataDir]
      const program = new RunningProgram(process.execPath, all)
      t.after(() => program.end())
      await program.shows('to join:')
      return program
    }
    const other = await startAllDialects({
      nats: nats.url,
      node: 'b',
      durable: 'on',
      dataDir: join(directory, 'b'),
    })
    t.after(() => other.relay.stop())
    const people: RawPeer[] = []
    t.after(() => {
      for (const peer of people) peer.close()
    })
    const come = async (at: number, name: string) => {
      const peer = await RawPeer.open('127.0.0.1', at, { timeoutMs: DEADLINE_MS, quietMs: 50 })
      people.push(peer)
      const voice = framedVoice.make(peer, name)
      await voice.join()
      return { peer, voice }
    }
    let program = await start()
    const amy = await come(port, 'Amy')
    const bob = await come(other.portOf('framed'), 'Bob')
    await until(() => other.relay.parts.hub.isHere('Amy'), DEADLINE_MS)
    const heard = () =>
      Array.from(bob.peer.received.toString('latin1').matchAll(/\[Amy\] word (\d+)\./g), ([, number]) =>
        Number(number),
      )
    await amy.voice.say?.('word 0.')
    await until(() => heard().length === 1, DEADLINE_MS)
    hose.cut()
    for (let number = 1; number < COUNT; number++)
      assert.equal(await amy.voice.say?.(`word ${number}.`), 'taken')
    program.child.kill('SIGKILL')
    await program.exitCode()
    assert.ok((await readdir(join(dataDir, 'unsent', 'a'))).length > 0)
    hose.clear()
    program = await start()
    await program.shows('durable.recovered')
    await until(() => heard().length >= COUNT, DEADLINE_MS).catch(() => {})
    assert.deepEqual(
      heard(),
      Array.from({ length: COUNT }, (_, number) => number),
    )
    await until(async () => (await readdir(join(dataDir, 'unsent', 'a'))).length === 0, DEADLINE_MS)
  })
}
