/** `parlance conform DIALECT ADDRESS`, or `--over URL`, and `parlance conform websocket URL`: tries a server from outside, rule by rule. */

import { type Address, formatAddress } from '../client/address.js'
import { messages as webSocketMessages } from '../conform/chatroom/messages.js'
import type { CheckSuite, Suite } from '../conform/check.js'
import { CheckFailure } from '../conform/failure.js'
import { type Identity, identify } from '../conform/identify.js'
import { LineReport, statusOf } from '../conform/report.js'
import { connectTo, freshNames, leaveAlone, type Over, type ServerUnderTest } from '../conform/run-check.js'
import { rulesOf, runSuite } from '../conform/run-suite.js'
import { SUITES } from '../conform/suites.js'
import { TapReport } from '../conform/tap-report.js'
import { webSocketSuite } from '../conform/websocket/suite.js'
import { EXIT_CODE } from '../exit-code.js'
import { complain, unavailable, usage, write } from './conform-output.js'
import type { WebSocketPlace } from './conform-over.js'

export interface ServerFlags {
  readonly slow: boolean
  readonly only?: ReadonlySet<string>
  readonly tap: boolean
  readonly verbose: boolean
  readonly timeoutMs: number
  readonly quietMs: number
  /** Milliseconds. */
  readonly editWindow?: number
  readonly recentMessages?: number
}

/** A server of a dialect, over TCP. @param addresses of one server, which may be several nodes */
export async function tryServer(
  suite: Suite,
  addresses: readonly [Address, ...Address[]],
  flags: ServerFlags,
): Promise<void> {
  if (hasUnknownRules(suite, suite.dialect, flags)) return
  for (const one of addresses) if (!(await isOf(suite, one, serverAt(one, flags)))) return
  const [address, ...more] = addresses
  await tryRules(suite, { ...serverAt(address, flags), more }, flags)
}

/** The same over WebSocket. */
export async function tryServerOver(suite: Suite, place: WebSocketPlace, flags: ServerFlags): Promise<void> {
  const { dialect: subprotocol, messages } = suite
  const server = serverAt(place.address, flags, { ...place, subprotocol, messages })
  if (hasUnknownRules(suite, suite.dialect, flags)) return
  if (await isOf(suite, place.address, server)) await tryRules(suite, server, flags)
}

/** WebSocket itself. */
export async function tryWebSocket(place: WebSocketPlace, flags: ServerFlags): Promise<void> {
  const over = { ...place, subprotocol: 'chatroom', messages: webSocketMessages }
  const server = serverAt(place.address, flags, over)
  if (hasUnknownRules(webSocketSuite, 'websocket', flags)) return
  try {
    await leaveAlone(await connectTo(server))
  } catch (error) {
    return notThere(place.address, error)
  }
  await tryRules(webSocketSuite, server, flags)
}

function serverAt(address: Address, { timeoutMs, quietMs }: ServerFlags, over?: Over): ServerUnderTest {
  const { host, port } = address
  const server = { host, port, timeoutMs, quietMs, freshName: freshNames() }
  return over === undefined ? server : { ...server, over }
}

/** @returns whether there are some, which is said then */
function hasUnknownRules(suite: CheckSuite, name: string, { only }: ServerFlags): boolean {
  const known = rulesOf(suite)
  const unknown = [...(only ?? [])].filter((rule) => !known.has(rule))
  if (unknown.length > 0) usage(`--only ${unknown.join(',')}: ${name} has ${[...known.keys()].join(', ')}`)
  return unknown.length > 0
}

/** @returns whether the server speaks the dialect, as far as can be told; what it does instead is said */
async function isOf(suite: Suite, address: Address, server: ServerUnderTest): Promise<boolean> {
  let identity: Identity
  try {
    identity = await identify(suite, SUITES.values(), server)
  } catch (error) {
    notThere(address, error)
    return false
  }
  if (identity.kind === 'silent') {
    const came = identity.ended ? 'nothing, and the end of the connection' : 'nothing'
    const expected = `expected an answer to ${suite.handshake.request} within ${server.timeoutMs} ms`
    complain(`${formatAddress(address)}: ${expected}; came ${came}`, EXIT_CODE.unavailable)
  } else if (identity.dialect !== suite.dialect) {
    const words = `expected a ${suite.dialect} server; this one looks like ${identity.dialect}`
    complain(`${formatAddress(address)}: ${words}`, EXIT_CODE.otherProtocol)
  } else {
    return true
  }
  return false
}

/** Nobody answers there, or somebody who does not speak this over WebSocket. */
function notThere(address: Address, error: unknown): void {
  if (error instanceof CheckFailure && error.cause === undefined)
    complain(`${formatAddress(address)}: ${error.message}`, EXIT_CODE.otherProtocol)
  else unavailable(address, error)
}

async function tryRules(suite: CheckSuite, server: ServerUnderTest, flags: ServerFlags): Promise<void> {
  const { only = null, slow, editWindow: editWindowMs = null, recentMessages = null } = flags
  const report = flags.tap ? new TapReport() : new LineReport(flags)
  process.exitCode = EXIT_CODE.ok
  write(report.begin(rulesOf(suite, only).size))
  for await (const result of runSuite(suite, { ...server, slow, only, editWindowMs, recentMessages })) {
    if (statusOf(result) === 'not ok') process.exitCode = EXIT_CODE.notOk
    write(report.rule(result))
  }
  write(report.end())
}
