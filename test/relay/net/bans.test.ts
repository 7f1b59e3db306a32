/** The list of bans and its file: what is a mistake, what holds for how long, and what is written by whom. */

import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { BanFileError } from '../../../src/relay/net/ban-file.js'
import { Bans, subjectOf } from '../../../src/relay/net/bans.js'

const dir = mkdtempSync(join(tmpdir(), 'parlance-bans-'))
after(() => rmSync(dir, { recursive: true }))
let files = 0
function fileWith(text: string): string {
  const path = join(dir, `bans-${files++}`)
  writeFileSync(path, text)
  return path
}

const NOON = Date.parse('2026-12-01T12:00:00Z')

function bansIn(path: string | null) {
  const clock = { ms: NOON }
  const bans = new Bans({ now: () => clock.ms })
  bans.use(Bans.read(path))
  return { bans, clock }
}

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof BanFileError, String(error))
    return error.problems
  }
  assert.fail('nothing was refused')
}

const TEXT = `# People who were asked to leave.

203.0.113.7
203.0.113.0/24   2026-12-01T12:00:10Z   a noisy rack, for ten seconds
2001:db8:5::/48\t-\tfor good # and why
name:Mallory     2026-12-24
`

test('addresses, networks and names are banned for good or until a time', () => {
  const { bans, clock } = bansIn(fileWith(TEXT))
  assert.equal(bans.list().length, 4)
  assert.equal(bans.ofAddress('203.0.113.8')?.reason, 'a noisy rack, for ten seconds')
  assert.equal(bans.ofAddress('2001:db8:5:1::1')?.reason, 'for good # and why')
  assert.equal(bans.ofAddress('203.0.114.8'), null)
  assert.equal(bans.ofAddress(''), null)
  for (const name of ['Mallory', 'MALLORY', 'Ma11ory']) assert.ok(bans.ofName(name), name)
  assert.equal(bans.ofName('Mallor'), null)
  clock.ms += 10_000
  assert.equal(bans.ofAddress('203.0.113.8'), null)
  assert.equal(bans.ofAddress('203.0.113.7')?.untilMs, null)
  assert.deepEqual(
    bans.list().map(({ subject }) => subject),
    ['203.0.113.7', '2001:db8:5::/48', 'name:Mallory'],
  )
  clock.ms = Date.parse('2026-12-24')
  assert.equal(bans.ofName('Mallory'), null)
})

test('of two names that look the same, the ban that lasts longest counts', () => {
  const { bans, clock } = bansIn(fileWith('name:mallory\nname:Mallory 2026-12-01T12:00:10Z\n'))
  clock.ms += 60_000
  assert.ok(bans.ofName('MALLORY'))
})

test('every mistake is told with its line, its text and what was expected; nothing is changed by it', () => {
  const path = fileWith(TEXT)
  const { bans } = bansIn(path)
  writeFileSync(
    path,
    [
      '203.0.113.256',
      '203.0.113.7/24',
      'Mallory',
      'name:',
      'name:a\u202Eb',
      '203.0.113.9 tomorrow',
      '203.0.113.9 2026-02-31',
      '203.0.113.9 2026-12-01T12:00:00+02:00',
      '198.51.100.1',
      '198.51.100.1 2026-12-01',
    ].join('\n'),
  )
  const problems = problemsOf(() => Bans.read(path))
  const expected = [
    /line 1: "203.0.113.256": expected an address such as .*, or name: and a name$/,
    /line 2: "203.0.113.7\/24": expected an address/,
    /line 3: "Mallory": expected an address/,
    /line 4: "name:": expected/,
    /line 5: "name:a\\u202eb": expected/,
    /line 6: "tomorrow": expected a time in UTC such as 2026-12-01T00:00:00Z, or - for good$/,
    /line 7: "2026-02-31": expected a time/,
    /line 8: "2026-12-01T12:00:00\+02:00": expected a time/,
    /line 10: "198.51.100.1": expected once: line 9 has it already$/,
  ]
  assert.equal(problems.length, expected.length, problems.join('\n'))
  for (const [index, pattern] of expected.entries()) {
    assert.match(problems[index] as string, pattern)
    assert.ok(problems[index]?.startsWith(path))
  }
  assert.ok(bans.ofAddress('203.0.113.8'), 'the list is what it was')
  assert.equal(problemsOf(() => bans.add({ subject: '192.0.2.1', untilMs: null, reason: '' })).length, 9)
  assert.equal(bans.ofAddress('192.0.2.1'), null)
})

