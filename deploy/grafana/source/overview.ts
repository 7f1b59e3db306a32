/** The first look: is it up, how many are there, how busy is it. */

import { DIALECT, RELAY, type Row, rate } from './panel.js'

export const OVERVIEW: Row = {
  title: 'Overview',
  panels: [
    {
      title: 'Ready',
      description: 'Whether every relay that is chosen takes connections.',
      unit: 'bool_yes_no',
      kind: 'number',
      redBelow: 1,
      queries: [[`min(parlance_stage{${RELAY}, stage="ready"})`, 'ready']],
    },
    {
      title: 'Alerts',
      description: 'How many alerts fire now; docs/operations.md says what to do about each.',
      unit: 'short',
      kind: 'number',
      redFrom: 1,
      queries: [['count(ALERTS{alertname=~"Parlance.*", alertstate="firing"}) or vector(0)', 'firing']],
    },
    {
      title: 'Connections',
      description: 'Connections that are open now, of the chosen dialects.',
      unit: 'short',
      kind: 'number',
      queries: [[`sum(parlance_connections{${DIALECT}})`, 'connections']],
    },
    {
      title: 'Sessions',
      description: 'Connected people whose name was accepted.',
      unit: 'short',
      kind: 'number',
      queries: [[`sum(parlance_sessions{${RELAY}})`, 'sessions']],
    },
    {
      title: 'Rooms',
      description: 'Rooms that exist now, private ones included.',
      unit: 'short',
      kind: 'number',
      queries: [[`sum(parlance_rooms{${RELAY}})`, 'rooms']],
    },
    {
      title: 'Messages a second',
      description: 'Room and direct messages that were accepted, of the chosen dialects.',
      unit: 'cps',
      kind: 'number',
      queries: [[`sum(${rate(`parlance_messages_received_total{${DIALECT}}`)})`, 'messages']],
    },
    {
      title: 'Deliveries a second',
      description: 'Each event counts once for everybody it is sent to: this is what costs CPU.',
      unit: 'cps',
      kind: 'number',
      queries: [[`sum(${rate(`parlance_deliveries_total{${RELAY}}`)})`, 'deliveries']],
    },
    {
      title: 'Cut off',
      description: 'Readers that were cut off in the time shown, because they were slow or memory ran out.',
      unit: 'short',
      kind: 'number',
      queries: [
        [`sum(increase(parlance_disconnects_total{${RELAY}, reason=~"slow|memory"}[$__range]))`, 'cut off'],
      ],
    },
  ],
}
