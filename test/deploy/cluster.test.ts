/** The examples with three relays and three NATS servers: valid to their schemas, and in agreement with each other, with the single relay's and with the settings. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../src/relay/config/load.js'
import { problemsOf } from './compose-linter.js'
import { bytesOf, filesUnder, fits, MANIFEST, ROOT, readFile, readYaml } from './deploy-files.js'

const FOLDER = 'deploy/kubernetes-cluster'
const KUSTOMIZATION = readYaml(`${FOLDER}/kustomization.yaml`)
const OWN: string[] = KUSTOMIZATION.resources.filter((name: string) => name.endsWith('.yaml'))
const DOCUMENTS = OWN.map((name) => readYaml(`${FOLDER}/${name}`))
const [relays, nats] = ['relays.yaml', 'nats.yaml'].map((name) => readYaml(`${FOLDER}/${name}`))
const single = readYaml('deploy/kubernetes/deployment.yaml')
const COMPOSE = 'deploy/compose-cluster.yaml'
const composed = readYaml(COMPOSE, { merge: true })

interface Variable {
  readonly name: string
  readonly value?: string
}

const environmentOf = ({ env }: { env: readonly Variable[] }) =>
  new Map(env.map(({ name, value }) => [name, value]))

test('each file of the example for Kubernetes is in use, and keeps to its schema', async () => {
  const patches = KUSTOMIZATION.patches.map(({ path }: { path: string }) => path)
  const listed = ['kustomization.yaml', ...OWN, ...KUSTOMIZATION.configMapGenerator[0].files, ...patches]
  assert.deepEqual(
    filesUnder(FOLDER)
      .map((path) => basename(path))
      .sort(),
    listed.sort(),
  )
  for (const document of DOCUMENTS) {
    const { [document.kind]: Model } = await import(
      `kubernetes-models/${document.apiVersion}/${document.kind}`
    )
    new Model(document).validate()
  }
})

test('what is patched is there in the example with one relay', () => {
  const there = readYaml('deploy/kubernetes/kustomization.yaml').resources.map((name: string) => {
    const { kind, metadata } = readYaml(`deploy/kubernetes/${name}`)
    return `${kind} ${metadata.name}`
  })
  for (const { path } of KUSTOMIZATION.patches) {
    const { kind, metadata } = readYaml(`${FOLDER}/${path}`)
    assert.ok(there.includes(`${kind} ${metadata.name}`), path)
  }
})

test('a relay of three is the one of the example with one, but for what a node needs', () => {
  const { containers, volumes, affinity, ...pod } = relays.spec.template.spec
  const {
    containers: [one],
    volumes: [settings],
    ...singlePod
  } = single.spec.template.spec
  assert.deepEqual(pod, singlePod)
  assert.deepEqual(volumes, [settings])
  const { env, ...container } = containers[0]
  const { env: singleEnv, ...singleContainer } = one
  assert.deepEqual(container, singleContainer)
  assert.deepEqual(env[0], singleEnv[0])
  assert.deepEqual(relays.spec.template.metadata, single.spec.template.metadata)
  assert.ok(affinity.podAntiAffinity !== undefined)
})

test('nodes know all three NATS servers, which know each other and keep the names on all of them', () => {
  const environment = environmentOf(relays.spec.template.spec.containers[0])
  const services = composed.services
  const filledIn = (text: string) => text.replaceAll(/\$[({][^)}]*[)}]/g, 'a1')
  for (const [url, replicas] of [
    [environment.get('PARLANCE_NATS'), environment.get('PARLANCE_NATS_REPLICAS')],
    [services['relay-1'].environment.PARLANCE_NATS, services['relay-1'].environment.PARLANCE_NATS_REPLICAS],
  ]) {
    const config = loadConfig({
      environment: { PARLANCE_NATS: filledIn(url), PARLANCE_NATS_REPLICAS: replicas },
      flags: {},
    })
    assert.equal(config.natsReplicas, 3)
    assert.equal(new Set(config.nats.map(({ host }) => host)).size, 3)
    assert.ok(config.nats.every(({ port, login }) => port === 4222 && login !== null))
    fits(config, { memoryBytes: bytesOf(services['relay-1'].mem_limit), stopMs: 15_000 })
  }
  const { spec } = nats
  assert.equal(spec.replicas, 3)
  const routes = spec.template.spec.containers[0].args.at(-1).split(',')
  assert.deepEqual(
    routes.map((route: string) => route.split('@')[1]),
    [0, 1, 2].map((number) => `${nats.metadata.name}-${number}.${spec.serviceName}:6222`),
  )
  const conf = readFile(`${FOLDER}/nats.conf`)
  for (const port of [4222, 6222, 8222]) assert.match(conf, new RegExp(`0\\.0\\.0\\.0:${port}$`, 'm'))
})

test('the composition keeps to the linter’s rules, is confined, and has three of each, with ports of their own', () => {
  assert.deepEqual(problemsOf(join(ROOT, COMPOSE)), [])
  const services = Object.entries<Record<string, unknown>>(composed.services)
  assert.equal(services.length, 6)
  for (const [name, service] of services) {
    assert.equal(service.read_only, true, name)
    assert.deepEqual(service.cap_drop, ['ALL'], name)
    assert.equal(service.restart, 'unless-stopped', name)
    if (name.startsWith('relay')) assert.equal(service.image, `parlance:${MANIFEST.version}`)
    for (const volume of service.volumes as string[]) {
      const [source = ''] = volume.split(':')
      assert.ok(
        source.startsWith('./') ? existsSync(join(ROOT, 'deploy', source)) : source in composed.volumes,
      )
    }
  }
  const published = services
    .flatMap(([, { ports = [] }]) => ports as string[])
    .map((port) => port.split(':').at(-2))
  assert.equal(new Set(published).size, 21)
})
