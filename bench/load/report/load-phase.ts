/** A measured load as facts: the lines of the tables, in the order in which they are asked for. */

import type { CrowdLoadResult } from '../crowd.js'
import type { CutOffs } from '../cut-offs.js'
import type { ChurnResult, ServerUse } from '../measure.js'
import type { Percentiles } from '../percentiles.js'
import type { GaugeReading } from '../server-gauges.js'
import type { Fact, Phase } from './phase.js'
import {
  accountWords,
  count,
  failureWords,
  isClean,
  loopName,
  mebibytes,
  milliseconds,
  percent,
  wrongIn,
} from './words.js'

/** @param manyPayloads whether the size of the texts is part of the name */
export function loadPhase(result: CrowdLoadResult, manyPayloads: boolean): Phase {
  const { generator, server, churn, slow, account } = result
  const facts: Fact[] = [
    fact('messages/s', count(result.messagesPerSecond)),
    fact('deliveries/s', count(result.deliveriesPerSecond)),
    ...latencyFacts(result.latencyUs),
    ...serverFacts(server),
    fact('load busiest process', percent(generator.busyShare)),
    fact('load µs/delivery', generator.cpuUsPerDelivery.toFixed(3)),
    fact('deliveries/chunk', result.deliveriesPerChunk.toFixed(1)),
    ...(churn === null ? [] : churnFacts(churn)),
    ...(slow === null ? [] : [cutFact('stopped', slow.stopped), cutFact('trickling', slow.trickling)]),
  ]
  const churnNotes = churn === null ? [] : [...failureWords(churn.failures), ...churnWords(churn)]
  return {
    name: manyPayloads ? `${result.payloadBytes} B, ${loopName(result.loop)}` : loopName(result.loop),
    facts,
    notes: [...accountWords(account), ...churnNotes, ...result.notes],
    isClean: isClean(account) && churnNotes.length === 0,
    measured: {
      times: result.latencyUs,
      deliveriesPerSecond: result.deliveriesPerSecond,
      messagesPerSecond: result.messagesPerSecond,
      wrong: wrongIn(account) + (churn === null ? 0 : missingIn(churn)),
    },
    moments: result.moments,
    curve: result.latencyCurve,
    curveOf: 'latency',
    processes: result.processes,
    gauges: gaugesSince(result.gauges),
  }
}

export function fact(label: string, value: string): Fact {
  return { label, value }
}

function latencyFacts({ p50, p90, p99, p999, max }: Percentiles): Fact[] {
  return [
    fact('latency p50 µs', count(p50)),
    fact('        p90', count(p90)),
    fact('        p99', count(p99)),
    fact('        p99.9', count(p999)),
    fact('        max', count(max)),
  ]
}

export function serverFacts(server: ServerUse | null): Fact[] {
  if (server === null) return []
  return [
    fact('server CPU', percent(server.cpuShare)),
    fact('server µs/delivery', server.cpuUsPerDelivery.toFixed(3)),
    fact('server deliveries/CPU s', count(1e6 / server.cpuUsPerDelivery)),
    fact('server RSS MiB', mebibytes(server.rssBytes)),
    fact('server RSS max MiB', mebibytes(server.maxRssBytes)),
  ]
}

/** Who was on the way in when it ended may have been announced without having been told so. */
function missingIn({ joinsHeard, leavesHeard, expectedJoins, expectedLeaves }: ChurnResult): number {
  return Math.max(0, (expectedJoins ?? 0) - joinsHeard) + Math.max(0, (expectedLeaves ?? 0) - leavesHeard)
}

function churnWords(churn: ChurnResult): string[] {
  const missing = missingIn(churn)
  return missing === 0 ? [] : [`ANNOUNCEMENTS WRONG: ${count(missing)} missing`]
}

function churnFacts(churn: ChurnResult): Fact[] {
  const { joined, left, joinTimeUs, joinsHeard, leavesHeard, expectedJoins, expectedLeaves } = churn
  const of = (heard: number, expected: number | null) =>
    expected === null ? count(heard) : `${count(heard)} of ${count(expected)}`
  return [
    fact('came', count(joined)),
    fact('went', count(left)),
    fact('time to join p50 ms', milliseconds(joinTimeUs.p50)),
    fact('             p99', milliseconds(joinTimeUs.p99)),
    fact('             max', milliseconds(joinTimeUs.max)),
    ...(joinsHeard + leavesHeard === 0 && expectedJoins === null
      ? []
      : [
          fact('joins announced', of(joinsHeard, expectedJoins)),
          fact('leaves announced', of(leavesHeard, expectedLeaves)),
        ]),
  ]
}

function cutFact(pace: string, { clients, cut, firstSeconds, lastSeconds }: CutOffs): Fact {
  const when = firstSeconds === null ? '' : `, ${firstSeconds.toFixed(1)}–${lastSeconds?.toFixed(1)} s`
  return fact(`${pace}: cut off`, `${cut} of ${clients}${when}`)
}

function gaugesSince(readings: readonly GaugeReading[]): Phase['gauges'] {
  const beganUs = readings[0]?.atUs ?? 0
  return readings.map(({ atUs, values }) => ({ seconds: (atUs - beganUs) / 1e6, values }))
}
