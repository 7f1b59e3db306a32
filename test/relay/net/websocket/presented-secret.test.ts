/** Where a password or a token may be in the request that becomes a WebSocket. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { presentedSecret } from '../../../../src/relay/net/websocket/presented-secret.js'

const encoded = (secret: string) => `secret.${Buffer.from(secret).toString('base64url')}`

test('a header counts more than a subprotocol, and that more than the address', () => {
  const authorization = 'Bearer eyJ.header'
  const subprotocols = { 'sec-websocket-protocol': `chatroom, ${encoded('a sub/protocol?')}` }
  const url = '/?a=b&token=the%20address'
  assert.equal(presentedSecret({ headers: { authorization, ...subprotocols }, url }), 'eyJ.header')
  assert.equal(presentedSecret({ headers: subprotocols, url }), 'a sub/protocol?')
  assert.equal(presentedSecret({ headers: {}, url }), 'the address')
})

test('what is none of these is nothing', () => {
  for (const authorization of ['', 'Basic QW15OmE=', 'Bearer', 'Bearer two words'])
    assert.equal(presentedSecret({ headers: { authorization }, url: '/' }), null, authorization)
  assert.equal(presentedSecret({ headers: { 'sec-websocket-protocol': 'chatroom, framed' }, url: '/' }), null)
  for (const url of [undefined, '/', '/?', '/?token', '/?tokens=a', '/token=a'])
    assert.equal(presentedSecret({ headers: {}, url }) || null, null, url)
  assert.equal(presentedSecret({ headers: { authorization: 'bearer lower-case' } }), 'lower-case')
})
