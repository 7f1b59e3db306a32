/**
 * What is there to watch a relay by goes together: the dashboard and the page of metrics are what their code makes of the
 * relay, rules and dashboard ask for what the relay has, and each alert is explained.
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { familiesIn, type MetricFamily, metricsPage } from '../../deploy/generate/metrics-page.js'
import { prometheusRuleText } from '../../deploy/generate/prometheus-rule.js'
import { scrapeOfNewRelay, scrapeOfTwoWorkers } from '../../deploy/generate/scrape.js'
import { dashboardText } from '../../deploy/grafana/source/dashboard.js'
import { SETTINGS } from '../../src/relay/config/settings.js'
import { certificateQuery } from '../fixtures/certificate.js'
import { queriesOfDashboard, readDashboard } from './dashboard-queries.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const RULES = 'deploy/prometheus/rules'
const EXPIRED = '`npm run generate` makes it anew'

interface Rule {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** Why connections end otherwise: by the client's doing, or by that of whoever runs the relay. */
const ORDINARY = [
  'ended',
  'flood',
  'fragments',
  'frame-deadline',
  'internal',
  'kicked',
  'left',
  'malformed',
  'name-lost',
  'no-pong',
  'node-lost',
  'oversize',
  'protocol',
  'removed',
  'reset',
  'shutdown',
  'vanished',
  'wrong-kind',
]

const rules: Rule[] = readdirSync(join(ROOT, RULES)).flatMap((name) =>
  (parse(read(`${RULES}/${name}`)).groups as { rules: Rule[] }[]).flatMap((group) => group.rules),
)
const alerts = rules.filter(({ alert }) => alert !== undefined)

let scrape: string
let families: ReadonlyMap<string, MetricFamily>
before(async () => {
  const certificate = certificateQuery()
  assert.ok(certificate !== null, 'openssl is missing')
  scrape = await scrapeOfNewRelay(certificate)
  const ofWorkers = await scrapeOfTwoWorkers()
  families = new Map(familiesIn(`${scrape}\n${ofWorkers}`).map((family) => [family.name, family]))
})

test('the dashboard is what its code makes', () => {
  assert.equal(read('deploy/grafana/dashboards/parlance.json'), dashboardText(), EXPIRED)
})

test('a cluster gets the same rules', () => {
  assert.equal(read('deploy/kubernetes/prometheus-rule.yaml'), prometheusRuleText(), EXPIRED)
})

test('the page of metrics is what a relay says of them', async () => {
  const [ours, nodes] = metricsPage(scrape, await scrapeOfTwoWorkers()).split('\n## Of Node')
  const [page, nodesPage] = read('docs/metrics.md').split('\n## Of Node')
  assert.equal(page, ours, EXPIRED)
  // What else there is differs between releases of Node and systems.
  if (process.platform === 'linux' && process.version.startsWith('v20.'))
    assert.equal(nodesPage, nodes, EXPIRED)
})

/** Every metric that an expression asks for, with the values of labels that it picks. */
function selectorsIn(expression: string): { name: string; picked: [label: string, pattern: string][] }[] {
  const found = expression.matchAll(
    /(?<![\w*"|])((?:parlance|process|nodejs|instance)\w*(?::[\w:]+)?)(?:\{([^}]*)\})?/g,
  )
  return [...found].map(([, name = '', inside = '']) => {
    const picked = [...inside.matchAll(/(\w+)=~?"([^"]*)"/g)].map(([, label = '', pattern = '']) => [
      label,
      pattern,
    ])
    return { name, picked: picked as [string, string][] }
  })
}

test('rules and dashboard ask for nothing that the relay does not have', () => {
  const recorded = new Set(rules.map(({ record }) => record))
  const expressions = [
    ...rules.map(({ expr }) => expr),
    ...queriesOfDashboard().map(({ expression }) => expression),
  ]
  for (const expression of expressions) {
    // Not a metric: the label that a sum is taken by.
    for (const { name, picked } of selectorsIn(expression.replace(/\b(?:by|on|without) ?\([^)]*\)/g, ''))) {
      if (recorded.has(name)) continue
      const family = families.get(name) ?? families.get(name.replace(/_(?:bucket|sum|count)$/, ''))
      assert.ok(family !== undefined, `no metric ${name}: ${expression}`)
      for (const [label, pattern] of picked) {
        if (label === 'instance') continue
        const values = [...(family.labels.get(label) ?? [])]
        for (const one of pattern.split('|'))
          assert.ok(
            values.some((value) => new RegExp(`^(?:${one})$`).test(value)),
            `${name} has no ${label} ${one}`,
          )
      }
    }
  }
})

