// Run inside of a container that is confined as it should be, beside the relay: looks at process 1, tries what must not work,
// and loads everything that may be loaded later. Reads which limits there should be from its arguments: FILES MEBIBYTES.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

const [, , files, mebibytes] = process.argv
const status = readFileSync('/proc/1/status', 'utf8')
const field = (name) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1]
const can = (path) => {
  try {
    writeFileSync(path, '')
    rmSync(path)
    return 'yes'
  } catch ({ code }) {
    return code
  }
}

const command = readFileSync('/proc/1/cmdline', 'utf8').split('\0').join(' ').trim()
assert.equal(field('Uid'), '1000')
for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) assert.match(field(set), /^0+$/, set)
assert.equal(field('NoNewPrivs'), '1', 'new privileges cannot be had')
assert.equal(field('Seccomp'), '2', 'system calls are filtered')
console.log(
  `user: process 1 is "${command}" with the user id 1000, without capabilities or ways to get some, system calls filtered`,
)

for (const path of ['/file', '/app/file', '/app/dist/file', '/etc/file', '/usr/local/bin/file'])
  assert.equal(can(path), 'EROFS', path)
for (const path of ['/var/log/parlance/file', '/dev/shm/file']) assert.equal(can(path), 'yes', path)
console.log('files: nothing can be written but the log volume and /dev/shm')

const limits = readFileSync('/proc/1/limits', 'utf8')
assert.equal(/^Max open files\s+(\d+)/m.exec(limits)?.[1], files)
assert.equal(process.constrainedMemory(), Number(mebibytes) * 2 ** 20)
console.log(`limits: ${files} open files, ${mebibytes} MiB of memory`)

const { components } = JSON.parse(readFileSync('/app/parlance.cdx.json', 'utf8'))
assert.equal(components.find(({ name }) => name === 'node').version, process.versions.node, 'the inventory')

// What was left out of the image as not needed (scripts/shipped-only) is asked for by nobody.
// Two are programs, which begin when they are loaded.
const PROGRAMS = ['cli.js', 'workers/worker-main.js']
const modules = readdirSync('/app/dist', { recursive: true }).filter(
  (path) => path.endsWith('.js') && !PROGRAMS.includes(path) && !path.startsWith('web/'),
)
for (const path of modules) await import(`/app/dist/${path}`)
console.log(`modules: each of ${modules.length} can be loaded`)

// What only settings ask for: history has native code of its own, and a node of a cluster the client of NATS.
const { ClassicLevel } = await import('classic-level')
const store = new ClassicLevel('/dev/shm/history')
await store.put('key', 'value')
assert.equal(await store.get('key'), 'value')
await store.close()
rmSync('/dev/shm/history', { recursive: true })
const { connect } = await import('@nats-io/transport-node')
await assert.rejects(connect({ servers: '127.0.0.1:1', reconnect: false }), /refused/)
console.log('history and cluster: the store keeps what is put there, and the client of NATS looks for it')
