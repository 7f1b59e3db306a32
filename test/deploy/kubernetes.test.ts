/**
 * What is in `deploy/kubernetes`: valid to the schemas of Kubernetes and of the Prometheus operator, without a field that they do
 * not know, and in agreement with each other and with the relay.
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../src/relay/config/load.js'
import { bytesOf, filesUnder, fits, MANIFEST, ROOT, readYaml } from './deploy-files.js'

const FOLDER = 'deploy/kubernetes'
const KUSTOMIZATION = readYaml(`${FOLDER}/kustomization.yaml`)
const DOCUMENTS = (KUSTOMIZATION.resources as string[]).map((name) => readYaml(`${FOLDER}/${name}`))
const SETTINGS = join(ROOT, FOLDER, 'parlance.yaml')

const documentOf = (kind: string, name = 'parlance') => {
  const found = DOCUMENTS.find((one) => one.kind === kind && one.metadata.name === name)
  assert.ok(found !== undefined, `a ${kind} ${name}`)
  return found
}

/** The module that has the schema and the type of a document. */
function modelOf({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  const own = apiVersion.startsWith('monitoring.coreos.com/')
  return `${own ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models'}/${apiVersion}/${kind}`
}

const pod = documentOf('Deployment').spec.template.spec
const [container] = pod.containers
const portsOf = (service: string) =>
  new Map(
    documentOf('Service', service).spec.ports.map((port: { name: string; port: number }) => [
      port.name,
      port.port,
    ]),
  )

test('each file is one of its resources, or what these are made of', () => {
  const listed = [
    'kustomization.yaml',
    ...KUSTOMIZATION.resources,
    ...KUSTOMIZATION.configMapGenerator[0].files,
  ]
  assert.deepEqual(
    filesUnder(FOLDER)
      .map((path) => basename(path))
      .sort(),
    listed.sort(),
  )
})

test('each keeps to its schema', async () => {
  for (const document of DOCUMENTS) {
    const { [document.kind]: Model } = await import(modelOf(document))
    new Model(document).validate()
    assert.throws(() => new Model({ ...document, metadata: { name: 7 } }).validate(), document.kind)
  }
})

test('none has a field that its schema does not know', (t) => {
  mkdirSync(join(ROOT, 'build'), { recursive: true })
  const folder = mkdtempSync(join(ROOT, 'build/kubernetes-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const lines = DOCUMENTS.map(
    (document, i) =>
      `const d${i}: import(${JSON.stringify(modelOf(document))}).I${document.kind} = ${JSON.stringify(document)}`,
  )
  const wrong = { ...documentOf('PodDisruptionBudget'), spec: { minAvailible: 1 } }
  const check = (name: string, text: readonly string[]) => {
    writeFileSync(join(folder, name), `${text.join('\n')}\nexport {}\n`)
    const tsc = join(ROOT, 'node_modules/.bin/tsc')
    const flags = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--types',
      '',
      '--ignoreConfig',
    ]
    return spawnSync(tsc, [...flags, join(folder, name)], { encoding: 'utf8' }).stdout
  }
  assert.equal(check('all.ts', lines), '')
  assert.match(
    check('wrong.ts', [
      `const d: import('kubernetes-models/policy/v1/PodDisruptionBudget').IPodDisruptionBudget = ${JSON.stringify(wrong)}`,
    ]),
    /minAvailible/,
  )
})

test('the relay starts with these settings, within these limits', () => {
  const config = loadConfig({ file: SETTINGS, environment: {}, flags: {} })
  const stopSeconds = pod.terminationGracePeriodSeconds - container.lifecycle.preStop.sleep.seconds
  fits(config, { memoryBytes: bytesOf(container.resources.limits.memory), stopMs: stopSeconds * 1000 })
  const mounts: { name: string; mountPath: string }[] = container.volumeMounts
  const mounted = mounts.find(({ name }) => name === 'settings')?.mountPath
  assert.deepEqual(container.env, [{ name: 'PARLANCE_CONFIG', value: `${mounted}/${basename(SETTINGS)}` }])
})

test('every port of the relay leads there, by the name of its dialect', () => {
  const { listen, ops } = loadConfig({ environment: {}, flags: {} })
  const wanted = new Map(listen.map(({ url, port }) => [url.split(':')[0]?.replace('ws', 'web'), port]))
  assert.deepEqual(portsOf('parlance'), wanted)
  assert.ok(ops !== 'off')
  assert.deepEqual(portsOf('parlance-ops'), new Map([['ops', ops.port]]))
  const opened = new Map(
    container.ports.map((port: { name: string; containerPort: number }) => [port.name, port.containerPort]),
  )
  assert.deepEqual(opened, new Map([...wanted, ['ops', ops.port]]))
  const [chat, metrics] = documentOf('NetworkPolicy').spec.ingress
  const names = (rule: { ports: { port: string }[] }) => rule.ports.map(({ port }) => port)
  assert.deepEqual(names(chat).sort(), [...wanted.keys()].sort())
  assert.deepEqual(names(metrics), ['ops'])
  assert.equal(chat.from, undefined)
})

test('what selects the pod, and the service of the metrics, finds it', () => {
  const { matchLabels } = documentOf('Deployment').spec.selector
  assert.deepEqual(documentOf('Deployment').spec.template.metadata.labels, matchLabels)
  for (const name of ['parlance', 'parlance-ops'])
    assert.deepEqual(documentOf('Service', name).spec.selector, matchLabels)
  assert.deepEqual(documentOf('PodDisruptionBudget').spec.selector, { matchLabels })
  assert.deepEqual(documentOf('NetworkPolicy').spec.podSelector, { matchLabels })
  const monitor = documentOf('ServiceMonitor').spec
  assert.deepEqual(documentOf('Service', 'parlance-ops').metadata.labels, monitor.selector.matchLabels)
  assert.notDeepEqual(documentOf('Service').metadata.labels, monitor.selector.matchLabels)
  const claim = pod.volumes.find(({ name }: { name: string }) => name === 'logs').persistentVolumeClaim
    .claimName
  documentOf('PersistentVolumeClaim', claim)
})

test('the image is this version, by the name that the deployment has for it', () => {
  const [image] = KUSTOMIZATION.images
  assert.equal(image.name, container.image)
  assert.equal(image.newTag, MANIFEST.version)
})
