/** That whoever runs a relay by what is in `deploy/`, the image or the documents sets what there is to set. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { environmentName, SETTING_KEYS } from '../../src/relay/config/settings.js'
import { filesUnder, readFile } from './deploy-files.js'

const KNOWN: ReadonlySet<string> = new Set([
  'PARLANCE_CONFIG',
  'PARLANCE_PASSWORD',
  ...SETTING_KEYS.map(environmentName),
])
/** The README shows one that is misspelt, and what Kubernetes sets for a service called parlance. */
const SHOWN_WRONG = /PARLANCE_(LOG_DIRR|SERVICE_HOST|TEST_\w*)/

test('every variable that is named is a setting', () => {
  for (const path of [
    ...filesUnder('deploy'),
    'Dockerfile',
    'scripts/container',
    'docs/operations.md',
    'README.md',
  ]) {
    for (const [name] of readFile(path).matchAll(/\bPARLANCE_[A-Z][A-Z_]*/g)) {
      assert.ok(KNOWN.has(name) || SHOWN_WRONG.test(name), `${name} in ${path}`)
    }
  }
})
