/** What a soak claims: each thing that was measured, and what it must be. */

import { atMost, type Claim, exactly, explains } from '../outcomes/claim.js'
import { type CheckedCounts, wrongIn } from './checker.js'
import { grownBy, growthOf } from './growth.js'
import { differencesOf, HEAP_SLACK_MIB } from './held.js'
import type { SoakResults } from './results.js'
import type { Sample } from './samples.js'

/** What the memory of a process may be more by in the last quarter of the time than in the second. */
const MOST_REST_GROWTH_MIB = 16
const MOST_HEAP_GROWTH_MIB = 8
/** Empty and at rest: what is kept for the next turns is there after the warm-up, a block of the logs may come later (4 MiB). */
const BUFFER_SLACK_MIB = 4
/** What heap and buffers are more by, and what the allocator keeps of floods. */
const RSS_SLACK_MIB = 24
/** Kinds of events of which the relay has one record each. */
const RECORDED_EVENTS = [
  'message',
  'direct',
  'edited',
  'joined',
  'left',
  'renamed',
  'visibility',
  'blocked',
] as const

export interface ClaimGroup {
  readonly title: string
  readonly claims: readonly Claim[]
}

export function claimsOf(results: SoakResults): ClaimGroup[] {
  return [
    { title: 'Messages', claims: messageClaims(results) },
    { title: 'Connections', claims: connectionClaims(results) },
    { title: 'Records', claims: recordClaims(results) },
    { title: 'Memory and descriptors', claims: memoryClaims(results) },
    { title: 'The process', claims: processClaims(results) },
  ]
}

export function isHeld(groups: readonly ClaimGroup[]): boolean {
  return groups.every(({ claims }) => claims.every(({ holds }) => holds))
}

function messageClaims({ checked, storms, warmUpWrong, did, presence, expectedPresence }: SoakResults) {
  const both = (of: (counts: CheckedCounts) => number) => of(checked) + of(storms)
  const differing = presence.filter(
    ({ joined, left }) => joined !== expectedPresence.joined || left !== expectedPresence.left,
  )
  return [
    explains('messages said to rooms', did.message),
    explains('messages said to one person', did.direct),
    explains(
      'deliveries that were checked',
      both(({ deliveries }) => deliveries),
    ),
    exactly(
      'lost',
      both(({ lost }) => lost),
      0,
    ),
    exactly(
      'duplicated',
      both(({ duplicated }) => duplicated),
      0,
    ),
    exactly(
      'reordered',
      both(({ reordered }) => reordered),
      0,
    ),
    exactly(
      'told to somebody else',
      both(({ foreign }) => foreign),
      0,
    ),
    exactly(
      'with other bytes than they must have',
      both(({ wrongBytes }) => wrongBytes),
      0,
    ),
    exactly('any of these in the warm-up', warmUpWrong, 0),
    explains('comings and goings that each of the crowd was told of', expectedPresence.joined),
    exactly('of the crowd who were told of more or fewer', differing.length, 0),
  ]
}

function connectionClaims({ did, counted, troubleCount }: SoakResults) {
  const reasons = new Set([...Object.keys(did.ends), ...Object.keys(counted.disconnects)])
  const broken = (counts: Readonly<Record<string, number>>) => (counts.ended ?? 0) + (counts.reset ?? 0)
  return [
    exactly('connections made', counted.opened, did.connected),
    // A client that breaks off may have said before that it ends: which of the two the relay saw first is the network's affair.
    exactly('ended as `ended` or `reset`', broken(counted.disconnects), broken(did.ends)),
    explains('of these as `reset`', counted.disconnects.reset ?? 0),
    ...[...reasons]
      .filter((reason) => reason !== 'ended' && reason !== 'reset')
      .sort()
      .map((reason) =>
        exactly(`ended as \`${reason}\``, counted.disconnects[reason] ?? 0, did.ends[reason] ?? 0),
      ),
    ...Object.keys({ ...did.rejected, ...counted.rejected })
      .sort()
      .map((reason) =>
        exactly(`names refused as \`${reason}\``, counted.rejected[reason] ?? 0, did.rejected[reason] ?? 0),
      ),
    explains('questions answered', did.answered),
    exactly('what was not answered, or not as it must be', troubleCount, 0),
  ]
}

