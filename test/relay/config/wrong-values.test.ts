/**
 * Every setting with every kind of wrong value, in the file, in the environment and as a flag: refused in words that name
 * the key as it was written and what was expected. Made from the JSON Schema, so that a new setting is tried too.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configJsonSchema } from '../../../src/relay/config/json-schema.js'
import {
  environmentName,
  flagName,
  SETTING_KEYS,
  type SettingKey,
} from '../../../src/relay/config/settings.js'
import { fileWith, problemsOf } from './layers.js'

interface Shape {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly anyOf?: readonly Shape[]
}

const SHAPES = (configJsonSchema() as { properties: Record<SettingKey, Shape> }).properties

/** Text that only the setting itself can know to be wrong. */
const WRONG_TEXT: Partial<Record<SettingKey, readonly string[]>> = {
  trustedProxies: ['proxy.example.org', '10.0.0.0/33', '10.0.0.256', '10.0.0.1/', '::1/129', '10.0.0.0/8/8'],
  listen: ['9000', 'gopher://:70', 'framed://:99999', 'framed://:1?style=round', 'framed+tls://:1'],
  ops: ['9464', 'http://:9464', ':65536', 'on'],
  addressFile: ['no', 'true'],
  accessFile: ['no', 'true'],
  tokenKeyFile: ['no', 'true'],
  logDir: ['no', 'true'],
  logRotateEvery: ['5h', '0d', '1w', '1000d', 'd'],
  allow: ['10.0.0.1/8', '10.0.0.0/33', 'localhost', '2001:db8::/129'],
  deny: ['10.0.0.1/8', '10.0.0.256', 'localhost'],
  banFile: ['no', 'true'],
  reservedNames: ['*', 'Zoë', 'x'.repeat(65)],
  room: ['two words', 'é', 'x'.repeat(65)],
  timeZone: ['Mars/Olympus', 'CEST'],
}

/** The whole numbers that a setting takes, where it takes any. */
function numbersOf(key: SettingKey): { readonly least: number; readonly most: number } | null {
  const shape = [SHAPES[key], ...(SHAPES[key].anyOf ?? [])].find(({ type }) => type === 'integer')
  return shape === undefined ? null : { least: shape.minimum as number, most: shape.maximum as number }
}

/** Whether to give nothing is right too, as for most lists. */
function mayBeEmpty(key: SettingKey): boolean {
  return SHAPES[key].type === 'array' && (SHAPES[key].minItems ?? 0) === 0
}

function wrongTextOf(key: SettingKey): string[] {
  return [...(WRONG_TEXT[key] ?? []), ...(SHAPES[key].enum === undefined ? [] : ['nonsense', 'INFO'])]
}

function wrongInFile(key: SettingKey): unknown[] {
  const numbers = numbersOf(key)
  const texts = wrongTextOf(key)
  if (SHAPES[key].type === 'array') {
    const entries = [[42], [null], ...texts.map((text) => [text]), ...(mayBeEmpty(key) ? [] : [[]])]
    return [null, true, 42, {}, 'framed://:1', ...entries]
  }
  const wrong = [null, true, false, {}, [], [1], '', ...texts]
  if (numbers === null) return [...wrong, 42, 4.5]
  return [...wrong, 'ten', `${numbers.least}`, numbers.least - 1, numbers.most + 1, numbers.least + 0.5]
}

function wrongAsText(key: SettingKey): string[] {
  const numbers = numbersOf(key)
  const texts = [...(mayBeEmpty(key) ? [] : ['']), ...wrongTextOf(key)]
  if (numbers === null) return texts
  return [...texts, 'ten', '1e3', '-1', '+1', '1.5', ' 1', `${numbers.least - 1}`, `${numbers.most + 1}`]
}

/** Each problem begins with who said it and says what was expected; there is at least one. */
function assertRefused(problems: readonly string[], who: string, what: unknown): void {
  assert.ok(problems.length > 0, `${who} ${what}`)
  for (const problem of problems) {
    assert.ok(problem.startsWith(`${who}: `), `${problem} does not begin with ${who}`)
    assert.match(problem.slice(who.length), /^: .*: expected ./)
  }
}

for (const key of SETTING_KEYS) {
  test(`${key}: what is out of range or of another type is refused, wherever it is`, () => {
    for (const value of wrongInFile(key)) {
      const file = fileWith(JSON.stringify({ [key]: value }), 'json')
      assertRefused(problemsOf({ file }), `${file}: ${key}`, JSON.stringify(value))
    }
    for (const text of wrongAsText(key)) {
      const name = environmentName(key)
      assertRefused(problemsOf({ environment: { [name]: text } }), name, text)
      const given = SHAPES[key].type === 'array' ? [text] : text
      assertRefused(problemsOf({ flags: { [key]: given } }), flagName(key), text)
    }
  })
}

test('a key without one of its letters is refused, and is what is meant where it is the nearest', () => {
  for (const key of SETTING_KEYS) {
    const middle = Math.floor(key.length / 2)
    const misspelt = `${key.slice(0, middle)}${key.slice(middle + 1)}`
    const file = fileWith(JSON.stringify({ [misspelt]: 1 }), 'json')
    const [inFile = '', ...more] = problemsOf({ file })
    assert.deepEqual(more, [])
    assert.ok(inFile.startsWith(`${file}: ${misspelt}: 1: expected a setting: `), inFile)
    const [inEnvironment = ''] = problemsOf({ environment: { [environmentName(misspelt)]: '1' } })
    // Of three letters, one that is missing is too many to guess.
    if (key.length > 3) {
      assert.ok(inFile.endsWith(`did you mean ${key}?`), inFile)
      assert.ok(inEnvironment.endsWith(`did you mean ${environmentName(key)}?`), inEnvironment)
    }
  }
})
