/** That a reload is all or nothing, takes up what it says, and says what it cannot take up. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, loadConfig } from '../../src/relay/config/load.js'
import type { Reloadable } from '../../src/relay/config/reloadable.js'
import { type Config, SETTING_KEYS, SETTINGS, type SettingKey } from '../../src/relay/config/settings.js'
import { prepareReload } from '../../src/relay/reload.js'
import { ACCEPTED, direct, ERROR, join, joining, LEAVE, list, message } from '../fixtures/framed-bytes.js'
import { LogDir } from '../fixtures/log-dir.js'
import { startRelay } from '../fixtures/start-relay.js'

const LISTEN = ['framed://127.0.0.1:0']

function configOf(flags: Partial<Record<SettingKey, string>> = {}): Config {
  return loadConfig({ environment: {}, flags: { listen: LISTEN, ops: 'off', logDir: 'off', ...flags } })
}

/** A part that takes whatever there is. */
function partOf(seen: Config[]): Reloadable {
  return { prepare: (config) => () => seen.push(config) }
}

const refusing = (...problems: string[]): Reloadable => {
  return {
    prepare() {
      throw new ConfigError(problems)
    },
  }
}

test('what is live is taken up by every part, and what is not stays as it was and is said', async () => {
  const seen: Config[] = []
  const wanted = configOf({ graceMs: '7000', room: 'tea', ops: '127.0.0.1:9464', logLevel: 'debug' })
  const { report, take } = await prepareReload(configOf(), wanted, [partOf(seen), partOf(seen)])
  assert.deepEqual(seen, [], 'nothing before')
  const config = take()
  assert.deepEqual(report, {
    live: [
      { key: 'logLevel', before: 'info', after: 'debug' },
      { key: 'graceMs', before: 10_000, after: 7000 },
    ],
    waiting: [
      { key: 'ops', before: 'off', after: '127.0.0.1:9464' },
      { key: 'room', before: 'general', after: 'tea' },
    ],
  })
  assert.equal(config.graceMs, 7000)
  assert.equal(config.room, 'general')
  assert.equal(config.ops, 'off')
  assert.deepEqual(seen, [config, config])
  assert.ok(Object.isFrozen(config))
})

test('nothing is other than before: the parts prepare all the same, because files may be', async () => {
  const seen: Config[] = []
  const { report, take } = await prepareReload(configOf(), configOf(), [partOf(seen)])
  take()
  assert.deepEqual(report, { live: [], waiting: [] })
  assert.equal(seen.length, 1)
})

test('when one part refuses, no part changes over, and everything that is wrong is said', async () => {
  const seen: Config[] = []
  const late: Reloadable = {
    async prepare() {
      await new Promise((resolve) => setImmediate(resolve))
      throw new ConfigError(['late'])
    },
  }
  const parts = [partOf(seen), refusing('first', 'second'), partOf(seen), late]
  await assert.rejects(prepareReload(configOf(), configOf({ graceMs: '7000' }), parts), (error) => {
    assert.ok(error instanceof ConfigError)
    assert.deepEqual(error.problems, ['first', 'second', 'late'])
    return true
  })
  assert.deepEqual(seen, [])
})

test('what is no mistake of the configuration is thrown as it is', async () => {
  const broken: Reloadable = {
    prepare() {
      throw new TypeError('a bug')
    },
  }
  await assert.rejects(prepareReload(configOf(), configOf(), [refusing('first'), broken]), TypeError)
})

test('settings that belong together are live together: a reload never mixes old and new ones', () => {
  for (const keys of [
    ['softLimitBytes', 'hardLimitBytes'],
    ['closeSpreadMs', 'shutdownMs'],
  ] as const) {
    for (const key of keys) assert.equal(SETTINGS[key].live, true, key)
  }
  assert.ok(SETTING_KEYS.some((key) => 'live' in SETTINGS[key]))
})

test('a running relay takes up limits and deadlines without ending anybody', async (t) => {
  const { relay, connect, join: joinAs } = await startRelay(t, { settings: { maxConnections: '2' } })
  const amy = await joinAs('Amy')
  const bob = await joinAs('Bob')
  await amy.expect(message('**Bob is joining the chat**'))
  const third = await connect()
  await third.expectLike(LEAVE, /full/)
  await third.expectEnd()
  const { live } = await relay.reload(configOf({ maxConnections: '9', announceUpTo: '0' }))
  assert.deepEqual(
    live.map(({ key }) => key),
    ['announceUpTo', 'maxConnections'],
  )
  const cyd = await connect()
  await cyd.frame('the greeting')
  await relay.reload(configOf({ maxConnections: '9', announceUpTo: '0', loginDeadlineMs: '1' }))
  await cyd.expectLike(ERROR, /no name was accepted/)
  await cyd.expectLike(LEAVE, /no name was accepted/)
  await cyd.expectEnd()
  // Nobody is told of newcomers one by one any more.
  await relay.reload(configOf({ maxConnections: '9', announceUpTo: '0' }))
  const dee = await connect()
  await dee.frame('the greeting')
  dee.send(join('Dee'))
  await dee.expect(ACCEPTED)
  bob.send(message('hello'))
  const before = await amy.skipTo(message('[Bob] hello'))
  assert.ok(!before.some((frame) => frame.equals(joining('Dee'))))
  amy.send(list())
  await amy.skipTo(list('Amy Bob Dee'))
})

test('a reload that is wrong changes nothing of a running relay', async (t) => {
  const { relay, connect, join: joinAs } = await startRelay(t, { settings: { maxConnections: '1' } })
  const amy = await joinAs('Amy')
  const tooMany = configOf({ maxConnections: '10000000', loginDeadlineMs: '1' })
  await assert.rejects(relay.reload(tooMany), { code: 'ERR_CONFIG' })
  const second = await connect()
  await second.expectLike(LEAVE, /full/)
  amy.send(list())
  await amy.expect(list('Amy'))
})

test('what direct messages said is recorded from a reload on, in the same file', async (t) => {
  const logs = new LogDir()
  const settings = { logDir: logs.path }
  const { relay, join: joinAs } = await startRelay(t, { settings })
  const amy = await joinAs('Amy')
  amy.send(direct('Amy one'))
  await amy.frame()
  await relay.reload(configOf({ ...settings, logDirect: 'text' }))
  amy.send(direct('Amy two'))
  await amy.frame()
  const records = await logs.until('chat', ({ text }) => text === 'two')
  assert.deepEqual(
    records.filter(({ event }) => event === 'direct').map(({ text }) => text),
    [undefined, 'two'],
  )
})

test('reloads that are asked for at once happen one after the other, and none after the end', async (t) => {
  const { relay } = await startRelay(t)
  const [first, second] = await Promise.all([
    relay.reload(configOf({ graceMs: '7000' })),
    relay.reload(configOf({ graceMs: '8000' })),
  ])
  assert.deepEqual(first.live, [{ key: 'graceMs', before: 10_000, after: 7000 }])
  assert.deepEqual(second.live, [{ key: 'graceMs', before: 7000, after: 8000 }])
  const stopped = relay.stop()
  await assert.rejects(relay.reload(configOf()), { problems: ['the relay is shutting down'] })
  await stopped
})
