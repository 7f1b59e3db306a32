/** `parlance conform`: tries a server of a dialect from outside, or serves a client strictly and says what it does wrong. */

import { Command, InvalidArgumentError } from 'commander'
import { type Address, AddressError, formatAddress, parseAddress } from '../client/address.js'
import { failureWords } from '../client/failure-words.js'
import type { Suite } from '../conform/check.js'
import { ClientTrial } from '../conform/client-trial.js'
import { CheckFailure } from '../conform/failure.js'
import { RawPeer } from '../conform/raw-peer.js'
import { LineReport, statusOf } from '../conform/report.js'
import { rulesOf, runSuite } from '../conform/run-suite.js'
import { SUITES } from '../conform/suites.js'
import { TapReport } from '../conform/tap-report.js'
import { EXIT_CODE } from '../exit-code.js'
import { parseHostPort } from '../relay/config/host-port.js'
import { DIALECTS } from '../relay/dialects/registry.js'
import { milliseconds } from './milliseconds.js'

interface Flags {
  readonly client: boolean
  readonly listen?: string
  readonly once: boolean
  readonly slow: boolean
  readonly only?: ReadonlySet<string>
  readonly tap: boolean
  readonly verbose: boolean
  readonly timeoutMs: number
  readonly quietMs: number
  readonly editWindow?: number
}

const DEFAULT_TIMEOUT_MS = 3000
const DEFAULT_QUIET_MS = 150
/** A day. */
const MAX_EDIT_WINDOW_S = 86_400

export function conformCommand(): Command {
  return new Command('conform')
    .argument('<dialect>', `one of ${[...SUITES.keys()].join(', ')}`)
    .argument('[address]', 'the server: HOST, HOST:PORT or [IPV6]:PORT')
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
    .option('--listen <PORT>', 'with --client: where, as PORT or HOST:PORT (127.0.0.1 when there is no host)')
    .option('--once', 'with --client: end after the first client', false)
    .addHelpText(
      'after',
      `
A server is tried with a few connections of its own and names that nobody has; others may be on it meanwhile.

Examples:
  parlance conform framed 127.0.0.1:9000
  parlance conform framed chat.example.org --slow --tap
  parlance conform framed 127.0.0.1 --only F2,F3 --verbose
  parlance conform chatroom 127.0.0.1 --only C8,C13 --edit-window 2
  parlance conform framed --client --listen 9000

Exit codes: 0 everything is ok, 1 something is not, 64 wrong arguments, 69 the server cannot be reached
or the port cannot be had.`,
    )
    .action(conform)
}

async function conform(dialect: string, addressText: string | undefined, flags: Flags): Promise<void> {
  const suite = SUITES.get(dialect)
  if (suite === undefined)
    return usage(`${JSON.stringify(dialect)}: expected one of ${[...SUITES.keys()].join(', ')}`)
  // A reader that has gone (`| head`) has seen enough.
  process.stdout.on('error', () => process.exit())
  try {
    if (flags.client) {
      if (addressText !== undefined) return usage('--client goes without the address of a server')
      const address = listenAddress(suite, flags.listen)
      if (address === null) return usage(`--listen ${flags.listen}: expected PORT or HOST:PORT`)
      await tryClients(suite, address, flags.once)
    } else {
      if (flags.listen !== undefined || flags.once) return usage('--listen and --once go with --client')
      if (addressText === undefined) return usage('the address of the server is missing')
      await tryServer(suite, parseAddress(addressText, defaultPort(suite)), flags)
    }
  } catch (error) {
    if (!(error instanceof AddressError)) throw error
    usage(error.message)
  }
}

async function tryServer(suite: Suite, address: Address, flags: Flags): Promise<void> {
  const { only = null, timeoutMs, quietMs, slow, editWindow: editWindowMs = null } = flags
  const known = rulesOf(suite)
  const unknown = [...(only ?? [])].filter((rule) => !known.has(rule))
  if (unknown.length > 0)
    return usage(`--only ${unknown.join(',')}: ${suite.dialect} has ${[...known.keys()].join(', ')}`)
  try {
    const peer = await RawPeer.open(address.host, address.port, { timeoutMs, quietMs })
    peer.end()
    peer.close()
  } catch (error) {
    return unavailable(address, error)
  }
  const report = flags.tap ? new TapReport() : new LineReport(flags)
  process.exitCode = EXIT_CODE.ok
  write(report.begin(rulesOf(suite, only).size))
  for await (const result of runSuite(suite, { ...address, timeoutMs, quietMs, slow, only, editWindowMs })) {
    if (statusOf(result) === 'not ok') process.exitCode = EXIT_CODE.notOk
    write(report.rule(result))
  }
  write(report.end())
}

async function tryClients(suite: Suite, address: Address, once: boolean): Promise<void> {
  const { promise: done, resolve: end } = withResolver()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
  let trial: ClientTrial
  try {
    const print = (line: string) => write(`${line}\n`)
    trial = await ClientTrial.listen({ suite, ...address, print, ended: () => once && end() })
  } catch (error) {
    return unavailable(address, error)
  }
  const at = formatAddress({ ...address, port: trial.port })
  write(`waiting for ${suite.dialect} clients on ${at}; Ctrl-C ends\n`)
  await done
  await trial.stop()
  process.exitCode = trial.mistakes === 0 ? EXIT_CODE.ok : EXIT_CODE.notOk
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

/** Port 0 is any that is free. @returns null when it cannot be read */
function listenAddress(suite: Suite, text: string | undefined): Address | null {
  const host = '127.0.0.1'
  if (text === undefined) return { host, port: defaultPort(suite) }
  const address = parseHostPort(/^\d+$/.test(text) ? `${host}:${text}` : text)
  return address === null || address.host === undefined ? null : { host: address.host, port: address.port }
}

function defaultPort({ dialect }: Suite): number {
  const port = DIALECTS.get(dialect)?.defaultPort
  if (port === undefined) throw new Error(`a suite for ${dialect}, which this relay does not speak`)
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

function usage(words: string): void {
  process.stderr.write(`parlance: ${words}\n`)
  process.exitCode = EXIT_CODE.usage
}

function unavailable(address: Address, error: unknown): void {
  const cause = error instanceof CheckFailure ? error.cause : error
  process.stderr.write(`parlance: ${formatAddress(address)}: ${failureWords(cause)}\n`)
  process.exitCode = EXIT_CODE.unavailable
}

function write(text: string): void {
  if (text !== '') process.stdout.write(text)
}
