/** What becomes of workers when nobody is there to tell them, and of a start that cannot be. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { textOf } from '../fixtures/framed-bytes.js'
import { type NatsServer, noNats, startNats } from '../fixtures/nats-server.js'
import { isRunning, TestWorkers, until } from './start-workers.js'

describe('workers without a supervisor', { skip: noNats() ?? false }, () => {
  let nats: NatsServer
  const ends: (() => Promise<void>)[] = []
  before(async () => {
    nats = await startNats({ after: (end) => void ends.push(end) })
  })
  after(() => Promise.all(ends.map((end) => end())))

  test('when the supervisor is killed, workers end in good order by themselves', async (t) => {
    const workers = await new TestWorkers(t, nats, { closeSpreadMs: 100 }).start(2)
    const peers = [await workers.join('Ann'), await workers.join('Ben')]
    const pids = [1, 2].map((worker) => workers.pidOf(worker))
    workers.program.child.kill('SIGKILL')
    for (const peer of peers) assert.match(textOf((await peer.rest()).at(-1) as Buffer), /shutting down$/)
    await until(() => pids.every((pid) => !isRunning(pid)), 'both have ended')
    for (const worker of [1, 2]) assert.match(workers.logOf(worker, 'connections.log'), /"reason":"shutdown"/)
  })

  test('what keeps workers from starting is said once, as one relay says it', async (t) => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    t.after(() => taken.close())
    const { port } = taken.address() as AddressInfo
    const workers = new TestWorkers(t, nats, { listen: [`framed://127.0.0.1:${port}`] })
    workers.begin(2)
    assert.equal(await workers.program.exitCode(), 69)
    assert.match(
      workers.program.errorOutput,
      /^parlance: listen: framed:.*: the port is in use by another program\n$/,
    )
  })
})
