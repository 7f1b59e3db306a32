/** What the relay takes of its machine. */

import { RELAY, type Row, rate } from './panel.js'

/** What every process of that name has, of relays alone. */
const ofRelays = (expression: string) => `(${expression}) and on (job, instance) parlance_info`

export const PROCESS: Row = {
  title: 'Process',
  panels: [
    {
      title: 'Event loop, busy',
      description:
        'The part of the time in which it had something to do; at 100 % the relay is at the end of its core.',
      unit: 'percentunit',
      redFrom: 0.9,
      queries: [[rate(`parlance_event_loop_active_seconds_total{${RELAY}}`), '{{instance}}']],
    },
    {
      title: 'Event loop, lag',
      description:
        'How long turns take since the last scrape; the clock for it ticks every 10 ms, which is the least there is.',
      unit: 's',
      redFrom: 0.25,
      queries: [
        [ofRelays(`nodejs_eventloop_lag_p50_seconds{${RELAY}}`), 'median {{instance}}'],
        [ofRelays(`nodejs_eventloop_lag_p99_seconds{${RELAY}}`), 'p99 {{instance}}'],
        [ofRelays(`nodejs_eventloop_lag_max_seconds{${RELAY}}`), 'longest {{instance}}'],
      ],
    },
    {
      title: 'CPU',
      description:
        'Cores in use: the event loop is one; garbage collection and disk writes have threads of their own.',
      unit: 'percentunit',
      kind: 'stack',
      queries: [
        [ofRelays(rate(`process_cpu_user_seconds_total{${RELAY}}`)), 'user {{instance}}'],
        [ofRelays(rate(`process_cpu_system_seconds_total{${RELAY}}`)), 'system {{instance}}'],
      ],
    },
    {
      title: 'Memory',
      description:
        'Resident is what counts against the limit; the heap is a part of it, external what buffers take.',
      unit: 'bytes',
      queries: [
        [ofRelays(`process_resident_memory_bytes{${RELAY}}`), 'resident {{instance}}'],
        [ofRelays(`nodejs_heap_size_used_bytes{${RELAY}}`), 'heap {{instance}}'],
        [ofRelays(`nodejs_external_memory_bytes{${RELAY}}`), 'external {{instance}}'],
        [`parlance_memory_limit_bytes{${RELAY}}`, 'limit {{instance}}'],
      ],
    },
    {
      title: 'Memory a connection',
      description:
        'Resident memory over connections: with few of them the relay itself, with many some KiB for each.',
      unit: 'bytes',
      queries: [
        [
          `process_resident_memory_bytes{${RELAY}} / (instance:parlance_connections:sum{${RELAY}} > 0)`,
          '{{instance}}',
        ],
      ],
    },
    {
      title: 'Garbage collection',
      description: 'The part of the time that collections take, by kind.',
      unit: 'percentunit',
      kind: 'stack',
      queries: [
        [`sum by (kind) (${ofRelays(rate(`nodejs_gc_duration_seconds_sum{${RELAY}}`))})`, '{{kind}}'],
      ],
    },
    {
      title: 'File descriptors',
      description: 'Open ones, and how many there may be. Each connection is one; 256 are kept back.',
      unit: 'short',
      queries: [
        [ofRelays(`process_open_fds{${RELAY}}`), 'open {{instance}}'],
        [ofRelays(`process_max_fds{${RELAY}}`), 'limit {{instance}}'],
      ],
    },
    {
      title: 'Uptime',
      description:
        'Since the start of the process; each drop is a restart, for which everybody lost the connection.',
      unit: 's',
      queries: [[ofRelays(`time() - process_start_time_seconds{${RELAY}}`), '{{instance}}']],
    },
    {
      title: 'Certificates',
      description: 'For how long the certificate of each port with TLS is valid.',
      unit: 's',
      queries: [
        [
          `(parlance_tls_certificate_expiry_timestamp_seconds{${RELAY}} - time())`,
          'port {{port}} {{instance}}',
        ],
      ],
    },
    {
      title: 'Clock',
      description: 'By how much the clock of the relay’s machine differs from that of Prometheus.',
      unit: 's',
      redFrom: 5,
      queries: [[`instance:parlance_clock_error_seconds:abs{${RELAY}}`, '{{instance}}']],
    },
  ],
}
