/** Which names a pattern keeps from everybody, and that no claim, hold or rename gets round it (N1–N3). */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isNamePattern, NamePatterns } from '../../../src/relay/hub/name-patterns.js'
import { Ear } from './model.js'
import { hubWorld } from './world.js'

test('a name is kept from those that are it, and from those that look like it', () => {
  const patterns = new NamePatterns(['Server', 'admin', 'Modern1'])
  for (const name of [
    'Server',
    'SERVER',
    'server',
    '5erver',
    '$erver',
    'adm1n',
    'ADM|N',
    'adrnin',
    'Modem1',
    'modeml',
  ])
    assert.ok(patterns.has(name), name)
  for (const name of ['Serve', 'Server2', 'aServer', 'admins', '__proto__', 'Ser-ver'])
    assert.ok(!patterns.has(name), name)
  assert.ok(!new NamePatterns([]).has('Server'))
})

test('a * stands for any characters, also none', () => {
  const cases: Record<string, readonly [yes: readonly string[], no: readonly string[]]> = {
    '*admin*': [
      ['admin', 'TheAdmin', 'admin2', 'xAdm1nx'],
      ['adm', 'admi-n'],
    ],
    'bot-*': [
      ['bot-', 'b0t-7'],
      ['bot', 'abot-7'],
    ],
    '*-bot': [
      ['-bot', 'x-b0t'],
      ['bot', 'x-bots'],
    ],
    'a*b*c': [
      ['abc', 'aXbYc', 'abbc'],
      ['ab', 'acb', 'bc', 'ac'],
    ],
    'aa*aa': [
      ['aaaa', 'aaXaa'],
      ['aa', 'aaa'],
    ],
    '*x*x*': [
      ['xx', 'axbxc'],
      ['x', 'axb'],
    ],
    'a**b': [
      ['ab', 'aXb'],
      ['a', 'b'],
    ],
  }
  for (const [pattern, [yes, no]] of Object.entries(cases)) {
    const patterns = new NamePatterns([pattern])
    for (const name of yes) assert.ok(patterns.has(name), `${pattern}: ${name}`)
    for (const name of no) assert.ok(!patterns.has(name), `${pattern}: ${name}`)
  }
})

test('a pattern of many * takes no longer than another one', () => {
  const patterns = new NamePatterns([`${'a*'.repeat(31)}b`])
  const begun = performance.now()
  for (let round = 0; round < 1000; round++) assert.ok(!patterns.has('a'.repeat(32)))
  assert.ok(performance.now() - begun < 2000)
})

test('what would shut everybody out, or could be no name, is no pattern', () => {
  for (const pattern of ['', '*', '***', 'a b', 'Zoë', 'x'.repeat(65), 'a\n'])
    assert.ok(!isNamePattern(pattern), pattern)
  for (const pattern of ['a', '*a', 'x'.repeat(64), '!*']) assert.ok(isNamePattern(pattern), pattern)
})

test('N3 a forbidden name is taken for a claim, a hold and a rename; who has one keeps it and can leave it', () => {
  let forbidden = new NamePatterns([])
  const { hub, claim } = hubWorld({ isForbiddenName: (name) => forbidden.has(name) })
  const server = claim('Server')
  const holder = new Ear()
  assert.equal(hub.hold('admin', holder), null)
  forbidden = new NamePatterns(['Server', 'admin'])
  assert.equal(hub.claim('server', 'chatty', new Ear()), 'taken')
  assert.equal(hub.hold('Server', new Ear()), 'taken')
  assert.equal(hub.claim('admin', 'chatty', holder), 'taken', 'although it holds it')
  const amy = claim('Amy')
  assert.equal(hub.rename(amy, 'ADMIN'), 'taken')
  assert.equal(amy.name, 'Amy')
  assert.equal(hub.session('Server'), server)
  assert.equal(hub.rename(server, 'Bob'), null)
  assert.equal(hub.rename(server, 'Server'), 'taken')
})
