/** Which way the real process fans out, what it says about it, and what it does where nothing native was built. */

import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { message } from '../fixtures/framed-bytes.js'
import { DIST, freePort } from '../fixtures/relay-process.js'
import { serve } from '../fixtures/serve.js'

/** This build, without its addon. */
function withoutAddon(t: TestContext): string {
  const directory = mkdtempSync(joinPath(tmpdir(), 'parlance-portable-'))
  t.after(() => rmSync(directory, { recursive: true }))
  cpSync(DIST, joinPath(directory, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.node') })
  cpSync(joinPath(DIST, '../package.json'), joinPath(directory, 'package.json'))
  symlinkSync(joinPath(DIST, '../node_modules'), joinPath(directory, 'node_modules'))
  return joinPath(directory, 'dist/cli.js')
}

for (const [choice, way] of [
  ['auto', 'native'],
  ['native', 'native'],
  ['portable', 'portable'],
] as const) {
  test(`--fanout ${choice} is ${way}: said at the start and in parlance_info`, async (t) => {
    const ops = await freePort()
    const relay = await serve(t, ['--fanout', choice, '--ops', `127.0.0.1:${ops}`])
    assert.match(relay.program.output, new RegExp(`fan-out: ${way}"`))
    const metrics = await (await fetch(`http://127.0.0.1:${ops}/metrics`)).text()
    assert.match(metrics, new RegExp(`parlance_info\\{version="[^"]+",fanout="${way}"\\} 1`))
    const [amy, bob] = [await relay.join('Amy'), await relay.join('Bob')]
    await amy.frame('that Bob is here')
    bob.send(message('hi'))
    await amy.expect(message('[Bob] hi'))
    // Both were written to past their outboxes, and counted all the same.
    const sent = async () => {
      // Scrapes are answered from the same numbers for a second.
      await delay(1100)
      const text = await (await fetch(`http://127.0.0.1:${ops}/metrics`)).text()
      return Number(/parlance_sent_bytes_total\{dialect="framed"\} (\d+)/.exec(text)?.[1])
    }
    const before = await sent()
    bob.send(message('x'.repeat(1000)))
    await amy.expect(message(`[Bob] ${'x'.repeat(1000)}`))
    assert.equal((await sent()) - before, 1009)
    assert.equal(await relay.terminate(), 0)
  })
}

test('without the addon auto is portable and says why, and native is a wrong configuration: exit code 78', async (t) => {
  const cli = withoutAddon(t)
  const relay = await serve(t, [], { cli })
  assert.match(relay.program.output, /fan-out: portable \(it was not built, which takes a C compiler\)/)
  const [amy, bob] = [await relay.join('Amy'), await relay.join('Bob')]
  await amy.frame('that Bob is here')
  bob.send(message('hi'))
  await amy.expect(message('[Bob] hi'))
  assert.equal(await relay.terminate(), 0)

  const insisting = await serve(t, ['--fanout', 'native'], { cli, starts: false })
  assert.equal(await insisting.program.exitCode(), 78)
  assert.match(insisting.program.errorOutput, /fanout: native: expected auto or portable: .*it was not built/)
})
