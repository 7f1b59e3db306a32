/** Listeners with TLS that ask clients for certificates, what TLS they take at all, and what is said of the refused. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, connect as connectPlain } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { type ConnectionOptions, connect, createServer, type TLSSocket } from 'node:tls'
import { readCertificate } from '../../src/relay/net/certificate.js'
import { SocketTransport } from '../../src/relay/net/socket-transport.js'
import { Authority, type CertificatePaths, certificateQuery } from '../fixtures/certificate.js'
import { join, joining, leaving } from '../fixtures/framed-bytes.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { LogDir, type LogRecord } from '../fixtures/log-dir.js'
import { closing, openProxied } from '../fixtures/proxied.js'
import { binaryHeader, textHeader } from '../fixtures/proxy-bytes.js'
import { startRelay } from '../fixtures/start-relay.js'
import { BINARY, clientFrame, upgradeRequest } from '../fixtures/websocket-bytes.js'
import { WebSocketPeer } from '../fixtures/websocket-peer.js'

const missing = certificateQuery() === null && 'openssl is missing'
if (missing) console.error('SKIPPED: client certificates, since openssl is missing')

const shownBy = ({ cert, key }: CertificatePaths) => ({ cert: readFileSync(cert), key: readFileSync(key) })
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const
const only = (version: (typeof VERSIONS)[number]) => ({ minVersion: version, maxVersion: version })

describe('client certificates', { skip: missing }, () => {
  const authority = missing ? (null as never) : new Authority()
  const stranger = missing ? (null as never) : new Authority()
  const own = missing ? (null as never) : authority.issue('localhost')
  const url = (scheme: string, query: string) =>
    `${scheme}://127.0.0.1:0?cert=${own.cert}&key=${own.key}${query === '' ? '' : `&${query}`}`
  const asking = (how: string) => `client-ca=${authority.cert}&client-cert=${how}`

  /** Of many refusals from one address there would be a sum: who comes to each listener has one of their own. */
  const addressOf = (at: number) => `127.0.0.${at}`
  const from = (at: number): object => ({ localAddress: addressOf(at) })

  /** @returns what came of it: `greeted` (or by HTTP `answered`), or how the connection ended; and its port */
  async function attempt(
    port: number,
    options: ConnectionOptions,
    says = '',
  ): Promise<[outcome: string, from: number]> {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options })
    let from = 0
    socket.once('connect', () => {
      from = socket.localPort as number
    })
    if (says !== '') socket.write(says)
    const outcome = await new Promise<string>((resolve) => {
      socket.once('data', (bytes) => resolve(String(bytes).startsWith('HTTP') ? 'answered' : 'greeted'))
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      socket.once('close', () => resolve('closed'))
    })
    socket.on('error', () => {})
    socket.destroy()
    return [outcome, from]
  }

  async function relayWith(t: TestContext, urls: readonly string[], settings = {}) {
    const logs = new LogDir()
    const own = { logDir: logs.path, ops: '127.0.0.1:0', ...settings }
    const relay = await startRelay(t, { also: urls, settings: own })
    /** Has the attempt refused, with this reason in the log. */
    const refused = async (at: number, options: ConnectionOptions, reason: string, says = '') => {
      const [outcome, port] = await attempt(relay.ports[at] as number, { ...options, ...from(at) }, says)
      assert.ok(outcome !== 'greeted' && outcome !== 'answered', `${reason}: ${outcome}`)
      const isOfIt = (record: LogRecord) => record.event === 'rejected' && record.port === port
      const records = await logs.until('connections', isOfIt)
      const record = records.find(isOfIt)
      assert.deepEqual([record?.reason, record?.ip], [reason, addressOf(at)])
      return outcome
    }
    return { relay, logs, refused }
  }

  test('required: who shows none, a strange one or an old one is refused, with a reason, beside people who chat', async (t) => {
    const urls = [url('framed+tls', asking('required')), url('wss', asking('required'))]
    const { relay, refused } = await relayWith(t, urls)
    const pair = await HealthyPair.start(relay)
    const request = 'GET / HTTP/1.1\r\nHost: relay.test\r\n\r\n'
    for (const [at, outcome, says] of [
      [1, 'greeted', ''],
      [2, 'answered', request],
    ] as const) {
      for (const version of VERSIONS) {
        const good = { ...only(version), ...shownBy(authority.issue('Amy')) }
        assert.equal((await attempt(relay.ports[at] as number, good, says))[0], outcome)
        const alert = await refused(at, only(version), 'certificate-missing', says)
        // The client is told why, before anything else is said.
        if (version === 'TLSv1.3') assert.equal(alert, 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')
        const strange = { ...only(version), ...shownBy(stranger.issue('Amy')) }
        await refused(at, strange, 'certificate-untrusted', says)
        const old = { ...only(version), ...shownBy(authority.issue('Amy', -1)) }
        await refused(at, old, 'certificate-expired', says)
      }
    }
    await pair.stop()
    assert.deepEqual(pair.others, [])
    const metrics = await (await fetch(`http://127.0.0.1:${relay.relay.opsPort}/metrics`)).text()
    for (const reason of ['missing', 'untrusted', 'expired']) {
      assert.ok(metrics.includes(`parlance_disconnects_total{reason="certificate-${reason}"} 4\n`), reason)
    }
  })

  test('optional: nobody needs one, and who shows one has to show a good one', async (t) => {
    const { relay, refused } = await relayWith(t, [url('framed+tls', asking('optional'))])
    const port = relay.ports[1] as number
    for (const version of VERSIONS) {
      assert.equal((await attempt(port, only(version)))[0], 'greeted')
      assert.equal(
        (await attempt(port, { ...only(version), ...shownBy(authority.issue('Amy')) }))[0],
        'greeted',
      )
      await refused(1, { ...only(version), ...shownBy(stranger.issue('Amy')) }, 'certificate-untrusted')
      await refused(1, { ...only(version), ...shownBy(authority.issue('Amy', -1)) }, 'certificate-expired')
    }
  })

  test('the name in a certificate that was verified is known of the connection, and no other', async (t) => {
    const names = async (how: 'required' | 'optional' | null, client: ConnectionOptions) => {
      const clientCa = how === null ? null : authority.cert
      const files = { ...own, minVersion: 'TLSv1.2', clientCa, clientCert: how ?? 'required' } as const
      const certificate = readCertificate(files, Date.now())
      assert.ok('context' in certificate)
      const server = createServer({ ...certificate.context, ...certificate.server })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      t.after(() => server.close())
      const { port } = server.address() as AddressInfo
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...client })
      const [secured] = (await once(server, 'secureConnection')) as [TLSSocket]
      const name = new SocketTransport(secured).certificateName
      socket.destroy()
      secured.destroy()
      return name
    }
    const amy = shownBy(authority.issue('Amy'))
    assert.equal(await names('required', amy), 'Amy')
    assert.equal(await names('optional', amy), 'Amy')
    assert.equal(await names('optional', {}), null)
    assert.equal(await names('optional', shownBy(stranger.issue('Amy'))), null)
    assert.equal(await names(null, amy), null)
    assert.equal(await names('required', shownBy(authority.issue('', 30, '/CN=Amy/CN=Bob'))), null)
    assert.equal(await names('required', shownBy(authority.issue('', 30, '/O=Amy'))), null)
  })

  test('a name that is bound to a certificate is had with it and no other, over TLS, wss, and behind a proxy', async (t) => {
    const urls = [
      url('framed+tls', asking('required')),
      url('framed+tls', `${asking('required')}&proxy=on`),
      url('wss', asking('required')),
      url('wss', `${asking('required')}&proxy=on`),
    ]
    const { relay } = await relayWith(t, urls, { bindCertificate: 'on', trustedProxies: '127.0.0.1' })
    const header = [null, null, textHeader, null, binaryHeader]
    const amy = await relay.join('Amy')
    for (const [at, name] of [
      [1, 'Bob'],
      [2, 'Cyd'],
      [3, 'Dan'],
      [4, 'Eve'],
    ] as const) {
      const port = relay.ports[at] as number
      const { below } = await openProxied(
        port,
        header[at]?.({ address: '192.0.2.7', port: 1 }) ?? Buffer.alloc(0),
      )
      const socket = connect({ socket: below, rejectUnauthorized: false, ...shownBy(authority.issue(name)) })
      t.after(() => socket.destroy())
      const claim = Buffer.concat([join('Zoe'), join(name)])
      if (at < 3) socket.write(claim)
      else {
        const peer = new WebSocketPeer(socket)
        peer.send(Buffer.from(upgradeRequest({ 'Sec-WebSocket-Protocol': 'framed' })))
        assert.match(await peer.head(), /^HTTP\/1\.1 101 /)
        peer.send(clientFrame(BINARY, claim))
      }
      await amy.expect(joining(name))
      socket.destroy()
      await amy.expect(leaving(name))
    }
  })

  test('a session that was resumed shows no certificate, so none is where one is asked for', async (t) => {
    const urls = [url('framed+tls', ''), url('framed+tls', asking('required'))]
    const { relay, refused } = await relayWith(t, urls)
    for (const [at, isReused] of [
      [1, true],
      [2, false],
    ] as const) {
      const options = { port: relay.ports[at] as number, host: '127.0.0.1', rejectUnauthorized: false }
      const first = connect({ ...options, ...shownBy(authority.issue('Amy')) })
      let session: Buffer | undefined
      first.on('session', (one: Buffer) => {
        session = one
      })
      await once(first, 'data')
      first.destroy()
      const second = connect({ ...options, ...(session && { session }), ...shownBy(authority.issue('Bob')) })
      await once(second, 'data')
      assert.equal(second.isSessionReused(), isReused)
      second.destroy()
      if (at === 2 && session !== undefined) await refused(at, { session }, 'certificate-missing')
    }
  })

  test('versions and ciphers that are out of date are refused, and 1.2 where 1.3 is asked for', async (t) => {
    const { relay, refused } = await relayWith(t, [url('framed+tls', ''), url('framed+tls', 'min-tls=1.3')])
    // At a level at which the client's library would do it.
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    await refused(1, old, 'tls')
    await refused(1, { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }, 'tls')
    await refused(1, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' }, 'tls')
    await refused(2, only('TLSv1.2'), 'tls')
    assert.equal((await attempt(relay.ports[1] as number, only('TLSv1.2')))[0], 'greeted')
    assert.equal((await attempt(relay.ports[2] as number, only('TLSv1.3')))[0], 'greeted')
  })

  test('wss says that it speaks HTTP/1.1', async (t) => {
    const { relay } = await relayWith(t, [url('wss', '')])
    const ALPNProtocols = ['h2', 'http/1.1']
    const options = { port: relay.ports[1] as number, host: '127.0.0.1', rejectUnauthorized: false }
    const socket = connect({ ...options, ALPNProtocols })
    t.after(() => socket.destroy())
    await once(socket, 'secureConnect')
    assert.equal(socket.alpnProtocol, 'http/1.1')
  })

  test('what speaks no TLS is a refusal with a reason; who comes and goes is none', async (t) => {
    const { relay, logs } = await relayWith(t, [url('framed+tls', '')])
    for (const bytes of ['', 'GET / HTTP/1.1\r\n\r\n']) {
      const socket = connectPlain({ port: relay.ports[1] as number, host: '127.0.0.1' })
      socket.on('error', () => {})
      if (bytes === '') socket.end()
      else socket.write(bytes)
      await closing(socket.resume())
    }
    const records = await logs.until('connections', ({ event }) => event === 'rejected')
    assert.deepEqual(
      records.map(({ event, reason }) => [event, reason]),
      [['rejected', 'tls']],
    )
  })
})
