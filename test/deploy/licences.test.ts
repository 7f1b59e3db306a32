/** Which licences may be shipped, and that whatever is installed for a relay has one of them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ROOT, readFile } from './deploy-files.js'

interface Licences {
  permissive(id: string, declared?: string): string
  systemLicence(name: string): string
  licenceText(id: string, folder: string): string
}
const { permissive, systemLicence, licenceText }: Licences = await import(
  new URL('../../scripts/licences.mjs', import.meta.url).href
)

interface Locked {
  readonly version: string
  readonly license?: string
  readonly dev?: boolean
  readonly peer?: boolean
}

test('every package that is shipped is under a permissive licence, and has its text', () => {
  const { packages } = JSON.parse(readFile('package-lock.json')) as { packages: Record<string, Locked> }
  for (const [folder, { version, license, dev, peer }] of Object.entries(packages)) {
    if (folder === '' || dev || peer) continue
    const id = `${folder.replace(/^.*node_modules\//, '')}@${version}`
    assert.ok(permissive(id, license).length > 0)
    assert.match(licenceText(id, `${ROOT}${folder}`), /permi|licen[cs]e/i, id)
  }
})

test('what asks for more, says nothing, or says it in words of its own is refused', () => {
  assert.equal(permissive('both@1.0.0', '(MIT OR GPL-3.0-only)'), '(MIT OR GPL-3.0-only)')
  assert.throws(
    () => permissive('a@1.0.0', 'GPL-3.0-only'),
    /^Error: a@1\.0\.0 is under GPL-3\.0-only, which is not/,
  )
  assert.throws(() => permissive('a@1.0.0', '(MIT AND AGPL-3.0-only)'), /a@1\.0\.0 is under/)
  assert.throws(() => permissive('a@1.0.0'), /a@1\.0\.0 says no licence/)
  assert.throws(() => permissive('a@1.0.0', 'SEE LICENSE IN terms.txt'), /no SPDX expression: "SEE LICENSE/)
})

test('a package of the system that nobody has looked at is refused', () => {
  assert.equal(systemLicence('libc6'), 'LGPL-2.1-or-later')
  assert.throws(
    () => systemLicence('libreadline8'),
    /nobody has looked at the licence of Debian's libreadline8/,
  )
})
