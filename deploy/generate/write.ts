/** `npm run generate`: writes what is made from code or from other files: the dashboard, the rules for a cluster, the page of metrics. A test says when it is due. */

import { writeFileSync } from 'node:fs'
import { certificateQuery } from '../../test/fixtures/certificate.js'
import { dashboardText } from '../grafana/source/dashboard.js'
import { metricsPage } from './metrics-page.js'
import { prometheusRuleText } from './prometheus-rule.js'
import { scrapeOfNewRelay, scrapeOfTwoWorkers } from './scrape.js'

const certificate = certificateQuery()
if (certificate === null) throw new Error('openssl is missing: the page of metrics needs a relay with TLS')

const write = (path: string, text: string) => writeFileSync(new URL(`../../${path}`, import.meta.url), text)

write('deploy/grafana/dashboards/parlance.json', dashboardText())
write('deploy/kubernetes/prometheus-rule.yaml', prometheusRuleText())
write('docs/metrics.md', metricsPage(await scrapeOfNewRelay(certificate), await scrapeOfTwoWorkers()))
