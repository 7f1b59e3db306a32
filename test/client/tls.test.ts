/** Clients over TLS: who is believed, in every dialect, and what is said of certificates that are not. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import type { Trust } from '../../src/client/address.js'
import { failureWords } from '../../src/client/failure-words.js'
import { FramedClient } from '../../src/client/framed-client.js'
import { ConnectionLostError, connect } from '../../src/client/library/node.js'
import { openConnection } from '../../src/client/open-connection.js'
import { certificateQuery } from '../fixtures/certificate.js'
import { direct, joining, leaving, message } from '../fixtures/framed-bytes.js'
import { CLI } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { startRelay } from '../fixtures/start-relay.js'

const certificate = certificateQuery()
if (certificate === null) console.error('SKIPPED: the tests of clients over TLS, since openssl is missing')
const file = new URLSearchParams(certificate ?? '').get('cert') ?? ''
const DIALECTS = ['framed', 'chatroom', 'json-irc', 'chatmaster', 'sendto'] as const

function parlance(t: TestContext, ...args: readonly string[]): RunningProgram {
  const program = new RunningProgram(process.execPath, [CLI, ...args])
  t.after(() => program.end())
  return program
}

/** Why a connection cannot be opened, in words; '' where it can. */
async function problem(host: string, port: number, tls: Trust, timeoutMs?: number): Promise<string> {
  const { socket, opened } = openConnection({ host, port, tls }, timeoutMs)
  try {
    await opened
    return ''
  } catch (error) {
    return failureWords(error)
  } finally {
    socket.destroy()
  }
}

