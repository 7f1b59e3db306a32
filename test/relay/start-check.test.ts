/** That what would keep a relay from starting is found without one, all of it at once, and that nothing is left behind. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadConfig } from '../../src/relay/config/load.js'
import type { SettingKey } from '../../src/relay/config/settings.js'
import { checkStart } from '../../src/relay/start-check.js'
import { certificateQuery } from '../fixtures/certificate.js'

function directory(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-check-'))
  t.after(() => rmSync(dir, { recursive: true }))
  return dir
}

type Flags = Partial<Record<SettingKey, string | readonly string[]>>

function check(flags: Flags, running = false) {
  const all = { listen: ['framed://127.0.0.1:0'], ops: 'off', logDir: 'off', ...flags }
  return checkStart(loadConfig({ environment: {}, flags: all }), running)
}

async function takenPort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

test('what can be started has no problems, and nothing is made or taken for it', async (t) => {
  const dir = directory(t)
  const flags = { logDir: join(dir, 'logs', 'of', 'it'), addressFile: join(dir, 'parlance.json') }
  assert.deepEqual(await check(flags), { problems: [], inUse: [], missing: [] })
  assert.deepEqual(readdirSync(dir), [])
})

test('everything that is wrong is said at once, each with its setting', async (t) => {
  const dir = directory(t)
  const port = await takenPort(t)
  mkdirSync(join(dir, 'logs'))
  symlinkSync('/dev/null', join(dir, 'logs', 'chat.log'))
  mkdirSync(join(dir, 'logs', 'connections.log'))
  const { problems } = await check({
    listen: [`framed://127.0.0.1:${port}`, 'framed+tls://127.0.0.1:0?cert=/none/cert.pem&key=/none/key.pem'],
    ops: `127.0.0.1:${port}`,
    logDir: join(dir, 'logs'),
    addressFile: join(dir, 'none', 'parlance.json'),
    maxConnections: '10000000',
    accessFile: join(dir, 'names'),
  })
  const wanted = [
    /^accessFile: .*names": ENOENT: /,
    /^maxConnections: 10000000: expected auto or no more than /,
    /^listen: .*framed\+tls:.*: cert: .*cert\.pem.*: ENOENT: /,
    /^listen: .*framed\+tls:.*: key: .*key\.pem.*: ENOENT: /,
    /^logDir: .*logs: EINVAL: .*connections\.log is not an ordinary file$/,
    /^logDir: .*logs: ELOOP: .*chat\.log is a symbolic link/,
    /^addressFile: .*parlance\.json: ENOENT: /,
    new RegExp(`^listen: framed://127\\.0\\.0\\.1:${port}: the port is in use by another program$`),
    new RegExp(`^ops: 127\\.0\\.0\\.1:${port}: the port is in use by another program$`),
  ]
  assert.equal(problems.length, wanted.length, problems.join('\n'))
  for (const [index, words] of wanted.entries()) assert.match(problems[index] as string, words)
})

test('a directory that is none, and one below a file, are said', async (t) => {
  const file = join(directory(t), 'file')
  writeFileSync(file, 'mine')
  for (const logDir of [file, join(file, 'below')]) {
    const { problems } = await check({ logDir })
    assert.equal(problems.length, 1)
    assert.match(problems[0] as string, /^logDir: .*: ENOTDIR: /)
  }
  const admin = await check({ adminSocket: join(file, 'admin.sock') })
  assert.match(admin.problems.join(), /^adminSocket: .*: ENOTDIR: /)
  const occupied = await check({ adminSocket: file })
  assert.match(occupied.problems.join(), /^adminSocket: .* is there already, and is no socket$/)
  const { problems } = await check({ addressFile: join(file, 'parlance.json') })
  assert.match(problems[0] as string, /^addressFile: .*: ENOTDIR: /)
  assert.equal(readFileSync(file, 'utf8'), 'mine')
})

test('a certificate with the key of another one is no certificate', async (t) => {
  const [first, second] = [certificateQuery(), certificateQuery()]
  if (first === null || second === null) return t.skip('there is no openssl')
  const query = `${first.split('&')[0]}&${second.split('&')[1]}`
  const { problems } = await check({
    listen: [`framed+tls://127.0.0.1:0?${query}`, `wss://127.0.0.1:0?${first}`],
  })
  assert.equal(problems.length, 1, problems.join('\n'))
  assert.match(
    problems[0] as string,
    /^listen: .*framed\+tls:.*: key: .*: expected the key of the certificate in /,
  )
})

test('two addresses of its own that are one are no other program’s', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const { problems } = await check({ listen: [`framed://127.0.0.1:${port}`], ops: `127.0.0.1:${port}` }, true)
  assert.deepEqual(problems, [
    `ops: 127.0.0.1:${port}: the port is in use: framed://127.0.0.1:${port}, which is given too, has the same one`,
  ])
  // It was given back.
  const again = createServer().listen(port, '127.0.0.1')
  t.after(() => again.close())
  await once(again, 'listening')
})

test('where a relay may run with it already, addresses that are in use are no problem', async (t) => {
  const port = await takenPort(t)
  const { problems, inUse } = await check({ listen: [`framed://127.0.0.1:${port}`] }, true)
  assert.deepEqual(problems, [])
  assert.deepEqual(inUse, [`listen: framed://127.0.0.1:${port}: the port is in use by another program`])
})
