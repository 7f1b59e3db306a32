/** Who may have which name, by the settings: passwords, tokens, certificates; what is wrong with them; and a reload. */

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { SignJWT } from 'jose'
import { Access } from '../../../src/relay/access/access.js'
import type { Check, NameClaim, Refusal } from '../../../src/relay/access/applicant.js'
import { ConfigError, configFrom } from '../../../src/relay/config/load.js'
import type { Settings } from '../../../src/relay/config/settings.js'
import { fileOf, passwordFile, SECRET, token } from '../../fixtures/access-files.js'

const FILE = await passwordFile({ Amy: 'correct horse', Bob: 'battery staple', Server: null })
const KEY = fileOf(`${SECRET}\n`)

const opened = (settings: Settings, now = () => 0) =>
  Access.open({ config: configFrom(settings, {}), now, failed: (error) => assert.fail(String(error)) })

/** @returns what is found out about it, at once or later */
function decided(access: Access, claim: Partial<NameClaim>): Promise<Refusal> {
  const decision = access.decide({
    name: 'Amy',
    secret: null,
    certificateName: null,
    address: '192.0.2.1',
    ...claim,
  })
  if (decision === null || typeof decision === 'string') return Promise.resolve(decision)
  return new Promise((resolve) => assert.notEqual(decision.begin(resolve), null))
}

