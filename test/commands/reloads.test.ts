/** That reloads follow one another, that each has read what there was when it was asked for, and that a mistake is no rejection. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pino } from 'pino'
import { Reloads } from '../../src/commands/reloads.js'
import { loadConfig } from '../../src/relay/config/load.js'
import { readPlaces } from '../../src/relay/observe/address-file.js'
import { Relay } from '../../src/relay/relay.js'

async function running(t: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-reloads-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const [file, addressFile] = [join(dir, 'relay.yaml'), join(dir, 'parlance.json')]
  const write = (graceMs: string) => writeFileSync(file, `graceMs: ${graceMs}\n`)
  write('5000')
  const flags = { listen: ['framed://127.0.0.1:0'], ops: 'off', logDir: 'off', addressFile }
  const sources = { file, environment: {}, flags }
  const log = pino({ level: 'silent' })
  const relay = await Relay.start(loadConfig(sources), log)
  t.after(() => relay.stop())
  return { relay, write, addressFile, reloads: new Reloads(relay, sources, log) }
}

test('what is asked for while one waits is the same one, and one that is asked for later reads anew', async (t) => {
  const { relay, write, addressFile, reloads } = await running(t)
  write('6000')
  const [first, same] = [reloads.request(), reloads.request()]
  assert.equal(await first, await same)
  assert.deepEqual((await first).live, [{ key: 'graceMs', before: 5000, after: 6000 }])
  const second = reloads.request()
  // It has begun, and has read the file.
  await new Promise(setImmediate)
  write('7000')
  const third = reloads.request()
  assert.deepEqual([(await second).number, (await third).number], [2, 3])
  assert.deepEqual((await third).live.at(-1)?.after, 7000)
  assert.equal(relay.config.graceMs, 7000)
  assert.deepEqual(readPlaces(addressFile).reload, await third)
})

test('a mistake, and a relay that ends, are answers', async (t) => {
  const { relay, write, reloads } = await running(t)
  write('1')
  const refused = await reloads.request()
  assert.equal(refused.state, 'refused')
  assert.match(refused.problems[0] as string, /graceMs: 1: expected a whole number/)
  assert.equal(relay.config.graceMs, 5000)
  write('6000')
  const stopped = relay.stop()
  const late = await reloads.request()
  assert.deepEqual([late.state, late.problems], ['refused', ['the relay is shutting down']])
  await stopped
})
