/** That docs/dependencies.md is what is shipped, and that what packages run when they are installed is known and harmless. */

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { bundledPackages, dependenciesPage, shippedPackages } from '../../scripts/dependency-docs/page.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const { dependencies, optionalDependencies } = JSON.parse(read('package.json')) as Record<
  string,
  Record<string, string>
>

test('the page is made from what is locked and installed: npm run docs:dependencies', () => {
  assert.equal(read('docs/dependencies.md'), dependenciesPage())
})

test('what the relay asks for is on it, and each other one is needed by one that is', () => {
  const shipped = shippedPackages()
  const own = shipped.filter(({ neededBy }) => neededBy.includes('parlance-relay')).map(({ name }) => name)
  const asked = [...Object.keys(dependencies ?? {}), ...Object.keys(optionalDependencies ?? {})]
  assert.deepEqual([...new Set(own)].sort(), asked.sort())
  const names = new Set(['parlance-relay', ...shipped.map(({ name }) => name)])
  for (const { name, neededBy } of shipped) {
    assert.ok(neededBy.length > 0, `nobody needs ${name}`)
    for (const other of neededBy)
      assert.ok(names.has(other), `${name} is needed by ${other}, which is not shipped`)
  }
})

test('what is optional is so for nobody else', () => {
  const optional = shippedPackages().filter(({ isOptional }) => isOptional)
  for (const name of Object.keys(optionalDependencies ?? {}))
    assert.ok(
      optional.some((one) => one.name === name),
      name,
    )
})

test('the pages have nothing in them that is not on it', () => {
  const bundled = JSON.parse(read('build/web-packages.json')) as { name: string; version: string }[]
  const listed = [...bundledPackages(), ...shippedPackages()].map(({ name, version }) => `${name}@${version}`)
  for (const { name, version } of bundled) assert.ok(listed.includes(`${name}@${version}`), name)
})

test('only optional packages have install scripts, which look for a binary that is in the package', () => {
  const running = shippedPackages().filter(({ scripts }) => scripts.length > 0)
  assert.deepEqual(
    running.map(({ name }) => name),
    ['bufferutil', 'classic-level'],
  )
  for (const { name, isOptional, scripts, folder } of running) {
    assert.ok(isOptional, name)
    assert.deepEqual(scripts, ['install: node-gyp-build'], name)
    assert.ok(existsSync(join(ROOT, folder, 'prebuilds/linux-x64')), name)
  }
})

test('the image is built without running them', () => {
  assert.match(read('Dockerfile'), /npm ci --omit=dev --ignore-scripts /)
})
