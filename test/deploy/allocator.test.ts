/** That the container, the unit for systemd and the soak start a relay with the allocator that docs/operations.md says. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALLOCATOR } from '../../bench/soak/relay.js'
import { readFile } from './deploy-files.js'

const EXPECTED = Object.entries(ALLOCATOR)
  .map(([name, value]) => `${name}=${value}`)
  .sort()

/** @returns what is set of malloc's, in order */
function settingsIn(text: string): string[] {
  return [...text.matchAll(/\bMALLOC_\w+=\d+/g)].map(([setting]) => setting).sort()
}

test('the container, the unit and the page have the allocator that was measured', () => {
  for (const line of readFile('Dockerfile')
    .split('\n')
    .filter((text) => text.includes('MALLOC_')))
    assert.match(line, /^ENV /)
  assert.deepEqual(settingsIn(readFile('Dockerfile')), EXPECTED)
  const unit = readFile('deploy/systemd/parlance.service')
  assert.deepEqual(settingsIn(unit), EXPECTED)
  assert.equal([...unit.matchAll(/^Environment=MALLOC_/gm)].length, EXPECTED.length)
  const page = readFile('docs/operations.md')
  for (const setting of EXPECTED) assert.ok(page.includes(`\`${setting}\``), setting)
})
