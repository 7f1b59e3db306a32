/** Everything that names the ports of the dialects names those of the registry, and none that is not there. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { WEB_PORT } from '../../src/relay/config/listener-url.js'
import { DIALECTS } from '../../src/relay/dialects/registry.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const sorted = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b)

const PORTS = sorted([...DIALECTS.values()].map(({ defaultPort }) => defaultPort))
const OPS_PORT = 9464

/** Every first group of `pattern` in `text`, as numbers. */
function portsIn(text: string, pattern: RegExp): number[] {
  return sorted([...text.matchAll(pattern)].map(([, port]) => Number(port)))
}

test('the image exposes the port of each dialect, that for browsers, and the ops port', () => {
  const exposed = /^EXPOSE (.+)$/m.exec(read('Dockerfile'))?.[1] ?? ''
  assert.deepEqual(sorted(exposed.split(' ').map(Number)), sorted([...PORTS, WEB_PORT, OPS_PORT]))
})

test('README and the protocols’ page have a row with the port of each dialect', () => {
  for (const page of ['README.md', 'docs/protocol/README.md']) {
    const text = read(page)
    for (const { name, defaultPort } of DIALECTS.values()) {
      assert.match(
        text,
        new RegExp(`^\\| \\[${name}\\]\\([^)]*\\) \\| ${defaultPort} \\|`, 'm'),
        `${name} in ${page}`,
      )
    }
  }
  const run = /docker run (.+)/.exec(read('README.md'))?.[1] ?? ''
  assert.deepEqual(portsIn(run, /-p (\d+):\d+/g), sorted([...PORTS, WEB_PORT, OPS_PORT]))
})
