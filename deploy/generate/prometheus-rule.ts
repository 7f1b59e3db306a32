/** deploy/kubernetes/prometheus-rule.yaml: the rules of deploy/prometheus as the Prometheus operator takes them. */

import { readFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'

const RULES = ['recording.yml', 'alerts.yml']

export function prometheusRuleText(): string {
  const groups = RULES.flatMap((name) => {
    const text = readFileSync(new URL(`../prometheus/rules/${name}`, import.meta.url), 'utf8')
    return parse(text).groups as object[]
  })
  const rule = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'parlance', labels: { 'app.kubernetes.io/name': 'parlance' } },
    spec: { groups },
  }
  return `# For the Prometheus operator: prometheus/rules in one object. \`npm run generate\` makes it; the comments are there. An
# operator that takes only rules with a label of its own, such as \`release\`, needs that here.
${stringify(rule, { lineWidth: 0 })}`
}
