/** How long it takes, and how much is done at once. */

import { percentiles, RELAY, type Row, rate } from './panel.js'

export const LATENCY: Row = {
  title: 'Latency',
  panels: [
    {
      title: 'Delivery',
      description:
        'From reading a message to having written it to everybody who keeps up, waiting for its turn included.',
      unit: 's',
      redFrom: 1,
      queries: percentiles('parlance_delivery_seconds'),
    },
    {
      title: 'Flush',
      description: 'Writing to everybody what one turn of the event loop has brought.',
      unit: 's',
      queries: percentiles('parlance_flush_seconds'),
    },
    {
      title: 'Flushes, by how long they take',
      description: 'How many flushes a second take how long: two bands are two kinds of work.',
      unit: 's',
      kind: 'heatmap',
      queries: [[`sum by (le) (${rate(`parlance_flush_seconds_bucket{${RELAY}}`)})`, '{{le}}']],
    },
    {
      title: 'Events in a batch',
      description:
        'What one room is told in one turn, in one dialect: it grows by itself under load, and makes that cheap.',
      unit: 'short',
      queries: percentiles('parlance_batch_events'),
    },
    {
      title: 'Bytes in a batch',
      description: 'The same in bytes: what everybody in a room is sent with one write.',
      unit: 'bytes',
      queries: percentiles('parlance_batch_bytes'),
    },
  ],
}
