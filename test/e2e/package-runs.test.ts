/** The package at work in somebody else's project: what its pages show, its command, its example, from either kind of module. */

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { frame, join as joinFrame } from '../fixtures/framed-bytes.js'
import { FramedPeer } from '../fixtures/framed-peer.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { MANIFEST, packageProject, shownPrograms } from './package-project.js'

const project = packageProject()
after(() => project.remove())

function run(...args: readonly string[]): RunningProgram {
  return new RunningProgram(process.execPath, args)
}

const SHOWN = shownPrograms('README.md', 'docs/embedding.md')

// What needs a relay that runs already is run beside the pages of the client library.
for (const [index, { where, code, output }] of SHOWN.entries()) {
  if (!code.includes('createRelay')) continue
  test(`the program of ${where} runs, and writes what stands behind it`, async (t) => {
    const file = join(project.path, `program-${index}.js`)
    writeFileSync(file, code)
    const program = run(file)
    t.after(() => program.end())
    assert.equal(await program.exitCode(), 0, program.errorOutput)
    assert.equal(program.errorOutput, '')
    if (output === null) assert.match(program.output, /^\*\*Bob is joining the chat\*\*$/m)
    else assert.equal(program.output, output)
  })
}

test('its command runs', async (t) => {
  const cli = join(project.installed, MANIFEST.bin.parlance)
  assert.match(readFileSync(cli, 'utf8'), /^#!\/usr\/bin\/env node\n/)
  const program = run(cli, '--version')
  t.after(() => program.end())
  assert.equal(await program.exitCode(), 0, program.errorOutput)
  assert.equal(program.output, `${MANIFEST.version}\n`)
})

test('the relay in it serves its page, and its client library talks to it over WebSocket and over TCP', async (t) => {
  const file = join(project.path, 'page.js')
  writeFileSync(
    file,
    `import { createRelay } from 'parlance-relay'
    import { connect } from 'parlance-relay/client'
    const relay = createRelay({ listen: ['ws://127.0.0.1:0', 'framed://127.0.0.1:0'], closeSpreadMs: 0 })
    const [{ port }, framed] = await relay.listen()
    const page = await fetch(\`http://127.0.0.1:\${port}/\`)
    const html = await page.text()
    const assets = html.match(/\\/assets\\/[^"]+/g)
    const statuses = await Promise.all(assets.map(async (path) => (await fetch(\`http://127.0.0.1:\${port}\${path}\`)).status))
    console.log(page.status, page.headers.get('content-type'), new Set(statuses))
    const amy = await connect(\`ws://127.0.0.1:\${port}\`, { name: 'Amy' })
    const bob = await connect(\`framed://127.0.0.1:\${framed.port}\`, { name: 'Bob' })
    await bob.say('Hi')
    for await (const event of amy) {
      if (event.kind !== 'message') continue
      console.log(event.from, event.text)
      break
    }
    await Promise.all([amy.close(), bob.close()])
    await relay.close()`,
  )
  const program = run(file)
  t.after(() => program.end())
  assert.equal(await program.exitCode(), 0, program.errorOutput)
  assert.equal(program.output, '200 text/html; charset=utf-8 Set(1) { 200 }\nBob Hi\n')
})

test('a program of the older kind of module can have it too', async (t) => {
  const file = join(project.path, 'older.cjs')
  writeFileSync(
    file,
    `const { createRelay } = require('parlance-relay')
    const relay = createRelay({ listen: ['framed://127.0.0.1:0'] })
    relay.listen().then(() => relay.close()).then(() => console.log(relay.state))`,
  )
  const program = run('--disable-warning=ExperimentalWarning', file)
  t.after(() => program.end())
  assert.equal(await program.exitCode(), 0, program.errorOutput)
  assert.equal(program.output, 'closed\n')
})

test('examples/embedded keeps words out, warns, sends away, and ends on Ctrl-C', async (t) => {
  const url = 'framed://127.0.0.1:0?greeting=off'
  const program = run(join(project.installed, 'examples/embedded/moderated.mjs'), url)
  t.after(() => program.end())
  await program.shows('listening: framed on port ')
  const port = Number(/on port (\d+)/.exec(program.output)?.[1])
  const [amy, bob] = await Promise.all([FramedPeer.connect({ port }), FramedPeer.connect({ port })])
  t.after(() => [amy, bob].map((peer) => peer.destroy()))
  amy.send(joinFrame('spam'))
  await amy.expect(Buffer.of(0, 0, 1, 2))
  amy.send(joinFrame('Amy'))
  await amy.expect(Buffer.of(0, 0, 1, 0), frame(2, '**Amy is joining the chat**'))
  bob.send(joinFrame('Bob'))
  await amy.expect(frame(2, '**Bob is joining the chat**'))
  for (const count of [1, 2, 3]) {
    bob.send(frame(2, 'buy this scam'))
    await amy.expect(frame(2, `[moderator] Bob, please (${count} of 3)`))
  }
  bob.send(frame(4, 'Amy more spam'))
  await amy.expect(frame(2, '**Bob is leaving the chat**'))
  await program.shows('Bob leaves general: removed')
  program.child.kill('SIGINT')
  await amy.expect(frame(1, 'the relay is shutting down'))
  amy.destroy()
  assert.equal(await program.exitCode(), 0)
  assert.equal(program.errorOutput, '')
})
