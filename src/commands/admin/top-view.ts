/**
 * Lays out `top`: a few lines of what the whole relay does, then rooms and readers, as many as fit. Writes nothing and asks
 * nobody.
 *
 *     parlance 0.1.0 · ready · up 3d 4h · 9,812 people                       <- title
 *     1.2 k messages/s  12 M deliveries/s  loop 43 %  …                      <- the whole relay
 *     ROOM          MEMBERS  MSG/S  DELIV/S                                  <- half of what is left
 *     READER        QUEUED  BEHIND                                           <- the other half
 *     q quit  s rooms by messages  r readers by queued  p pause              <- keys
 */

import type { Frame, ScreenRow, Size } from '../../client/chatmaster/layout.js'
import { piece, type Row, type Style } from '../../client/chatmaster/styled-text.js'
import { fitted } from '../../client/chatmaster/text-width.js'
import {
  type BusyRoom,
  READER_ORDERS,
  type ReaderOrder,
  ROOM_ORDERS,
  type RoomOrder,
  type SlowReaderRow,
} from '../../relay/admin/busiest.js'
import type { Stats } from '../../relay/admin/stats.js'
import { bytes, count, duration, milliseconds, percent, rate } from './figures.js'
import { ratesBetween, workerShares } from './rates.js'
import { type Column, tableLines } from './table.js'

/** What `/top` answers. */
export interface Look {
  readonly stats: Stats
  readonly rooms: readonly BusyRoom[]
  readonly readers: readonly SlowReaderRow[]
}

export interface Orders {
  readonly rooms: RoomOrder
  readonly readers: ReaderOrder
}

export interface Shown {
  /** `null` until the first look. */
  readonly now: Look | null
  /** The look before that, for rates. */
  readonly before: Look | null
  readonly orders: Orders
  readonly isPaused: boolean
  readonly trouble: string | null
}

/** Below this there is no room for more than what matters most. */
const NARROW_COLUMNS = 60
const LOW_ROWS = 16
/** What a pipe is shown of each. */
const PLAIN_ROWS = 20

const EMPTY: ScreenRow = { left: [], right: null }

/** @returns the same object where the key changes nothing */
export function nextOrders(orders: Orders, key: string): Orders {
  if (key === 's') return { ...orders, rooms: after(ROOM_ORDERS, orders.rooms) }
  return key === 'r' ? { ...orders, readers: after(READER_ORDERS, orders.readers) } : orders
}

export function topFrame(shown: Shown, size: Size): Frame {
  const { columns, rows } = size
  const title = line(titleWords(shown), 'title', columns, true)
  const keys = line(keyWords(shown, columns), 'time', columns)
  const { now } = shown
  if (now === null) return frame([title, line('looking …', 'happening', columns)], keys, size)
  const head = headLines(now, shown.before, size).map((text) => line(text, 'plain', columns))
  const left = Math.max(0, rows - head.length - 2)
  // A title each, and an empty row between them where there is room. What readers leave free is for rooms.
  const gap = isSmall(size) ? 0 : 1
  const readerRows = Math.min(Math.max(now.readers.length, 1) + 1, Math.floor(left / 2))
  const rooms = tableRows(now.rooms, roomColumns(columns), left - readerRows - gap, columns)
  const readers =
    now.readers.length === 0
      ? [line('NOBODY WAITS', 'name', columns)]
      : tableRows(now.readers, readerColumns(columns), readerRows, columns)
  const empty = Array.from({ length: gap }, () => EMPTY)
  return frame([title, ...head, ...rooms, ...empty, ...readers], keys, size)
}

/** The same for whoever has no screen. */
export function plainLines(shown: Shown & { readonly now: Look }): string[] {
  const { now, before } = shown
  const wide: Size = { columns: 200, rows: 100 }
  return [
    titleWords(shown),
    ...headLines(now, before, wide),
    '',
    ...tableLines(now.rooms.slice(0, PLAIN_ROWS), roomColumns(wide.columns)),
    '',
    ...(now.readers.length === 0
      ? ['NOBODY WAITS']
      : tableLines(now.readers.slice(0, PLAIN_ROWS), readerColumns(wide.columns))),
  ]
}

function after<Order>(orders: readonly Order[], order: Order): Order {
  return orders[(orders.indexOf(order) + 1) % orders.length] as Order
}

function titleWords({ now, isPaused, trouble }: Shown): string {
  if (trouble !== null) return trouble
  if (now === null) return 'parlance'
  const { version, state, uptimeSeconds, people } = now.stats
  const words = [`parlance ${version}`, state, `up ${duration(uptimeSeconds)}`, `${count(people)} people`]
  return (isPaused ? ['paused', ...words] : words).join(' · ')
}

