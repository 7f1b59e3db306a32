/** `deploy/compose.yaml`: valid to the schema of compose files, and in agreement with the relay that it runs. */

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { WEB_PORT } from '../../src/relay/config/listener-url.js'
import { loadConfig } from '../../src/relay/config/load.js'
import { DIALECTS } from '../../src/relay/dialects/registry.js'
import { problemsOf } from './compose-linter.js'
import { bytesOf, fits, MANIFEST, ROOT, readFile, readYaml } from './deploy-files.js'

const FILE = 'deploy/compose.yaml'
const { services, volumes } = readYaml(FILE)

test('the linter of compose files has nothing to say against it, and would', (t) => {
  assert.deepEqual(problemsOf(join(ROOT, FILE)), [])
  const folder = mkdtempSync(join(tmpdir(), 'parlance-compose-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const wrong = join(folder, 'compose.yaml')
  writeFileSync(wrong, readFile(FILE).replace('mem_limit', 'memory_limit'))
  assert.match(problemsOf(wrong).join('\n'), /memory_limit|additional properties/)
})

test('it publishes the port of each dialect, and that for browsers; the others are for this machine alone', () => {
  const everyones = [...DIALECTS.values()].map(({ defaultPort }) => defaultPort)
  assert.deepEqual(
    new Set(services.relay.ports),
    new Set([...[...everyones, WEB_PORT].map((port) => `${port}:${port}`), '127.0.0.1:9464:9464']),
  )
  for (const name of ['prometheus', 'grafana'])
    for (const port of services[name].ports) assert.match(port, /^127\.0\.0\.1:/)
})

test('its limits leave room for the defaults', () => {
  fits(loadConfig({ environment: {}, flags: {} }), {
    memoryBytes: bytesOf(services.relay.mem_limit),
    stopMs: Number.parseInt(services.relay.stop_grace_period, 10) * 1000,
  })
})

test('everything is confined, has a limit on memory, and comes back', () => {
  for (const [name, service] of Object.entries<Record<string, unknown>>(services)) {
    assert.equal(service.read_only, true, name)
    assert.deepEqual(service.cap_drop, ['ALL'], name)
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name)
    assert.ok(bytesOf(service.mem_limit as string) > 0, name)
    assert.equal(service.restart, 'unless-stopped', name)
  }
})

test('what is mounted of this folder is there, and Prometheus asks the relay by its name', () => {
  const mounted = Object.values<{ volumes: string[] }>(services)
    .flatMap(({ volumes }) => volumes.map((volume) => volume.split(':')[0] as string))
    .filter((source) => source.startsWith('./'))
  assert.ok(mounted.length > 0)
  for (const source of mounted) assert.ok(existsSync(join(ROOT, 'deploy', source)), source)
  const [scrape] = readYaml('deploy/prometheus/prometheus.yml').scrape_configs
  assert.ok('relay' in services)
  assert.deepEqual(scrape.static_configs, [{ targets: ['relay:9464'] }])
})

test('its image is this version, and its logs are where the image has them', () => {
  assert.equal(services.relay.image, `parlance:${MANIFEST.version}`)
  const dockerfile = readFile('Dockerfile')
  const [, place] = /^VOLUME (.+)$/m.exec(dockerfile) ?? []
  assert.ok(dockerfile.includes(`PARLANCE_LOG_DIR=${place} `))
  assert.deepEqual(services.relay.volumes, [`logs:${place}`])
  assert.ok('logs' in volumes)
})
