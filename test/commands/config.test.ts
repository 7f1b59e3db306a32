/** `parlance config` and `parlance check` as commands: exit codes, and what goes to which stream. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadConfig } from '../../src/relay/config/load.js'
import { CLI } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'

const dir = mkdtempSync(join(tmpdir(), 'parlance-config-command-'))
after(() => rmSync(dir, { recursive: true }))
const FILE = join(dir, 'relay.yaml')
writeFileSync(FILE, 'room: tea\nlisten: ["framed://127.0.0.1:0"]\nops: off\nlogDir: off\n')

async function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const program = new RunningProgram(process.execPath, [CLI, ...args], environment)
  const code = await program.exitCode()
  return { code, output: program.output, errors: program.errorOutput }
}

test('config prints a file that says the same, from flags, environment and file', async () => {
  const environment = { PARLANCE_CONFIG: FILE, PARLANCE_GRACE_MS: '7000' }
  const { code, output, errors } = await run(['config', '--ping-ms', '9000'], environment)
  assert.equal(errors, '')
  assert.equal(code, 0)
  const lines = [`room: tea # ${FILE}:1`, 'graceMs: 7000 # PARLANCE_GRACE_MS', 'pingMs: 9000 # --ping-ms']
  for (const line of lines) assert.ok(output.includes(`\n${line}\n`), `no ${line} in\n${output}`)
  const again = join(dir, 'again.yaml')
  writeFileSync(again, output)
  assert.deepEqual(
    loadConfig({ file: again, environment: {}, flags: {} }),
    loadConfig({ file: FILE, environment: {}, flags: { graceMs: '7000', pingMs: '9000' } }),
  )
})

test('config --json is for programs, --schema for editors', async () => {
  const json = await run(['config', '--config', FILE, '--json'])
  assert.equal(json.code, 0)
  assert.deepEqual(JSON.parse(json.output).room, {
    value: 'tea',
    origin: { from: 'file', path: FILE, line: 1 },
  })
  const schema = await run(['config', '--schema'])
  assert.equal(schema.code, 0)
  assert.equal(JSON.parse(schema.output).properties.room.default, 'general')
})

test('config and check say everything that is wrong, on the error output: exit code 78', async () => {
  for (const command of ['config', 'check']) {
    const flags = ['--config', FILE, '--room', 'two words', '--grace-ms', '1']
    const { code, output, errors } = await run([command, ...flags], { PARLANCE_ROM: 'tea' })
    assert.equal(code, 78)
    assert.equal(output, '')
    assert.match(errors, /^parlance: the configuration cannot be used:\n {2}/)
    for (const wrong of ['--room: "two words"', '--grace-ms: 1', 'PARLANCE_ROM: "tea"']) {
      assert.ok(errors.includes(wrong), `nothing about ${wrong} in\n${errors}`)
    }
  }
})

test('check says that it can be used: exit code 0; or what a start would refuse: 78; a flag that is none: 64', async () => {
  const fine = await run(['check', '--config', FILE])
  assert.deepEqual(fine, { code: 0, output: 'The configuration can be used.\n', errors: '' })
  const refused = await run(['check', '--config', FILE, '--log-dir', join(FILE, 'logs')])
  assert.equal(refused.code, 78)
  assert.equal(refused.output, '')
  assert.match(refused.errors, /^parlance: the configuration cannot be used:\n {2}logDir: .*: ENOTDIR: /)
  const misspelt = await run(['check', '--log-dirr', 'logs'])
  assert.equal(misspelt.code, 64)
  assert.match(misspelt.errors, /unknown option '--log-dirr'\n\(Did you mean --log-dir\?\)/)
})

test('whoever has had enough of what a command says hears no complaint', async () => {
  for (const args of [
    ['config', '--schema'],
    ['check', '--config', FILE],
    ['doctor', '--config', FILE],
  ]) {
    const program = spawn(process.execPath, [CLI, ...args])
    program.stdout.destroy()
    let errors = ''
    program.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    await once(program, 'close')
    assert.equal(errors, '', args.join(' '))
  }
})
