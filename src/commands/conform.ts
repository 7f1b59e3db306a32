/** `parlance conform`: tries a server of a dialect from outside, or serves a client strictly and says what it does wrong. */

import { Command, InvalidArgumentError } from 'commander'
import { type Address, AddressError, parseAddress } from '../client/address.js'
import { CLIENTS } from '../client/clients.js'
import type { Suite } from '../conform/check.js'
import { SUITES } from '../conform/suites.js'
import { parseHostPort } from '../relay/config/host-port.js'
import { tryClients } from './conform-client.js'
import { usage } from './conform-output.js'
import { webSocketPlace } from './conform-over.js'
import { type ServerFlags, tryServer, tryServerOver, tryWebSocket } from './conform-server.js'
import { milliseconds } from './milliseconds.js'

interface Flags extends ServerFlags {
  readonly client: boolean
  readonly listen?: string
  readonly once: boolean
  readonly over?: string
}

/** In place of a dialect: WebSocket itself. */
const WEBSOCKET = 'websocket'

/** From the port of the dialect to the one that clients are tried on, where a relay may run as well. */
const CLIENT_PORT_OFFSET = 100
const DEFAULT_TIMEOUT_MS = 3000
const DEFAULT_QUIET_MS = 150
/** A day. */
const MAX_EDIT_WINDOW_S = 86_400
/** More would take minutes to say. */
const MAX_RECENT_MESSAGES = 10_000

export function conformCommand(): Command {
  return new Command('conform')
    .argument('<dialect>', `one of ${[...SUITES.keys()].join(', ')}, or ${WEBSOCKET}`)
    .argument(
      '[address]',
      `the server: HOST, HOST:PORT or [IPV6]:PORT, or its nodes with commas between; a URL for ${WEBSOCKET}`,
    )
    .option(
      '--over <URL>',
      'try it over WebSocket: ws://HOST:PORT or wss://HOST:PORT, in place of the address',
    )
    .option(
      '--slow',
      'also run the checks that wait for deadlines of 10 seconds or need thousands of people',
      false,
    )
    .option(
      '--edit-window <SECONDS>',
      'how long the server lets a message be edited: also run the checks that wait for it (chatroom)',
      editWindow,
    )
    .option(
      '--recent-messages <N>',
      'how many messages the server remembers for edits and receipts: also run the check that says more (chatroom)',
      recentMessages,
    )
    .option('--only <RULES>', 'run only these rules, such as F2,F3', rules)
    .option('--tap', 'print TAP version 14', false)
    .option('--verbose', 'print a line for each check, not for each rule', false)
    .option('--timeout-ms <MS>', 'how long to wait for what must come', milliseconds, DEFAULT_TIMEOUT_MS)
    .option(
      '--quiet-ms <MS>',
      'how long nothing must come to count as nothing',
      milliseconds,
      DEFAULT_QUIET_MS,
    )
    .option('--client', 'serve clients strictly, and say which rules they keep and break', false)
    .option(
      '--listen <PORT>',
      'with --client: where, as PORT or HOST:PORT (127.0.0.1 when there is no host; the port of the dialect plus 100 when there is none)',
    )
    .option('--once', 'with --client: end after the first client', false)
    .addHelpText(
      'after',
      `
A server is tried with a few connections of its own and names that nobody has; others may be on it meanwhile.

Examples:
  parlance conform framed 127.0.0.1:9000
  parlance conform framed chat.example.org --slow --tap
  parlance conform framed 127.0.0.1:9000,127.0.0.1:9001
  parlance conform framed 127.0.0.1 --only F2,F3 --verbose
  parlance conform chatroom 127.0.0.1 --only C8,C13 --edit-window 2
  parlance conform framed --over ws://127.0.0.1:8080
  parlance conform websocket ws://127.0.0.1:8080 --only 1.1,5
  parlance conform framed --client --listen 9100

Exit codes: 0 everything is ok, 1 something is not, 64 wrong arguments, 69 the server cannot be reached or
says nothing, or the port cannot be had, 76 the server speaks another dialect.`,
    )
    .action(conform)
}