test('each reason why a connection ends is a refusal, a cut-off, or knowingly neither', () => {
  const told = new Set(['instance_reason:parlance_refusals:rate5m', 'instance:parlance_cut_offs:increase10m'])
  const patterns = rules
    .filter(({ record = '' }) => told.has(record))
    .flatMap(({ expr }) => selectorsIn(expr))
    .flatMap(({ picked }) => picked.map(([, pattern]) => new RegExp(`^(?:${pattern})$`)))
  assert.equal(patterns.length, told.size)
  const reasons = [...(families.get('parlance_disconnects_total')?.labels.get('reason') ?? [])]
  const notLetIn = families.get('parlance_refused_connections_total')?.labels.get('reason') ?? new Set()
  const rest = reasons.filter(
    (reason) => !notLetIn.has(reason) && !patterns.some((pattern) => pattern.test(reason)),
  )
  assert.deepEqual(rest.sort(), ORDINARY, `${RULES}/recording.yml says what is a refusal`)
})

test('pages name no metric that the relay does not have', async () => {
  const ofWorkers = familiesIn(await scrapeOfTwoWorkers()).map(({ name }) => name)
  const known = new Set([...families.keys(), ...ofWorkers])
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
  for (const page of ['README.md', ...pages.map((name) => `docs/${name}`)]) {
    for (const [, name = ''] of read(page).matchAll(/`(parlance_[a-z_]+)/g))
      assert.ok(known.has(name), `${page} names ${name}`)
  }
})

test('each alert says how urgent it is, what is the matter, and where it is told what to do', () => {
  const page = read('docs/operations.md')
  const section = /^## Metrics and alerts\n([\s\S]*?)(?=^## )/m.exec(page)?.[1] ?? ''
  const paragraphs = new Map(
    [...section.matchAll(/^#### (\w+)\n\n(.+)$/gm)].map(([, heading = '', text = '']) => [heading, text]),
  )
  assert.ok(alerts.length > 20)
  for (const { alert = '', labels = {}, annotations = {} } of alerts) {
    assert.match(labels.severity ?? '', /^(?:warning|critical)$/, alert)
    assert.match(annotations.summary ?? '', /^[A-Z].{20,}\.$/, alert)
    assert.match(annotations.description ?? '', /^.{20,}\.$/, alert)
    assert.equal(annotations.runbook_url, `docs/operations.md#${alert.toLowerCase()}`)
    assert.ok((paragraphs.get(alert) ?? '').length > 150, `${alert} has no paragraph in docs/operations.md`)
  }
  const names = new Set(alerts.map(({ alert }) => alert))
  for (const heading of paragraphs.keys()) assert.ok(names.has(heading), `${heading} is no alert any more`)
})

test('panels have a number and a title of their own, a unit and a description, and ask the chosen data source', () => {
  interface Shown {
    readonly id: number
    readonly type: string
    readonly title: string
    readonly description?: string
    readonly datasource?: { readonly uid: string }
    readonly fieldConfig?: { readonly defaults: { readonly unit?: string } }
  }
  const { panels, uid, templating } = readDashboard() as {
    panels: Shown[]
    uid: string
    templating: { list: { name: string }[] }
  }
  assert.equal(uid, 'parlance')
  assert.deepEqual(
    templating.list.map(({ name }) => name),
    ['datasource', 'instance', 'dialect'],
  )
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  const shown = panels.filter(({ type }) => type !== 'row')
  assert.equal(new Set(shown.map(({ title }) => title)).size, shown.length)
  for (const { title, description, datasource, fieldConfig } of shown) {
    assert.ok((description ?? '').length > 20, `${title} has no description`)
    assert.equal(datasource?.uid, '$datasource', title)
    assert.ok(fieldConfig?.defaults.unit !== undefined, `${title} has no unit`)
  }
})

test('Prometheus scrapes the relay of the composition, where the relay has its metrics', () => {
  const { scrape_configs: scrapes } = parse(read('deploy/prometheus/prometheus.yml'))
  const port = /:(\d+)$/.exec(SETTINGS.ops.fallback)?.[1]
  assert.deepEqual(scrapes[0].static_configs, [{ targets: [`relay:${port}`] }])
  assert.ok(parse(read('deploy/compose.yaml')).services.relay !== undefined)
})

const noPromtool = spawnSync('promtool', ['--version']).status !== 0
if (noPromtool && process.env.CI === 'true') throw new Error('promtool is not installed')
const skip = noPromtool && 'promtool is not installed'

function promtool(...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: ROOT, encoding: 'utf8' })
  assert.equal(status, 0, stdout + stderr)
}

test('promtool takes the configuration and the rules', { skip }, () => {
  promtool('check', 'config', 'deploy/prometheus/prometheus.yml')
})

test('alerts fire when they should and not before: promtool’s tests of the rules', { skip }, () => {
  const tests = readdirSync(join(ROOT, 'deploy/prometheus/tests')).map(
    (name) => `deploy/prometheus/tests/${name}`,
  )
  promtool('test', 'rules', ...tests)
  // And no alert is without one.
  const tried = tests.map(read).join('\n')
  for (const { alert = '' } of alerts)
    assert.ok(tried.includes(`alertname="${alert}"`), `${alert} is not tried`)
})
