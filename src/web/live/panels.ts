/** What the live view shows: which numbers stand in which chart, what they are called, and how they are written. */

export type Unit = 'count' | 'rate' | 'ms' | 'bytes' | 'bytesRate'

export interface Measure {
  /** As the relay calls it. */
  readonly field: string
  readonly name: string
  readonly unit: Unit
}

export interface Panel {
  readonly title: string
  /** One sentence on what it is. */
  readonly about: string
  readonly measures: readonly Measure[]
}

export const PANELS: readonly Panel[] = [
  {
    title: 'Messages',
    about: 'What people have said, to rooms and to each other.',
    measures: [{ field: 'messagesPerSecond', name: 'Messages a second', unit: 'rate' }],
  },
  {
    title: 'Deliveries',
    about: 'Each event counts once for everybody who is sent it.',
    measures: [{ field: 'deliveriesPerSecond', name: 'Deliveries a second', unit: 'rate' }],
  },
  {
    title: 'Latency',
    about: 'Of a flush, and from reading a message to having written it to all.',
    measures: [
      { field: 'flushMedianMs', name: 'Flush, median', unit: 'ms' },
      { field: 'flushP99Ms', name: 'Flush, 99 of 100', unit: 'ms' },
      { field: 'deliveryP99Ms', name: 'Delivery, 99 of 100', unit: 'ms' },
    ],
  },
  {
    title: 'Connections',
    about: 'Who is connected, and who of them has a name.',
    measures: [
      { field: 'connections', name: 'Connections', unit: 'count' },
      { field: 'sessions', name: 'With a name', unit: 'count' },
      { field: 'rooms', name: 'Rooms', unit: 'count' },
    ],
  },
  {
    title: 'Slow readers',
    about: 'People who do not keep up, and rooms that wait for them.',
    measures: [
      { field: 'behind', name: 'Behind', unit: 'count' },
      { field: 'stuck', name: 'Stuck', unit: 'count' },
      { field: 'congestedRooms', name: 'Congested rooms', unit: 'count' },
    ],
  },
  {
    title: 'Memory',
    about: 'Of the process, its heap, and what waits to be sent.',
    measures: [
      { field: 'rssBytes', name: 'Process', unit: 'bytes' },
      { field: 'heapBytes', name: 'Heap', unit: 'bytes' },
      { field: 'retainedBytes', name: 'Waiting to be sent', unit: 'bytes' },
    ],
  },
]

/** What is in the table alone. */
export const MORE: readonly Panel[] = [
  {
    title: 'Network',
    about: 'Bytes read from clients and written to them.',
    measures: [
      { field: 'sentBytesPerSecond', name: 'Sent', unit: 'bytesRate' },
      { field: 'receivedBytesPerSecond', name: 'Received', unit: 'bytesRate' },
    ],
  },
]

/** What is worth a large figure. */
export const TILES: readonly Measure[] = [
  { field: 'connections', name: 'Connections', unit: 'count' },
  { field: 'messagesPerSecond', name: 'Messages a second', unit: 'rate' },
  { field: 'deliveriesPerSecond', name: 'Deliveries a second', unit: 'rate' },
  { field: 'flushP99Ms', name: 'Flush, 99 of 100', unit: 'ms' },
  { field: 'behind', name: 'People behind', unit: 'count' },
  { field: 'stuck', name: 'People stuck', unit: 'count' },
  { field: 'congestedRooms', name: 'Congested rooms', unit: 'count' },
  { field: 'rssBytes', name: 'Memory', unit: 'bytes' },
]

/** What is no trouble only while it is 0. */
export const TROUBLE: ReadonlySet<string> = new Set(['behind', 'stuck', 'congestedRooms'])

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })
const precise = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `1,234`, `12.3K`, `0.42 ms`, `128 MiB/s`; a dash where there is nothing. */
export function written(value: number | null, unit: Unit): string {
  if (value === null) return '–'
  switch (unit) {
    case 'count':
      return value < 100_000 ? whole.format(value) : short.format(value)
    case 'rate':
      return value < 10 ? precise.format(value) : value < 10_000 ? whole.format(value) : short.format(value)
    case 'ms':
      return `${precise.format(value)} ms`
    case 'bytes':
      return bytes(value)
    case 'bytesRate':
      return `${bytes(value)}/s`
  }
}

function bytes(value: number): string {
  const power = value < 1 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), BYTE_UNITS.length - 1)
  return `${precise.format(value / 1024 ** power)} ${BYTE_UNITS[power]}`
}
