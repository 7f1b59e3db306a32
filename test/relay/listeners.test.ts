/** Listeners while they run: what a reload changes for those who come, and that those who are here notice nothing of it. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFileSync, writeFileSync } from 'node:fs'
import { connect as connectTcp } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { pino } from 'pino'
import { Access } from '../../src/relay/access/access.js'
import { Assembly } from '../../src/relay/assembly.js'
import { SingleNode } from '../../src/relay/backplane/single.js'
import { readCertificates } from '../../src/relay/certificates.js'
import { ConfigError, loadConfig } from '../../src/relay/config/load.js'
import { CLOSE_REASONS } from '../../src/relay/hub/close-reason.js'
import { Listeners } from '../../src/relay/listeners.js'
import type { RelayLog } from '../../src/relay/observe/relay-log.js'
import { Records } from '../../src/relay/records.js'
import { Authority, certificateQuery } from '../fixtures/certificate.js'
import { ACCEPTED, join, joining, message } from '../fixtures/framed-bytes.js'
import { FramedPeer } from '../fixtures/framed-peer.js'
import { openProxied } from '../fixtures/proxied.js'
import { textHeader } from '../fixtures/proxy-bytes.js'

const configOf = (listen: readonly string[], settings = {}) =>
  loadConfig({ environment: {}, flags: { listen, ops: 'off', logDir: 'off', ...settings } })

/** Real listeners, with what a relay has behind them. */
async function open(
  t: TestContext,
  config: ReturnType<typeof configOf>,
  log: RelayLog = pino({ level: 'silent' }),
): Promise<Listeners> {
  const records = new Records({ log, isHalfChanged: () => false })
  const access = await Access.open({ config, now: () => performance.now(), failed: assert.ifError })
  const parts = {
    useHandles: true,
    hooks: undefined,
    reservedNames: undefined,
    access,
    history: null,
    backplane: new SingleNode(),
  }
  const assembly = new Assembly(config, parts, records)
  const listeners = new Listeners(
    config,
    assembly,
    records,
    true,
    readCertificates(config.listen, Date.now()),
  )
  t.after(async () => {
    await listeners.close()
    for (const connection of assembly.connections) connection.cutOff(CLOSE_REASONS.shutdown)
    assembly.stop()
  })
  await listeners.open()
  return listeners
}

const missing = certificateQuery() === null && 'openssl is missing'
if (missing) console.error('SKIPPED: the reload of certificates, since openssl is missing')

describe('certificates that are replaced', { skip: missing }, () => {
  test('new connections see the new one, nobody is dropped, and a bad one changes nothing', async (t) => {
    const authority = new Authority()
    const [cert, key] = [authority.path('live.pem'), authority.path('live-key.pem')]
    const put = (name: string) => {
      const issued = authority.issue(name)
      copyFileSync(issued.cert, cert)
      copyFileSync(issued.key, key)
    }
    put('first')
    const config = configOf([
      `framed+tls://127.0.0.1:0?cert=${cert}&key=${key}`,
      `wss://127.0.0.1:0?cert=${cert}&key=${key}`,
    ])
    const listeners = await open(t, config)
    const ports = listeners.at.map(({ port }) => port)
    const sockets: TLSSocket[] = []
    t.after(() => {
      for (const socket of sockets) socket.destroy()
    })
    const visit = async (port: number) => {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
      sockets.push(socket)
      await once(socket, 'secureConnect')
      return socket
    }
    const names = async () => {
      const shown = await Promise.all(ports.map(visit))
      return shown.map((socket) => socket.getPeerCertificate().subject.CN)
    }
    assert.deepEqual(await names(), ['first', 'first'])
    const amy = new FramedPeer(await visit(ports[0] as number))
    await amy.frame('the greeting')
    amy.send(join('Amy'))
    await amy.expect(ACCEPTED, joining('Amy'))
    const [[, firstEnd] = []] = [...listeners.certificateEnds()]

    put('second')
    assert.deepEqual(await names(), ['first', 'first'])
    const change = await listeners.prepare(config)
    assert.deepEqual(await names(), ['first', 'first'])
    change()
    assert.deepEqual(await names(), ['second', 'second'])
    assert.deepEqual(
      [...listeners.certificateEnds()].map(([port]) => port),
      ports,
    )
    assert.ok(typeof firstEnd === 'number' && firstEnd > Date.now())

    writeFileSync(key, 'nonsense')
    await assert.rejects(
      async () => listeners.prepare(config),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError)
        assert.equal(error.problems.length, 2)
        for (const problem of error.problems)
          assert.ok(problem.endsWith(`key: "${key}": expected a private key in PEM`))
        return true
      },
    )
    assert.deepEqual(await names(), ['second', 'second'])
    amy.send(message('Hi'))
    amy.send(Buffer.from([3, 0, 0]))
    await amy.frame('the list')
    assert.equal(amy.socket.destroyed, false)
  })
})

test('a certificate that is running out is said once a day', { skip: missing }, async (t) => {
  const { cert, key } = new Authority().issue('localhost', 15)
  const said: string[] = []
  const log = { info() {}, error() {}, warn: (_about: object, words: string) => said.push(words) }
  t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: Date.now() })
  await open(t, configOf([`framed+tls://127.0.0.1:0?cert=${cert}&key=${key}`]), log)
  const day = 24 * 60 * 60 * 1000
  for (const times of [0, 1, 2]) {
    assert.equal(said.length, times)
    assert.ok(said.every((words) => words.includes(`cert: "${cert}": it expires on `)))
    t.mock.timers.tick(times === 0 ? 1.5 * day : day)
  }
})

test('trusted proxies that are replaced hold for who comes next, and nobody is dropped', async (t) => {
  const listen = ['framed://127.0.0.1:0?proxy=on', 'framed://127.0.0.1:0']
  const listeners = await open(t, configOf(listen, { trustedProxies: '127.0.0.1' }))
  const port = listeners.at[0]?.port as number
  const come = async (name: string) => {
    const { socket } = await openProxied(
      port,
      Buffer.concat([textHeader({ address: '192.0.2.7', port: 1 }), join(name)]),
    )
    t.after(() => socket.destroy())
    return new FramedPeer(socket)
  }
  const amy = await come('Amy')
  await amy.frame('the greeting')
  await amy.expect(ACCEPTED, joining('Amy'))
  const change = await listeners.prepare(configOf(listen, { trustedProxies: '10.0.0.0/8' }))
  change()
  const bob = await come('Bob')
  assert.ok(await bob.ended())
  const cyd = connectTcp(listeners.at[1]?.port as number, '127.0.0.1')
  t.after(() => cyd.destroy())
  cyd.write(join('Cyd'))
  await amy.expect(joining('Cyd'))
})
