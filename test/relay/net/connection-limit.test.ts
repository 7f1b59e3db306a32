/** That the relay’s own limit of connections stays below what the process may open. */

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { connectionLimit } from '../../../src/relay/net/connection-limit.js'

test('the limit is a whole number below the file descriptor limit', () => {
  const { connections: limit, descriptors: found } = connectionLimit()
  assert.ok(Number.isInteger(limit))
  assert.ok(limit >= 1)
  if (!existsSync('/proc/self/limits')) return
  const descriptors = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1])
  if (Number.isNaN(descriptors)) return
  assert.equal(found, descriptors)
  assert.ok(limit < descriptors, `${limit} of ${descriptors}`)
})
