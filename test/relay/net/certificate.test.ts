/** Certificates as operators have them: what is wrong with them is said at once, in words that name the file. */

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { readCertificates, warningsOf } from '../../../src/relay/certificates.js'
import { ConfigError } from '../../../src/relay/config/load.js'
import { type CertificateFiles, isBad, readCertificate } from '../../../src/relay/net/certificate.js'
import { Authority, certificateQuery, openssl } from '../../fixtures/certificate.js'
import { load } from '../config/layers.js'

const missing = certificateQuery() === null && 'openssl is missing'
if (missing) console.error('SKIPPED: certificates that cannot be used, since openssl is missing')

const DAY_MS = 24 * 60 * 60 * 1000

describe('certificates', { skip: missing }, () => {
  const authority = missing ? (null as never) : new Authority()
  const good = missing ? (null as never) : authority.issue('localhost', 90)
  const other = missing ? (null as never) : authority.issue('localhost', 90)
  const read = (files: Partial<CertificateFiles>, nowMs = Date.now()) =>
    readCertificate(
      { ...good, minVersion: 'TLSv1.2', clientCa: null, clientCert: 'required', ...files },
      nowMs,
    )
  const file = (name: string, ...contents: readonly string[]) => {
    const path = authority.path(name)
    writeFileSync(path, contents.join(''))
    return path
  }
  const text = (path: string) => readFileSync(path, 'utf8')
  const problems = (files: Partial<CertificateFiles>, nowMs?: number) => {
    const certificate = read(files, nowMs)
    assert.ok(isBad(certificate), 'nothing was wrong')
    return certificate
  }

  test('a good one, alone and with its chain, and until when it is good', () => {
    const chain = file('chain.pem', text(good.cert), text(authority.cert))
    for (const cert of [good.cert, chain]) {
      const certificate = read({ cert, clientCa: authority.cert })
      assert.ok(!isBad(certificate))
      const days = (certificate.expiresAtMs - Date.now()) / DAY_MS
      assert.ok(days > 89 && days <= 90, `${days}`)
      assert.deepEqual(certificate.warnings(Date.now()), [])
      assert.deepEqual(certificate.server, { requestCert: true, rejectUnauthorized: true })
    }
  })

  test('keys in each form that openssl writes', () => {
    const parameters = file('parameters.pem', openssl('ecparam', '-name', 'prime256v1'), text(good.key))
    const old = authority.path('old.pem')
    openssl('ec', '-in', good.key, '-out', old)
    for (const key of [parameters, old]) assert.ok(!isBad(read({ key })), key)
  })

  test('what is not there, no certificate, no key, locked, or of another', () => {
    const empty = file('empty.pem')
    const locked = authority.path('locked.pem')
    openssl('pkcs8', '-topk8', '-in', good.key, '-passout', 'pass:x', '-out', locked)
    const lockedOld = authority.path('locked-old.pem')
    openssl('ec', '-in', good.key, '-aes256', '-passout', 'pass:x', '-out', lockedOld)
    const upside = file('upside-down.pem', text(authority.cert), text(good.cert))
    const torn = file('torn.pem', text(good.cert).replace(/(?<=\n)[A-Za-z0-9+/]{40}/, ''))
    const weak = authority.path('weak.pem')
    const weakKey = authority.path('weak-key.pem')
    const request = ['req', '-x509', '-newkey', 'rsa:1024', '-nodes', '-subj', '/CN=weak', '-days', '9']
    openssl(...request, '-keyout', weakKey, '-out', weak)
    const cases: [files: Partial<CertificateFiles>, words: string | RegExp][] = [
      [{ cert: '/none/c.pem' }, /^cert: "\/none\/c\.pem": ENOENT/],
      [{ key: '/none' }, /^key: "\/none": ENOENT/],
      [{ clientCa: '/none' }, /^client-ca: "\/none": ENOENT/],
      [{ cert: '/' }, /^cert: "\/": EISDIR/],
      [{ cert: empty }, `cert: "${empty}": expected certificates in PEM`],
      [{ cert: good.key }, `cert: "${good.key}": expected certificates in PEM`],
      [{ cert: torn }, `cert: "${torn}": certificate 1: expected a certificate in PEM`],
      [{ clientCa: empty }, `client-ca: "${empty}": expected certificates in PEM`],
      [{ key: empty }, `key: "${empty}": expected a private key in PEM`],
      [{ key: good.cert }, `key: "${good.cert}": expected a private key in PEM`],
      [{ key: locked }, /^key: .*locked\.pem": expected a key without a passphrase/],
      [{ key: lockedOld }, /^key: .*locked-old\.pem": expected a key without a passphrase/],
      [{ key: other.key }, `key: "${other.key}": expected the key of the certificate in "${good.cert}"`],
      [
        { cert: upside },
        `key: "${good.key}": expected its certificate to be the first in "${upside}", where it is number 2`,
      ],
      [{ cert: weak, key: weakKey }, /^cert: .*weak\.pem": .*key too small/],
    ]
    for (const [files, words] of cases) {
      const found = problems(files)
      assert.equal(found.length, 1, found.join('\n'))
      if (typeof words === 'string') assert.equal(found[0], words)
      else assert.match(found[0] as string, words)
    }
  })

  test('expired, not valid yet, and soon to expire', () => {
    const endMs = Date.parse(openssl('x509', '-in', good.cert, '-noout', '-enddate').replace('notAfter=', ''))
    const day = (ms: number) => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`
    assert.deepEqual(problems({}, endMs), [
      `cert: "${good.cert}": expected a certificate that is valid now: it expired on ${day(endMs)}`,
    ])
    const [early] = problems({}, endMs - 91 * DAY_MS)
    assert.match(early as string, /valid now: it is from \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC on$/)
    const soon = read({}, endMs - 14 * DAY_MS)
    assert.ok(!isBad(soon))
    assert.deepEqual(soon.warnings(endMs - 14 * DAY_MS), [
      `cert: "${good.cert}": it expires on ${day(endMs)}`,
    ])
    const inTime = read({}, endMs - 14 * DAY_MS - 1)
    assert.ok(!isBad(inTime) && inTime.warnings(endMs - 14 * DAY_MS - 1).length === 0)
    // Of an authority: its clients are refused then, one by one, and others may come.
    const late = read({ clientCa: authority.issue('Old', -1).cert })
    assert.ok(!isBad(late))
    assert.match(late.warnings(Date.now()).join('\n'), /^client-ca: ".*": certificate 1: .* it expired on/)
    // The one that is in use may expire: that is no mistake of whoever reloads something else.
    assert.ok(!isBad(readCertificate({ ...good, ...FILES }, endMs, read({}) as never)))
  })

  test('all listeners are looked at, and everything that is wrong is said with whose it is', () => {
    const listen = [
      'framed://:1',
      `framed+tls://:2?cert=/none/c.pem&key=/none/k.pem`,
      `wss://:3?cert=${good.cert}&key=${other.key}&client-ca=/none/a.pem`,
      `sendto+tls://:4?cert=${good.cert}&key=${good.key}`,
    ]
    const specs = load({ flags: { listen } }).listen
    assert.throws(
      () => readCertificates(specs, Date.now()),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError)
        assert.deepEqual(
          error.problems.map((problem) => problem.replace(/ENOENT.*/, 'ENOENT')),
          [
            'listen: "framed+tls://:2": cert: "/none/c.pem": ENOENT',
            'listen: "framed+tls://:2": key: "/none/k.pem": ENOENT',
            'listen: "wss://:3": client-ca: "/none/a.pem": ENOENT',
            `listen: "wss://:3": key: "${other.key}": expected the key of the certificate in "${good.cert}"`,
          ],
        )
        return true
      },
    )
    const last = specs.slice(3)
    const certificates = readCertificates(last, Date.now() + 80 * DAY_MS)
    assert.equal(certificates.size, 1)
    assert.match(
      warningsOf(certificates, Date.now() + 80 * DAY_MS).join('\n'),
      /^listen: "sendto\+tls:\/\/:4": cert: ".*": it expires on/,
    )
  })
})

const FILES = { minVersion: 'TLSv1.2', clientCa: null, clientCert: 'required' } as const
