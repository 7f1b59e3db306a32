/** Passwords as they are kept: hashes, and the file of names that have one. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPasswordFile } from '../../../src/relay/access/password-file.js'
import {
  decoyHash,
  hashPassword,
  isPassword,
  type PasswordHash,
  readPasswordHash,
} from '../../../src/relay/access/password-hash.js'
import { isFitPassword, looksLikeToken } from '../../../src/relay/access/secret.js'
import { CHEAP, token } from '../../fixtures/access-files.js'

/** The second vector of RFC 7914 (section 12), written in this form: N = 1024, r = 8, p = 16, salt `NaCl`. */
const VECTOR = {
  cost: { ln: 10, r: 8, p: 16 },
  salt: Buffer.from('NaCl'),
  key: Buffer.from(
    'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162' +
      '2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
    'hex',
  ),
}

/** A line that passlib's own documentation of this form has; the password is `password`. */
const FOREIGN = '$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E'

test('a hash is scrypt as its RFC has it, and a password is that of its hash alone', async () => {
  assert.equal(await isPassword('password', VECTOR), true)
  assert.equal(await isPassword('Password', VECTOR), false)
  const written = await hashPassword('correct horse', CHEAP)
  assert.match(written, /^\$scrypt\$ln=10,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  const read = readPasswordHash(written) as PasswordHash
  assert.equal(await isPassword('correct horse', read), true)
  for (const wrong of ['correct hors', 'correct horse ', ''])
    assert.equal(await isPassword(wrong, read), false)
  assert.notEqual(await hashPassword('correct horse', CHEAP), written, 'each has a salt of its own')
  assert.equal(await isPassword('correct horse', decoyHash(CHEAP)), false)
})

test('hashes that other programs have made are read', async () => {
  assert.equal(await isPassword('password', readPasswordHash(FOREIGN) as PasswordHash), true)
})

test('a hash that costs next to nothing, or more than a relay can bear, is none', () => {
  const [, , , salt, key] = FOREIGN.split('$')
  const withCost = (cost: string) => readPasswordHash(`$scrypt$${cost}$${salt}$${key}`)
  for (const fit of ['ln=10,r=1,p=1', 'ln=17,r=8,p=1', 'ln=15,r=8,p=4', 'ln=10,r=8,p=128'])
    assert.notEqual(withCost(fit), null, fit)
  for (const unfit of ['ln=9,r=8,p=1', 'ln=18,r=8,p=1', 'ln=17,r=8,p=2', 'ln=15,r=0,p=1', 'ln=99,r=8,p=1'])
    assert.equal(withCost(unfit), null, unfit)
  for (const broken of ['', '*', 'hunter2', FOREIGN.slice(0, -30), FOREIGN.replace('scrypt', 'argon2id')])
    assert.equal(readPasswordHash(broken), null, broken)
})

test('a file has a line for each name, remarks and empty lines', async () => {
  const hash = await hashPassword('correct horse', CHEAP)
  const { passwords, problems } = readPasswordFile(
    `# who may be who\r\n\r\nAmy ${hash}\r\n  __proto__\t${hash}  \nServer *\n`,
  )
  assert.deepEqual(problems, [])
  assert.deepEqual([...passwords.keys()], ['Amy', '__proto__', 'Server'])
  assert.equal(passwords.get('Server'), null)
  assert.equal(await isPassword('correct horse', passwords.get('__proto__') as PasswordHash), true)
})

test('every mistake is told with its line, and what stands where a hash should be is not repeated', async () => {
  const hash = await hashPassword('correct horse', CHEAP)
  const { problems } = readPasswordFile(
    [`Amy ${hash}`, 'Bob hunter2', `Zoë ${hash}`, `Amy ${hash}`, `Cat ${hash} more`, 'Dog'].join('\n'),
  )
  const expected =
    'expected behind the name a hash that parlance access makes ($scrypt$ln=…, N · r · p no more than 2^20), or *'
  assert.deepEqual(problems, [
    `line 2: "Bob": ${expected}`,
    'line 3: expected a name of 1 to 32 printable ASCII characters, a space and a hash',
    'line 4: "Amy": expected each name once; it is on line 1 too',
    `line 5: "Cat": ${expected}`,
    `line 6: "Dog": ${expected}`,
  ])
})

test('a password is what every dialect has a place for', async () => {
  for (const fit of ['12345678', 'correct horse battery', 'x'.repeat(256)]) assert.ok(isFitPassword(fit), fit)
  for (const unfit of ['1234567', 'x'.repeat(257), ' 12345678', '12345678 ', 'pässword', '1234\t5678', ''])
    assert.equal(isFitPassword(unfit), false, unfit)
  assert.ok(looksLikeToken(await token('Amy')))
  for (const other of ['correct horse', 'eyJhbGciOi', 'a.b.c', 'eyJ.x.'])
    assert.equal(looksLikeToken(other), false)
})
