/** The checks of `parlance doctor` that look at real places: ports, the log directory, certificates, mounts. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { certificates } from '../../src/doctor/checks/certificates.js'
import { dataDirectory, logDirectory } from '../../src/doctor/checks/directories.js'
import { ports } from '../../src/doctor/checks/ports.js'
import { thisMachine } from '../../src/doctor/machine.js'
import { mountOf } from '../../src/doctor/mounts.js'
import { holderOf } from '../../src/doctor/port-holder.js'
import { certificateQuery } from '../fixtures/certificate.js'
import { freePort } from '../fixtures/relay-process.js'
import { configWith, machineWith } from './machine-with.js'

const MIB = 1024 * 1024

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'parlance-doctor-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

async function listener(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

test('a port that is free is let go again, and one in use is said with who has it', async (t) => {
  const [free, taken] = [await freePort(), await listener(t)]
  const listen = [`framed://127.0.0.1:${free}`, `chatroom://127.0.0.1:${taken}`, 'sendto://127.0.0.1:0']
  const config = configWith({ listen, ops: `127.0.0.1:${taken}` })
  const [first, second, ops, ...more] = await ports(config, holderOf)
  assert.deepEqual(more, [], 'port 0 is any free one')
  assert.equal(first?.level, 'ok')
  assert.equal(first.words, `framed on 127.0.0.1:${free}: free`)
  assert.equal((await ports(config, holderOf))[0]?.level, 'ok', 'and is free still')
  assert.equal(second?.level, 'problem')
  assert.match(
    second.words,
    new RegExp(`^chatroom on 127.0.0.1:${taken}: process ${process.pid} has it: .*node`),
  )
  assert.equal(ops?.level, 'problem')
  assert.match(ops.words, /^ops on /)
})

test('a port that a relay has is as it should be, and one whose owner cannot be seen is a warning', async (t) => {
  const config = configWith({ listen: `framed://127.0.0.1:${await listener(t)}`, ops: 'off' })
  const [relay] = await ports(config, () => ({
    pid: 7,
    command: ['node', '/app/dist/cli.js', 'serve'],
    isRelay: true,
  }))
  assert.deepEqual(
    [relay?.level, relay?.words.endsWith('the relay that runs, process 7, has it')],
    ['ok', true],
  )
  const [hidden] = await ports(config, () => null)
  assert.equal(hidden?.level, 'warning')
  assert.match(hidden.advice.join(), /ss -ltnp 'sport = :\d+'/)
})

test('an address that this machine does not have is a problem', async () => {
  const [finding] = await ports(configWith({ listen: 'framed://192.0.2.1:9000', ops: 'off' }), holderOf)
  assert.equal(finding?.level, 'problem')
  assert.match(finding.words, /^framed on 192\.0\.2\.1:9000: this machine has no such address$/)
})

test('who listens on a port is known by the tables of the kernel', async (t) => {
  const proc = directory(t)
  for (const path of ['net', '41/fd', '42/fd', 'self']) mkdirSync(join(proc, path), { recursive: true })
  const row = (port: string, state: string, inode: number) =>
    `   0: 00000000:${port} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0 100 0`
  writeFileSync(
    join(proc, 'net/tcp'),
    ['  sl  local_address …', row('2328', '01', 11), row('1F90', '0A', 12)].join('\n'),
  )
  writeFileSync(join(proc, 'net/tcp6'), row('2328', '0A', 13))
  symlinkSync('socket:[12]', join(proc, '41/fd/3'))
  symlinkSync('socket:[13]', join(proc, '42/fd/5'))
  writeFileSync(join(proc, '41/cmdline'), 'nginx: master\0')
  writeFileSync(join(proc, '42/cmdline'), 'node\0/app/dist/cli.js\0serve\0')
  assert.deepEqual(holderOf(8080, proc), { pid: 41, command: ['nginx: master'], isRelay: false })
  assert.deepEqual(holderOf(9000, proc), {
    pid: 42,
    command: ['node', '/app/dist/cli.js', 'serve'],
    isRelay: true,
  })
  assert.equal(holderOf(9001, proc), null)
})

test('the log directory: there, still to be made, full, in memory, of the container alone', (t) => {
  const dir = directory(t)
  const check = (flags: Record<string, string>, machine = {}) =>
    logDirectory(machineWith(machine), configWith(flags))
  const there = check({ logDir: dir })
  assert.equal(there.level, 'ok')
  assert.match(there.words, /, ext4, 100,000 MiB free, logs come to 1,920 MiB at most$/)
  assert.equal(check({ logDir: join(dir, 'not/yet') }).level, 'ok')
  assert.equal(check({ logDir: 'off' }).level, 'ok')

  const space = (freeBytes: number) => check({ logDir: dir }, { freeBytes: () => freeBytes })
  assert.equal(space(1000 * MIB).level, 'warning')
  assert.equal(space(50 * MIB).level, 'problem')
  assert.match(space(50 * MIB).advice.join(), /logKeepFiles/)

  const on = (type: string, inContainer: boolean) => {
    const files = { '/proc/self/mountinfo': `22 1 0:1 / / rw - ${type} none rw\n` }
    return check({ logDir: dir }, { files, inContainer })
  }
  assert.match(on('tmpfs', false).words, /gone with a restart$/)
  assert.match(on('overlay', true).words, /gone with the container$/)
  assert.match(on('overlay', true).advice.join(), new RegExp(`--volume logs:${dir}`))
  assert.equal(on('overlay', false).level, 'ok')
})

test('the data directory: nothing where none is set, a problem where history needs one, space for what may be kept', (t) => {
  const dataDir = directory(t)
  const check = (flags: Record<string, string>, machine = {}) =>
    dataDirectory(machineWith(machine), configWith(flags))
  assert.equal(check({}), null)
  assert.equal(check({ history: '5' })?.level, 'problem')
  assert.match(check({ history: '5', dataDir })?.words ?? '', /, history comes to 256 MiB at most$/)
  const less = check({ history: '5', dataDir }, { freeBytes: () => 100 * MIB })
  assert.equal(less?.level, 'warning')
  assert.match(less?.advice.join() ?? '', /historyBytes/)
  assert.equal(check({ dataDir }, { freeBytes: () => 0 })?.level, 'ok')
})

test('a log directory that is a file is a problem', (t) => {
  const file = join(directory(t), 'logs')
  writeFileSync(file, '')
  const finding = logDirectory(machineWith(), configWith({ logDir: file }))
  assert.equal(finding.level, 'problem')
  assert.match(finding.words, /: there is a file$/)
  assert.match(finding.advice.join(), /^chown 1000 .*set logDir$/)
})

test('of mounts the innermost counts, and of several in one place the last', () => {
  const mountinfo = [
    '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '30 22 0:25 / /var rw shared:2 master:1 - xfs /dev/sdb rw',
    '31 30 0:26 / /var/log\\040files rw - tmpfs none rw',
    '32 30 0:27 / /var rw - btrfs /dev/sdc rw',
  ].join('\n')
  assert.deepEqual(mountOf('/var/lib', mountinfo), { point: '/var', type: 'btrfs' })
  assert.deepEqual(mountOf('/var/log files/x', mountinfo), { point: '/var/log files', type: 'tmpfs' })
  assert.deepEqual(mountOf('/variable', mountinfo), { point: '/', type: 'ext4' })
  assert.equal(mountOf('/', ''), null)
})

test('certificates: valid, soon out, out, not yet, unreadable, of another key', (t) => {
  const [query, other] = [certificateQuery(), certificateQuery()]
  if (query === null || other === null) return t.skip('openssl cannot be had')
  const real = thisMachine({})
  const check = (pair: string, days = 0) => {
    const config = configWith({ listen: [`framed+tls://:9443?${pair}`, `wss://:8443?${pair}`] })
    const all = certificates({ ...real, nowMs: Date.now() + days * 86_400_000 }, config)
    assert.equal(all.length, 1, 'one for each certificate')
    return all[0] as (typeof all)[0]
  }
  assert.equal(check(query).level, 'warning')
  assert.match(check(query).words, /valid for another 1 days$/)
  assert.match(check(query, 3).words, /ran out on/)
  assert.equal(check(query, 3).level, 'problem')
  assert.match(check(query, -10).words, /is valid from .* on$/)
  const mixed = `${query.split('&')[0]}&${other.split('&')[1]}`
  assert.match(check(mixed).words, /is not the certificate of the key/)
  assert.match(check('cert=/nowhere&key=/nowhere').words, /^\/nowhere cannot be read$/)
  assert.match(check(query.replace(/key=.*/, `key=${import.meta.filename}`)).words, /is no PEM/)
})
