/** That the file with the addresses is whole whenever it is there, follows no link, and goes with its relay alone. */

import assert from 'node:assert/strict'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { AddressFile, type Places, readPlaces } from '../../../src/relay/observe/address-file.js'

const PLACES: Places = {
  pid: 4711,
  ops: { host: '127.0.0.1', port: 9464 },
  admin: '/run/parlance/admin.sock',
  listeners: [{ dialect: 'framed', host: null, port: 9000, tls: false, proxy: false }],
  logDir: '/var/log/parlance',
}

function directory(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-addresses-'))
  t.after(() => rmSync(dir, { recursive: true }))
  return dir
}

test('what was written is read, over what was there before, and removed', (t) => {
  const dir = directory(t)
  const path = join(dir, 'parlance.json')
  writeFileSync(path, 'of a relay that has crashed')
  writeFileSync(`${path}.4711`, 'and of another in the middle of it')
  const file = new AddressFile(path, PLACES)
  assert.deepEqual(readPlaces(path), PLACES)
  assert.deepEqual(readdirSync(dir), ['parlance.json'])
  file.remove()
  file.remove()
  assert.deepEqual(readdirSync(dir), [])
})

test('what another relay has written since stays', (t) => {
  const path = join(directory(t), 'parlance.json')
  const first = new AddressFile(path, PLACES)
  const second = new AddressFile(path, { ...PLACES, pid: 4712 })
  first.remove()
  assert.equal(readPlaces(path).pid, 4712)
  second.remove()
  assert.ok(!existsSync(path))
})

test('what became of a reload is told in it, unless it is another relay’s by now, or none any more', (t) => {
  const path = join(directory(t), 'parlance.json')
  const reload = { number: 1, state: 'taken', live: [], waiting: [], problems: [] } as const
  const first = new AddressFile(path, PLACES)
  first.tell(reload)
  assert.deepEqual(readPlaces(path), { ...PLACES, reload })
  first.tell({ ...reload, number: 2 })
  assert.equal(readPlaces(path).reload?.number, 2)
  const second = new AddressFile(path, { ...PLACES, pid: 4712 })
  first.tell({ ...reload, number: 3 })
  assert.equal(readPlaces(path).reload, undefined)
  second.tell(reload)
  second.remove()
  second.tell(reload)
  assert.ok(!existsSync(path))
})

test('a link in its place is replaced, and what it leads to is not written', (t) => {
  const dir = directory(t)
  const [path, secret] = [join(dir, 'parlance.json'), join(dir, 'secret')]
  writeFileSync(secret, 'mine')
  symlinkSync(secret, path)
  symlinkSync(secret, `${path}.4711`)
  new AddressFile(path, PLACES)
  assert.ok(lstatSync(path).isFile())
  assert.equal(readFileSync(secret, 'utf8'), 'mine')
})

test('where it cannot be written there is the system’s error, and nothing is left over', (t) => {
  const dir = directory(t)
  mkdirSync(join(dir, 'taken'))
  assert.throws(() => new AddressFile(join(dir, 'taken'), PLACES), { code: 'EISDIR' })
  assert.throws(() => new AddressFile(join(dir, 'none', 'parlance.json'), PLACES), { code: 'ENOENT' })
  assert.deepEqual(readdirSync(dir), ['taken'])
})

test('what is no such file is refused', (t) => {
  const path = join(directory(t), 'parlance.json')
  assert.throws(() => readPlaces(path), { code: 'ENOENT' })
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    '{}',
    '{"ops":null}',
    '{"listeners":[]}',
    '{"ops":null,"listeners":1}',
  ]) {
    writeFileSync(path, text)
    assert.throws(
      () => readPlaces(path),
      /parlance\.json: expected what parlance serve --address-file writes$/,
      text,
    )
  }
})