async function problemsOf(settings: Settings): Promise<readonly string[]> {
  try {
    await opened(settings)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

test('off: everybody has every name, at once and whatever they show', async () => {
  const access = await opened({ accessFile: FILE })
  assert.deepEqual([access.isOn, access.takesSecrets, access.isClosed], [false, false, false])
  assert.equal(await decided(access, {}), null)
  assert.equal(await decided(access, { secret: 'wrong' }), null)
})

test('reserved: names in the file need theirs, all others are free', async () => {
  const access = await opened({ access: 'reserved', accessFile: FILE })
  assert.deepEqual([access.isOn, access.takesSecrets, access.isClosed], [true, true, false])
  assert.equal(await decided(access, { secret: 'correct horse' }), null)
  assert.equal(await decided(access, {}), 'no-secret')
  assert.equal(await decided(access, { secret: '' }), 'no-secret')
  assert.equal(await decided(access, { secret: 'battery staple' }), 'wrong-secret')
  assert.equal(await decided(access, { name: 'Server', secret: 'correct horse' }), 'wrong-secret')
  for (const name of ['amy', 'Cat', '__proto__']) {
    assert.equal(await decided(access, { name }), null)
    assert.equal(await decided(access, { name, secret: 'anything' }), null)
  }
})

test('closed: nobody without a password or a token, and unknown names are refused as known ones are', async () => {
  const access = await opened({ access: 'closed', accessFile: FILE, tokenKeyFile: KEY })
  assert.deepEqual([access.isOn, access.takesSecrets, access.isClosed], [true, true, true])
  assert.equal(await decided(access, { secret: 'correct horse' }), null)
  for (const name of ['Amy', 'Cat']) {
    assert.equal(await decided(access, { name }), 'no-secret')
    assert.equal(await decided(access, { name, secret: 'battery staple' }), 'wrong-secret')
    assert.equal(await decided(access, { name, secret: await token(name) }), null)
    assert.equal(await decided(access, { name, secret: await token('Bob') }), 'other-name')
  }
  // It takes as long: a password is derived for either.
  for (const name of ['Amy', 'Cat', 'Server']) {
    const decision = access.decide({ name, secret: 'wrong', certificateName: null, address: '192.0.2.9' })
    assert.equal(typeof (decision as Check).begin, 'function', name)
  }
  assert.equal(await decided(access, { secret: 'x'.repeat(5000) }), 'wrong-secret')
})

test('a token is good for its name, in its time, with the right signature and claims', async () => {
  const settings = {
    access: 'closed',
    tokenKeyFile: KEY,
    tokenIssuer: 'https://id.example.org',
    tokenAudience: 'chat',
    tokenNameClaim: 'nick',
    wrongPasswordsPerMinute: 1000,
  } as const
  const access = await opened(settings)
  const claims = { nick: 'Amy', iss: 'https://id.example.org', aud: ['chat', 'mail'] }
  const outcome = async (shape: Parameters<typeof token>[1]) =>
    decided(access, { secret: await token('whoever', { claims, ...shape }) })
  assert.equal(await outcome({}), null)
  assert.equal(await outcome({ notBefore: -5 }), null)
  assert.equal(await outcome({ expiresIn: -5 }), null, 'within the leeway')
  assert.equal(await outcome({ expiresIn: -15 }), 'expired')
  assert.equal(await outcome({ notBefore: 30 }), 'expired')
  assert.equal(await outcome({ expiresIn: null }), 'wrong-secret')
  assert.equal(await outcome({ secret: `${SECRET}!` }), 'wrong-secret')
  assert.equal(await outcome({ claims: { ...claims, nick: 'Bob' } }), 'other-name')
  assert.equal(await outcome({ claims: { ...claims, nick: 7 } }), 'other-name')
  assert.equal(await outcome({ claims: { ...claims, nick: undefined } }), 'wrong-secret')
  assert.equal(await outcome({ claims: { ...claims, iss: 'https://elsewhere' } }), 'wrong-secret')
  assert.equal(await outcome({ claims: { ...claims, aud: 'mail' } }), 'wrong-secret')
  // Without a file of passwords nothing else is right.
  assert.equal(await decided(access, { secret: 'correct horse' }), 'wrong-secret')
  const lasting = await opened({ ...settings, tokenExpiry: 'optional' })
  assert.equal(await decided(lasting, { secret: await token('', { claims, expiresIn: null }) }), null)
  const strict = await opened({ ...settings, tokenLeewayMs: 0 })
  assert.equal(await decided(strict, { secret: await token('', { claims, expiresIn: -2 }) }), 'expired')
})

test('public keys verify too: in PEM, as a JSON Web Key, in a set; and one is never taken for a secret', async () => {
  const pair = generateKeyPairSync('ed25519')
  const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }) as string
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'a', alg: 'EdDSA' }
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const set = { keys: [jwk, { ...other.publicKey.export({ format: 'jwk' }), kid: 'b', alg: 'ES256' }] }
  const signed = (alg: string, key: Parameters<SignJWT['sign']>[0], kid?: string) =>
    new SignJWT({ sub: 'Amy' })
      .setProtectedHeader(kid === undefined ? { alg } : { alg, kid })
      .setExpirationTime('1m')
      .sign(key)
  const outcome = async (content: string, secret: string) => {
    const access = await opened({ access: 'closed', tokenKeyFile: fileOf(content) })
    return decided(access, { secret })
  }
  const good = await signed('EdDSA', pair.privateKey, 'a')
  for (const content of [pem, JSON.stringify(jwk), JSON.stringify(set)])
    assert.equal(await outcome(content, good), null, content)
  assert.equal(await outcome(JSON.stringify(set), await signed('ES256', other.privateKey, 'b')), null)
  assert.equal(
    await outcome(JSON.stringify(set), await signed('ES256', other.privateKey, 'a')),
    'wrong-secret',
  )
  assert.equal(await outcome(pem, await signed('ES256', other.privateKey)), 'wrong-secret')
  // What anybody can read, used as if it were the secret of an HMAC.
  for (const content of [pem, JSON.stringify(set)])
    assert.equal(await outcome(content, await signed('HS256', Buffer.from(content))), 'wrong-secret')
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${good.split('.')[1]}.`
  assert.equal(await outcome(pem, unsigned), 'wrong-secret')
})

test('a certificate that binds gives its name and no other, and needs no password', async () => {
  const settings = { bindCertificate: 'on', accessFile: FILE } as const
  for (const access of [await opened(settings), await opened({ ...settings, access: 'closed' })]) {
    assert.equal(await decided(access, { certificateName: 'Amy' }), null)
    assert.equal(await decided(access, { certificateName: 'Cat', name: 'Cat' }), null)
    assert.equal(await decided(access, { certificateName: 'Cat', secret: 'correct horse' }), 'other-name')
  }
  const closed = await opened({ ...settings, access: 'closed' })
  assert.equal(await decided(closed, { secret: 'correct horse' }), null)
  assert.equal(await decided(closed, {}), 'no-secret')
  const unbound = await opened({ access: 'closed', accessFile: FILE })
  assert.equal(await decided(unbound, { certificateName: 'Amy' }), 'no-secret')
})

test('after too many wrong passwords from an address none are looked at, right ones neither; others go on', async () => {
  let nowMs = 0
  const settings = {
    access: 'closed',
    accessFile: FILE,
    tokenKeyFile: KEY,
    wrongPasswordsPerMinute: 3,
  } as const
  const access = await opened(settings, () => nowMs)
  // Those that were only not shown, have expired or are for somebody else are no guesses.
  for (let times = 0; times < 5; times++) {
    assert.equal(await decided(access, {}), 'no-secret')
    assert.equal(await decided(access, { secret: await token('Amy', { expiresIn: -60 }) }), 'expired')
    assert.equal(await decided(access, { secret: await token('Bob') }), 'other-name')
  }
  for (let times = 0; times < 3; times++)
    assert.equal(await decided(access, { secret: 'wrong' }), 'wrong-secret')
  assert.equal(await decided(access, { secret: 'correct horse' }), 'too-many')
  assert.equal(await decided(access, { secret: await token('Amy') }), 'too-many')
  assert.equal(await decided(access, { secret: 'correct horse', address: '192.0.2.2' }), null)
  nowMs = 20_000
  assert.equal(await decided(access, { secret: 'correct horse' }), null)
})

test('a reload takes up everything that is right, and nothing when anything is wrong', async () => {
  const file = await passwordFile({ Amy: 'correct horse' })
  const access = await opened({ access: 'closed', accessFile: file })
  const cat = await passwordFile({ Cat: 'scratching post' })
  const change = await access.prepare(configFrom({ access: 'reserved', accessFile: cat }, {}))
  assert.equal(await decided(access, { name: 'Cat', secret: 'scratching post' }), 'wrong-secret')
  change()
  assert.equal(access.mode, 'reserved')
  assert.equal(await decided(access, { name: 'Cat', secret: 'scratching post' }), null)
  assert.equal(await decided(access, {}), null)
  // The same settings, and another content.
  writeFileSync(cat, 'Dog hunter2\n')
  await assert.rejects(access.prepare(configFrom({ access: 'reserved', accessFile: cat }, {})), ConfigError)
  assert.equal(await decided(access, { name: 'Cat', secret: 'scratching post' }), null)
  ;(await access.prepare(configFrom({}, {})))()
  assert.equal(access.isOn, false)
})

test('settings and files that cannot be are told, all of them, and nothing that may be secret with them', async () => {
  assert.deepEqual(await problemsOf({ access: 'closed' }), [
    'access: closed: expected accessFile, tokenKeyFile or bindCertificate: on with it; otherwise nobody could come in',
  ])
  assert.deepEqual(await problemsOf({ access: 'reserved', tokenKeyFile: KEY }), [
    'access: reserved: expected accessFile with it, which says which names are reserved',
  ])
  const broken = fileOf('Amy hunter22\n')
  const short = fileOf('too short a secret')
  const expected =
    'expected a public key or certificate in PEM, a JSON Web Key Set of public keys, or a secret of at least 32 bytes'
  assert.deepEqual(await problemsOf({ access: 'closed', accessFile: broken, tokenKeyFile: short }), [
    `accessFile: "${broken}": line 1: "Amy": expected behind the name a hash that parlance access makes ($scrypt$ln=…, N · r · p no more than 2^20), or *`,
    `tokenKeyFile: "${short}": ${expected}`,
  ])
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const oct = { keys: [{ kty: 'oct', k: Buffer.from(SECRET).toString('base64url') }] }
  for (const content of [
    privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    JSON.stringify(privateKey.export({ format: 'jwk' })),
    JSON.stringify(oct),
    JSON.stringify({ keys: [] }),
    JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), x: 'AA' }] }),
    '{ "keys": ',
    '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n',
  ]) {
    const file = fileOf(content)
    assert.deepEqual(await problemsOf({ access: 'closed', tokenKeyFile: file }), [
      `tokenKeyFile: "${file}": ${expected}`,
    ])
  }
  const [missing, ...others] = await problemsOf({
    accessFile: '/nowhere/names',
    tokenKeyFile: '/nowhere/key',
  })
  assert.match(missing as string, /^accessFile: "\/nowhere\/names": ENOENT/)
  assert.match(others.join(), /^tokenKeyFile: "\/nowhere\/key": ENOENT/)
})
