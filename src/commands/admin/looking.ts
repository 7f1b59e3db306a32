/** `who`, `rooms` and `stats`: what operators look at once. */

import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from '../../relay/admin/pages.js'
import type { PersonRow } from '../../relay/admin/people.js'
import type { RoomRow } from '../../relay/admin/rooms.js'
import type { Stats } from '../../relay/admin/stats.js'
import type { AdminClient } from './admin-client.js'
import { bytes, count, duration, milliseconds, percent, rate } from './figures.js'
import { dialectRates, ratesBetween, workerShares } from './rates.js'
import { type Column, tableLines } from './table.js'
import { writeJson, writeLines } from './terminal-or-pipe.js'

export interface ListFlags {
  readonly json?: true
  /** Only names that begin with it. */
  readonly prefix?: string
  readonly limit?: number
}

export interface RateFlags {
  readonly json?: true
  /** Without rates, which take a second. */
  readonly atOnce?: true
}

/** So many are asked for at a time. */
const PAGE = 1000
/** Rates are of so long. */
const RATES_MS = 1000

const PEOPLE: readonly Column<PersonRow>[] = [
  { title: 'NAME', of: ({ name }) => name },
  { title: 'DIALECT', of: ({ dialect }) => dialect },
  { title: 'ADDRESS', of: ({ address, port }) => addressWords(address, port) },
  {
    title: 'SINCE',
    of: ({ since }) => (since === null ? '' : `${since.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length)}Z`),
  },
  { title: 'STATUS', of: ({ status }) => status },
  { title: 'QUEUED', right: true, of: ({ queuedBytes }) => known(queuedBytes, bytes) },
  { title: 'IDLE', right: true, of: ({ idleSeconds }) => known(idleSeconds, duration) },
  { title: 'ROOMS', of: ({ rooms, roomCount }) => roomsWords(rooms, roomCount) },
]

export async function showWho(
  client: AdminClient,
  room: string | undefined,
  flags: ListFlags,
): Promise<void> {
  const { prefix, limit } = flags
  const { items, total } = await allOf<PersonRow>(client, '/who', { room, prefix }, limit)
  if (flags.json) return writeJson(items)
  const columns = items.some(({ node }) => node !== null) ? [...PEOPLE, NODE] : PEOPLE
  writeLines([...tableLines(items, columns), ...howMany(items.length, total, 'people')])
}

/** Behind the others, so that it shifts none of them. */
const NODE: Column<PersonRow> = { title: 'NODE', of: ({ node }) => node ?? 'this' }
const HERE: Column<RatedRoom> = {
  title: 'HERE',
  right: true,
  of: ({ membersHere }) => String(membersHere),
}

/** What is not known of somebody elsewhere is empty. */
function known(value: number | null, words: (value: number) => string): string {
  return value === null ? '' : words(value).replace(' ', '')
}

