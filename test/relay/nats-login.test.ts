/** Who a node is to NATS, tried against servers that ask for it in each way: it gets in, the wrong one is told so, and nothing that is secret is shown anywhere. */

import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { inspect } from 'node:util'
import { pino } from 'pino'
import { nats as doctorsNats } from '../../src/doctor/checks/nats.js'
import { ConfigError, loadConfig } from '../../src/relay/config/load.js'
import { type SettingKey, written } from '../../src/relay/config/settings.js'
import { Relay } from '../../src/relay/relay.js'
import { checkStart } from '../../src/relay/start-check.js'
import { Authority, type CertificatePaths } from '../fixtures/certificate.js'
import { newOperator } from '../fixtures/nats-operator.js'
import { noNats, startNats } from '../fixtures/nats-server.js'
import { freePort } from '../fixtures/relay-process.js'

type Flags = Partial<Record<SettingKey, string | readonly string[]>>

const SECRET = 'S3cr3t!of:ours'
const WRONG = 'Wr0ng!guess'
const IN_URL = encodeURIComponent(SECRET)

describe('who a node is to NATS', { skip: noNats() ?? false }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-nats-login-'))
  after(() => rmSync(dir, { recursive: true }))
  const file = (name: string, text: string) => {
    writeFileSync(join(dir, name), text)
    return join(dir, name)
  }
  const configOf = (flags: Flags) =>
    loadConfig({
      environment: {},
      flags: { listen: ['framed://127.0.0.1:0'], ops: 'off', logDir: 'off', ...flags },
    })

  /** Everything that is said by a relay with these settings, and before it, to whoever looks. */
  const started = async (flags: Flags) => {
    const said: string[] = []
    const config = configOf(flags)
    said.push(JSON.stringify(written(config, 'nats')))
    const { problems, missing } = await checkStart(config, false)
    const finding = await doctorsNats(config)
    said.push(...problems, ...missing, inspect(finding))
    let state = 'refused'
    try {
      const log = pino({ level: 'trace' }, { write: (line: string) => said.push(line) })
      const relay = await Relay.start(config, log)
      state = relay.parts.backplane.state
      await relay.stop()
    } catch (error) {
      said.push(
        inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
        String((error as Error).stack),
      )
    }
    return { state, problems, missing, level: finding?.level, said: said.join('\n') }
  }
  const isIn = async (flags: Flags, ...secrets: readonly string[]) => {
    const { state, problems, level, said } = await started(flags)
    assert.deepEqual({ state, problems, level }, { state: 'joined', problems: [], level: 'ok' })
    for (const secret of secrets) assert.ok(!said.includes(secret), said)
  }
  const isRefused = async (flags: Flags, words: RegExp, ...secrets: readonly string[]) => {
    const { state, problems, level, said } = await started(flags)
    assert.equal(state, 'refused')
    assert.equal(level, 'problem')
    assert.equal(problems.length, 1)
    assert.match(problems[0] as string, words)
    for (const secret of secrets) assert.ok(!said.includes(secret), said)
  }

  it('by a user and a password', async (t) => {
    const { port } = await startNats(t, ['-js', '--user', 'chat', '--pass', SECRET])
    await isIn({ nats: [`nats://chat:${IN_URL}@127.0.0.1:${port}`] }, SECRET, IN_URL)
    const wrong = [`nats://chat:${WRONG}@127.0.0.1:${port}`]
    await isRefused({ nats: wrong }, /^nats: nats:\/\/chat:\*\*\*@.* does not let this node in/, WRONG)
    await isRefused({ nats: [`nats://127.0.0.1:${port}`] }, /does not let this node in/)
  })

  it('by a token', async (t) => {
    const { port } = await startNats(t, ['-js', '--auth', SECRET])
    await isIn({ nats: [`nats://${IN_URL}@127.0.0.1:${port}`] }, SECRET, IN_URL)
    await isRefused({ nats: [`nats://${WRONG}@127.0.0.1:${port}`] }, /does not let this node in/, WRONG)
  })

  it('by a file of credentials', async (t) => {
    const { config, credentials, strangersCredentials, seed } = newOperator()
    const { port } = await startNats(t, ['-js', '-c', file('operator.conf', config)])
    const nats = [`nats://127.0.0.1:${port}`]
    await isIn({ nats, natsCredentials: file('node.creds', credentials) }, seed)
    const strange = file('strange.creds', strangersCredentials)
    await isRefused({ nats, natsCredentials: strange }, /does not let this node in/)
    const broken = file('broken.creds', credentials.replaceAll(/[A-Z]/g, 'x'))
    await isRefused(
      { nats, natsCredentials: broken },
      /^natsCredentials: ".*broken.creds": expected a JWT and a seed/,
      seed,
    )
    await isRefused({ nats, natsCredentials: join(dir, 'none') }, /^natsCredentials: ".*none": ENOENT/)
  })

  describe('over TLS', () => {
    const authority = new Authority()
    const server = authority.issue('localhost')
    const args = ['-js', '--tls', '--tlscert', server.cert, '--tlskey', server.key]
    const clients = ['--tlsverify', '--tlscacert', authority.cert]
    const own = ({ cert, key }: CertificatePaths) => ({ natsCert: cert, natsKey: key })

    it('the server is known by its authority, and by no other', async (t) => {
      const { port } = await startNats(t, args)
      const nats = [`tls://localhost:${port}`]
      await isIn({ nats, natsCa: authority.cert })
      await isRefused({ nats }, /cannot be spoken to by TLS .*(?:certificate|self.signed)/i)
      await isRefused({ nats, natsCa: new Authority().cert }, /cannot be spoken to by TLS/)
    })

    it('the node is known by its certificate, with a password besides', async (t) => {
      const { port } = await startNats(t, [...args, ...clients, '--user', 'chat', '--pass', SECRET])
      const nats = [`tls://chat:${IN_URL}@localhost:${port}`]
      const node = authority.issue('node')
      await isIn({ nats, natsCa: authority.cert, ...own(node) }, SECRET, IN_URL)
      await isRefused(
        { nats, natsCa: authority.cert, natsCert: node.cert },
        /^natsCert, natsKey: expected both/,
      )
      const other = { natsCert: node.cert, natsKey: authority.issue('other').key }
      await isRefused(
        { nats, natsCa: authority.cert, ...other },
        /^natsCa, natsCert, natsKey: .*key values mismatch/,
      )
    })

    it('where the server speaks no TLS, nothing is said to it', async (t) => {
      const { port } = await startNats(t)
      const nats = [`tls://${IN_URL}@localhost:${port}`]
      await isRefused({ nats, natsCa: authority.cert }, /TLS/, SECRET, IN_URL)
    })
  })

  it('a file that may not be read is said, and what is in another one is not', async (t) => {
    const { port } = await startNats(t)
    const secret = file('secret', SECRET)
    const nats = [`nats://127.0.0.1:${port}`]
    await isRefused({ nats, natsCa: secret }, /^natsCa: ".*secret": expected certificates in PEM/, SECRET)
    await isRefused({ nats, natsCert: secret, natsKey: secret }, /^natsCa, natsCert, natsKey: /, SECRET)
    chmodSync(secret, 0)
    if (process.getuid?.() !== 0) await isRefused({ nats, natsCa: secret }, /^natsCa: ".*secret": EACCES/)
  })

  it('a server without JetStream, or one of which three are asked for, is refused; one that is not there is told', async (t) => {
    const { port } = await startNats(t, [])
    await isRefused({ nats: [`nats://127.0.0.1:${port}`] }, /NATS has no JetStream.*-js/)
    const alone = await startNats(t)
    await isRefused({ nats: [alone.url], natsReplicas: '3' }, /3 servers \(natsReplicas\)/)
    const away = configOf({ nats: [`nats://${IN_URL}@127.0.0.1:${await freePort()}`] })
    const { problems, missing } = await checkStart(away, false)
    assert.deepEqual(problems, [])
    assert.match(
      missing.join(),
      /^nats: nats:\/\/\*\*\*@127\.0\.0\.1:\d+: NATS cannot be reached: .*would start, cut off/,
    )
    assert.equal((await doctorsNats(away))?.level, 'warning')
  })

  it('a URL that is none is refused without what may be a password', () => {
    assert.throws(
      () => configOf({ nats: [`nats://chat:${SECRET}@`] }),
      (error) => error instanceof ConfigError && !inspect(error).includes(SECRET),
    )
  })
})
