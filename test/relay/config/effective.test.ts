/** That the effective configuration is one that can be used again, and says of each value where it comes from. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse as parseYaml } from 'yaml'
import { effectiveSettings, effectiveYaml } from '../../../src/relay/config/effective.js'
import { type ConfigSources, traceConfig } from '../../../src/relay/config/load.js'
import { SETTING_KEYS } from '../../../src/relay/config/settings.js'
import { fileWith, load } from './layers.js'

const NOTHING: ConfigSources = { environment: {}, flags: {} }

test('every setting is there once, with its value as a file has it and where that is from', () => {
  const file = fileWith(
    '# first\nroom: "42"\n\nlisten:\n  - framed://:1\n  - framed://[::1]:2?bare=on\nops: off\n',
  )
  const sources = {
    file,
    environment: { PARLANCE_LOG_DIR: '/var/log', PARLANCE_OPS: '[::1]:9464' },
    flags: { graceMs: '7000' },
  }
  const text = effectiveYaml(traceConfig(sources))
  assert.deepEqual(Object.keys(parseYaml(text)), SETTING_KEYS)
  const wanted = [
    `listen:\n  # ${file}:4\n  - framed://:1\n  - framed://[::1]:2?bare=on\n`,
    'ops: "[::1]:9464" # PARLANCE_OPS\n',
    'logDir: /var/log # PARLANCE_LOG_DIR\n',
    `room: "42" # ${file}:2\n`,
    'graceMs: 7000 # --grace-ms\n',
    'pingMs: 7000 # default\n',
    'addressFile: off # default\n',
  ]
  for (const lines of wanted) assert.ok(`\n${text}`.includes(`\n${lines}`), `no ${lines} in\n${text}`)
  assert.deepEqual(load({ file: fileWith(text) }), load(sources))
})

test('without anybody saying anything, all of it is default, and can be used again', () => {
  const text = effectiveYaml(traceConfig(NOTHING))
  assert.equal(text.split('# default\n').length - 1, SETTING_KEYS.length)
  assert.deepEqual(load({ file: fileWith(text) }), load({}))
})

test('what does not plainly show itself is escaped, and is still the same', () => {
  const odd = '/tmp/\u202e\u001b[2J "x" #y: \u00e9\n\\z'
  const sources = { ...NOTHING, flags: { logDir: odd, addressFile: "it's: #1" } }
  const text = effectiveYaml(traceConfig(sources))
  assert.match(text, /^[ -~\n\u00e9]*$/)
  const again = load({ file: fileWith(text) })
  assert.equal(again.logDir, odd)
  assert.equal(again.addressFile, "it's: #1")
})

test('for programs: the value, and the origin in parts', () => {
  const file = fileWith('{\n  "room": "tea"\n}', 'json')
  const settings = effectiveSettings(
    traceConfig({ file, environment: { PARLANCE_OPS: 'off' }, flags: { logDir: 'off' } }),
  )
  assert.deepEqual(Object.keys(settings), SETTING_KEYS)
  assert.deepEqual(settings.room, { value: 'tea', origin: { from: 'file', path: file, line: 2 } })
  assert.deepEqual(settings.ops, { value: 'off', origin: { from: 'environment', name: 'PARLANCE_OPS' } })
  assert.deepEqual(settings.logDir, { value: 'off', origin: { from: 'flag', name: '--log-dir' } })
  assert.deepEqual(settings.maxConnections, { value: 'auto', origin: { from: 'default' } })
})