function addressWords(address: string | null, port: number | null): string {
  if (address === null) return ''
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

interface RatedRoom extends RoomRow {
  readonly messagesPerSecond: number | null
}

const ROOMS: readonly Column<RatedRoom>[] = [
  { title: 'ROOM', of: ({ name }) => name },
  { title: 'MEMBERS', right: true, of: ({ members }) => String(members) },
  { title: 'MESSAGES', right: true, of: ({ messages }) => String(messages) },
  {
    title: 'MESSAGES/S',
    right: true,
    of: ({ messagesPerSecond }) => rate(messagesPerSecond).replace(' ', ''),
  },
  { title: 'CREATOR', of: ({ creator }) => creator ?? '' },
  { title: 'STATE', of: ({ isPrivate, isCongested }) => stateWords(isPrivate, isCongested) },
]

export async function showRooms(client: AdminClient, flags: ListFlags & RateFlags): Promise<void> {
  const { prefix, limit } = flags
  const look = () => allOf<RoomRow>(client, '/rooms', { prefix }, limit)
  const [before, beforeMs] = [flags.atOnce ? null : await look(), performance.now()]
  if (before !== null) await delay(RATES_MS)
  const { items, total } = await look()
  const seconds = (performance.now() - beforeMs) / 1000
  const messagesBefore = new Map(before?.items.map(({ name, messages }) => [name, messages]))
  const rated = items.map((room) => {
    // One that came to its end and began again counts from the start.
    const said = Math.max(0, room.messages - (messagesBefore.get(room.name) ?? 0))
    return { ...room, messagesPerSecond: before === null ? null : said / seconds }
  })
  if (flags.json) return writeJson(rated)
  const isShared = items.some(({ members, membersHere }) => members !== membersHere)
  const columns = isShared ? [...ROOMS, HERE] : ROOMS
  writeLines([...tableLines(rated, columns), ...howMany(rated.length, total, 'rooms')])
}

export async function showStats(client: AdminClient, { json, atOnce }: RateFlags): Promise<void> {
  let stats = await client.get<Stats>('/stats')
  const before = atOnce ? null : stats
  if (before !== null) {
    await delay(RATES_MS)
    stats = await client.get<Stats>('/stats')
  }
  if (json) return writeJson(before === null ? stats : { ...stats, perSecond: ratesBetween(before, stats) })
  writeLines([...statsLines(stats, before), '', ...dialectLines(stats, before)])
}

/** @param before a look a while ago, or `null` */
function statsLines(stats: Stats, before: Stats | null): string[] {
  const { queues, memory } = stats
  const rates = before === null ? null : ratesBetween(before, stats)
  const open = Object.values(stats.connections).reduce((sum, dialect) => sum + dialect.open, 0)
  const rows: [string, string][] = [
    ['relay', `parlance ${stats.version}, pid ${stats.pid}, ${stats.fanout} fan-out`],
    ['state', `${stats.state}, process up for ${duration(stats.uptimeSeconds)}`],
    [
      'people',
      `${count(stats.people)} in ${count(stats.rooms)} ${stats.rooms === 1 ? 'room' : 'rooms'}, ${count(stats.congestedRooms)} congested`,
    ],
    ['connections', `${count(open)} of ${count(stats.maxConnections)}: ${counted(stats.transports)}`],
    [
      'queued',
      `${bytes(queues.queuedBytes)}, ${bytes(queues.retainedBytes)} of ${bytes(queues.retainedLimitBytes)} retained`,
    ],
    [
      'readers',
      `${count(queues.behind)} behind, ${count(queues.stuck)} stuck, the longest for ${duration(queues.longestBehindSeconds)}`,
    ],
    [
      'memory',
      `${bytes(memory.rssBytes)} resident, ${bytes(memory.heapBytes)} heap, ${bytes(memory.externalBytes)} external`,
    ],
    ['closed', counted(stats.disconnects)],
    ['refused names', counted(stats.refusedNames)],
    ['faults', `${count(stats.faults)}, ${count(stats.logLinesLost)} log lines lost`],
  ]
  if (rates !== null) {
    rows.push(
      [
        'messages',
        `${rate(rates.messages)}/s, deliveries ${rate(rates.deliveries)}/s, 99 % within ${milliseconds(rates.deliveryP99Ms)}`,
      ],
      [
        'traffic',
        `${bytes(rates.receivedBytes)}/s in, ${bytes(rates.sentBytes)}/s out, ${rate(rates.opened)} new connections/s`,
      ],
      [
        'event loop',
        `${percent(rates.eventLoopShare)} busy, 99 % of flushes within ${milliseconds(rates.flushP99Ms)}`,
      ],
    )
  }
  const shares = workerShares(before, stats)
  for (const { worker, pid, state, connections, rssBytes } of stats.workers ?? []) {
    const share = shares.get(worker) ?? null
    const busy = share === null ? '' : `${percent(share)} busy, `
    const words = `${state}, ${busy}${count(connections)} connections, ${bytes(rssBytes)} resident, pid ${pid}`
    rows.push([`worker ${worker}`, words])
  }
  const width = Math.max(...rows.map(([title]) => title.length))
  return rows.map(([title, words]) => `${title.padEnd(width)}  ${words}`)
}

function dialectLines(stats: Stats, before: Stats | null): string[] {
  const rates = (dialect: string) => (before === null ? null : dialectRates(before, stats, dialect))
  const perSecond = (value: number | undefined, words: (value: number) => string) =>
    value === undefined ? '' : words(value).replace(' ', '')
  const columns: Column<readonly [dialect: string, figures: Stats['connections'][string]]>[] = [
    { title: 'DIALECT', of: ([dialect]) => dialect },
    { title: 'OPEN', right: true, of: ([, { open }]) => String(open) },
    { title: 'OPENED', right: true, of: ([, { opened }]) => String(opened) },
    { title: 'MESSAGES', right: true, of: ([, { messages }]) => String(messages) },
    { title: 'MESSAGES/S', right: true, of: ([dialect]) => perSecond(rates(dialect)?.messages, rate) },
    { title: 'IN/S', right: true, of: ([dialect]) => perSecond(rates(dialect)?.receivedBytes, bytes) },
    { title: 'OUT/S', right: true, of: ([dialect]) => perSecond(rates(dialect)?.sentBytes, bytes) },
  ]
  return tableLines(Object.entries(stats.connections), columns)
}

/** All pages, or as many as it takes for `limit`. */
async function allOf<Item>(
  client: AdminClient,
  route: string,
  query: Readonly<Record<string, string | undefined>>,
  limit = Number.POSITIVE_INFINITY,
): Promise<{ items: Item[]; total: number }> {
  const items: Item[] = []
  let after: string | undefined
  for (;;) {
    const wanted = Math.min(PAGE, limit - items.length)
    const page: Page<Item> = await client.get(route, { ...query, after, limit: wanted })
    items.push(...page.items)
    if (page.next === null || items.length >= limit) return { items, total: page.total }
    after = page.next
  }
}

/** Said only where it is not all. */
function howMany(shown: number, total: number, what: string): string[] {
  return shown === total ? [] : [`${count(shown)} of ${count(total)} ${what}`]
}

function roomsWords(rooms: readonly string[], roomCount: number): string {
  const more = roomCount - rooms.length
  return rooms.join(',') + (more > 0 ? `,+${more}` : '')
}

function stateWords(isPrivate: boolean, isCongested: boolean): string {
  return [...(isPrivate ? ['private'] : []), ...(isCongested ? ['congested'] : [])].join(',')
}

function counted(counts: Readonly<Record<string, number>>): string {
  const words = Object.entries(counts)
    .filter(([, value]) => value > 0)
    .map(([label, value]) => `${label} ${count(value)}`)
  return words.length === 0 ? 'none' : words.join(', ')
}
