/** That directories are made as far as the system lets them be, and that it always comes to an end. */

import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { makeDirectory } from '../../../src/relay/observe/make-directory.js'

const dir = mkdtempSync(join(tmpdir(), 'parlance-directories-'))
after(() => rmSync(dir, { recursive: true, force: true }))
const isDirectory = (path: string) => statSync(path).isDirectory()

test('those above are made too, and what is there already stays as it is', () => {
  const path = join(dir, 'a', 'b', 'c')
  makeDirectory(path, 0o700)
  for (const made of [path, join(dir, 'a', 'b'), join(dir, 'a')]) {
    assert.ok(isDirectory(made))
    assert.equal(statSync(made).mode & 0o777, 0o700)
  }
  chmodSync(path, 0o755)
  makeDirectory(path, 0o700)
  makeDirectory(`${path}/`, 0o700)
  assert.equal(statSync(path).mode & 0o777, 0o755)
})

test('a link to a directory is one', () => {
  const link = join(dir, 'link')
  symlinkSync(dir, link)
  makeDirectory(link, 0o700)
  makeDirectory(join(link, 'through'), 0o700)
  assert.ok(isDirectory(join(dir, 'through')))
})

test('a file or a link to nothing in the way is no directory, and is named', () => {
  const file = join(dir, 'file')
  writeFileSync(file, '')
  assert.throws(() => makeDirectory(file, 0o700), {
    code: 'ENOTDIR',
    path: file,
    message: `ENOTDIR: not a directory: '${file}'`,
  })
  assert.throws(() => makeDirectory(join(file, 'below'), 0o700), { code: 'ENOTDIR', path: file })
  const dangling = join(dir, 'dangling')
  symlinkSync(join(dir, 'nowhere'), dangling)
  assert.throws(() => makeDirectory(join(dangling, 'below'), 0o700), { code: 'ENOTDIR', path: dangling })
})

test('where nothing can be made it ends with the system’s error', {
  skip: existsSync('/proc/self') ? false : 'no /proc here',
}, () => {
  assert.throws(() => makeDirectory('/proc/parlance/logs', 0o700), {
    code: 'ENOENT',
    path: '/proc/parlance',
  })
})
