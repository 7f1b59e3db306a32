/** A control group that allows too little memory: the real process says so as the first thing that it says. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { behindMounts, noMounts } from '../fixtures/own-mounts.js'
import { serve } from '../fixtures/serve.js'

const LIMIT_BYTES = 64 * 1024 * 1024

test('a relay that may have too little memory says how much it needs', {
  skip: noMounts ?? false,
}, async (t) => {
  const relay = await serve(t, [], { through: behindMounts(limitedTo(LIMIT_BYTES)) })
  const [first] = relay.program.output.split('\n')
  const { level, msg } = JSON.parse(first ?? '')
  assert.equal(msg, 'the memory limit is 64 MiB: the relay needs at least 144 MiB')
  assert.equal(level, 40)
})

/** Makes the control group's files anew where the system looks for them: those of both versions. */
function limitedTo(bytes: number): string {
  const group = /^\d+:memory:(.+)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '/'
  const unified = /^0::(.+)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '/'
  const files = {
    [`memory${group}`]: ['memory.limit_in_bytes', 'memory.soft_limit_in_bytes'],
    [`.${unified}`]: ['memory.max', 'memory.high'],
  }
  const commands = Object.entries(files).flatMap(([folder, names]) => [
    `mkdir -p '/sys/fs/cgroup/${folder}'`,
    ...names.map((name) => `echo ${bytes} > '/sys/fs/cgroup/${folder}/${name}'`),
  ])
  return ['mount -t tmpfs none /sys/fs/cgroup', ...commands].join(' && ')
}
