/** `npm run generate`: writes what is made from code, the dashboard and the page of metrics. A test says when it is due. */

import { writeFileSync } from 'node:fs'
import { dashboardText } from '../grafana/source/dashboard.js'
import { metricsPage } from './metrics-page.js'
import { scrapeOfNewRelay } from './scrape.js'

const write = (path: string, text: string) => writeFileSync(new URL(`../../${path}`, import.meta.url), text)

write('deploy/grafana/dashboards/parlance.json', dashboardText())
write('docs/metrics.md', metricsPage(await scrapeOfNewRelay()))
