/**
 * No secret is ever written down: a relay that logs all it can, and every command that reads its settings, with passwords, tokens, keys and logins
 * that are right and wrong, shown in every dialect, over HTTP and at the admin socket; and mistakes in every file that has one. Whatever they
 * wrote, said and answered is searched for each secret, in each form that it may have.
 */

import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { RawPeer } from '../../src/conform/raw-peer.js'
import { hashPassword } from '../../src/relay/access/password-hash.js'
import { CLAIMS, type ClaimKind } from '../fixtures/access-claims.js'
import { CHEAP, token } from '../fixtures/access-files.js'
import { adminSocketIn, ask, askRaw } from '../fixtures/admin-socket.js'
import { Authority } from '../fixtures/certificate.js'
import { noNats, startNats } from '../fixtures/nats-server.js'
import { CLI, freePort } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'

const OPTIONS = { timeoutMs: 20_000, quietMs: 30 }

/** Something that nobody could write by chance. */
function secretWord(): string {
  return `s3cret-${randomBytes(9).toString('hex')}`
}

/** What was written and said, each with where, and what must be in none of it. */
class Search {
  readonly #secrets = new Map<string, string>()
  readonly #said: [where: string, text: string][] = []

  /** @returns the secret */
  add(what: string, secret = secretWord()): string {
    this.#secrets.set(what, secret)
    return secret
  }

  hear(where: string, text: string): void {
    this.#said.push([where, text])
  }

  /** All files in a folder and below. */
  read(folder: string): void {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const path = join(folder, name)
      if (statSync(path).isFile()) this.hear(path, readFileSync(path, 'latin1'))
    }
  }

  get all(): string {
    return this.#said.map(([, text]) => text).join('\n')
  }

  assertNothing(): void {
    for (const [what, secret] of this.#secrets) {
      for (const form of formsOf(secret)) {
        for (const [where, text] of this.#said) {
          const at = text.indexOf(form)
          assert.equal(
            at,
            -1,
            `${what} is in ${where}: …${text.slice(Math.max(0, at - 200), at + form.length + 50)}`,
          )
        }
      }
    }
  }
}

/** As it is, as it may be encoded, and the half of it that a cut may have left. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const half = secret.slice(0, Math.max(12, Math.floor(secret.length / 2)))
  const encodings = (['hex', 'base64', 'base64url'] as const).map((encoding) =>
    // What is around it shifts its last digits.
    bytes.toString(encoding).replace(/=+$/, '').slice(0, -2),
  )
  return [
    ...new Set([
      half,
      secret.slice(0, 24),
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      ...encodings,
    ]),
  ]
}

/** A key's own bytes, as they stand in a file. */
function bodyOf(pem: string): string {
  return (pem.split('\n')[1] as string).slice(0, 40)
}

