/** Other nodes, and what goes between them and the chosen ones. Relays that are alone have none of it. */

import { RELAY, type Row, rate } from './panel.js'

const CLAIMS = `sum(${rate(`parlance_cluster_claims_total{${RELAY}}`)})`

export const CLUSTER: Row = {
  title: 'Cluster and workers',
  panels: [
    {
      title: 'Other nodes',
      description:
        'How many others each node knows of: one less than there are. Of several workers it is the sum of what each knows.',
      unit: 'short',
      queries: [[`sum by (instance) (parlance_cluster_nodes{${RELAY}})`, '{{instance}}']],
    },
    {
      title: 'Nodes by state',
      description: 'joined, joining while they learn who is where, and cut-off while NATS cannot be reached.',
      unit: 'short',
      kind: 'stack',
      queries: [[`sum by (state) (parlance_cluster_state{${RELAY}})`, '{{state}}']],
    },
    {
      title: 'How long NATS takes',
      description: 'For its last answer to each node. Above 1.5 s it is said in the log.',
      unit: 's',
      redFrom: 0.5,
      queries: [[`max by (instance) (parlance_cluster_lag_seconds{${RELAY}})`, '{{instance}}']],
    },
    {
      title: 'Wait for a name',
      description: 'How long somebody who asks for a name waits for the other nodes, on average.',
      unit: 's',
      queries: [[`sum(${rate(`parlance_cluster_claim_seconds_total{${RELAY}}`)}) / ${CLAIMS}`, 'mean']],
    },
    {
      title: 'Names asked for, by outcome',
      description: 'Names that were asked for among all nodes, a second; busy was not decided in time.',
      unit: 'cps',
      kind: 'stack',
      queries: [[`sum by (outcome) (${rate(`parlance_cluster_claims_total{${RELAY}}`)})`, '{{outcome}}']],
    },
    {
      title: 'Between nodes',
      description: 'Bytes a second that nodes tell each other, before what NATS adds.',
      unit: 'Bps',
      queries: [
        [`sum(${rate(`parlance_cluster_bytes_out_total{${RELAY}}`)})`, 'out'],
        [`sum(${rate(`parlance_cluster_bytes_in_total{${RELAY}}`)})`, 'in'],
      ],
    },
    {
      title: 'What goes wrong between nodes',
      description:
        'Messages that did not arrive, batches that could not be read or published, nodes taken for dead, names lost to others, workers replaced.',
      unit: 'short',
      redFrom: 1,
      queries: [
        [`sum(increase(parlance_cluster_lost_total{${RELAY}}[$__rate_interval]))`, 'messages lost'],
        [`sum(increase(parlance_cluster_unread_total{${RELAY}}[$__rate_interval]))`, 'batches not read'],
        [
          `sum(increase(parlance_cluster_refused_total{${RELAY}}[$__rate_interval]))`,
          'batches not published',
        ],
        [`sum(increase(parlance_cluster_fenced_total{${RELAY}}[$__rate_interval]))`, 'fenced'],
        [`sum(increase(parlance_cluster_names_lost_total{${RELAY}}[$__rate_interval]))`, 'names lost'],
        [`sum(increase(parlance_worker_restarts_total{${RELAY}}[$__rate_interval]))`, 'workers replaced'],
      ],
    },
  ],
}
