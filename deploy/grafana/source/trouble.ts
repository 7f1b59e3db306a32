/** Who was refused and why connections end, and what should stay at zero. */

import { RELAY, type Row, rate } from './panel.js'

const increase = (counter: string, label = '') =>
  `sum(increase(${counter}{${RELAY}${label}}[$__rate_interval]))`

export const TROUBLE: Row = {
  title: 'Refusals and trouble',
  panels: [
    {
      title: 'Refused, by reason',
      description:
        'Names, WebSocket handshakes and connections that were refused, a second over five minutes.',
      unit: 'cps',
      kind: 'stack',
      queries: [[`sum by (reason) (instance_reason:parlance_refusals:rate5m{${RELAY}})`, '{{reason}}']],
    },
    {
      title: 'Disconnects, by reason',
      description: 'Why connections have ended; docs/metrics.md lists the reasons.',
      unit: 'cps',
      kind: 'stack',
      queries: [[`sum by (reason) (${rate(`parlance_disconnects_total{${RELAY}}`)})`, '{{reason}}']],
    },
    {
      title: 'WebSocket closes, by code',
      description:
        'Close frames that the relay sent of its own accord, by the codes of RFC 6455, and pings without an answer.',
      unit: 'cps',
      queries: [
        [`sum by (code) (${rate(`parlance_websocket_closes_total{${RELAY}}`)})`, '{{code}}'],
        [`sum(${rate(`parlance_websocket_pings_unanswered_total{${RELAY}}`)})`, 'pings unanswered'],
      ],
    },
    {
      title: 'What should stay at zero',
      description:
        'Faults of the relay and of hooks, connections that the system did not hand over, log records lost, scrapes and reloads refused.',
      unit: 'short',
      redFrom: 1,
      queries: [
        [increase('parlance_faults_total'), 'faults'],
        [increase('parlance_hook_faults_total'), 'hook faults'],
        [increase('parlance_accept_errors_total'), 'accept errors'],
        [increase('parlance_log_lines_lost_total'), 'log records lost'],
        [increase('parlance_ops_refused_total'), 'scrapes refused'],
        [increase('parlance_reloads_total', ', outcome="refused"'), 'reloads refused'],
      ],
    },
  ],
}
