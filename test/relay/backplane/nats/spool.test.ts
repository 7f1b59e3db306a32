/** What a node leaves on its disk when it is killed, and finds there again. */

import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Spool } from '../../../../src/relay/backplane/nats/spool.js'

function place(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'parlance-spool-'))
  t.after(() => rmSync(directory, { recursive: true }))
  return directory
}

const unsent = (number: number) => {
  return { id: `a.1.room.tea.${number}`, subject: 'room.tea', bytes: Buffer.from(`words ${number}`) } as const
}
const found = (spool: Spool) => spool.recovered.map(({ unsent: { bytes } }) => Buffer.from(bytes).toString())

test('what was written is there again, in order, but for what is kept since', (t) => {
  const directory = place(t)
  const spool = Spool.open(directory)
  const places = spool.write([unsent(0), unsent(1), unsent(2)])
  spool.write([unsent(3)])
  spool.kept(places[0] as never)
  spool.kept(places[2] as never)
  spool.tidy()
  const again = Spool.open(directory)
  // Of those that are kept, the first ones are known to be.
  assert.deepEqual(found(again), ['words 1', 'words 2', 'words 3'])
  assert.deepEqual({ ...again.recovered[0]?.unsent, bytes: null }, { ...unsent(1), bytes: null })
  for (const { place } of again.recovered) again.kept(place)
  again.tidy()
  assert.deepEqual([again.isEmpty, readdirSync(directory)], [true, []])
  spool.close()
})

test('a torn end is cut off at each of its bytes, and what is whole is there', (t) => {
  const directory = place(t)
  const spool = Spool.open(directory)
  spool.write([unsent(0)])
  const name = readdirSync(directory)[0] as string
  const first = readFileSync(join(directory, name)).length
  spool.write([unsent(1)])
  spool.close()
  const whole = readFileSync(join(directory, name))
  for (let length = first; length < whole.length; length++) {
    writeFileSync(join(directory, name), whole.subarray(0, length))
    const torn = Spool.open(directory)
    assert.deepEqual([found(torn), torn.tornBytes], [['words 0'], length - first])
    assert.equal(readFileSync(join(directory, name)).length, first)
  }
  const damaged = Buffer.from(whole)
  damaged[whole.length - 1] = (damaged[whole.length - 1] as number) ^ 1
  writeFileSync(join(directory, name), damaged)
  assert.deepEqual(found(Spool.open(directory)), ['words 0'])
})

test('what is written after a restart is behind what was there, and other files are left alone', (t) => {
  const directory = place(t)
  appendFileSync(join(directory, 'notes.txt'), 'mine')
  Spool.open(directory).write([unsent(0)])
  const second = Spool.open(directory)
  second.write([unsent(1)])
  assert.deepEqual(found(Spool.open(directory)), ['words 0', 'words 1'])
  assert.equal(readFileSync(join(directory, 'notes.txt'), 'utf8'), 'mine')
})

test('a file that has grown large is followed by another one, and goes when all of it is kept', (t) => {
  const directory = place(t)
  const spool = Spool.open(directory)
  const large = { ...unsent(0), bytes: Buffer.alloc(3 * 1024 * 1024) }
  const places = [...spool.write([large]), ...spool.write([large]), ...spool.write([large])]
  assert.equal(readdirSync(directory).length, 2)
  spool.kept(places[0] as never)
  spool.kept(places[1] as never)
  spool.tidy()
  assert.equal(readdirSync(directory).length, 1)
  assert.equal(spool.isEmpty, false)
})
