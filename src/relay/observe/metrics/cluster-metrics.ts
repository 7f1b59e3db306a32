/** Other nodes, and what goes between them and this one. Of a node that is alone there is none of these. */

import type { MetricSet } from './metric-set.js'
import type { ClusterNumbers } from './sources.js'

const STATES = ['joining', 'joined', 'cut-off'] as const

export function addClusterMetrics(metrics: MetricSet, numbers: ClusterNumbers): void {
  const { cluster, bus, stats } = numbers
  metrics.gauges(
    'parlance_cluster_state',
    '1 for what this node is to the others: joining, joined, or cut-off while NATS cannot be reached or decides nothing.',
    'state',
    () => STATES.map((state) => [state, state === cluster.state ? 1 : 0] as const),
  )
  metrics.gauge('parlance_cluster_nodes', 'Other nodes that this one knows of.', () => cluster.nodes().length)
  metrics.gauge('parlance_cluster_people', 'People of other nodes that this one knows of.', () =>
    cluster.nodes().reduce((sum, { sessions }) => sum + sessions, 0),
  )
  addTraffic(metrics, numbers)
  metrics.counters(
    'parlance_cluster_claims_total',
    'Names that were asked for among all nodes, by what became of it: granted, taken, or busy where it was not decided in time.',
    'outcome',
    () => [
      ['granted', stats.claims - stats.claimsTaken - stats.claimsBusy],
      ['taken', stats.claimsTaken],
      ['busy', stats.claimsBusy],
    ],
  )
  metrics.counter(
    'parlance_cluster_claim_seconds_total',
    'How long those who asked have waited for the answer, all together: divided by the number of claims, it is the mean.',
    () => stats.claimMs / 1000,
  )
  metrics.counter(
    'parlance_cluster_names_lost_total',
    'People of this node who were sent away because somebody of another node had their name.',
    () => stats.namesLost,
  )
  metrics.counter(
    'parlance_cluster_fenced_total',
    'How often the others have declared this node dead while it was not.',
    () => stats.fenced,
  )
  metrics.counter(
    'parlance_cluster_reconnects_total',
    'How often NATS was reached again.',
    () => bus.stats.reconnects,
  )
  metrics.gauge(
    'parlance_cluster_lag_seconds',
    'How long NATS took for its last answer, or has taken so far.',
    () => bus.lagMs / 1000,
    'max',
  )
  metrics.gauge(
    'parlance_cluster_pending_bytes',
    'Published, and not yet taken by the kernel.',
    () => bus.pendingBytes,
  )
}

function addTraffic(metrics: MetricSet, { bus, stats }: ClusterNumbers): void {
  const ways = [
    ['out', 'to other nodes'],
    ['in', 'from other nodes'],
  ] as const
  const of = {
    out: () => ({ ops: stats.opsOut, batches: stats.batchesOut, bytes: stats.bytesOut }),
    in: () => ({ ops: stats.opsIn, batches: stats.batchesIn, bytes: stats.bytesIn }),
  }
  for (const [way, words] of ways) {
    metrics.counter(
      `parlance_cluster_ops_${way}_total`,
      `What somebody did, told ${words}.`,
      () => of[way]().ops,
    )
    metrics.counter(
      `parlance_cluster_batches_${way}_total`,
      `Batches of it ${words}.`,
      () => of[way]().batches,
    )
    metrics.counter(`parlance_cluster_bytes_${way}_total`, `Bytes of it ${words}.`, () => of[way]().bytes)
  }
  metrics.counter(
    'parlance_cluster_refused_total',
    'Batches that were not published because NATS could not be reached.',
    () => bus.stats.refused,
  )
  metrics.counter('parlance_cluster_gaps_total', 'Holes in what other nodes have said.', () => stats.gaps)
  metrics.counter(
    'parlance_cluster_lost_total',
    'Messages of other nodes that did not arrive; rooms are told how many.',
    () => stats.lost,
  )
  metrics.counters(
    'parlance_cluster_snapshots_total',
    'Times that all people of a node were told to another one, by direction.',
    'direction',
    () => [
      ['out', stats.snapshotsOut],
      ['in', stats.snapshotsIn],
    ],
  )
  metrics.counters(
    'parlance_cluster_unread_total',
    'Batches that were not read: damaged, of another version, or of a node that had been declared dead.',
    'cause',
    () => [
      ['damaged', stats.damaged],
      ['version', stats.foreign],
      ['dead', stats.fromDead],
    ],
  )
}
