/** Names that are bound to client certificates (`bindCertificate`), over TLS and WebSocket, beside who has shown none. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { passwordFile } from '../fixtures/access-files.js'
import { Authority, certificateQuery } from '../fixtures/certificate.js'
import { ACCEPTED, error, join, joining, TAKEN } from '../fixtures/framed-bytes.js'
import { FramedPeer } from '../fixtures/framed-peer.js'
import { startRelay } from '../fixtures/start-relay.js'
import { BINARY, binary, upgradeRequest } from '../fixtures/websocket-bytes.js'
import { WebSocketPeer } from '../fixtures/websocket-peer.js'

const missing = certificateQuery() === null && 'openssl is missing'
if (missing) console.error('SKIPPED: names by certificates, since openssl is missing')

const OTHER = error('the token or certificate is for another name')

describe('names by certificates', { skip: missing }, () => {
  test('who shows a certificate has the name in it without a password, and no other; who shows none is asked as ever', async (t) => {
    const authority = new Authority()
    const own = authority.issue('localhost')
    const amy = authority.issue('Amy')
    const zoe = authority.issue('Zoe')
    const query = `cert=${own.cert}&key=${own.key}&client-ca=${authority.cert}&client-cert=optional`
    const relay = await startRelay(t, {
      query: 'greeting=off',
      also: [`framed+tls://127.0.0.1:0?${query}&greeting=off`, `wss://127.0.0.1:0?${query}`],
      settings: {
        access: 'closed',
        bindCertificate: 'on',
        accessFile: await passwordFile({ Bob: 'correct horse', Zoe: 'correct horse' }),
      },
    })
    const sockets: { destroy(): void }[] = []
    const open = (port: number, identity: typeof amy | null) => {
      const shown = identity && { cert: readFileSync(identity.cert), key: readFileSync(identity.key) }
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...shown })
      sockets.push(socket)
      return socket
    }
    t.after(() => {
      for (const socket of sockets) socket.destroy()
    })

    const first = new FramedPeer(open(relay.ports[1] as number, amy))
    first.send(join('Bob'), join('Bob correct horse'), join('amy'), join('Amy'))
    await first.expect(OTHER, TAKEN, OTHER, TAKEN, OTHER, TAKEN, ACCEPTED, joining('Amy'))

    const plain = new FramedPeer(open(relay.ports[1] as number, null))
    plain.send(join('Bob'), join('Bob correct horse'))
    await plain.expect(error('that name needs a password or a token'), TAKEN, ACCEPTED, joining('Bob'))

    const socket = open(relay.ports[2] as number, zoe)
    const web = new WebSocketPeer(socket)
    socket.write(upgradeRequest({ 'Sec-WebSocket-Protocol': 'framed' }))
    assert.match(await web.head(), /^HTTP\/1\.1 101 /)
    await web.frame('the greeting')
    web.send(binary(join('Amy')))
    await web.expect(BINARY, Buffer.concat([OTHER, TAKEN]))
    web.send(binary(join('Zoe')))
    await web.expect(BINARY, Buffer.concat([ACCEPTED, joining('Zoe')]))
  })
})
