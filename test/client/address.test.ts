import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AddressError, formatAddress, parseAddress } from '../../src/client/address.js'

const GOOD: [text: string, host: string, port: number][] = [
  ['localhost', 'localhost', 9000],
  ['chat.example.org:7000', 'chat.example.org', 7000],
  ['127.0.0.1', '127.0.0.1', 9000],
  ['10.0.0.1:65535', '10.0.0.1', 65535],
  ['[::1]', '::1', 9000],
  ['[fe80::1%eth0]:1', 'fe80::1%eth0', 1],
  ['my_relay-1', 'my_relay-1', 9000],
  ['münchen.example:80', 'münchen.example', 80],
]

const BAD: [text: string, words: RegExp][] = [
  ['', /blank, expected HOST, HOST:PORT or \[IPv6\]:PORT/],
  ['   ', /blank/],
  [':9000', /expected HOST/],
  ['a b', /expected HOST/],
  ['framed://localhost:9000', /without a scheme, expected HOST/],
  ['::1', /an IPv6 address goes in brackets, such as \[::1\]/],
  ['::1:9000', /an IPv6 address goes in brackets, such as \[::1\]:9000 or \[::1:9000\]$/],
  ['fe80::1', /such as \[fe80::1\]$/],
  ['1:2:3:4:5:6:7:8:9000', /such as \[1:2:3:4:5:6:7:8\]:9000$/],
  ['[localhost]:9000', /not an IPv6 address/],
  ['[::1', /expected HOST/],
  ['[::1]9000', /expected HOST/],
  ['localhost:', /a port is a number from 1 to 65535/],
  ['localhost:0', /a port is/],
  ['localhost:65536', /a port is/],
  ['localhost:9e3', /a port is/],
  ['localhost:-1', /a port is/],
  ['[::1]:', /a port is/],
]

test('an address is a host, a host and a port, or an IPv6 address in brackets', () => {
  for (const [text, host, port] of GOOD) assert.deepEqual(parseAddress(text, 9000), { host, port }, text)
})

test('what is no address is refused in words that quote it', () => {
  for (const [text, words] of BAD) {
    assert.throws(
      () => parseAddress(text, 9000),
      (error) => {
        assert.ok(error instanceof AddressError)
        assert.equal(error.code, 'bad-address')
        assert.ok(error.message.startsWith(JSON.stringify(text)), error.message)
        assert.match(error.message, words)
        return true
      },
    )
  }
})

test('a written address can be read again', () => {
  for (const [text] of GOOD) {
    const address = parseAddress(text, 9000)
    assert.deepEqual(parseAddress(formatAddress(address), 1), address)
  }
})
