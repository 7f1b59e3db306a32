/** What the bench has found, as tables for a terminal. */

import { table } from '../load/report/table.js'
import { count, mebibytes, percent } from '../load/report/words.js'
import type { RoundResult, ScaleResult } from './run.js'

const KIB = 1024

export function scaleText(result: ScaleResult): string {
  const { joining, memory, idle } = result
  const facts: [string, string][] = [
    ['clients', count(result.clients)],
    ['  of them in the room', count(result.inRoom)],
    ['relay processes', count(result.relayProcesses)],
    ['generator processes', count(result.generatorProcesses)],
    ['all in after s', joining.seconds.toFixed(1)],
    ['  joins/s', count(result.clients / joining.seconds)],
    ['  logins refused at first', count(joining.triedAgain)],
    ['  relay CPU s', joining.relayCpuSeconds.toFixed(1)],
    ['  NATS CPU s', joining.natsCpuSeconds.toFixed(1)],
    ['  deliveries of one person’s coming', count(joining.presence.people)],
    ['  deliveries of several people’s', count(joining.presence.crowds)],
    ['  deliveries if none were coalesced', count(joining.uncoalesced)],
    ['relay MiB, all processes (PSS), before', mebibytes(memory.relayBytesBefore)],
    ['  with everybody in', mebibytes(memory.relayBytes)],
    ['  KiB a connection', (memory.relayBytesPerConnection / KIB).toFixed(1)],
    ['kernel KiB a connection, both ends', (memory.kernelBytesPerConnection / KIB).toFixed(1)],
    ['idle: relay, share of one core', percent(idle.relayCpuShare)],
    ['idle: NATS, share of one core', percent(idle.natsCpuShare)],
  ]
  const header = [
    'who says it',
    'to',
    'exactly once',
    'half after ms',
    'last after ms',
    'relay CPU ms',
    'µs each',
    'NATS CPU ms',
    '',
  ]
  return [
    table(['', 'measured'], facts),
    '',
    table(header, result.rounds.map(roundRow)),
    '',
    ...(result.faults.length === 0
      ? ['every message reached each exactly once, byte by byte']
      : result.faults.map((fault) => `WRONG: ${fault}`)),
  ].join('\n')
}

function roundRow(round: RoundResult): string[] {
  const { counts } = round
  return [
    round.dialect,
    count(counts.meant),
    count(counts.once),
    count(round.middleMs),
    count(round.lastMs),
    count(round.relayCpuSeconds * 1000),
    ((round.relayCpuSeconds * 1e6) / Math.max(1, counts.meant)).toFixed(2),
    count(round.natsCpuSeconds * 1000),
    round.faults.length === 0 ? 'holds' : 'BROKEN',
  ]
}