test('a file that is something else is told of in a few lines, and one that is none in one', () => {
  const long = problemsOf(() => Bans.read(fileWith('what is this?\n'.repeat(1000))))
  assert.equal(long.length, 21)
  assert.match(long[20] as string, /and 980 more lines like these/)
  assert.match(
    problemsOf(() => Bans.read(join(dir, 'missing')))[0] as string,
    /missing: there is no such file/,
  )
  assert.match(problemsOf(() => Bans.read(dir))[0] as string, /expected a file$/)
  assert.match(problemsOf(() => Bans.read('/dev/zero'))[0] as string, /expected a file$/)
})

test('what is banned and let go by hand is in the file at once, among what people have written', () => {
  const path = fileWith(TEXT)
  chmodSync(path, 0o640)
  const { bans, clock } = bansIn(path)
  bans.add({ subject: '198.51.100.7', untilMs: NOON + 60_000, reason: 'spam\nname:Everybody' })
  // Somebody has edited the file since.
  writeFileSync(path, `${readFileSync(path, 'utf8')}name:Trent\n`)
  bans.add({ subject: 'name:Mallory', untilMs: null, reason: '' })
  assert.equal(
    readFileSync(path, 'utf8'),
    `# People who were asked to leave.

203.0.113.7
203.0.113.0/24   2026-12-01T12:00:10Z   a noisy rack, for ten seconds
2001:db8:5::/48\t-\tfor good # and why
198.51.100.7 2026-12-01T12:01:00.000Z spam\\nname:Everybody
name:Trent
name:Mallory
`,
  )
  assert.ok(bans.ofName('Trent'))
  assert.equal(statSync(path).mode & 0o777, 0o640)
  clock.ms += 60_000
  assert.equal(bans.remove('198.51.100.7'), false, 'its time was over')
  assert.equal(bans.remove('name:Trent'), true)
  assert.equal(bans.remove('name:Trent'), false)
  const { bans: read } = bansIn(path)
  assert.deepEqual(
    read.list().map(({ subject }) => subject),
    ['203.0.113.7', '2001:db8:5::/48', 'name:Mallory'],
  )
  assert.ok(readFileSync(path, 'utf8').startsWith('# People'))
})

test('a link to the file stays one; where nothing can be written nobody is banned; no draft is left', () => {
  const folder = join(dir, 'linked')
  mkdirSync(folder)
  const target = join(folder, 'real')
  writeFileSync(target, '')
  const link = join(dir, 'link')
  symlinkSync(target, link)
  const { bans } = bansIn(link)
  bans.add({ subject: '192.0.2.1', untilMs: null, reason: '' })
  assert.equal(readFileSync(target, 'utf8'), '192.0.2.1\n')
  // A directory in the way of the draft, as nothing else stops root.
  const draft = `${target}.${process.pid}`
  mkdirSync(draft)
  assert.equal(problemsOf(() => bans.add({ subject: '192.0.2.2', untilMs: null, reason: '' })).length, 1)
  assert.equal(bans.ofAddress('192.0.2.2'), null)
  rmSync(draft, { recursive: true })
  assert.deepEqual(readdirSync(folder), ['real'])
})

test('without a file bans hold as long as the relay runs, also after a reload; a file that is no longer named is none', () => {
  const { bans } = bansIn(null)
  assert.ok(!bans.isKept)
  bans.add({ subject: '192.0.2.1', untilMs: null, reason: '' })
  bans.use(Bans.read(null))
  assert.ok(bans.ofAddress('192.0.2.1'))
  bans.use(Bans.read(fileWith('name:Mallory\n')))
  assert.ok(bans.isKept)
  assert.equal(bans.ofAddress('192.0.2.1'), null)
  bans.use(Bans.read(null))
  assert.equal(bans.ofName('Mallory'), null)
})

test('whom a ban hits: everybody from there, or whoever has the name', () => {
  const { bans } = bansIn(null)
  const peers = [
    { remoteAddress: '203.0.113.7', name: 'Amy' },
    { remoteAddress: '203.0.113.8', name: null },
    { remoteAddress: '2001:db8::1', name: 'MALLORY' },
  ]
  assert.deepEqual(bans.hits({ subject: '203.0.113.0/24' }, peers), peers.slice(0, 2))
  assert.deepEqual(bans.hits({ subject: 'name:Mallory' }, peers), peers.slice(2))
  assert.deepEqual(bans.hits({ subject: '192.0.2.1' }, peers), [])
})

test('what an operator means by a word', () => {
  assert.equal(subjectOf('203.0.113.7'), '203.0.113.7')
  assert.equal(subjectOf('2001:DB8::/32'), '2001:db8::/32')
  assert.equal(subjectOf('Mallory'), 'name:Mallory')
  assert.equal(subjectOf('name:203.0.113.7'), 'name:203.0.113.7')
  for (const word of ['203.0.113.256', '203.0.113.7/24', '2001:db8:', 'a b', '', 'name:', 'x'.repeat(33)])
    assert.equal(subjectOf(word), null, word)
})
