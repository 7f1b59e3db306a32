/** The reference of the client library is that of the types that there are, and what its page shows compiles and runs. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as library from '../../src/client/library/node.js'
import { startChatroom } from '../fixtures/chatroom-peer.js'
import { RunningProgram } from '../fixtures/running-program.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

test('the reference was made from the types that there are', async () => {
  const check = new RunningProgram(process.execPath, [`${ROOT}scripts/docs/stamp.mjs`, '--check'])
  assert.equal(await check.exitCode(), 0, check.errorOutput)
})

test('everything that can be imported is in it', () => {
  const reference = readFileSync(`${ROOT}docs/client/reference.md`, 'utf8')
  for (const name of Object.keys(library)) assert.match(reference, new RegExp(`^### .*\\b${name}\\b`, 'm'))
  for (const kind of ['message', 'direct', 'missed', 'state'])
    assert.ok(reference.includes(`"${kind}"`), kind)
})

test('every error and every option is on the page that comes first', () => {
  const page = readFileSync(`${ROOT}docs/client/README.md`, 'utf8')
  for (const name of Object.keys(library))
    if (name !== 'ChatError') assert.ok(page.includes(`\`${name}`), name)
  const options = readFileSync(`${ROOT}src/client/library/options.ts`, 'utf8')
  const features = /Feature =\n?([^/]*)/.exec(options)?.[1]?.match(/'\w+'/g) ?? []
  assert.ok(features.length >= 8)
  for (const feature of features) assert.ok(page.includes(`\`${feature.slice(1, -1)}\``), feature)
})

for (const path of ['README.md', 'docs/client/README.md']) {
  test(`the five lines of ${path} chat`, async (t) => {
    const text = readFileSync(`${ROOT}${path}`, 'utf8')
    const example = /```ts\n(import [^\n]*'parlance-relay\/client'\n[\s\S]*?)```/.exec(text)?.[1] ?? ''
    const room = await startChatroom(t)
    const bob = await room.join('Bob')
    const code = example.replace('127.0.0.1:8000', `127.0.0.1:${room.relay.ports[1]}`)
    // As a file of the package would: what it imports is looked up from where it runs.
    const run = [process.execPath, '--input-type=module', '--eval', code]
    const program = new RunningProgram('sh', ['-c', 'cd "$0" && exec "$@"', ROOT, ...run])
    t.after(() => program.end())
    assert.equal((await bob.push('JOIN')).username, 'Amy')
    assert.equal((await bob.push('SEND')).message, 'Hi')
    await bob.say({ sender: 'Bob', message: 'Hello' })
    await program.shows('Bob Hello')
    assert.equal(program.errorOutput, '')
  })
}
