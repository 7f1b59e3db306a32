/** Which records somebody wants to see. */

import { BlockList, isIP } from 'node:net'
import { isoTime, type LogRecord, timeOfLine } from './record.js'

/** All that are given have to hold; of several values of one, any. */
export interface Criteria {
  /** Milliseconds since 1970. Not before this … */
  readonly sinceMs?: number | undefined
  /** … and not after this. */
  readonly untilMs?: number | undefined
  readonly rooms?: readonly string[] | undefined
  /** Whom it is about, whom it was said to, or who was called that before. */
  readonly names?: readonly string[] | undefined
  readonly kinds?: readonly string[] | undefined
  readonly dialects?: readonly string[] | undefined
  /** As `isAddress` accepts them. */
  readonly addresses?: readonly string[] | undefined
  /** A part of what was said, in capitals or not. */
  readonly text?: string | undefined
}

type Test = (record: LogRecord) => boolean

const NAMES = ['name', 'to', 'formerName'] as const

export class Filter {
  readonly sinceMs: number | null
  readonly #untilMs: number | null
  readonly #since: string | null
  readonly #until: string | null
  readonly #tests: readonly Test[]

  /** @throws RangeError for an address that is none */
  constructor(criteria: Criteria) {
    const { sinceMs, untilMs, rooms, names, kinds, dialects, addresses, text } = criteria
    this.sinceMs = sinceMs ?? null
    this.#untilMs = untilMs ?? null
    this.#since = isoTime(sinceMs ?? Number.NaN)
    this.#until = isoTime(untilMs ?? Number.NaN)
    const tests: (Test | null)[] = [
      kinds === undefined ? null : ({ event }) => kinds.includes(event),
      isOneOf('room', rooms),
      isOneOf('dialect', dialects),
      names === undefined ? null : ({ fields }) => NAMES.some((key) => names.includes(fields[key] as string)),
      addresses === undefined ? null : isFrom(addresses),
      text === undefined ? null : says(text),
    ]
    this.#tests = tests.filter((test) => test !== null)
  }

  /** Whether the time at which a line begins says that it is not wanted, before anything of it is looked at. */
  isTooEarly(line: string): boolean {
    if (this.#since === null) return false
    const time = timeOfLine(line)
    return time !== null && time < this.#since
  }

  /** Whether it is so late that nothing that is wanted can follow it, in a log that is out of order by no more than that. */
  isOver({ time }: LogRecord, disorderMs: number): boolean {
    return this.#untilMs !== null && Date.parse(time) > this.#untilMs + disorderMs
  }

  accepts(record: LogRecord): boolean {
    if (this.#since !== null && record.time < this.#since) return false
    if (this.#until !== null && record.time > this.#until) return false
    return this.#tests.every((test) => test(record))
  }
}

function isOneOf(key: string, values: readonly string[] | undefined): Test | null {
  return values === undefined ? null : ({ fields }) => values.includes(fields[key] as string)
}

function says(text: string): Test {
  const wanted = text.toLowerCase()
  return ({ fields }) => typeof fields.text === 'string' && fields.text.toLowerCase().includes(wanted)
}

const NETWORK = /^([^/]+)(?:\/(\d{1,3}))?$/

/** Whether it is an IP address, or a network such as `192.0.2.0/24`. */
export function isAddress(text: string): boolean {
  return addressOf(text) !== null
}

function isFrom(addresses: readonly string[]): Test {
  const list = new BlockList()
  for (const address of addresses) {
    const network = addressOf(address)
    if (network === null) throw new RangeError(`no address or network: ${address}`)
    list.addSubnet(network.ip, network.prefix, network.family)
  }
  return ({ fields: { ip } }) => {
    const version = typeof ip === 'string' ? isIP(ip) : 0
    return version !== 0 && list.check(ip as string, version === 4 ? 'ipv4' : 'ipv6')
  }
}

function addressOf(text: string): { ip: string; family: 'ipv4' | 'ipv6'; prefix: number } | null {
  const [, ip = '', bits] = NETWORK.exec(text) ?? []
  const version = isIP(ip)
  if (version === 0) return null
  const most = version === 4 ? 32 : 128
  const prefix = Number(bits ?? most)
  return prefix > most ? null : { ip, family: version === 4 ? 'ipv4' : 'ipv6', prefix }
}
