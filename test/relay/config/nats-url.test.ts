import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNatsUrl, writtenNatsUrl } from '../../../src/relay/config/nats-url.js'
import { written } from '../../../src/relay/config/settings.js'
import { load, problemsOf } from './layers.js'

test('a URL of a NATS server has a host, a port, and who we are to it', () => {
  const plain = { isTls: false, login: null }
  assert.deepEqual(parseNatsUrl('nats://nats.example'), { ...plain, host: 'nats.example', port: 4222 })
  assert.deepEqual(parseNatsUrl('nats://[::1]:80'), { ...plain, host: '::1', port: 80 })
  assert.deepEqual(parseNatsUrl('tls://a%20b:p%40ss@h:1'), {
    host: 'h',
    port: 1,
    isTls: true,
    login: { user: 'a b', password: 'p@ss' },
  })
  assert.deepEqual(parseNatsUrl('nats://t0ken@h:1')?.login, { token: 't0ken' })
  for (const wrong of [
    '127.0.0.1:4222',
    'http://h:1',
    'nats://',
    'nats://h:99999',
    'nats://h/path',
    'nats://%@h',
  ])
    assert.equal(parseNatsUrl(wrong), null, wrong)
})

test('neither a password nor a token is shown, in what is in use or in what is wrong', () => {
  const config = load({ environment: { PARLANCE_NATS: 'nats://relay:secret@h:1 nats://t0ken@h:2' } })
  assert.deepEqual(written(config, 'nats'), ['nats://relay:***@h:1', 'nats://***@h:2'])
  for (const wrong of ['nats://relay:secret@h:x', 'http://secret@h', 'relay:secret@h'])
    assert.doesNotMatch(problemsOf({ environment: { PARLANCE_NATS: wrong } }).join(), /secret/)
  assert.equal(writtenNatsUrl({ host: '::1', port: 4222, isTls: true, login: null }), 'tls://[::1]:4222')
})
