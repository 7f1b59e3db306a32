/** What a worker runs with: its share of what is for the machine, and nothing of what the supervisor has. */

import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { test } from 'node:test'
import { loadConfig } from '../../src/relay/config/load.js'
import { type Config, SETTING_KEYS } from '../../src/relay/config/settings.js'
import { settingsOf, shareOf, workerConfig, workersWanted } from '../../src/workers/worker-config.js'

/** What is said to all of them with these settings. */
function machine(flags: Record<string, string | string[]> = {}): Config {
  return loadConfig({ environment: {}, flags })
}

test('what does not concern the machine is the same in each of them', () => {
  const listen = [
    'framed://:9000?style=colon',
    'chatroom://127.0.0.1:8000?push=bare',
    'ws://:8080?origin=https://a.example',
  ]
  const config = machine({ listen, reservedNames: ['admin', 'root'], graceMs: '1234', banFile: './bans' })
  const own = workerConfig(settingsOf(config, 'here'), 2, 3)
  const others = ['node', 'ops', 'adminSocket', 'addressFile', 'logDir', 'shutdownMs']
  for (const key of SETTING_KEYS) if (!others.includes(key)) assert.deepEqual(own[key], config[key], key)
  assert.deepEqual([own.ops, own.adminSocket, own.addressFile], ['off', 'off', 'off'])
  assert.equal(own.node, 'here-2')
  assert.equal(own.logDir, 'logs/worker-2')
  assert.ok(own.shutdownMs < config.shutdownMs)
})

test('shares come to the whole', () => {
  for (const [whole, of] of [
    [1000, 3],
    [7, 4],
    [4, 4],
    [1001, 2],
  ] as const) {
    const shares = Array.from({ length: of }, (_, index) => shareOf(whole, index + 1, of))
    assert.equal(
      shares.reduce((sum, share) => sum + share),
      whole,
    )
    assert.ok(Math.max(...shares) - Math.min(...shares) <= 1)
  }
})

test('limits of the machine are shared out, and those without a number are left as they are', () => {
  const settings = settingsOf(machine({ maxConnections: '1001', connectionsPerSecond: '15' }), 'here')
  const both = [1, 2].map((number) => workerConfig(settings, number, 2))
  assert.deepEqual(
    both.map(({ maxConnections }) => maxConnections),
    [501, 500],
  )
  assert.deepEqual(
    both.map(({ connectionsPerSecond }) => connectionsPerSecond),
    [8, 8],
  )
  const free = workerConfig(settingsOf(machine(), 'here'), 1, 2)
  assert.deepEqual([free.maxConnections, free.connectionsPerSecond], ['auto', 'off'])
})

test('logs that are off stay off', () => {
  assert.equal(workerConfig(settingsOf(machine({ logDir: 'off' }), 'here'), 1, 2).logDir, 'off')
})

test('auto is one for each core', () => {
  assert.equal(workersWanted({ workers: 'auto' }), availableParallelism())
  assert.equal(workersWanted({ workers: 3 }), 3)
})

test('more than one worker is refused at the start without nats, and one is not', () => {
  assert.equal(machine({ workers: 'auto', nats: ['nats://127.0.0.1:4222'] }).workers, 'auto')
  for (const workers of ['2', 'auto'])
    assert.throws(() => machine({ workers }), {
      problems: [`workers: ${workers}: expected 1 without nats, such as nats://127.0.0.1:4222`],
    })
  assert.throws(() => machine({ workers: '0' }), {
    problems: ['--workers: 0: expected auto or a whole number from 1 to 1024'],
  })
})
