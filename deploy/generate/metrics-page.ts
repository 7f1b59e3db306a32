/** docs/metrics.md: every metric that a relay has, as it says itself when it is scraped. */

/** One metric as Prometheus's text format has it. */
export interface MetricFamily {
  readonly name: string
  readonly type: string
  readonly help: string
  /** Label to its values, in the order in which they are told; without those of buckets. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>
}

/** @param text what a relay answers to a scrape */
export function familiesIn(text: string): MetricFamily[] {
  const families = new Map<
    string,
    { name: string; type: string; help: string; labels: Map<string, Set<string>> }
  >()
  for (const line of text.split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (kind === 'HELP') families.set(name, { name, type: '', help: rest, labels: new Map() })
    const family = families.get(kind === undefined ? familyOf(line, families) : name)
    if (family === undefined) continue
    if (kind === 'TYPE') family.type = rest
    if (kind === undefined) for (const [label, value] of labelsOf(line)) add(family.labels, label, value)
  }
  return [...families.values()]
}

/**
 * @param text what a relay answers to a scrape, with a listener for each dialect
 * @param ofWorkers what there is besides where the relay is several workers
 */
export function metricsPage(text: string, ofWorkers: string): string {
  const families = familiesIn(text).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const own = families.filter(({ name }) => name.startsWith('parlance_'))
  const others = families.filter(({ name }) => !name.startsWith('parlance_'))
  return `# Metrics

Everything that \`/metrics\` of the ops endpoint (\`ops\`, by default \`127.0.0.1:9464\`) has. This page is made from what a relay
answers: \`npm run generate\`. What to look at and when to be woken is in [operations.md](operations.md#metrics-and-alerts).

All of it is read from plain numbers when somebody scrapes, at most once a second. No label has a name, a room or an address in it:
the values of each are below, and there are never any others.

| metric | type | labels | |
|---|---|---|---|
${own.map(rowOf).join('\n')}

## Labels

| label | of | values |
|---|---|---|
${own.flatMap(labelRows).join('\n')}

\`version\` and \`fanout\` of \`parlance_info\` are those of the relay.

## Of several workers

With [\`workers\`](workers.md) the numbers above are those of all of them together: added up, but for the longest time
(\`parlance_longest_behind_seconds\`), the first certificate to expire, and rooms, which each of them knows. These there are besides:

| metric | type | labels | |
|---|---|---|---|
${familiesIn(ofWorkers).map(rowOf).join('\n')}

\`worker\` is its number, from 1: whoever replaces one has the same.

## Of Node and the process

Those that every program with \`prom-client\` has, for the whole process; event loop lags are those since the last scrape.

| metric | type | |
|---|---|---|
${others.map(({ name, type, help }) => `| \`${name}\` | ${type} | ${help} |`).join('\n')}
`
}

function familyOf(line: string, families: ReadonlyMap<string, unknown>): string {
  const name = /^[a-zA-Z_:][\w:]*/.exec(line)?.[0] ?? ''
  return families.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, '')
}

function labelsOf(line: string): [label: string, value: string][] {
  const inside = /^\w+\{(.*)\} /.exec(line)?.[1] ?? ''
  const found = [...inside.matchAll(/(\w+)="([^"]*)"/g)].map(
    ([, label = '', value = '']) => [label, value] as const,
  )
  return found.filter(([label]) => label !== 'le').map(([label, value]) => [label, value])
}

function add(labels: Map<string, Set<string>>, label: string, value: string): void {
  labels.set(label, (labels.get(label) ?? new Set()).add(value))
}

function rowOf({ name, type, labels, help }: MetricFamily): string {
  const shown = [...labels.keys()].map((label) => `\`${label}\``).join(', ')
  return `| \`${name}\` | ${type} | ${shown} | ${help.replaceAll('|', '\\|')} |`
}

function labelRows({ name, labels }: MetricFamily): string[] {
  if (name === 'parlance_info') return []
  return [...labels].map(([label, values]) => {
    // Those of the relay that was asked are its own.
    const shown = label === 'port' ? 'each port with TLS' : [...values].join(', ')
    return `| \`${label}\` | \`${name}\` | ${shown} |`
  })
}