test('a password, a token, a key or a login is in no log, no metric, no answer and no complaint', async (t) => {
  const search = new Search()
  const dir = mkdtempSync(join(tmpdir(), 'parlance-secrets-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const file = (name: string, text: string) => {
    writeFileSync(join(dir, name), text)
    return join(dir, name)
  }
  const password = search.add('the password')
  const wrong = search.add('a wrong password')
  const tokenKey = search.add('the key of tokens', `${secretWord()}-${secretWord()}`)
  const sign = (claims: object) => token('Amy', { secret: tokenKey, ...claims })
  const good = search.add('a good token', await sign({}))
  const expired = search.add('an expired token', await sign({ expiresIn: -60 }))
  const forged = search.add(
    'a forged token',
    await token('Amy', { secret: search.add('another key', `${secretWord()} ${secretWord()}`) }),
  )
  const long = search.add('a password that is too long', `${secretWord()}${'x'.repeat(5000)}`)
  const hash = await hashPassword(password, CHEAP)
  search.add('the salt and the key of the hash', hash.split('$').slice(-2).join('$'))
  const accessFile = file('access', `Amy ${hash}\n`)
  const tokenKeyFile = file('token-key', tokenKey)
  const { cert, key } = new Authority().issue('localhost')
  search.add('the key of TLS', bodyOf(readFileSync(key, 'utf8')))

  const natsPassword = search.add('the password of NATS')
  const natsWrong = search.add('a wrong password of NATS')
  const natsArgs = ['-js', '--user', 'chat', '--pass', natsPassword]
  const nats = noNats() === null ? await startNats(t, natsArgs) : null
  const natsUrl = (login: string) => `nats://${login}@127.0.0.1:${nats?.port ?? 4222}`

  const ports = new Map<string, number>()
  for (const kind of ['framed', 'chatroom', 'json-irc', 'chatmaster', 'sendto', 'ws', 'ops'])
    ports.set(kind, await freePort())
  const at = (kind: string) => ports.get(kind) as number
  const listen = [...ports].flatMap(([kind, port]) => (kind === 'ops' ? [] : [`${kind}://127.0.0.1:${port}`]))
  const secure = `framed+tls://127.0.0.1:${await freePort()}?cert=${cert}&key=${key}`
  const [logs, data, adminSocket, addressFile] = [
    join(dir, 'logs'),
    join(dir, 'data'),
    adminSocketIn(t),
    join(dir, 'address.json'),
  ]
  const settings = {
    listen: [...listen, secure],
    ops: `127.0.0.1:${at('ops')}`,
    logLevel: 'trace',
    logDir: logs,
    logDirect: 'text',
    dataDir: data,
    history: 10,
    access: 'reserved',
    accessFile,
    tokenKeyFile,
    adminSocket,
    addressFile,
    wrongPasswordsPerMinute: 100_000,
    ...(nats === null ? {} : { nats: [natsUrl(`chat:${natsPassword}`)] }),
  }
  const config = file('relay.yaml', JSON.stringify(settings))
  const run = (name: string, ...args: readonly string[]) => heard(t, search, name, {}, ...args)

  const relay = new RunningProgram(process.execPath, [CLI, 'serve', '--config', config])
  t.after(() => relay.end())
  await relay.shows('to join')

  await shownInEveryDialect(search, at, [wrong, forged, expired, good, long, password])
  await shownOverHttp(search, at, [wrong, forged, expired, good, password])
  await shownToOperators(search, adminSocket, [wrong, good, password])

  // What reads the settings, right and wrong.
  await run('config', 'config', '--config', config)
  await run('config --json', 'config', '--config', config, '--json')
  await run('check', 'check', '--config', config, '--running')
  await run('doctor', 'doctor', '--config', config)
  await run('access list', 'access', 'list', '--file', accessFile)
  await run('log', 'log', '--json', logs)
  await run('log --history', 'log', '--history', '--json', data)
  const wrongs = mistakes(search, file, { natsUrl, natsWrong, key, cert, hasNats: nats !== null })
  for (const { name, change, commands, told } of wrongs) {
    const wrongConfig = file(`${name}.yaml`, JSON.stringify({ ...settings, ...change }))
    const said: string[] = []
    for (const command of commands)
      said.push(await run(`${command} with ${name}`, command, '--config', wrongConfig))
    // Each of them was looked at: what is not told could not be told wrongly.
    for (const words of told) assert.match(said.join('\n'), words, name)
  }
  const environment = {
    PARLANCE_PASSWORT: search.add('a variable that is misspelt'),
    PARLANCE_NATZ: natsUrl(`chat:${search.add('a login in a variable that is misspelt')}`),
    PARLANCE_NATS: `nats://chat:${search.add('a login that a comma cuts in two')},${search.add('its rest')}@127.0.0.1`,
  }
  for (const command of ['check', 'serve'])
    await heard(t, search, `${command} with a wrong environment`, environment, command)
  for (const args of [
    ['--passwort', wrong],
    [`--nats=chat:${wrong}@127.0.0.1:x`],
    ['--access', 'closed', '--token-key-file', join(dir, 'nowhere')],
  ])
    await run(`serve ${args[0]}`, 'serve', ...args)

  // A reload with mistakes in the files, and one without.
  writeFileSync(accessFile, `Amy ${search.add('a password in place of a hash')}\n`)
  writeFileSync(tokenKeyFile, search.add('a key that is too short', secretWord().slice(0, 20)))
  relay.child.kill('SIGHUP')
  await relay.shows('config.refused')
  await run('reload', 'reload', '--address-file', addressFile)
  writeFileSync(accessFile, `Amy ${hash}\n`)
  writeFileSync(tokenKeyFile, tokenKey)
  await run('reload', 'reload', '--address-file', addressFile)

  for (const path of ['/metrics', '/healthz', '/readyz'])
    search.hear(path, await (await fetch(`http://127.0.0.1:${at('ops')}${path}`)).text())
  search.hear('the address file', readFileSync(addressFile, 'utf8'))
  relay.child.kill('SIGTERM')
  assert.equal(await relay.exitCode(), 0, relay.errorOutput)
  search.hear('stdout', relay.output)
  search.hear('stderr', relay.errorOutput)
  search.read(logs)
  // In a cluster NATS has the history.
  if (nats === null) search.read(data)

  // What it was all about has come to pass.
  for (const reason of ['wrong-secret', 'expired'])
    assert.match(search.all, new RegExp(`"event":"rejected".*"name":"Amy","reason":"${reason}"`))
  assert.match(search.all, /"event":"accepted".*"name":"Amy"/)
  search.assertNothing()
})

/** Runs a command to its end, and hears all that it says. */
async function heard(
  t: TestContext,
  search: Search,
  name: string,
  environment: NodeJS.ProcessEnv,
  ...args: readonly string[]
): Promise<string> {
  const program = new RunningProgram(process.execPath, [CLI, ...args], environment)
  t.after(() => program.end())
  await program.exitCode()
  assert.notEqual(program.output + program.errorOutput, '', `${name} says nothing`)
  search.hear(name, program.output + program.errorOutput)
  return program.output + program.errorOutput
}

async function shownInEveryDialect(
  search: Search,
  at: (kind: string) => number,
  secrets: readonly string[],
): Promise<void> {
  const open = async (kind: ClaimKind) => {
    const peer = await RawPeer.open('127.0.0.1', at(kind.dialect), OPTIONS)
    await kind.greeted(peer)
    return peer
  }
  const one = async (name: string, kind: ClaimKind, secret: string) => {
    // For a name, for one that is none, and cut in the middle.
    for (const [asked, share] of [
      ['Amy', 1],
      ['Am\x7fy', 1],
      ['Amy', 0.9],
    ] as const) {
      const peer = await open(kind)
      const bytes = kind.ask(asked, secret)
      peer.write(bytes.subarray(0, Math.floor(bytes.length * share)))
      await peer.nothing().catch(() => peer.until(() => peer.received.length > 3, 'an answer'))
      search.hear(`an answer in ${name}`, peer.received.toString('latin1'))
      if (share === 1) peer.close()
      else peer.reset()
    }
  }
  const inOne = async ([name, kind]: [string, ClaimKind]) => {
    for (const secret of secrets) await one(name, kind, secret)
  }
  await Promise.all(Object.entries(CLAIMS).map(inOne))
}

async function shownOverHttp(
  search: Search,
  at: (kind: string) => number,
  secrets: readonly string[],
): Promise<void> {
  const inEachWay = async (secret: string) => {
    const encoded = Buffer.from(secret).toString('base64url')
    const query = encodeURIComponent(secret)
    const heads = [
      [`GET /?token=${query} HTTP/1.1`, 'Upgrade: websocket'],
      ['GET / HTTP/1.1', `Authorization: Bearer ${secret}`, 'Upgrade: websocket'],
      [
        'GET / HTTP/1.1',
        `Sec-WebSocket-Protocol: framed, secret.${encoded}`,
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ],
      [`GET /?token=${query}#${query} HTTP/1.1`, `Cookie: ${secret}`],
      [
        `GET /metrics?password=${query} HTTP/1.1`,
        `Authorization: Basic ${Buffer.from(`a:${secret}`).toString('base64')}`,
      ],
      [`${secret} / HTTP/1.1`],
    ]
    for (const [index, head] of heads.entries()) {
      for (const kind of ['ws', 'ops']) {
        const peer = await RawPeer.open('127.0.0.1', at(kind), OPTIONS)
        peer.write(`${[...head, 'Host: a'].join('\r\n')}\r\n\r\n`)
        await peer.nothing().catch(() => {})
        search.hear(`answer ${index} of ${kind}`, peer.received.toString('latin1'))
        peer.close()
      }
    }
  }
  await Promise.all(secrets.map(inEachWay))
}

/** Operators who put a secret where none belongs. What they ask for in earnest, such as a text that is to be said, is told. */
async function shownToOperators(search: Search, socket: string, secrets: readonly string[]): Promise<void> {
  for (const secret of secrets) {
    const answers = [
      await ask(socket, 'GET', `/stats?password=${encodeURIComponent(secret)}`),
      await ask(socket, 'POST', '/reload', { password: secret }),
      await ask(socket, 'POST', '/say', `{"text": "${secret}`),
      await ask(socket, 'PUT', '/who', { token: secret }),
    ]
    for (const { text, status } of answers) {
      assert.ok(status >= 400, `${status} ${text}`)
      search.hear('the admin socket', text)
    }
    search.hear(
      'the admin socket',
      await askRaw(
        socket,
        `GET /who HTTP/1.1\r\nAuthorization: Bearer ${secret}\r\nConnection: close\r\n\r\n`,
      ),
    )
  }
}

interface Right {
  readonly natsUrl: (login: string) => string
  readonly natsWrong: string
  readonly key: string
  readonly cert: string
  readonly hasNats: boolean
}

interface Mistakes {
  readonly name: string
  /** Settings with which a relay does not start: each has a secret in the wrong place, or one that is wrong. */
  readonly change: object
  /** Which commands are to complain. */
  readonly commands: readonly string[]
  /** Of what they complain. */
  readonly told: readonly RegExp[]
}

function mistakes(
  search: Search,
  file: (name: string, text: string) => string,
  { natsUrl, natsWrong, key, cert, hasNats }: Right,
): Mistakes[] {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  search.add('a private key for tokens', bodyOf(pem))
  const locked = privateKey
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
    .toString()
  search.add('a key with a passphrase', bodyOf(locked))
  const jwk = privateKey.export({ format: 'jwk' }) as { d: string }
  search.add('a private key in a set', jwk.d)
  const none = `-----BEGIN PRIVATE KEY-----\n${search.add('what is no key')}\n-----END PRIVATE KEY-----\n`
  const seed = search.add(
    'a seed of NATS',
    `SU${randomBytes(60)
      .toString('base64')
      .replace(/[^A-Z2-7]/g, '')}ABCDEFGHIJK`,
  )
  const keys = [file('key-1', pem), file('key-2', locked), file('key-3', none)]
  return [
    {
      name: 'settings that are none',
      change: {
        natz: [natsUrl(`chat:${search.add('a login of a setting that is misspelt')}`)],
        password: search.add('a password as a setting'),
        tokens: [search.add('a token as a setting')],
        nats: [
          `nats://chat:${search.add('a login with a space')} @127.0.0.1:x`,
          `nats://chat:${search.add('a login without a host')}`,
          { url: natsUrl(`chat:${search.add('a login in an object')}`) },
        ],
      },
      commands: ['config', 'check', 'serve'],
      told: [
        /natz: /,
        /password: "\*\*\*"/,
        /tokens: "\*\*\*"/,
        /nats: "nats:\/\/\*\*\*@/,
        /nats: "nats:\/\/chat:\*\*\*"/,
      ],
    },
    {
      name: 'a URL in place of a list',
      change: { nats: natsUrl(`chat:${search.add('a login outside of a list')}`) },
      commands: ['check'],
      told: [/nats: .*expected a list/],
    },
    {
      name: 'secrets where others belong',
      change: {
        accessFile: file(
          'access-1',
          `Amy ${search.add('a bare password')}\nBob * ${search.add('a password too many')}\n`,
        ),
        tokenKeyFile: file('token-1', pem),
        listen: keys.map((path) => `framed+tls://127.0.0.1:0?cert=${cert}&key=${path}`),
        natsCredentials: file('credentials', `-----BEGIN USER NKEY SEED-----\n${seed}\n`),
        natsCert: cert,
        natsKey: file('nats-key', pem),
      },
      commands: ['check', 'serve'],
      told: [/accessFile: /, /tokenKeyFile: /, /listen: .*key: /, /natsCredentials: /],
    },
    {
      name: 'a set of private keys, and logins that differ',
      change: {
        tokenKeyFile: file('token-2', JSON.stringify({ keys: [jwk] })),
        nats: [natsUrl(`chat:${natsWrong}`), natsUrl(search.add('a token of NATS'))],
      },
      commands: ['check'],
      told: [/tokenKeyFile: /, /nats: expected the same/],
    },
    {
      name: 'a key that is too short',
      change: {
        tokenKeyFile: file('token-3', search.add('a short key', secretWord().slice(0, 20))),
        natsCert: cert,
        natsKey: directory(key),
      },
      commands: ['check'],
      told: [/tokenKeyFile: /, /natsKey: /],
    },
    {
      name: 'a wrong login',
      change: { nats: [natsUrl(`chat:${natsWrong}`)] },
      // Where there is no NATS a relay starts without it.
      commands: hasNats ? ['check', 'doctor'] : ['check'],
      told: hasNats ? [/does not let this node in/] : [],
    },
  ]
}

function directory(path: string): string {
  const made = `${path}-folder`
  mkdirSync(made)
  return made
}
