/** What the load refuses before anything is started: options that would be ignored, files and descriptors that are not there. */

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Command } from 'commander'
import { requireDescriptors, requireWritable } from '../../bench/load/preflight.js'
import { churn } from '../../bench/load/scenarios/churn.js'
import { fanout } from '../../bench/load/scenarios/fanout.js'
import { addIdleCommand } from '../../bench/load/scenarios/idle.js'
import { addJoinStormCommand } from '../../bench/load/scenarios/join-storm.js'
import { addLoadScenario } from '../../bench/load/scenarios/load-scenario.js'
import { mixed } from '../../bench/load/scenarios/mixed.js'
import { optionsOf } from './scenario-options.js'

/** Nothing listens there: what is not refused fails to connect. */
const NOWHERE = ['--port', '1']

async function load(...words: readonly string[]): Promise<void> {
  const program = new Command('load').exitOverride()
  addLoadScenario(program, fanout)
  addLoadScenario(program, churn)
  addLoadScenario(program, mixed)
  addJoinStormCommand(program)
  addIdleCommand(program)
  await program.parseAsync(words, { from: 'user' })
}

for (const [words, expected] of [
  ['fanout --server-arg=--x', /--server-arg: only with --spawn/],
  ['fanout --pin-server 0', /--pin-server: only with --spawn/],
  ['fanout --spawn parlance --port 9000', /--port: not with --spawn parlance/],
  ['fanout --spawn parlance --pid 1', /--pid: not with --spawn parlance/],
  ['fanout --spawn parlance --target nats', /--spawn parlance: it does not speak nats/],
  ['fanout --spawn ceiling --target chatroom', /--spawn ceiling: it does not speak chatroom/],
  ['fanout --bind 127.0.0.1 --source-addresses 2', /--source-addresses: --bind names the addresses/],
  ['fanout --host 10.0.0.7 --source-addresses 2', /--source-addresses: only for servers on 127/],
  ['fanout --arrivals poisson', /--arrivals: only for open loops, and no --rate is given/],
  ['fanout --rate 50 --seed 7', /--seed: nothing is at random here/],
  [
    'fanout --payload 64,501 --target chatroom',
    /--payload 501: expected no more than 500, the longest text of chatroom/,
  ],
  [
    'fanout --payload 501 --target dialects',
    /--payload 501: expected no more than 500, the longest text of dialects/,
  ],
  ['mixed --direct 5 --target chatroom', /--direct: chatroom has no direct messages/],
  ['mixed --trickling 0 --trickle-rate 5', /--trickle-rate: nobody trickles/],
  ['join-storm --joining 5', /--joining: all of them come at once/],
  ['join-storm --fail-if deliveries/s<5', /--fail-if deliveries\/s<5: expected a time to join/],
  ['join-storm --metrics http://127.0.0.1:1/', /--metrics: nothing is queued/],
  ['idle', /needs the server’s process/],
] as const) {
  test(`refused: load ${words}`, async () => {
    await assert.rejects(load(...words.split(' ')), { message: expected })
  })
}

test('what is of use is not refused: it comes as far as the server, which is not there', async () => {
  for (const words of ['fanout --rate 50 --arrivals poisson --seed 7', 'churn --seed 7 --arrivals poisson']) {
    const few = ['--receivers', '1', '--quiet']
    await assert.rejects(load(...words.split(' '), ...few, ...NOWHERE), { message: /ECONNREFUSED/ }, words)
  }
})

test('files that cannot be written are said before, and those that can are left as they are', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'parlance-test-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const options = optionsOf(fanout)
  const [there, fresh] = [join(directory, 'there.json'), join(directory, 'fresh.html')]
  writeFileSync(there, 'kept')
  requireWritable({ ...options, json: there, html: fresh, svg: join(directory, 'charts') })
  assert.equal(readFileSync(there, 'utf8'), 'kept')
  assert.ok(!existsSync(fresh))
  const nowhere = join(directory, 'none', 'x.html')
  assert.throws(() => requireWritable({ ...options, html: nowhere }), {
    message: new RegExp(`^--html ${nowhere}: cannot be written: ENOENT`),
  })
  assert.throws(() => requireWritable({ ...options, json: directory }), { message: /^--json .*EISDIR/ })
  assert.throws(() => requireWritable({ ...options, svg: there }), { message: /^--svg .*EEXIST/ })
})

test('too few descriptors are said before, with what to do', () => {
  const options = optionsOf(fanout)
  const crowd = { clients: 2000, speaking: 1, visitors: 0 }
  const limit = () => 1024
  assert.throws(() => requireDescriptors(crowd, options, limit), {
    message:
      '2000 clients in one process need 2064 file descriptors, and a process may open 1024 here: ' +
      'ulimit -n 2064, or divide the clients: --processes 3',
  })
  requireDescriptors(crowd, { ...options, processes: 3 }, limit)
  // Who speaks is in one process, and a server that is started here has the same limit.
  assert.throws(() => requireDescriptors({ ...crowd, speaking: 2000 }, { ...options, processes: 3 }, limit), {
    message: /ulimit -n 2064$/,
  })
  assert.throws(() => requireDescriptors(crowd, { ...options, processes: 3, spawn: 'parlance' }, limit), {
    message:
      '2000 clients need 2256 file descriptors at the server, and a process may open 1024 here: ulimit -n 2256',
  })
  // Those who come and go count too.
  assert.throws(
    () => requireDescriptors({ clients: 900, speaking: 1, visitors: 100 }, options, limit),
    /1064/,
  )
  const there = (pid: number | 'self') => (pid === 'self' ? 1_000_000 : 1024)
  assert.throws(() => requireDescriptors(crowd, { ...options, pid: 7 }, there), {
    message: /^--pid 7: 2000 clients need as many file descriptors there, and it may open 1024/,
  })
  requireDescriptors(crowd, options, () => null)
})
