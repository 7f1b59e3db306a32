/** That the relay’s own limit of connections stays below what the process may open. */

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
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

test('where the system sets no limit there is a large one, and where it does not say there is a usual one', (t) => {
  const path = join(mkdtempSync(join(tmpdir(), 'parlance-limits-')), 'limits')
  t.after(() => rmSync(dirname(path), { recursive: true }))
  assert.equal(connectionLimit(path).descriptors, null, 'there is no such file')
  const usual = connectionLimit(path).connections
  assert.ok(usual > 0)
  writeFileSync(path, 'Max open files            unlimited            unlimited            files\n')
  assert.equal(connectionLimit(path).descriptors, 10_000_000)
  writeFileSync(path, 'Max processes             100                  100                  processes\n')
  assert.deepEqual(connectionLimit(path), { connections: usual, descriptors: null })
})
