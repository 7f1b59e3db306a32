/** `scripts/audit` with the real npm, against registries that know nothing, know something, and do not answer. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { RunningProgram } from '../fixtures/running-program.js'
import { ROOT, readFile } from './deploy-files.js'

/** A package that is shipped, and that no other one needs: npm asks which versions of it there are. */
const NAME = 'any-ascii'
const { version } = JSON.parse(readFile('package-lock.json')).packages[`node_modules/${NAME}`]
const PACKUMENT = {
  name: NAME,
  'dist-tags': { latest: version },
  versions: { [version]: { name: NAME, version } },
}
const ADVISORY = {
  id: 1,
  url: 'https://advisories.example.org/1',
  title: 'a reader that never comes back',
  severity: 'high',
  vulnerable_versions: '>=0.0.0',
}

async function audit(t: TestContext, registry: RequestListener) {
  const server = createServer(registry).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const program = new RunningProgram(join(ROOT, 'scripts/audit'), [], {
    npm_config_registry: url,
    npm_config_fetch_retries: '0',
  })
  t.after(() => program.end())
  return { code: await program.exitCode(), words: program.output + program.errorOutput }
}

suite('what the registry knows', { concurrency: true }, () => {
  test('nothing is known', async (t) => {
    const { code, words } = await audit(t, (_, response) => response.end('{}'))
    assert.match(words, /^nothing is known against the \d+ packages that are shipped\n$/)
    assert.equal(code, 0)
  })

  test('something is known of a package that is shipped', async (t) => {
    const { code, words } = await audit(t, ({ method }, response) =>
      response.end(JSON.stringify(method === 'POST' ? { [NAME]: [ADVISORY] } : PACKUMENT)),
    )
    assert.match(words, /a reader that never comes back/)
    assert.equal(code, 1)
  })

  test('the registry does not answer such questions', async (t) => {
    const { code, words } = await audit(t, (_, response) => response.writeHead(404).end())
    assert.match(words, /^audit: the registry does not say what is known of packages: .+\n$/)
    assert.equal(code, 69)
  })
})
