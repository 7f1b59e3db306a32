/** What is read from clients and written for them, without a network. Rules X2, X4, X10, X11, M3, N4. */

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { nameArrays } from '../../../../src/relay/dialects/chatmaster/list-answers.js'
import { messagePackages } from '../../../../src/relay/dialects/chatmaster/packages.js'
import { fieldOf, readPackage, requestOf } from '../../../../src/relay/dialects/chatmaster/request.js'

const read = (text: string) => {
  const bytes = Buffer.from(`xx${text}yy`)
  const one = readPackage(bytes, 2, bytes.length - 2)
  return one === null ? null : requestOf(one)
}

test('X11 a package is an object with a string and an object', () => {
  assert.deepEqual(read('{"type":"message","data":{"message":"é"}}'), {
    kind: 'message',
    data: { message: 'é' },
  })
  assert.deepEqual(read('{"type":"command","data":{"command":"x"}}'), {
    kind: 'command',
    name: 'x',
    parameters: undefined,
  })
  assert.deepEqual(read('{"type":"command","data":{}}'), { kind: 'unknown', type: 'command' })
  assert.deepEqual(read('{"type":"x","data":{}}'), { kind: 'unknown', type: 'x' })
  for (const text of ['{}', '{"type":"x"}', '{"type":"x","data":[]}', '{"type":1,"data":{}}', '{', '[]', 'x'])
    assert.equal(read(text), null)
  assert.equal(readPackage(Buffer.from('{"type":"\xff","data":{}}', 'latin1'), 0, 21), null)
})

test('M3 N4 fields are strings without padding, and never what an object inherits', () => {
  assert.equal(fieldOf({ username: 'Bob\r\n\0' }, 'username'), 'Bob')
  for (const fields of [
    null,
    undefined,
    5,
    'username',
    [],
    {},
    { username: null },
    JSON.parse('{"__proto__":{"username":"x"}}'),
  ])
    assert.equal(fieldOf(fields, 'username'), null)
})

test('M6 whatever the text is, its packages fit, and together they say it', () => {
  const unit = fc.constantFrom('x', '"', 'é', '漢', '\u{1f44d}', '\\', '\t')
  fc.assert(
    fc.property(unit, unit, fc.integer({ min: 1, max: 70_000 }), (one, other, count) => {
      const text = one.repeat(count) + other.repeat(count / 3)
      const packages = messagePackages('n'.repeat(32), text, ',"private":true,"edited":true')
      for (const json of packages) {
        assert.ok(Buffer.byteLength(json) <= 65_536)
        assert.doesNotMatch(json, /\p{Surrogate}/u)
      }
      assert.ok(packages.map((json) => JSON.parse(json).data.message).join('') === text)
    }),
    { numRuns: 60 },
  )
})

test('X2 X10 X15 names are split into arrays that fit a package, and made once for each list', () => {
  assert.deepEqual(nameArrays([]), ['[]'])
  assert.deepEqual(nameArrays(['"', 'a', '\\']), ['["\\"","a","\\\\"]'])
  const names = Array.from({ length: 3000 }, (_, index) => `${index}`.padStart(64, '"'))
  const arrays = nameArrays(names)
  assert.ok(arrays.length > 1)
  for (const array of arrays) assert.ok(array.length < 65_536 - 100)
  assert.deepEqual(
    arrays.flatMap((array) => JSON.parse(array) as string[]),
    names,
  )
})

test('M6 a text that is too long for one package is shown whole in several, and no character is cut in two', () => {
  for (const before of ['', 'x', 'xx', 'xxx']) {
    const text = before + '\u{1f600}'.repeat(20_000)
    const packages = messagePackages('Amy', text, '')
    assert.ok(packages.length > 1)
    const texts = packages.map((one) => (JSON.parse(one) as { data: { message: string } }).data.message)
    assert.equal(texts.join(''), text)
    for (const [index, one] of packages.entries()) {
      assert.ok(Buffer.byteLength(one) <= 64 * 1024)
      assert.doesNotMatch(texts[index] as string, /\p{Surrogate}/u)
    }
  }
})
