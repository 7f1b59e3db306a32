/**
 * `docs/benchmarks.md` as a text with measured numbers in it. Everything that it claims about numbers follows from
 * them; why something is so is in `reasons.ts`.
 */

import { count, percent } from '../load/report/words.js'
import { bullets, image, markdownTable } from './markdown.js'
import { costSection } from './page-cost.js'
import { PEERS } from './peers.js'
import { reasonFor } from './reasons.js'
import type { Results } from './results.js'
import {
  bytesPerConnection,
  isOpen,
  type LoadMetric,
  loadsOf,
  lostShares,
  METRICS,
  medianOf,
  problemsOf,
  typicalSpread,
  winsOf,
} from './summary.js'
import { baseOf, cell, memoryCell, rate, ratio } from './words.js'

/** Above this, a machine was not idle enough for its numbers to be kept. */
const NOTABLE_LOST_SHARE = 0.05

/** @param charts file names that there are, to be shown where they belong */
export function page(results: Results, charts: readonly string[]): string {
  const sections = [
    '# Benchmarks',
    draftWarning(results),
    opening(results),
    inShort(results),
    '## Deliveries a second',
    'Messages in flight: how many the speaker may have under way that not everyone has yet. One shows what a write ' +
      'costs, many show what batching does.',
    closedTable(results, 'deliveriesPerSecond'),
    show(charts, 'benchmarks-deliveries.svg', 'Deliveries a second by server and messages in flight'),
    '## Server CPU per delivery',
    'In µs, user and system time together. It holds where the generator was the slower side, too.',
    closedTable(results, 'serverCpuUsPerDelivery'),
    show(charts, 'benchmarks-cpu.svg', 'Server CPU per delivery by server and messages in flight'),
    ...latencySection(results, charts),
    ...memorySection(results, charts),
    '## Where others are better',
    winsSection(results),
    ...costSection(results.costs),
    '## How it was measured',
    method(results),
    '## To repeat it',
    repeating(results),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function draftWarning(results: Results): string {
  const lost = lostShares(results)
  const reasons = [
    ...(results.isQuick ? ['this was one short round'] : []),
    ...(lost.median > NOTABLE_LOST_SHARE
      ? [`other programs had the cores for ${percent(lost.median)} of the time`]
      : []),
    ...(problemsOf(results).length > 0 ? ['not everything went as it must (see below)'] : []),
  ]
  return reasons.length === 0 ? '' : `> **A draft, whose numbers are not to be used:** ${reasons.join('; ')}.`
}

function opening({ plan, peers, missing }: Results): string {
  const crowds = plan.crowds.filter(({ rooms }) => rooms === 1)
  const listening = crowds.map(({ clients }) => count(clients)).join(' and ')
  const rows = peers.map(({ name, version, description }) => [name, version, description])
  const absent = missing.map(({ name, reason }) => `**Left out: ${name}**, because ${reason}.`)
  return [
    `The same load on several servers, in turn, on the same machine: one client speaks, ${listening} in the same room ` +
      `listen, and every delivery is checked; then the same in many small rooms at once. A message has ${plan.payloadBytes} bytes. In brackets: how many times ` +
      'what the relay does.',
    markdownTable(['server', 'version', 'what it is here'], rows, 3),
    ...absent,
  ].join('\n\n')
}

function inShort(results: Results): string {
  const base = baseOf(results)
  const closed = loadsOf(results).filter((load) => !isOpen(load))
  const rates = closed.flatMap((load) => {
    const value = medianOf(results, base, load, 'deliveriesPerSecond')
    return value === null ? [] : [`${load}: ${rate(value)} deliveries a second`]
  })
  const memory = bytesPerConnection(results, base)
  const words = memory === null ? [] : [`a silent connection: ${(memory / 1024).toFixed(1)} KiB`]
  return `${base} on one core:\n\n${bullets([...rates, ...words])}`
}

function closedTable(results: Results, metric: LoadMetric): string {
  const loads = loadsOf(results).filter((load) => !isOpen(load))
  const rows = results.peers.map(({ name }) => [
    name,
    ...loads.map((load) => cell(results, name, load, metric)),
  ])
  return markdownTable(['', ...loads], rows)
}

function latencySection(results: Results, charts: readonly string[]): string[] {
  const metrics = ['p50Us', 'p99Us', 'p999Us'] as const
  const tables = loadsOf(results)
    .filter(isOpen)
    .map((load) => {
      const rows = results.peers.map(({ name }) => [
        name,
        ...metrics.map((metric) => cell(results, name, load, metric)),
        cell(results, name, load, 'serverCpuUsPerDelivery'),
      ])
      return `${load}, in ms:\n\n${markdownTable(['', 'p50', 'p99', 'p99.9', 'CPU µs/delivery'], rows)}`
    })
  if (tables.length === 0) return []
  return [
    '## Latency at a rate',
    'From the time at which the schedule wanted a message sent until its receiver had read it. All of a room is ' +
      'written to one after the other, so most of it is the place in the queue.',
    ...tables,
    show(charts, 'benchmarks-latency.svg', 'Latency percentiles by server'),
  ]
}

function memorySection(results: Results, charts: readonly string[]): string[] {
  if (results.idle.every(({ measured }) => measured === null)) return []
  const rows = results.idle.map(({ peer, measured }) => [
    peer,
    memoryCell(results, peer),
    measured === null ? '–' : count(measured.clients),
    measured === null ? '–' : `${(measured.cpuShare * 100).toFixed(1)}%`,
  ])
  return [
    '## Memory per connection',
    'Growth of the server’s resident memory from before to after everyone came in, with nobody speaking. The ' +
      'kernel’s own memory for a socket is not in it and is the same for all.',
    markdownTable(['', 'KiB', 'connections', 'CPU with all of them idle'], rows),
    show(charts, 'benchmarks-memory.svg', 'Memory of a silent connection by server'),
  ]
}

function winsSection(results: Results): string {
  const base = baseOf(results)
  const parts = results.peers.slice(1).flatMap(({ name }) => {
    const wins = winsOf(results, name, base)
    if (wins.length === 0) return []
    const metrics = [...new Set(wins.map(({ metric }) => metric))]
    const lines = metrics.map((metric) => {
      const ofMetric = wins.filter((win) => win.metric === metric)
      const cells = ofMetric.map(({ load, ratio: of }) => `${ratio(of)}${load === null ? '' : ` (${load})`}`)
      return `${METRICS[metric].words}: ${cells.join(', ')}`
    })
    return [`**${name}**\n\n${bullets(lines)}\n\n${reasonFor(name, metrics).join(' ')}`]
  })
  if (parts.length === 0) return 'Nowhere, by more than the runs differ among themselves.'
  const meaning =
    'How many times what the relay does, where that is better by more than 3% and in nearly all rounds. The ' +
    'numbers are measured; the reasons follow from how these servers are built.'
  return [meaning, ...parts].join('\n\n')
}

function method(results: Results): string {
  const { plan, pinning } = results
  const lost = lostShares(results)
  const spread = typicalSpread(results)
  const slow = PEERS.filter(
    ({ name, maxClients }) => maxClients !== undefined && results.peers.some((peer) => peer.name === name),
  )
  const problems = problemsOf(results)
  return bullets([
    pinning.server === null
      ? 'Server and generator share all cores.'
      : `The server has core ${pinning.server} to itself, the generator core ${pinning.generator}: what is compared is what one core does.`,
    `${plan.rounds === 1 ? 'One round' : `${plan.rounds} rounds`}; in each, every server is started, gets every load, and is stopped, one server after the other. Numbers are medians over the rounds.`,
    ...(spread === null ? [] : [`Rounds of the same load differ by ${percent(spread)}, in the median.`]),
    'The limits of each server are out of the way; `bench/peers/servers/` has what each is told. Everything else is its default.',
    'All are spoken to by the same generator, which parses each protocol in place. In-order and complete delivery is checked by sequence numbers in the messages.',
    problems.length === 0
      ? 'Every delivery arrived, once and in order, on every server.'
      : `**Not everything arrived as it must:** ${problems.join('; ')}.`,
    ...slow.map(
      ({ name, maxClients }) =>
        `Letting people into a room takes ${name} longer the more are there, several minutes for 5,000: ${count(maxClients ?? 0)} are the most that it gets.`,
    ),
    `Other programs had the core that server or generator was waiting for during ${percent(lost.median)} of the time in the median load, and ${percent(lost.most)} in the worst.`,
    'Servers that send message by message do not get a full pipe through in a window: where fewer than twice the ' +
      'messages in flight came through, rate and CPU are of the whole load, until everyone had the last message.',
    'With redis-server and mosquitto the speaker gets its own message too: one delivery more of each message.',
  ])
}

function repeating({ origin, isQuick }: Results): string {
  const { time, versions, machine } = origin
  const arguments_ = isQuick ? ' -- --quick --write' : ' -- --write'
  return [
    `\`\`\`sh\nnpm run bench:peers${arguments_}\nnpm run bench:cost\n\`\`\``,
    `This page is written by the first command (${time.slice(0, 10)}, parlance ${versions.parlance}, ` +
      `Node ${versions.node}, ${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}). Others: ` +
      '`npm run bench:ratio` for the relay against the bare C relay in pairs, `npm run bench:micro` for the codec, ' +
      '`npm run load` for one server at a time; [performance.md](performance.md) for what the relay holds under load and what was tried.',
  ].join('\n\n')
}

function show(charts: readonly string[], name: string, alternative: string): string {
  return charts.includes(name) ? image(alternative, name) : ''
}
