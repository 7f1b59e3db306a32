/** `docs/soak.md` as a text with measured numbers in it. */

import { count, percent } from '../load/report/words.js'
import type { Claim } from '../outcomes/claim.js'
import { bullets, image, markdownTable } from '../peers/markdown.js'
import { claimsOf, isHeld, wrongOf } from './claims.js'
import type { SoakResults } from './results.js'

const ALTERNATIVES: Readonly<Record<string, string>> = {
  'soak-memory.svg': 'Resident memory, heap and retained bytes over time',
  'soak-open.svg': 'Descriptors and connections over time',
  'soak-event-loop.svg': 'Event loop delays over time',
}

const SHORT_SECONDS = 1800

/** @param charts file names that there are */
export function page(results: SoakResults, charts: readonly string[]): string {
  const groups = claimsOf(results)
  const sections = [
    '# Soak',
    results.seconds < SHORT_SECONDS
      ? '> **A draft**, of a run that was too short to say anything about memory over time.'
      : '',
    isHeld(groups) ? '' : '> **Not everything held.** What did not is set in bold below.',
    opening(results),
    inShort(results),
    ...charts.map((name) => image(ALTERNATIVES[name] ?? name, name)),
    '## What came of it',
    'The figures of the relay are those of `/metrics` and of its log files; what they must be is what was done to it, counted by who did it.',
    ...groups.map(({ title, claims }) => `### ${title}\n\n${claimTable(claims)}`),
    '## What was done',
    whatWasDone(results),
    '## How it is looked at',
    method(results),
    '## To repeat it',
    repeating(results),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function opening({ seconds, plan, did, counted }: SoakResults): string {
  return (
    `One relay with its defaults, started as the container starts it, for ${minutesOf(seconds)} minutes: ${plan.people} people of all five dialects, over TCP and WebSocket, who talk, ` +
    `and beside them ${count(did.connected)} connections that come and go, break, never say who they are, do not read, ask, flood, ` +
    `or are refused. It made ${count(counted.deliveries)} deliveries, and every numbered message was held against what it must be, by every receiver.`
  )
}

function inShort(results: SoakResults): string {
  const { did, checked, storms, counted, before, after, samples } = results
  const wrong = wrongOf(results)
  const most = Math.max(...samples.map(({ rssMib }) => rssMib))
  return bullets([
    `${count(checked.deliveries + storms.deliveries)} deliveries checked: ${wrong === 0 ? 'none lost, none twice, none out of order, none changed' : `**${count(wrong)} wrong**`}`,
    `${count(did.connected)} connections, of which ${count(counted.disconnects.reset ?? 0)} were broken and ${count(counted.disconnects.slow ?? 0)} cut off because they did not read`,
    `resident memory ${before.rssMib.toFixed(0)} MiB before and ${after.rssMib.toFixed(0)} MiB afterwards, ${most.toFixed(0)} MiB at the most; heap ${before.heapMib.toFixed(1)} MiB and ${after.heapMib.toFixed(1)} MiB`,
    `one process from its start to its end, which was exit code ${results.exitCode ?? 'none'}`,
  ])
}

function claimTable(claims: readonly Claim[]): string {
  return markdownTable(
    ['', 'measured', 'must be'],
    claims.map(({ what, measured, expected, holds }) => [
      what,
      holds ? measured : `**${measured}**`,
      expected === '' ? '–' : expected,
    ]),
  )
}

function whatWasDone({ did, plan }: SoakResults): string {
  const rows = Object.entries(did.visits)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, times]) => [kind, count(times)])
  return [
    `The crowd says ${plan.messagesPerSecond} messages a second to the room and as many to each other; a tenth of these writes are five messages glued together, ` +
      'and a tenth of the messages come in two pieces. Each of these visits was made by somebody new:',
    markdownTable(['visit', 'times'], rows),
  ].join('\n\n')
}

function method({ plan, cpuShare }: SoakResults): string {
  return bullets([
    'A message carries its sender, its number in the sequence of that sender, and when it was written; every receiver holds each to the last byte, in their own dialect, and to the order. ' +
      'Sequences of guests are taken up by the next guest where the last one ended.',
    'A storm is a room of its own in which one says very much, two read it, one has stopped reading and one reads 4 KiB a second: the latter two must be cut off, and the readers must be told everything.',
    `Everything is done for ${plan.warmUpSeconds} s before the relay is looked at for the first time, empty and with its garbage collected; so it is at the end. Descriptors, handles (timers among them), people, rooms and queues must be no more than then.`,
    `Memory over time is compared between the second quarter of the time and the last: what leaks is higher there, in the least that it comes down to and in the median. The heap is compared by what is used of it, and resident memory by what is not the heap's: what V8 has taken for the heap grows until it collects everything, and comes back when V8 sees fit ([operations](operations.md#what-the-process-keeps)). Empty, memory is looked at when garbage was collected until it came down no further.`,
    `Log files are put aside at ${plan.logMaxBytes / 2 ** 20} MiB, so that this happens often; each is counted before the relay removes it.`,
    `The relay used ${percent(cpuShare.relay)} of a core, this bench ${percent(cpuShare.bench)}: it is time that is wanted here, not speed. Other programs had most of the machine meanwhile, which is in what messages took and in the delays of the event loop.`,
  ])
}

function repeating({ origin, seconds, seed }: SoakResults): string {
  const { time, versions, machine } = origin
  return [
    `\`\`\`sh\n./scripts/soak churn --minutes ${minutesOf(seconds)} --seed ${seed} --write\n./scripts/soak rows\n\`\`\``,
    `This page is written by the first command (${time.slice(0, 10)}, parlance ${versions.parlance}, Node ${versions.node}, ${machine.cpu}, ` +
      `${machine.cores} cores, Linux ${machine.kernel}); its exit status is 1 when anything is not as it must be. What is random follows from the seed; when things happen does not. ` +
      'The second runs the tests of [the faults](faults.md) as often as their rows say.',
  ].join('\n\n')
}

function minutesOf(seconds: number): number {
  return Number((seconds / 60).toFixed(seconds < 600 ? 1 : 0))
}