function recordClaims({ did, counted, recorded }: SoakResults) {
  const { counts } = recorded
  const closed = (reason: string) =>
    (counts[`closed ${reason}`] ?? 0) + (reason === 'full' ? (counts['rejected full'] ?? 0) : 0)
  const unrecorded = Object.entries(counted.disconnects).filter(([reason, times]) => closed(reason) !== times)
  return [
    explains('records, MiB', recorded.bytes / 2 ** 20),
    explains('log files put aside', recorded.rotatedFiles),
    exactly(
      'names recorded as accepted, new ones included',
      counts.accepted ?? 0,
      did.accepted + did.renamed,
    ),
    exactly('close reasons recorded another number of times than counted', unrecorded.length, 0),
    ...RECORDED_EVENTS.map((kind) =>
      exactly(`\`${kind}\` recorded`, counts[kind] ?? 0, counted.events[kind] ?? 0),
    ),
    exactly('messages to rooms that were counted', counted.events.message ?? 0, did.message),
    exactly('messages to one person that were counted', counted.events.direct ?? 0, did.direct),
    exactly('edits', counted.events.edited ?? 0, did.edited),
    exactly('renames', counted.events.renamed ?? 0, did.renamed),
    exactly('blocks', counted.events.blocked ?? 0, did.blocked),
    exactly('records lost, or broken', counted.logLinesLost + recorded.broken, 0),
  ]
}

function memoryClaims({ before, after, samples }: SoakResults): Claim[] {
  const differences = differencesOf(before, after)
  const more = `descriptors, handles, people and queues that are more than before${differences.length === 0 ? '' : ` (${differences.join('; ')})`}`
  const claims = [
    exactly(more, differences.length, 0),
    explains('heap before, empty, MiB', before.heapMib),
    atMost('heap afterwards, empty, MiB', after.heapMib, before.heapMib + HEAP_SLACK_MIB),
    explains('buffers before, empty, MiB', before.externalMib),
    atMost('buffers afterwards, empty, MiB', after.externalMib, before.externalMib + BUFFER_SLACK_MIB),
    explains('resident before, empty, MiB', before.rssMib),
    atMost('resident afterwards, empty, MiB', after.rssMib, before.rssMib + RSS_SLACK_MIB),
  ]
  const over = (of: (sample: Sample) => number) => growthOf(samples.map(of))
  const [rss, taken, rest, heap] = [
    over(({ rssMib }) => rssMib),
    over(({ heapTakenMib }) => heapTakenMib),
    // When V8 gives back what it has taken for the heap is its own affair, and may be in any quarter.
    over(({ rssMib, heapTakenMib }) => rssMib - heapTakenMib),
    over(({ heapMib }) => heapMib),
  ]
  if (rss === null || taken === null || rest === null || heap === null) return claims
  return [
    ...claims,
    explains('resident at the most, MiB', rss.most),
    explains('of the heap what V8 had taken at the most, used or not, MiB', taken.most),
    atMost(
      'resident without that, grown from the second quarter to the last, MiB',
      grownBy(rest),
      MOST_REST_GROWTH_MIB,
    ),
    atMost('the heap that was used, likewise', grownBy(heap), MOST_HEAP_GROWTH_MIB),
  ]
}

function processClaims({
  did,
  counted,
  samples,
  sampleFailures,
  latencyUs,
  cpuShare,
  exitCode,
}: SoakResults) {
  const lags = samples.map(({ lagP99Ms }) => lagP99Ms).sort((a, b) => a - b)
  return [
    explains('a message, written to read, p50, ms', latencyUs.p50 / 1000),
    explains('p99, ms', latencyUs.p99 / 1000),
    explains('the longest, ms', latencyUs.max / 1000),
    explains('event loop lag, the median of the p99 of 5 s, ms', lags[lags.length >> 1] ?? 0),
    explains('event loop lag, the longest, ms', Math.max(0, ...samples.map(({ lagMaxMs }) => lagMaxMs))),
    explains('the relay, % of a core', cpuShare.relay * 100),
    explains('this bench, % of a core', cpuShare.bench * 100),
    exactly('reloads taken', counted.reloads.taken ?? 0, did.reloadsTaken),
    exactly('reloads refused', counted.reloads.refused ?? 0, did.reloadsRefused),
    explains('times that a room was congested', counted.congestions),
    exactly(
      'faults, connections not accepted, scrapes not answered',
      counted.faults + counted.acceptErrors + sampleFailures,
      0,
    ),
    exactly('exit code', exitCode ?? -1, 0),
  ]
}

/** All deliveries that were wrong. */
export function wrongOf({ checked, storms, warmUpWrong }: SoakResults): number {
  return wrongIn(checked) + wrongIn(storms) + warmUpWrong
}