describe('clients over TLS', { skip: certificate === null && 'openssl is missing' }, () => {
  const trusted = (): Trust => ({ ca: readFileSync(file, 'utf8') })

  test('every dialect is spoken, by chat and by sendto', async (t) => {
    const listen = [
      'framed://127.0.0.1:0',
      ...DIALECTS.map((name) => `${name}+tls://127.0.0.1:0?${certificate}`),
    ]
    const relay = await startRelay(t, { settings: { listen: listen.join(' ') } })
    const amy = await relay.join('Amy')
    const say: Record<(typeof DIALECTS)[number], string> = {
      framed: 'Hi',
      chatroom: 'Hi',
      'json-irc': '/join general\nHi',
      chatmaster: 'Hi',
      sendto: 'sendto Amy Hi',
    }
    const flags = ['--tls', '--ca', file]
    for (const [index, dialect] of DIALECTS.entries()) {
      const port = relay.ports[index + 1]
      const bob = parlance(t, 'chat', ...flags, '--dialect', dialect, `localhost:${port}`, 'Bob')
      bob.endInput(`${say[dialect]}\n`)
      assert.equal(await bob.exitCode(), 0, `${dialect}: ${bob.errorOutput}`)
      if (dialect === 'sendto') await amy.expect(direct('[Bob] Hi'))
      else await amy.expect(joining('Bob'), message('[Bob] Hi'), leaving('Bob'))
    }
    const cyd = parlance(t, 'sendto', ...flags, 'localhost', String(relay.ports.at(-1)))
    cyd.endInput('login Cyd\nsendto Amy Hi\n')
    assert.equal(await cyd.exitCode(), 0, cyd.errorOutput)
    assert.equal(cyd.output, 'Success\nSuccess\n')
    await amy.expect(direct('[Cyd] Hi'))
  })

  test('a relay that wants to see a certificate is shown one, or says so', async (t) => {
    const key = file.replace('cert.pem', 'key.pem')
    const relay = await startRelay(t, {
      settings: { listen: `framed+tls://127.0.0.1:0?${certificate}&client-ca=${file}` },
    })
    const address = `localhost:${relay.port}`
    const bob = parlance(t, 'chat', '--tls', '--ca', file, '--cert', file, '--key', key, address, 'Bob')
    await bob.shows('Bob is joining the chat')
    const cyd = parlance(t, 'chat', '--tls', '--ca', file, address, 'Cyd')
    assert.notEqual(await cyd.exitCode(), 0)
    assert.match(cyd.errorOutput, /it wants to see a certificate: --cert FILE --key FILE shows one/)
    const identity = { cert: readFileSync(file, 'utf8'), key: readFileSync(key, 'utf8') }
    const url = `framed+tls://${address}`
    const chat = await connect(url, { name: 'Dan', ca: identity.cert, ...identity, reconnect: false })
    await bob.shows('Dan is joining the chat')
    await chat.close()
    await assert.rejects(
      connect(url, { name: 'Eve', ca: identity.cert, reconnect: false }),
      ConnectionLostError,
    )
    await assert.rejects(
      connect(url, { name: 'Eve', cert: identity.cert }),
      /^TypeError: key: undefined: expected text/,
    )
  })

  test('a certificate that is not trusted, or is for another name, and a relay without TLS', async (t) => {
    const relay = await startRelay(t, {
      settings: {
        listen: `framed+tls://127.0.0.1:0?${certificate} framed://127.0.0.1:0 chatroom://127.0.0.1:0`,
      },
    })
    const [tls, framed, chatroom] = relay.ports as [number, number, number]
    assert.equal(await problem('localhost', tls, trusted()), '')
    assert.match(
      await problem('localhost', tls, { ca: undefined }),
      /^its certificate is signed by nobody but itself;/,
    )
    assert.equal(await problem('127.0.0.1', tls, trusted()), 'its certificate is not for 127.0.0.1')
    assert.match(
      await problem('localhost', framed, trusted()),
      /^no TLS can be agreed on with what listens there \(/,
    )
    assert.match(await problem('localhost', chatroom, trusted()), /TLS/)
    const unverified = process.env.NODE_TLS_REJECT_UNAUTHORIZED
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    t.after(() => {
      if (unverified === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = unverified
    })
    assert.match(await problem('localhost', tls, { ca: undefined }), /^its certificate/)
  })

  test('the name that is asked for is in the handshake, and no address', async (t) => {
    const relay = await startRelay(t, { scheme: 'framed+tls', query: certificate as string })
    const { socket, opened } = openConnection({ host: 'localhost', port: relay.port, tls: trusted() })
    await opened
    assert.equal((socket as TLSSocket).servername, 'localhost')
    socket.destroy()
  })

  test('what a client says of it is one line, and its exit code that of a relay that cannot be had', async (t) => {
    const relay = await startRelay(t, { scheme: 'framed+tls', query: certificate as string })
    const address = `127.0.0.1:${relay.port}`
    const runs: [string[], number, RegExp][] = [
      [
        ['chat', '--tls', address, 'Bob'],
        69,
        /^Cannot join the chat at \S+: its certificate is signed by nobody/,
      ],
      [
        ['sendto', '--tls', '--ca', file, address],
        69,
        /^Cannot connect to \S+: its certificate is not for 127/,
      ],
      [['chat', '--ca', file, address, 'Bob'], 64, /^parlance: --ca ".*": expected --tls with it$/m],
      [['chat', '--tls', '--ca', '/none', address, 'Bob'], 73, /^parlance: --ca "\/none": cannot be read: /],
      [['sendto', '--tls', '--ca', CLI, address], 64, /^parlance: --ca ".*": expected certificates in PEM$/m],
      [['chat', '--cert', file, address, 'Bob'], 64, /^parlance: --cert ".*": expected --tls with it$/m],
      [
        ['chat', '--tls', '--cert', file, address, 'Bob'],
        64,
        /^parlance: --cert ".*": expected --key with it$/m,
      ],
      [
        ['sendto', '--tls', '--cert', file, '--key', file, address],
        64,
        /^parlance: --key ".*": expected a private key in PEM/m,
      ],
    ]
    const programs = runs.map(([args]) => parlance(t, ...args))
    for (const [index, [args, code, words]] of runs.entries()) {
      const program = programs[index] as RunningProgram
      assert.equal(await program.exitCode(), code, args.join(' '))
      assert.match(program.errorOutput, words)
      assert.equal(program.errorOutput.split('\n').length, 2)
      assert.equal(program.output, '')
    }
  })
})

test('a relay that accepts and never shakes hands is given up', async (t) => {
  const server = createServer((socket) => t.after(() => socket.destroy()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  assert.equal(await problem('127.0.0.1', port, { ca: undefined }, 50), 'it did not answer in time')
  const client = new FramedClient({ host: '127.0.0.1', port, tls: { ca: undefined }, connectTimeoutMs: 50 })
  await assert.rejects(client.connect(), { code: 'connect-timeout', message: 'no connection within 50 ms' })
})
