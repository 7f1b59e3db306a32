/** Each check of `parlance doctor` says how bad it is, in numbers, and what to do, on machines that lack something. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clock } from '../../src/doctor/checks/clock.js'
import { descriptors } from '../../src/doctor/checks/descriptors.js'
import { backlog, outgoingPorts, retries } from '../../src/doctor/checks/kernel.js'
import { memory, overcommit, swap } from '../../src/doctor/checks/memory.js'
import { fanout, unmasking } from '../../src/doctor/checks/native-code.js'
import { nodeVersion, timeZoneData } from '../../src/doctor/checks/node.js'
import { user } from '../../src/doctor/checks/user.js'
import type { Finding, Level } from '../../src/doctor/finding.js'
import { configWith, machineWith } from './machine-with.js'

const MIB = 1024 * 1024

/** A finding is so bad, and its words and advice are like these. */
function assertFound(finding: Finding | null, level: Level, words: RegExp, advice?: RegExp): void {
  assert.ok(finding !== null)
  assert.equal(finding.level, level, finding.words)
  assert.match(finding.words, words)
  if (advice === undefined) assert.deepEqual(finding.advice, [])
  else assert.match(finding.advice.join('\n'), advice)
}

test('node: too old, out of support, with support, and no long-term release', () => {
  const on = (version: string, isLongTerm = true) => {
    return nodeVersion(machineWith({ node: { version, isLongTerm, timeZoneData: '2026a' } }))
  }
  assertFound(on('20.18.3'), 'problem', /20\.18\.3; parlance needs 20\.19 or newer/, /Node 24/)
  assertFound(on('18.20.1'), 'problem', /18\.20\.1/, /Node 24/)
  assertFound(on('20.20.2'), 'warning', /no security fixes since 2026-04-30/, /Node 24/)
  assertFound(on('22.20.0'), 'ok', /until 2027-04-30/)
  assertFound(on('25.1.0', false), 'warning', /no long-term release/, /Node 24/)
  assertFound(on('28.9.0'), 'ok', /long-term/)
})

test('time zone data that is missing is said', () => {
  assertFound(
    timeZoneData(machineWith(), 'Europe/Berlin'),
    'ok',
    /^Europe\/Berlin, by the rules of edition 2026a$/,
  )
  const node = { version: '24.5.0', isLongTerm: true, timeZoneData: undefined }
  assertFound(timeZoneData(machineWith({ node }), 'UTC'), 'warning', /no time zone data/, /full ICU/)
})

test('native code that is missing costs CPU, or the start where it was asked for', () => {
  assertFound(fanout(machineWith(), configWith()), 'ok', /^native$/)
  const portable = { name: 'portable', createPorts: () => assert.fail(), reason: 'it was not built' } as const
  const without = machineWith({ fanout: (choice) => (choice === 'native' ? 'it was not built' : portable) })
  assertFound(fanout(without, configWith()), 'warning', /^portable, .*it was not built/, /npm run build/)
  assertFound(
    fanout(without, configWith({ fanout: 'native' })),
    'problem',
    /it was not built/,
    /fanout: auto/,
  )

  assertFound(unmasking(machineWith(), configWith()), 'ok', /^there/)
  assertFound(
    unmasking(machineWith({ has: () => false }), configWith()),
    'warning',
    /not there/,
    /npm install bufferutil/,
  )
  assert.equal(unmasking(machineWith({ has: () => false }), configWith({ listen: 'framed://:9000' })), null)
})

test('root is told to be somebody else', () => {
  assertFound(user(machineWith()), 'ok', /^1000, not root/)
  assertFound(user(machineWith({ userId: 0 })), 'warning', /^root/, /DynamicUser/)
  assertFound(
    user(machineWith({ userId: 0, inContainer: true })),
    'warning',
    /^root; in a container/,
    /--user 1000:1000/,
  )
})

test('the clock: kept, not kept, never set, and where that cannot be known', () => {
  const alone = { files: { '/run/systemd/timesync/synchronized': null } }
  const told = (answer: string) =>
    machineWith({ ...alone, run: (command) => (command === 'timedatectl' ? answer : null) })
  assertFound(clock(machineWith()), 'ok', /systemd-timesyncd/)
  assertFound(clock(told('yes\n')), 'ok', /kept by a time server/)
  assertFound(clock(told('no\n')), 'warning', /nobody keeps it right/, /chrony/)
  assertFound(
    clock(machineWith(alone)),
    'unknown',
    /cannot be known from here: there is no timedatectl/,
    /chronyc/,
  )
  assertFound(
    clock(machineWith({ ...alone, inContainer: true })),
    'unknown',
    /a container has the clock of its machine/,
    /ParlanceClockWrong/,
  )
  assertFound(clock(machineWith({ nowMs: 0 })), 'problem', /^shows 1970-01-01/, /chrony/)
})

