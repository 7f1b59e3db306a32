/** Who is there and what they say, by dialect. */

import { DIALECT, RELAY, type Row, rate } from './panel.js'

export const TRAFFIC: Row = {
  title: 'Traffic',
  panels: [
    {
      title: 'Connections, by dialect',
      description: 'Connections that are open now.',
      unit: 'short',
      kind: 'stack',
      queries: [[`sum by (dialect) (parlance_connections{${DIALECT}})`, '{{dialect}}']],
    },
    {
      title: 'Connections, by transport',
      description:
        'The same by what is below the dialect: TCP, TLS, WebSocket (ws) and WebSocket over TLS (wss).',
      unit: 'short',
      kind: 'stack',
      queries: [[`sum by (transport) (parlance_connections_by_transport{${RELAY}})`, '{{transport}}']],
    },
    {
      title: 'Connections against the maximum',
      description: 'At 100 % whoever comes is refused (maxConnections).',
      unit: 'percentunit',
      redFrom: 0.85,
      queries: [[`instance:parlance_connections:ratio{${RELAY}}`, '{{instance}}']],
    },
    {
      title: 'Coming and going',
      description: 'Connections that were accepted, and that have ended, a second.',
      unit: 'cps',
      queries: [
        [`sum(${rate(`parlance_connections_opened_total{${DIALECT}}`)})`, 'opened'],
        [`sum(${rate(`parlance_disconnects_total{${RELAY}}`)})`, 'ended'],
      ],
    },
    {
      title: 'Messages, by dialect',
      description: 'Room and direct messages that were accepted, by the dialect of who said them.',
      unit: 'cps',
      kind: 'stack',
      queries: [
        [`sum by (dialect) (${rate(`parlance_messages_received_total{${DIALECT}}`)})`, '{{dialect}}'],
      ],
    },
    {
      title: 'Deliveries',
      description: 'Each event counts once for everybody it is sent to.',
      unit: 'cps',
      queries: [[`sum by (instance) (${rate(`parlance_deliveries_total{${RELAY}}`)})`, '{{instance}}']],
    },
    {
      title: 'Events, by kind',
      description: 'What happens in rooms and between people; each counts once, however many are told.',
      unit: 'cps',
      kind: 'stack',
      queries: [[`sum by (kind) (${rate(`parlance_events_total{${RELAY}}`)})`, '{{kind}}']],
    },
    {
      title: 'Bytes from clients, by dialect',
      description: 'What was read from connections.',
      unit: 'Bps',
      kind: 'stack',
      queries: [[`sum by (dialect) (${rate(`parlance_received_bytes_total{${DIALECT}}`)})`, '{{dialect}}']],
    },
    {
      title: 'Bytes to clients, by dialect',
      description: 'What was written to connections.',
      unit: 'Bps',
      kind: 'stack',
      queries: [[`sum by (dialect) (${rate(`parlance_sent_bytes_total{${DIALECT}}`)})`, '{{dialect}}']],
    },
  ],
}
