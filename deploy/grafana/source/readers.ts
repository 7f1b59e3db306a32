/** Who does not keep up, what is kept for them, and who is slowed down. */

import { RELAY, type Row, rate } from './panel.js'

export const READERS: Row = {
  title: 'Slow readers',
  panels: [
    {
      title: 'Queued and retained',
      description:
        'Queued counts shared bytes once for each connection, retained counts memory; above the limit the longest queues are cut off.',
      unit: 'bytes',
      queries: [
        [`sum(parlance_queued_bytes{${RELAY}})`, 'queued'],
        [`sum(parlance_retained_bytes{${RELAY}})`, 'retained'],
        [`sum(parlance_retained_limit_bytes{${RELAY}})`, 'limit of what is retained'],
      ],
    },
    {
      title: 'Behind and stuck',
      description:
        'Connections above softLimitBytes: those that read at the minimum rate or faster, and slower ones.',
      unit: 'short',
      queries: [
        [`sum(parlance_connections_behind{${RELAY}})`, 'behind'],
        [`sum(parlance_connections_stuck{${RELAY}})`, 'stuck'],
      ],
    },
    {
      title: 'Longest behind',
      description: 'For how long the one that is behind longest has been.',
      unit: 's',
      queries: [[`max by (instance) (parlance_longest_behind_seconds{${RELAY}})`, '{{instance}}']],
    },
    {
      title: 'Cut off, by reason',
      description:
        'Readers a second that were too slow, whose queue was the longest when memory ran out, or that have vanished.',
      unit: 'cps',
      queries: [
        [
          `sum by (reason) (${rate(`parlance_disconnects_total{${RELAY}, reason=~"slow|memory|vanished"}`)})`,
          '{{reason}}',
        ],
      ],
    },
    {
      title: 'Congested rooms',
      description: 'Rooms in which senders are slowed down now, because members do not read fast enough.',
      unit: 'short',
      queries: [[`sum by (instance) (parlance_rooms_congested{${RELAY}})`, '{{instance}}']],
    },
    {
      title: 'Congestions',
      description:
        'How often a second a room became congested, and events that were dropped where policy=drop-oldest.',
      unit: 'cps',
      queries: [
        [`sum(${rate(`parlance_congestions_total{${RELAY}}`)})`, 'congestions'],
        [`sum(${rate(`parlance_dropped_events_total{${RELAY}}`)})`, 'dropped events'],
      ],
    },
    {
      title: 'Paused connections, by cause',
      description:
        'Connections that are not read from now: room and direct wait for slow readers, turn for the others.',
      unit: 'short',
      queries: [[`sum by (cause) (parlance_connections_paused{${RELAY}})`, '{{cause}}']],
    },
    {
      title: 'Time paused, by cause',
      description:
        'How many connections were paused on average: short pauses show here and not in the one before.',
      unit: 'short',
      queries: [[`sum by (cause) (${rate(`parlance_paused_seconds_total{${RELAY}}`)})`, '{{cause}}']],
    },
    {
      title: 'Unfinished requests',
      description: 'Memory for requests of which clients have sent only a part so far.',
      unit: 'bytes',
      queries: [[`sum by (instance) (parlance_unfinished_request_bytes{${RELAY}})`, '{{instance}}']],
    },
  ],
}
