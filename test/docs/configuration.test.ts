/** The reference and the JSON Schema are those of the settings, and the schema takes and refuses what the relay does. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { parse as parseYaml } from 'yaml'
import { configurationPage } from '../../scripts/config-docs/reference.js'
import { configJsonSchema } from '../../src/relay/config/json-schema.js'
import { environmentName, flagName, SETTING_KEYS } from '../../src/relay/config/settings.js'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const EXAMPLE = 'deploy/parlance.example.yaml'
const SCHEMA = 'docs/parlance.schema.json'

test('the reference is made from the settings as they are: npm run docs:config', () => {
  assert.equal(read('docs/configuration.md'), configurationPage())
})

test('the JSON Schema is made from the settings as they are: npm run docs:config', () => {
  assert.deepEqual(JSON.parse(read(SCHEMA)), JSON.parse(JSON.stringify(configJsonSchema())))
})

test('the reference has every setting once, with its variable and its flag', () => {
  const page = configurationPage()
  for (const key of SETTING_KEYS) {
    assert.equal(page.split(`### \`${key}\`\n`).length, 2, key)
    assert.ok(page.includes(`| \`${environmentName(key)}\` | \`${flagName(key)} <`), key)
  }
})

test('the schema takes the example file, which names it', () => {
  const text = read(EXAMPLE)
  const [, path = ''] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text) ?? []
  assert.equal(new URL(path, `file:///${EXAMPLE}`).pathname, `/${SCHEMA}`)
  const validate = new Ajv({ strict: true, allErrors: true }).compile(JSON.parse(read(SCHEMA)))
  assert.ok(validate(parseYaml(text)), JSON.stringify(validate.errors))
})

test('the schema refuses what the relay refuses: names that are none, other types, and what is out of range', () => {
  const validate = new Ajv({ strict: true }).compile(configJsonSchema())
  const wrong: object[] = [
    { rom: 'tea' },
    { room: 42 },
    { logDir: true },
    { logMaxBytes: 4095 },
    { logMaxBytes: '5000' },
    { logMaxBytes: 5000.5 },
    { logLevel: 'loud' },
    { logRotateEvery: '5h' },
    { listen: 'framed://:9000' },
    { listen: [] },
    { maxConnections: 'many' },
    { maxConnections: 0 },
  ]
  for (const file of wrong) assert.equal(validate(file), false, JSON.stringify(file))
  for (const file of [
    {},
    { $schema: 'parlance.schema.json' },
    { maxConnections: 'auto' },
    { maxConnections: 5 },
    { listen: ['framed://:1'] },
  ]) {
    assert.ok(validate(file), JSON.stringify(validate.errors))
  }
})
