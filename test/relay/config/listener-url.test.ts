/** Which listener URLs are taken and as what, and that each that is not is refused in words that say what is wrong. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHostPort } from '../../../src/relay/config/host-port.js'
import { type ListenerSpec, listenerUrl } from '../../../src/relay/config/listener-url.js'

const DEFAULTS = {
  style: 'brackets',
  'join-reply': 'frame',
  greeting: 'connect',
  bare: 'off',
  history: 'off',
}
const TLS_DEFAULTS = { minVersion: 'TLSv1.2', clientCa: null, clientCert: 'required' } as const

const GOOD: [url: string, wanted: Partial<ListenerSpec>][] = [
  ['framed://:9000', { host: undefined, port: 9000, options: DEFAULTS, tls: undefined }],
  ['framed://', { host: undefined, port: 9000 }],
  ['framed://:0', { port: 0 }],
  ['framed://:65535/', { port: 65_535 }],
  ['framed://127.0.0.1:7', { host: '127.0.0.1', port: 7 }],
  ['framed://relay.example.org:7', { host: 'relay.example.org' }],
  ['framed://my_host-1:7', { host: 'my_host-1' }],
  ['framed://[::1]:7', { host: '::1' }],
  ['framed://[fe80::1%eth0]:7', { host: 'fe80::1%eth0' }],
  ['framed://[::ffff:127.0.0.1]:7', { host: '::ffff:127.0.0.1' }],
  ['framed://:9000?style=colon', { options: { ...DEFAULTS, style: 'colon' } }],
  ['framed://:9000/?bare=on', { options: { ...DEFAULTS, bare: 'on' } }],
  ['framed://:9000?', { options: DEFAULTS }],
  [
    'framed://?join-reply=byte&greeting=join&bare=on',
    { port: 9000, options: { ...DEFAULTS, 'join-reply': 'byte', greeting: 'join', bare: 'on' } },
  ],
  [
    'framed+tls://:9443?cert=%2Fetc%2Fc.pem&key=k.pem&greeting=off',
    { tls: { ...TLS_DEFAULTS, cert: '/etc/c.pem', key: 'k.pem' }, options: { ...DEFAULTS, greeting: 'off' } },
  ],
  [
    'framed+tls://?cert=c&key=k&client-ca=ca.pem',
    { tls: { ...TLS_DEFAULTS, cert: 'c', key: 'k', clientCa: 'ca.pem' }, proxy: false },
  ],
  [
    'framed+tls://:1?cert=c&key=k&client-ca=ca.pem&client-cert=optional&min-tls=1.3&proxy=on',
    {
      tls: { cert: 'c', key: 'k', minVersion: 'TLSv1.3', clientCa: 'ca.pem', clientCert: 'optional' },
      proxy: true,
    },
  ],
  ['framed://:1?proxy=on&bare=on', { proxy: true, tls: undefined, options: { ...DEFAULTS, bare: 'on' } }],
]

const WRONG_FORM = /^expected DIALECT:\/\/HOST:PORT/
const WRONG_PLACE = /^expected HOST:PORT or :PORT/
const WRONG_TLS = /^expected \?cert=FILE&key=FILE with \+tls$/
const NO_TLS = /^expected framed\+tls:\/\/ where/
const BAD: [url: string, words: RegExp][] = [
  ['', WRONG_FORM],
  ['9000', WRONG_FORM],
  [':9000', WRONG_FORM],
  ['framed', WRONG_FORM],
  ['framed:', WRONG_FORM],
  ['framed:9000', WRONG_FORM],
  ['framed:/:9000', WRONG_FORM],
  ['FRAMED://:9000', WRONG_FORM],
  [' framed://:9000', WRONG_FORM],
  ['framed://:9000\n', WRONG_PLACE],
  ['framed://:9000/path', WRONG_FORM],
  ['framed://:9000#part', WRONG_FORM],
  ['framed+ssl://:9000', WRONG_FORM],
  ['http://:80', /^expected one of framed.* before :\/\/$/],
  ['constructor://:80', /^expected one of framed/],
  ['framed://localhost', WRONG_PLACE],
  ['framed://localhost:', WRONG_PLACE],
  ['framed://:65536', WRONG_PLACE],
  ['framed://:-1', WRONG_PLACE],
  ['framed://:9e3', WRONG_PLACE],
  ['framed://:0x10', WRONG_PLACE],
  ['framed://: 9000', WRONG_PLACE],
  ['framed:// :9000', WRONG_PLACE],
  ['framed://a b:9000', WRONG_PLACE],
  ['framed://bob@host:9000', WRONG_PLACE],
  ['framed://a\x1b:9000', WRONG_PLACE],
  ['framed://a\\b:9000', WRONG_PLACE],
  ['framed://::1:9000', WRONG_PLACE],
  ['framed://[::1:9000', WRONG_PLACE],
  ['framed://[:::]:9000', WRONG_PLACE],
  ['framed://[]:9000', WRONG_PLACE],
  ['framed://[1.2.3.4]:9000', WRONG_PLACE],
  ['framed://[localhost]:9000', WRONG_PLACE],
  ['framed+tls://:9443', WRONG_TLS],
  ['framed+tls://:9443?cert=c.pem', WRONG_TLS],
  ['framed+tls://:9443?cert=c.pem&key=', WRONG_TLS],
  ['framed://:9000?cert=c.pem&key=k.pem', NO_TLS],
  ['framed://:9000?key=k.pem', NO_TLS],
  ['framed://:9000?cert=', NO_TLS],
  ['framed://:9000?style=curly', /^expected the options of framed: style: .*brackets.*colon/],
  ['framed://:9000?style', /^expected the options of framed: style: /],
  ['framed://:9000?style=COLON', /^expected the options of framed: style: /],
  ['framed://:9000?colour=red', /^expected the options of framed: .*colour/],
  ['framed://:9000?__proto__=1', /^expected the options of framed: .*__proto__/],
  ['framed://:9000?style=colon#part', /^expected the options of framed: style: /],
  ['framed://:9000?style=colon&style=colon', /^expected each option once$/],
  ['framed://:9000?client-ca=ca.pem', /^expected framed\+tls:\/\/ where client-ca is given$/],
  ['ws://:9000?min-tls=1.3', /^expected wss:\/\/ where min-tls is given$/],
  ['wss://:9000?cert=c', /^expected \?cert=FILE&key=FILE with wss:\/\/$/],
  ['framed+tls://:1?cert=a&key=b&min-tls=1.1', /^expected min-tls=1\.2 or min-tls=1\.3$/],
  ['framed+tls://:1?cert=a&key=b&client-ca=', /^expected client-ca=FILE$/],
  ['framed+tls://:1?cert=a&key=b&client-cert=required', /^expected client-ca=FILE with client-cert$/],
  ['framed+tls://:1?cert=a&key=b&client-ca=c&client-cert=on', /^expected client-cert=required or/],
  ['framed://:1?proxy=yes', /^expected proxy=on or proxy=off$/],
  ['framed://:1?proxy=10.0.0.1', /^expected proxy=on or proxy=off$/],
  ['framed+tls://:1?cert=a&key=b&cert=c', /^expected each option once$/],
]

test('listener URLs are taken as what they say', () => {
  for (const [url, wanted] of GOOD) {
    const result = listenerUrl.safeParse(url)
    assert.ok(result.success, `${url}: ${result.error?.message}`)
    assert.equal(result.data.url, url)
    assert.equal(result.data.dialect?.name, 'framed')
    for (const [key, value] of Object.entries(wanted)) {
      assert.deepEqual(result.data[key as keyof ListenerSpec], value, `${url}: ${key}`)
    }
  }
})

test('what is no listener URL is refused once, saying what was expected', () => {
  for (const [url, words] of BAD) {
    const result = listenerUrl.safeParse(url)
    assert.equal(result.success, false, `${JSON.stringify(url)} is taken`)
    assert.equal(result.error?.issues.length, 1)
    assert.match(result.error?.issues[0]?.message ?? '', words, JSON.stringify(url))
  }
})

test('HOST:PORT is taken with any host that can be one', () => {
  assert.deepEqual(parseHostPort(':9464'), { host: undefined, port: 9464 })
  assert.deepEqual(parseHostPort('0.0.0.0:1'), { host: '0.0.0.0', port: 1 })
  assert.deepEqual(parseHostPort('[::]:1'), { host: '::', port: 1 })
  for (const text of ['', '9464', 'off', 'http://a:1', 'a:1/', 'a:1 ', '::1', 'a:b', 'a:100000', 'a:+1']) {
    assert.equal(parseHostPort(text), null, text)
  }
})