async function conform(
  dialect: string,
  addressText: string | undefined,
  flags: Flags,
  command: Command,
): Promise<void> {
  if (dialect === WEBSOCKET) return conformWebSocket(addressText, flags, command)
  const suite = SUITES.get(dialect)
  if (suite === undefined)
    return usage(`${JSON.stringify(dialect)}: expected one of ${[...SUITES.keys(), WEBSOCKET].join(', ')}`)
  const misplaced = misplacedOption(command, flags.client)
  if (misplaced !== null) return usage(misplaced)
  // A reader that has gone (`| head`) has seen enough.
  process.stdout.on('error', () => process.exit())
  try {
    if (flags.client) {
      if (addressText !== undefined) return usage('--client goes without the address of a server')
      const address = listenAddress(suite, flags.listen)
      if (address === null) return usage(`--listen ${flags.listen}: expected PORT or HOST:PORT`)
      await tryClients(suite, address, flags.once)
    } else if (flags.over !== undefined) {
      if (addressText !== undefined) return usage('--over goes without another address of the server')
      const place = webSocketPlace(flags.over)
      if (place === null) return usage(`--over ${flags.over}: ${EXPECTED_URL}`)
      await tryServerOver(suite, place, flags)
    } else {
      if (addressText === undefined) return usage('the address of the server is missing')
      const [first = '', ...others] = addressText.split(',')
      const parse = (one: string) => parseAddress(one, defaultPort(suite))
      await tryServer(suite, [parse(first), ...others.map(parse)], flags)
    }
  } catch (error) {
    if (!(error instanceof AddressError)) throw error
    usage(error.message)
  }
}

async function conformWebSocket(url: string | undefined, flags: Flags, command: Command): Promise<void> {
  if (flags.client) return usage(`${WEBSOCKET} has no strict server: --client is for the dialects`)
  const misplaced = misplacedOption(command, false)
  if (misplaced !== null) return usage(misplaced)
  if (flags.over !== undefined)
    return usage(`--over is for the dialects: ${WEBSOCKET} is followed by the URL`)
  const place = url === undefined ? null : webSocketPlace(url)
  if (place === null) return usage(`${url ?? 'the URL of the server is missing'}: ${EXPECTED_URL}`)
  process.stdout.on('error', () => process.exit())
  await tryWebSocket(place, flags)
}

const EXPECTED_URL = 'expected ws://HOST:PORT or wss://HOST:PORT'

/** @returns what is wrong about an option that was given and would be ignored */
function misplacedOption(command: Command, client: boolean): string | null {
  const ofClients = new Set(['client', 'listen', 'once'])
  const wrong = command.options.find((option) => {
    const name = option.attributeName()
    return command.getOptionValueSource(name) === 'cli' && ofClients.has(name) !== client
  })
  if (wrong === undefined) return null
  return client
    ? `${wrong.long} is for servers: --client goes without it`
    : `${wrong.long} goes with --client`
}

/** Port 0 is any that is free. @returns null when it cannot be read */
function listenAddress(suite: Suite, text: string | undefined): Address | null {
  const host = '127.0.0.1'
  if (text === undefined) return { host, port: defaultPort(suite) + CLIENT_PORT_OFFSET }
  const address = parseHostPort(/^\d+$/.test(text) ? `${host}:${text}` : text)
  return address === null || address.host === undefined ? null : { host: address.host, port: address.port }
}

function defaultPort({ dialect }: Suite): number {
  // The clients know it as well, and load no relay.
  const port = CLIENTS.get(dialect)?.defaultPort
  if (port === undefined) throw new Error(`a suite for ${dialect}, which has no client`)
  return port
}

function rules(text: string): ReadonlySet<string> {
  const named = text
    .split(',')
    .map((rule) => rule.trim().toUpperCase())
    .filter((rule) => rule !== '')
  if (named.length === 0) throw new InvalidArgumentError('Expected rules such as F2,F3.')
  return new Set(named)
}

/** Seconds, as milliseconds. */
function editWindow(text: string): number {
  const seconds = /^\d{1,5}(\.\d{1,3})?$/.test(text) ? Number(text) : 0
  if (seconds <= 0 || seconds > MAX_EDIT_WINDOW_S)
    throw new InvalidArgumentError(`Expected seconds up to ${MAX_EDIT_WINDOW_S}, such as 2 or 0.5.`)
  return Math.round(seconds * 1000)
}

function recentMessages(text: string): number {
  const count = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (count < 1 || count > MAX_RECENT_MESSAGES)
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${MAX_RECENT_MESSAGES}, such as 50.`)
  return count
}
