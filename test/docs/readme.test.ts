/** That what the README shows of the command is what the command says. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CLI } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'

/** A block that begins with `$ [VARIABLE=…] npx parlance ARGUMENTS`. */
const SHOWN = /^```\n\$ (.*?)npx parlance (.*)\n((?:.*\n)*?)```$/gm

test('what is shown behind a command is what it writes', async (t) => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const blocks = [...readme.matchAll(SHOWN)]
  assert.notEqual(blocks.length, 0)
  for (const [, variables, args, shown] of blocks) {
    const program = new RunningProgram('sh', ['-c', `${variables} '${process.execPath}' '${CLI}' ${args}`])
    t.after(() => program.end())
    await program.exitCode()
    assert.equal(program.output + program.errorOutput, shown)
  }
})
