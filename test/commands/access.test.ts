/** `parlance access` and `parlance token`, and what they make, at a relay with every client of the command. */

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileOf, newFolder, SECRET } from '../fixtures/access-files.js'
import { startAllDialects } from '../fixtures/all-dialects.js'
import { CLI } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'

const PASSWORD = 'correct horse'

/** A subcommand of the built command, and what became of it. */
async function parlance(args: readonly string[], input = '', env: NodeJS.ProcessEnv = {}) {
  const program = new RunningProgram(process.execPath, [CLI, ...args], env)
  program.endInput(input)
  const code = await program.exitCode()
  return { code, out: program.output, err: program.errorOutput }
}

function started(t: TestContext, args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningProgram {
  const program = new RunningProgram(process.execPath, [CLI, ...args], env)
  t.after(() => program.end())
  return program
}

test('names get a password, another one, none, and are taken out again; the rest of the file stays as it was', async () => {
  const file = join(newFolder(), 'names')
  assert.deepEqual(await parlance(['access', 'add', 'Amy', '--file', file], `${PASSWORD}\n`), {
    code: 0,
    out: '',
    err: `Amy is in ${file} now.\n`,
  })
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const first = readFileSync(file, 'utf8')
  assert.match(first, /^Amy \$scrypt\$ln=15,r=8,p=1\$[\w+/]{22}\$[\w+/]{43}\n$/)
  writeFileSync(file, `# people\n${first}\n  # and programs\n`)
  chmodSync(file, 0o640)
  await parlance(['access', 'add', 'Server', '--no-password', '--file', file])
  await parlance(['access', 'add', 'Amy'], 'battery staple\n', { PARLANCE_ACCESS_FILE: file })
  const lines = readFileSync(file, 'utf8').split('\n')
  assert.deepEqual([lines[0], lines[3], lines[4]], ['# people', '  # and programs', 'Server *'])
  assert.notEqual(`${lines[1]}\n`, first)
  assert.equal(statSync(file).mode & 0o777, 0o640)
  const listed = await parlance(['access', 'list', '--file', file])
  assert.match(listed.out, /^Amy {30}a password\nServer {27}no password: a token or a certificate\n$/)
  assert.equal((await parlance(['access', 'remove', 'Amy', '--file', file])).code, 0)
  assert.equal(readFileSync(file, 'utf8'), '# people\n\n  # and programs\nServer *\n')
})

test('without a file the line is written; what is wrong is told, and never with a password', async () => {
  const { code, out, err } = await parlance(['access', 'add', 'Bob'], `${PASSWORD}\n`)
  assert.deepEqual([code, err], [0, ''])
  assert.match(out, /^Bob \$scrypt\$\S+\n$/)
  const broken = fileOf('Amy hunter22\n')
  const missing = join(newFolder(), 'none')
  for (const [args, input, exitCode, words] of [
    [
      ['add', 'Bob'],
      'short\n',
      64,
      /^parlance: that cannot be a password: expected 8 to 256 printable ASCII/,
    ],
    [['add', 'Bob'], '', 130, /^parlance: the input has ended/],
    [['add', 'B b'], `${PASSWORD}\n`, 64, /^parlance: "B b": expected a name of 1 to 32/],
    [['add', '#Bob'], `${PASSWORD}\n`, 64, /expected a name .* which does not begin with #/],
    [['add'], `${PASSWORD}\n`, 64, /^parlance: no name: expected a name/],
    [['remove', 'Bob', '--file', missing], '', 73, /^parlance: ENOENT: no such file/],
    [['remove', 'Bob', '--file', fileOf('')], '', 1, /^parlance: Bob is not in /],
    [['list', '--file', missing], '', 73, /^parlance: ENOENT: no such file/],
    [['remove', 'Bob'], '', 64, /^parlance: expected --file, or PARLANCE_ACCESS_FILE/],
    [['add', 'Bob', '--file', broken], `${PASSWORD}\n`, 78, /line 1: "Amy": expected behind the name a hash/],
    [['add', 'Bob', '--file', '/proc/nowhere/names'], `${PASSWORD}\n`, 73, /ENOENT/],
    [['drop', 'Bob'], '', 64, /Allowed choices are add, remove, list/],
  ] as const) {
    const outcome = await parlance(['access', ...args], input)
    assert.equal(outcome.code, exitCode, outcome.err)
    assert.match(outcome.err, words)
    assert.doesNotMatch(outcome.err, /hunter22|correct horse|short\b/)
  }
  assert.equal(readFileSync(broken, 'utf8'), 'Amy hunter22\n')
  assert.equal(existsSync(missing), false)
})

test('every client of the command shows a password from a file or the environment, and a token that the command has signed', async (t) => {
  const folder = newFolder()
  const accessFile = join(folder, 'names')
  const password = join(folder, 'password')
  writeFileSync(password, `${PASSWORD}\n`)
  await parlance(['access', 'add', 'Amy', '--file', accessFile], `${PASSWORD}\n`)
  const tokenKeyFile = fileOf(`${SECRET}\n`)
  const all = await startAllDialects({ access: 'closed', accessFile, tokenKeyFile })
  t.after(() => all.relay.stop())
  const signed = await parlance(['token', 'Bob', '--key', tokenKeyFile, '--expires', '5m'])
  assert.deepEqual([signed.code, signed.err], [0, ''])
  for (const [dialect, welcome, refusal] of [
    ['framed', '', /that name needs a password or a token[\s\S]*The name Amy cannot be had/],
    ['chatroom', '', /The name Amy is taken, or cannot be used/],
    ['json-irc', '', /The name "Amy" cannot be had: that name needs a password or a token/],
    ['chatmaster', 'You are in general now', /That name needs a password or a token/],
    ['sendto', 'Success', /^Failure$/m],
  ] as const) {
    const address = `127.0.0.1:${all.portOf(dialect)}`
    const chat = ['chat', '--dialect', dialect, address]
    const amy = started(t, [...chat, 'Amy', '--password-file', password])
    const bob = started(t, [...chat, 'Bob'], { PARLANCE_PASSWORD: signed.out.trim() })
    for (const program of [amy, bob]) if (welcome !== '') await program.shows(welcome)
    const deadline = Date.now() + 20_000
    const { hub } = all.relay.parts
    while (!(hub.isHere('Amy') && hub.isHere('Bob')) && Date.now() < deadline) await new Promise(setImmediate)
    assert.deepEqual(hub.names(), ['Amy', 'Bob'], dialect)
    amy.endInput()
    bob.endInput()
    assert.deepEqual([await amy.exitCode(), await bob.exitCode()], [0, 0])
    while (hub.sessionCount > 0 && Date.now() < deadline) await new Promise(setImmediate)
    const stranger = await parlance([...chat, 'Amy'])
    assert.equal(stranger.code, 1)
    assert.match(stranger.out + stranger.err, refusal)
  }
  const missing = await parlance(['chat', '127.0.0.1', 'Amy', '--password-file', join(folder, 'none')])
  assert.deepEqual(
    [missing.code, /^parlance: --password-file .*: cannot be read/.test(missing.err)],
    [73, true],
  )
  const empty = await parlance(['chat', '127.0.0.1', 'Amy', '--password-file', fileOf('\n')])
  assert.deepEqual([empty.code, /expected a password on the first line/.test(empty.err)], [64, true])
})

test('tokens are signed with private keys, too; what cannot sign is told', async () => {
  for (const [key, alg] of [
    [generateKeyPairSync('rsa', { modulusLength: 2048 }), 'RS256'],
    [generateKeyPairSync('ec', { namedCurve: 'P-384' }), 'ES384'],
    [generateKeyPairSync('ed25519'), 'EdDSA'],
  ] as const) {
    const file = fileOf(key.privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const flags = [
      '--issuer',
      'us',
      '--audience',
      'chat',
      '--claim',
      'nick',
      '--key-id',
      'k1',
      '--expires',
      '2h',
    ]
    const { out } = await parlance(['token', 'Amy', '--key', file, ...flags])
    const [header, claims] = out.split('.').map((part) => Buffer.from(part, 'base64url').toString())
    assert.deepEqual(JSON.parse(header as string), { alg, kid: 'k1' })
    const { iat, exp, ...rest } = JSON.parse(claims as string)
    assert.deepEqual(rest, { nick: 'Amy', iss: 'us', aud: 'chat' })
    assert.equal(exp - iat, 7200)
  }
  const secret = fileOf(SECRET)
  for (const [args, exitCode, words] of [
    [['Amy', '--key', fileOf('short')], 64, /expected a secret of at least 32 bytes/],
    [['Amy', '--key', fileOf('-----BEGIN PUBLIC KEY-----\nAA\n')], 64, /expected a private key in PEM/],
    [['Amy', '--key', '/nowhere/key'], 73, /ENOENT/],
    [['A y', '--key', secret], 64, /"A y": expected 1 to 32 printable ASCII/],
    [['Amy', '--key', secret, '--expires', 'soon'], 64, /--expires "soon": expected an age such as 30m/],
    [['Amy'], 64, /required option '--key/],
  ] as const) {
    const outcome = await parlance(['token', ...args])
    assert.equal(outcome.code, exitCode, outcome.err)
    assert.match(outcome.err, words)
  }
})
