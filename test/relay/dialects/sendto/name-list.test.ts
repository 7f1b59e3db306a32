import assert from 'node:assert/strict'
import test from 'node:test'
import { namesAsLines, namesAsMessages } from '../../../../src/relay/dialects/sendto/name-list.js'
import { list } from '../../../fixtures/sendto-bytes.js'

test('S3 nobody, one, two', () => {
  assert.deepEqual(namesAsMessages([]), list(''))
  assert.deepEqual(namesAsMessages(['Amy']), list('Amy'))
  assert.deepEqual(namesAsMessages(['Amy', 'Bob']), list('Amy\nBob'))
  assert.equal(namesAsLines([]).toString(), '\n')
  assert.equal(namesAsLines(['Amy', 'Bob']).toString(), 'Amy\nBob\n')
})

test('S3 names that fill a message to the last byte are one message, one byte more makes two', () => {
  // 2,047 names of 31 and a line feed each leave 31 bytes.
  const names = Array.from({ length: 2047 }, (_, n) => String(n).padStart(31, '0'))
  const full = [...names, 'x'.repeat(31)]
  assert.deepEqual(namesAsMessages(full), list(full.join('\n')))
  assert.equal(full.join('\n').length, 65_535)
  assert.deepEqual(
    namesAsMessages([...names, 'x'.repeat(32)]),
    Buffer.concat([list(`${names.join('\n')}\n`), list('x'.repeat(32))]),
  )
  assert.deepEqual(
    namesAsMessages([...full, 'y']),
    Buffer.concat([list(`${names.join('\n')}\n`), list(`${'x'.repeat(31)}\ny`)]),
  )
})
