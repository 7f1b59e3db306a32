/** Row 26 of docs/faults.md: a worker that is there and says nothing any more is found, ended and replaced, while the other goes on. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { message } from '../fixtures/framed-bytes.js'
import { noNats, startNats } from '../fixtures/nats-server.js'
import { TestWorkers, until } from './start-workers.js'

const HUNG_MS = 5_000

test('row 26: a worker that was stopped is ended after workerHungMs, and replaced', {
  skip: noNats() ?? false,
}, async (t) => {
  const workers = await new TestWorkers(t, await startNats(t), { workerHungMs: HUNG_MS }).start(2)
  const [ann, ben] = [await workers.join('Ann'), await workers.join('Ben')]
  const pid = workers.pidOf(1)
  process.kill(pid, 'SIGSTOP')
  await until(() => workers.said('worker.lost').length === 1, 'it is ended')
  const [hung] = workers.said('worker.hung')
  const [lost] = workers.said('worker.lost')
  assert.deepEqual([hung?.worker, hung?.pid, lost?.worker, lost?.reason], [1, pid, 1, 'hung'])
  assert.ok((hung?.silentMs as number) >= HUNG_MS)
  const isOver = ({ socket }: typeof ann) => socket.destroyed || socket.readableEnded
  await until(() => isOver(ann) !== isOver(ben), 'who was connected to it is gone, and nobody else')
  const [left, gone] = isOver(ann) ? [ben, 'Ann'] : [ann, 'Ben']
  await until(async () => (await workers.answerTo(gone)) === 0, `${gone} is free`)
  left.send(message('still here'))
  await until(() => workers.said('worker.ready').length === 3, 'it is replaced')
  assert.ok(!isOver(left))
})
