/** What a configuration file may be, and that it is refused in one sentence when it is something else. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse as parseYaml } from 'yaml'
import { SETTING_KEYS } from '../../../src/relay/config/settings.js'
import { dir, fileWith, load, problemsOf } from './layers.js'

const EXAMPLE = fileURLToPath(new URL('../../../deploy/parlance.example.yaml', import.meta.url))

test('a YAML file says the same as a JSON file', () => {
  const yaml =
    'room: tea # where we are\nlisten:\n  - framed://:1\n  - framed://:2?bare=on\nlogKeepFiles: 3\n'
  const json = '{"room":"tea","listen":["framed://:1","framed://:2?bare=on"],"logKeepFiles":3}'
  assert.deepEqual(load({ file: fileWith(yaml) }), load({ file: fileWith(json, 'json') }))
  assert.deepEqual(load({ file: fileWith('') }), load({}))
  assert.deepEqual(load({ file: fileWith('# nothing\n') }), load({}))
})

test('what a file writes as another type is refused, not turned into the right one', () => {
  for (const line of ['room: 42', 'room: true', 'room: null', 'room: [tea]', 'room: {a: b}', 'logDir: 1']) {
    assert.equal(problemsOf({ file: fileWith(line) }).length, 1, line)
  }
  for (const value of ['"5000"', '5000.5', '.inf', '.nan', 'true', '[5000]', 'null', '4095', '1e13']) {
    assert.equal(problemsOf({ file: fileWith(`logMaxBytes: ${value}`) }).length, 1, value)
  }
  for (const value of ['framed://:1', '[]', '[1]', '{}', 'null']) {
    assert.equal(problemsOf({ file: fileWith(`listen: ${value}`) }).length, 1, value)
  }
})

test('a file that cannot be read or is no list of settings is one problem that names it', () => {
  const loop = 'room: &a [*a]\n'
  for (const content of [
    '- room',
    'room',
    '42',
    'room: [',
    '{"room": ',
    '\t- x: y\n:',
    'a: 1\na: 2\n',
    loop,
  ]) {
    const file = fileWith(content)
    const problems = problemsOf({ file })
    assert.equal(problems.length, 1, `${content}: ${problems}`)
    assert.ok(problems[0]?.includes(file), problems[0])
  }
  assert.match(
    problemsOf({ file: join(dir, 'missing.yaml') })[0] ?? '',
    /^--config: ".*missing\.yaml": ENOENT/,
  )
  assert.match(problemsOf({ file: dir })[0] ?? '', /^--config: .*EISDIR/)
  assert.match(problemsOf({ file: fileWith('room: a\nroom: b\n') })[0] ?? '', / at line 2, column 1$/)
  const environment = { PARLANCE_CONFIG: join(dir, 'missing.yaml') }
  assert.match(problemsOf({ environment })[0] ?? '', /^PARLANCE_CONFIG: ".*missing\.yaml": ENOENT/)
})

test('the environment may name the file, and a flag names another', () => {
  const environment = { PARLANCE_CONFIG: fileWith('room: tea') }
  assert.equal(load({ environment }).room, 'tea')
  assert.equal(load({ environment, file: fileWith('room: coffee') }).room, 'coffee')
})

test('where a JSON file says to editors where the schema is, that is no setting', () => {
  const file = fileWith('{"$schema":"./parlance.schema.json","room":"tea"}', 'json')
  assert.deepEqual(load({ file }), load({ flags: { room: 'tea' } }))
  assert.equal(problemsOf({ file: fileWith('{"$schema":1}', 'json') }).length, 1)
})

test('where a list is needed, one entry alone is shown as one', () => {
  const file = fileWith('listen: framed://:9100')
  const said = `${file}: listen: "framed://:9100": expected a list: `
  const [problem, ...more] = problemsOf({ file })
  assert.deepEqual(more, [])
  assert.ok(problem?.startsWith(said), problem)
  // What it says can be put in its place.
  const right = fileWith(`listen: ${problem?.slice(said.length)}`)
  assert.deepEqual(
    load({ file: right }).listen.map(({ url }) => url),
    ['framed://:9100'],
  )
})

test('what YAML takes for yes or no is no directory', () => {
  for (const word of ['no', 'false', 'null', '~', 'yes']) {
    assert.equal(problemsOf({ file: fileWith(`logDir: ${word}`) }).length, 1, word)
  }
  assert.equal(load({ file: fileWith('logDir: off') }).logDir, 'off')
})

test('keys that are none are each refused, with the key that is nearest', () => {
  const file = fileWith('log-dir: a\nLISTNE: b\nfan_out: c\nsomething: d\nconfig: e\n')
  assert.deepEqual(
    problemsOf({ file }).map((problem) => problem.slice(file.length + 2)),
    [
      'log-dir: "a": expected a setting: did you mean logDir?',
      'LISTNE: "b": expected a setting: did you mean listen?',
      'fan_out: "c": expected a setting: did you mean fanout?',
      'something: "d": expected a setting: parlance serve --help lists them',
      'config: "e": expected a setting: parlance serve --help lists them',
    ],
  )
})

test('the example file is taken as it is, has every setting, and changes none', () => {
  assert.deepEqual(load({ file: EXAMPLE }), load({}))
  const keys = Object.keys(parseYaml(readFileSync(EXAMPLE, 'utf8')))
  assert.deepEqual([...keys].sort(), [...SETTING_KEYS].sort())
})

test('what the example file has as remarks can be taken in, all at once', () => {
  const text = readFileSync(EXAMPLE, 'utf8')
  const whole = text.replace(/^( *)# (?=- \w|\w+: \[)/gm, '$1')
  const file = fileWith(whole)
  const { listen } = load({ file, flags: { trustedProxies: ['10.0.0.0/8'] } })
  assert.equal(listen.length, load({}).listen.length + 5)
})
