/** What a configuration file may be, and that it is refused in one sentence when it is something else. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { dir, fileWith, load, problemsOf } from './layers.js'

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
})
