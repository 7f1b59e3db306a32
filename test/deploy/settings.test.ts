/** That whoever runs a relay by what is in `deploy/`, the image or the documents sets what there is to set. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { strayVariables } from '../../src/relay/config/stray-names.js'
import { filesUnder, readFile } from './deploy-files.js'

const OTHERS = ['Dockerfile', 'scripts/container', 'docs/operations.md', 'README.md']
/** The README shows what becomes of it. */
const MISSPELT = 'PARLANCE_LOG_DIRR'

test('every variable that is named is one that the relay knows', () => {
  for (const path of [...filesUnder('deploy'), ...OTHERS]) {
    for (const [name] of readFile(path).matchAll(/\bPARLANCE_[A-Z][A-Z_]*/g))
      if (name !== MISSPELT) assert.deepEqual(strayVariables({ [name]: '' }), [], `${name} in ${path}`)
  }
  assert.equal(strayVariables({ [MISSPELT]: '' }).length, 1)
})
