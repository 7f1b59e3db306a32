/** The unit for systemd: that it starts the command as it is, within limits that fit, and that systemd can read it. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { SYSTEM_SOCKET } from '../../src/commands/admin/find-socket.js'
import { EXIT_CODE } from '../../src/exit-code.js'
import { loadConfig } from '../../src/relay/config/load.js'
import { flagName, SETTING_KEYS } from '../../src/relay/config/settings.js'
import { bytesOf, fits, readFile } from './deploy-files.js'

const UNIT = readFile('deploy/systemd/parlance.service')

/** Every value of a key, in order. */
function values(key: string): string[] {
  return [...UNIT.matchAll(/^(\w+)=(.*)$/gm)]
    .filter(([, name]) => name === key)
    .map(([, , value]) => value as string)
}

test('every line is a comment, a section, or an assignment', () => {
  for (const line of UNIT.split('\n')) assert.match(line, /^(#.*|\[\w+\]|[A-Z]\w+=.*|)$/)
})

test('it starts the command with flags that there are', () => {
  const [command, subcommand, ...args] = (values('ExecStart')[0] as string).split(' ')
  assert.match(command as string, /\/parlance$/)
  assert.equal(subcommand, 'serve')
  const flags = ['--config', ...SETTING_KEYS.map(flagName)]
  for (const flag of args.filter((arg) => arg.startsWith('--'))) assert.ok(flags.includes(flag), flag)
})

test('its directories are those that the settings name', () => {
  const environment = Object.fromEntries(
    values('Environment').map((pair) => pair.split('=') as [string, string]),
  )
  assert.equal(environment.PARLANCE_LOG_DIR, `%L/${values('LogsDirectory')[0]}`)
  assert.equal(environment.PARLANCE_ADDRESS_FILE, `%t/${values('RuntimeDirectory')[0]}/address.json`)
  assert.equal(environment.PARLANCE_ADMIN_SOCKET, SYSTEM_SOCKET.replace('/run', '%t'))
  // Where docs/operations.md has the file of bans, which the relay writes too.
  assert.ok(readFile('docs/operations.md').includes(`banFile: /var/lib/${values('StateDirectory')[0]}/`))
})

test('its limits leave room for the defaults, and what cannot get better is not tried again', () => {
  fits(loadConfig({ environment: {}, flags: {} }), {
    memoryBytes: bytesOf(values('MemoryMax')[0] as string),
    stopMs: Number(values('TimeoutStopSec')[0]) * 1000,
  })
  const hopeless = values('RestartPreventExitStatus')[0]?.split(' ').map(Number)
  assert.deepEqual(hopeless, [EXIT_CODE.usage, EXIT_CODE.config])
})

test('systemd has nothing to say against it', (t) => {
  if (spawnSync('systemd-analyze', ['--version']).error !== undefined) {
    t.skip('there is no systemd-analyze here')
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'parlance-unit-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const unit = join(folder, 'parlance.service')
  // It looks whether the command is there, which it is where it was installed.
  writeFileSync(unit, UNIT.replace('/usr/local/bin/parlance', process.execPath))
  const verified = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' })
  assert.equal(verified.stdout + verified.stderr, '')
  assert.equal(verified.status, 0)
  const judged = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=15', unit], {
    encoding: 'utf8',
  })
  assert.equal(judged.status, 0, judged.stdout.slice(-200))
})