function headLines({ stats }: Look, before: Look | null, size: Size): string[] {
  const { connections, queues, memory } = stats
  const rates = before === null ? null : ratesBetween(before.stats, stats)
  const open = Object.values(connections).reduce((sum, dialect) => sum + dialect.open, 0)
  const flow = `${rate(rates?.messages ?? null)} messages/s  ${rate(rates?.deliveries ?? null)} deliveries/s`
  const loop = `loop ${rates === null ? '-' : percent(rates.eventLoopShare)}`
  const slow = `${count(queues.behind)} behind  ${count(queues.stuck)} stuck`
  const workers = workersWords(stats, before?.stats ?? null)
  if (isSmall(size)) return [flow, `${slow}  ${loop}`]
  const traffic = `${rates === null ? '-' : `${bytes(rates.receivedBytes)}/s in  ${bytes(rates.sentBytes)}/s out`}`
  return [
    `${flow}  ${traffic}`,
    `${count(open)} connections  ${count(stats.rooms)} rooms, ${count(stats.congestedRooms)} congested  ${slow}`,
    `${bytes(queues.queuedBytes)} queued  ${bytes(queues.retainedBytes)} retained  ${bytes(memory.rssBytes)} resident`,
    `${loop}  flush p99 ${milliseconds(rates?.flushP99Ms ?? null)}  delivery p99 ${milliseconds(rates?.deliveryP99Ms ?? null)}`,
    ...(workers === null ? [] : [workers]),
    '',
  ]
}

/** How busy each worker is and how many are connected to it; `null` where the relay is one process. */
function workersWords(stats: Stats, before: Stats | null): string | null {
  if (stats.workers === undefined) return null
  const shares = workerShares(before, stats)
  const words = stats.workers.map(({ worker, state, connections }) => {
    const share = shares.get(worker) ?? null
    const how = state === 'ready' ? (share === null ? '-' : percent(share)) : state
    return `${worker}: ${how}, ${count(connections)}`
  })
  return `workers  ${words.join('  ')}`
}

function roomColumns(columns: number): Column<BusyRoom>[] {
  const all: Column<BusyRoom>[] = [
    { title: 'ROOM', of: ({ name }) => name },
    { title: 'MEMBERS', right: true, of: ({ members }) => count(members) },
    { title: 'MSG/S', right: true, of: ({ messagesPerSecond }) => rate(messagesPerSecond) },
    { title: 'DELIV/S', right: true, of: ({ deliveriesPerSecond }) => rate(deliveriesPerSecond) },
    { title: 'MESSAGES', right: true, of: ({ messages }) => count(messages) },
    { title: 'STATE', of: ({ isPrivate, isCongested }) => roomState(isPrivate, isCongested) },
  ]
  return columns < NARROW_COLUMNS ? all.slice(0, 4) : all
}

function readerColumns(columns: number): Column<SlowReaderRow>[] {
  const [name, queued, behind, state, dialect, address]: Column<SlowReaderRow>[] = [
    { title: 'READER', of: (row) => row.name ?? '' },
    { title: 'QUEUED', right: true, of: ({ queuedBytes }) => bytes(queuedBytes) },
    {
      title: 'BEHIND',
      right: true,
      of: ({ behindSeconds }) => (behindSeconds === null ? '' : duration(behindSeconds)),
    },
    { title: 'STATE', of: ({ behindSeconds, isStuck }) => readerState(behindSeconds, isStuck) },
    { title: 'DIALECT', of: (row) => row.dialect },
    { title: 'ADDRESS', of: (row) => `${row.address} ${row.port}` },
  ] as const
  const most = [name, queued, behind, state] as Column<SlowReaderRow>[]
  return columns < NARROW_COLUMNS
    ? most
    : [...most, dialect as Column<SlowReaderRow>, address as Column<SlowReaderRow>]
}

function roomState(isPrivate: boolean, isCongested: boolean): string {
  return [...(isCongested ? ['congested'] : []), ...(isPrivate ? ['private'] : [])].join(' ')
}

function readerState(behindSeconds: number | null, isStuck: boolean): string {
  if (isStuck) return 'stuck'
  return behindSeconds === null ? 'waiting' : 'behind'
}

function keyWords({ orders, isPaused }: Shown, columns: number): string {
  const pause = isPaused ? 'p go on' : 'p pause'
  if (columns < NARROW_COLUMNS) return `q quit  s ${orders.rooms}  r ${orders.readers}  ${pause}`
  return `q quit   s rooms by ${orders.rooms}   r readers by ${orders.readers}   ${pause}`
}

function isSmall({ columns, rows }: Size): boolean {
  return columns < NARROW_COLUMNS || rows < LOW_ROWS
}

/** The titles and as many rows as fit below them. */
function tableRows<Item>(
  items: readonly Item[],
  columns: readonly Column<Item>[],
  rows: number,
  width: number,
): ScreenRow[] {
  if (rows <= 0) return []
  const lines = tableLines(items.slice(0, Math.max(0, rows - 1)), columns)
  return lines.map((text, index) => line(text, index === 0 ? 'name' : 'plain', width))
}

function line(text: string, style: Style, columns: number, fills = false): ScreenRow {
  const shown = fitted(text, columns)
  const row: Row = [piece(fills ? shown.padEnd(columns) : shown, style)]
  return { left: row, right: null }
}

/** With the keys in the last row, and the cursor in it. */
function frame(body: readonly ScreenRow[], keys: ScreenRow, { rows }: Size): Frame {
  const height = Math.max(1, rows)
  const kept = body.slice(0, height - 1)
  const empty = Array.from({ length: height - 1 - kept.length }, () => EMPTY)
  return { rows: [...kept, ...empty, keys], cursor: { column: 0, row: height - 1 } }
}
