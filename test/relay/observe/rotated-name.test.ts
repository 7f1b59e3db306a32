/** That names of rotated files are read as they were made, sort by time, and that no other name is taken for one. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { byRotation, parseRotatedName, rotatedName } from '../../../src/relay/observe/rotated-name.js'

test('a name is read as it was made, in each form', () => {
  const time = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  fc.assert(
    fc.property(
      fc.constantFrom('chat', 'connections'),
      time,
      fc.integer({ min: 1, max: 99 }),
      (log, at, index) => {
        const plain = rotatedName(log, at.getTime(), index)
        for (const [end, form] of [
          ['', 'plain'],
          ['.gz', 'compressed'],
          ['.gz.part', 'unfinished'],
        ])
          assert.deepEqual(parseRotatedName(`${plain}${end}`), {
            log,
            rotatedMs: at.getTime(),
            index,
            plain,
            form,
          })
      },
    ),
  )
})

test('what was put aside later comes later, also in one millisecond', () => {
  const names = [rotatedName('chat', 1, 2), rotatedName('chat', 1, 10), rotatedName('chat', 2, 1)]
  const sorted = [...names].reverse().map((name) => parseRotatedName(name) ?? assert.fail(name))
  assert.deepEqual(
    sorted.sort(byRotation).map(({ plain }) => plain),
    names,
  )
})

test('what the relay has not named is somebody else’s', () => {
  for (const name of [
    'chat.log',
    'chat-notes.log',
    'chat-2026-01-31.log',
    'chat-2026-13-31T23-59-59-999Z-1.log',
    'chat-2026-01-31T23-59-59-999Z.log',
    'chat-2026-01-31T23-59-59-999Z-1.log.bz2',
    'chat-2026-01-31T23-59-59-999Z-1.log.gz.gz',
    'chat-2026-01-31T23-59-59-999Z-1.log\n',
    '../chat-2026-01-31T23-59-59-999Z-1.log',
    'x/chat-2026-01-31T23-59-59-999Z-1.log',
    '-2026-01-31T23-59-59-999Z-1.log',
  ])
    assert.equal(parseRotatedName(name), null, name)
})
