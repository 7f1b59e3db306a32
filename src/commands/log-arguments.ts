/** The arguments of `parlance log`: which there are, and what they have to be. */

import { Command, InvalidArgumentError, Option } from 'commander'
import { type Criteria, isAddress } from '../log-reader/filter.js'
import { EXPECTED_MOMENT, parseMoment } from '../log-reader/moment.js'
import { TimeZone } from '../log-reader/time-zone.js'
import { DIALECTS } from '../relay/dialects/registry.js'
import { LOG_RECORDS } from '../relay/observe/log-records.js'
import { quoted } from '../relay/streams/printable.js'
import type { PlaceFlags } from './log-places.js'

export interface LogFlags extends PlaceFlags {
  readonly since?: string
  readonly until?: string
  readonly room?: string[]
  readonly name?: string[]
  readonly event?: string[]
  readonly dialect?: string[]
  readonly address?: string[]
  readonly text?: string
  readonly last?: number
  readonly follow?: true
  readonly json?: true
  readonly history?: true
  readonly timeZone: TimeZone
}

/** Where somebody follows and does not say since when. */
const LAST_WHEN_FOLLOWING = 10
const MAX_LAST = 1_000_000
const EVENTS = Object.keys(LOG_RECORDS).join(', ')
/** `ws` before it is known which, `relay` for the program around a relay. */
const DIALECT_NAMES = [...DIALECTS.keys(), 'ws', 'relay']

export function commandWithArguments(): Command {
  const timeZone = new Option('--time-zone <ZONE>', 'show and read times as in that zone, such as UTC')
    .argParser(zone)
    .default(new TimeZone(), 'that of this machine')
  return new Command('log')
    .argument('[FILE|DIR...]', 'what to read: directories of logs, or single files')
    .option('--since <TIME>', `not before this: ${EXPECTED_MOMENT}`)
    .option('--until <TIME>', 'not after this')
    .option('--room <ROOM>', 'what happened in that room', several)
    .option('--name <NAME>', 'what somebody of that name did, or was told alone', several)
    .option('--event <EVENT>', `only such records: ${EVENTS}`, event)
    .option('--dialect <DIALECT>', 'only of those who speak it', dialect)
    .option('--address <ADDRESS>', 'connections from there: 192.0.2.7 or 192.0.2.0/24', address)
    .option('--text <TEXT>', 'what was said with that in it, in capitals or not')
    .option('-n, --last <N>', `only the last N (with --follow and no --since: ${LAST_WHEN_FOLLOWING})`, count)
    .option('-f, --follow', 'go on with what comes, also when the files are put aside')
    .option('--history', 'what rooms keep for newcomers, instead of the log files; DIR is a data directory')
    .option('--json', 'the records as they are in the files')
    .addOption(timeZone)
    .option('--config <FILE>', 'look where that configuration of parlance serve has the logs')
    .option('--address-file <FILE>', 'look where the relay that runs says it writes them')
    .addHelpText(
      'after',
      `
Options that can be given several times take any of the values. Without FILE or DIR the logs are looked for where
the address file says (environment: PARLANCE_ADDRESS_FILE), else where the configuration does, as for parlance serve.
With --history the relay that runs here is asked, as by parlance admin; the files are read of one that does not.

Examples:
  parlance log --since 10m
  parlance log --since yesterday --until today --name Amy
  parlance log --room general --event message --text hello -n 20
  parlance log --follow --address 192.0.2.0/24
  parlance log --history --room general --text hello
  parlance log --json /var/log/parlance | jq -r .name

Exit codes: 0 read, 1 no history is kept, 64 wrong arguments, 69 no relay and no data directory, 73 a file or directory
cannot be read, 77 the relay is another user's, 78 wrong configuration, 130 Ctrl-C.`,
    )
}

/** How many records are wanted; `undefined` for all. */
export function lastOf({ last, follow, since }: LogFlags): number | undefined {
  return last ?? (follow && since === undefined ? LAST_WHEN_FOLLOWING : undefined)
}

/** What is wanted, and everything that is wrong with that. */
export function criteriaOf(
  flags: LogFlags,
  nowMs: number,
): { readonly criteria: Criteria; readonly problems: readonly string[] } {
  const problems: string[] = []
  const momentOf = (flag: string, text: string | undefined) => {
    if (text === undefined) return undefined
    const atMs = parseMoment(text, nowMs, flags.timeZone)
    if (atMs === null) problems.push(`${flag}: ${quoted(text)}: expected ${EXPECTED_MOMENT}`)
    return atMs ?? undefined
  }
  const [sinceMs, untilMs] = [momentOf('--since', flags.since), momentOf('--until', flags.until)]
  if (sinceMs !== undefined && untilMs !== undefined && untilMs < sinceMs)
    problems.push(`--until: ${quoted(flags.until)}: expected no earlier than --since, ${quoted(flags.since)}`)
  if (flags.follow && flags.until !== undefined) problems.push('--until: expected without --follow')
  const { room: rooms, name: names, event: kinds, dialect: dialects, address: addresses, text } = flags
  const criteria = { sinceMs, untilMs, rooms, names, kinds, dialects, addresses, text }
  return { criteria, problems }
}

function several(value: string, sofar: readonly string[] = []): string[] {
  return [...sofar, value]
}

function event(value: string, sofar?: readonly string[]): string[] {
  if (!Object.hasOwn(LOG_RECORDS, value)) throw new InvalidArgumentError(`Expected one of ${EVENTS}.`)
  return several(value, sofar)
}

function dialect(value: string, sofar?: readonly string[]): string[] {
  if (!DIALECT_NAMES.includes(value))
    throw new InvalidArgumentError(`Expected one of ${DIALECT_NAMES.join(', ')}.`)
  return several(value, sofar)
}

function address(value: string, sofar?: readonly string[]): string[] {
  if (!isAddress(value))
    throw new InvalidArgumentError('Expected an address, or a network such as 192.0.2.0/24.')
  return several(value, sofar)
}

function count(text: string): number {
  const number = /^\d{1,7}$/.test(text) ? Number(text) : 0
  if (number < 1 || number > MAX_LAST)
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${MAX_LAST}.`)
  return number
}

function zone(name: string): TimeZone {
  try {
    return new TimeZone(name)
  } catch {
    throw new InvalidArgumentError('Expected an IANA time zone such as Europe/Berlin or UTC.')
  }
}