test('memory: the limit of the container, or the machine’s, against what the relay may come to', () => {
  const config = configWith({ retainedLimitBytes: String(256 * MIB) })
  const limited = (limit: number | undefined, more = {}) => {
    return memory(machineWith({ memory: { limitBytes: limit, totalBytes: 4096 * MIB }, ...more }), config)
  }
  assertFound(limited(400 * MIB), 'ok', /^400 MiB; the relay comes to 400 MiB at most$/)
  assertFound(
    limited(399 * MIB),
    'warning',
    /^the memory limit is 399 MiB: .*would be killed$/,
    /or keep less .*: 267386880/,
  )
  assertFound(limited(399 * MIB, { inContainer: true }), 'warning', /399 MiB/, /--memory 400m/)
  assertFound(limited(100 * MIB), 'problem', /needs at least 144 MiB/, /give it 400 MiB/)
  for (const none of [undefined, 0, 2 ** 63]) assertFound(limited(none), 'ok', /^4,096 MiB/)
  const files = { '/proc/meminfo': 'MemTotal: 4096000 kB\nMemAvailable: 102400 kB\n' }
  assertFound(
    limited(undefined, { files }),
    'warning',
    /^4,096 MiB, of which only 100 MiB are left now$/,
    /ps aux/,
  )
})

test('overcommit and swap are said where they matter', () => {
  assert.equal(overcommit(machineWith()), null)
  const strict = machineWith({ files: { '/proc/sys/vm/overcommit_memory': '2\n' } })
  assertFound(
    overcommit(strict),
    'warning',
    /no more memory than there is/,
    /sysctl -w vm\.overcommit_memory=0/,
  )

  const swapped = (free: number) => {
    return swap(machineWith({ files: { '/proc/meminfo': `SwapTotal: 2048000 kB\nSwapFree: ${free} kB\n` } }))
  }
  assert.equal(swap(machineWith()), null)
  assertFound(swapped(2_048_000), 'ok', /^0 MiB of 2,000 MiB in use$/)
  assertFound(swapped(102_400), 'warning', /^1,900 MiB of 2,000 MiB in use/, /MemorySwapMax=0/)
})

test('file descriptors: few, enough, too few for maxConnections, unknown', () => {
  const limited = (limit: number | null, connections: number, flags = {}, more = {}) => {
    return descriptors(
      machineWith({ descriptors: { connections, descriptors: limit }, ...more }),
      configWith(flags),
    )
  }
  assertFound(limited(65_536, 65_280), 'ok', /^65,536, which is 65,280 connections$/)
  assertFound(
    limited(1024, 768),
    'warning',
    /^1,024, which is 768 connections$/,
    /LimitNOFILE=65536[\s\S]*ulimit -n 65536/,
  )
  assertFound(limited(1024, 768, {}, { inContainer: true }), 'warning', /768/, /--ulimit nofile=65536:65536/)
  assertFound(limited(1024, 768, { maxConnections: '700' }), 'ok', /maxConnections is 700$/)
  assertFound(
    limited(65_536, 65_280, { maxConnections: '100000' }),
    'problem',
    /does not start/,
    /ulimit -n 131072/,
  )
  assertFound(limited(null, 7936), 'unknown', /7,936 connections are assumed/)
})

test('somaxconn and tcp_retries2, in and outside of a container', () => {
  const files = { '/proc/sys/net/core/somaxconn': '128\n', '/proc/sys/net/ipv4/tcp_retries2': '15\n' }
  assertFound(backlog(machineWith()), 'ok', /^4096/)
  assertFound(backlog(machineWith({ files })), 'warning', /^128: /, /^sysctl -w net\.core\.somaxconn=4096$/m)
  assertFound(
    backlog(machineWith({ files, inContainer: true })),
    'warning',
    /^128: /,
    /--sysctl net\.core\.somaxconn=4096/,
  )
  assertFound(retries(machineWith()), 'ok', /^8: .* after some 102 s$/)
  assertFound(
    retries(machineWith({ files })),
    'warning',
    /^15: .* after some 925 s$/,
    /sysctl -w net\.ipv4\.tcp_retries2=8/,
  )
  const none = { '/proc/sys/net/core/somaxconn': null, '/proc/sys/net/ipv4/tcp_retries2': 'what?\n' }
  assertFound(backlog(machineWith({ files: none })), 'unknown', /cannot be read/)
  assertFound(retries(machineWith({ files: none })), 'unknown', /cannot be read/)
})

test('a port of the relay among those for outgoing connections can be taken before it starts', () => {
  const config = configWith({ listen: ['framed://:9000', 'chatroom://:40000'], ops: '127.0.0.1:50000' })
  assertFound(
    outgoingPorts(machineWith(), configWith()),
    'ok',
    /^32768 to 60999: none of the relay’s; .* 28,232 /,
  )
  assertFound(
    outgoingPorts(machineWith(), config),
    'warning',
    /40000, 50000 may be in use/,
    /ip_local_reserved_ports=40000,50000$/m,
  )
  const files = { '/proc/sys/net/ipv4/ip_local_port_range': null }
  assertFound(outgoingPorts(machineWith({ files }), config), 'unknown', /cannot be read/)
})
