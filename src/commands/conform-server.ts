/** `parlance conform DIALECT ADDRESS`: tries a server from outside, rule by rule. */

import { type Address, formatAddress } from '../client/address.js'
import type { Suite } from '../conform/check.js'
import { type Identity, identify } from '../conform/identify.js'
import { LineReport, statusOf } from '../conform/report.js'
import { freshNames } from '../conform/run-check.js'
import { rulesOf, runSuite } from '../conform/run-suite.js'
import { SUITES } from '../conform/suites.js'
import { TapReport } from '../conform/tap-report.js'
import { EXIT_CODE } from '../exit-code.js'
import { complain, unavailable, usage, write } from './conform-output.js'

export interface ServerFlags {
  readonly slow: boolean
  readonly only?: ReadonlySet<string>
  readonly tap: boolean
  readonly verbose: boolean
  readonly timeoutMs: number
  readonly quietMs: number
  /** Milliseconds. */
  readonly editWindow?: number
}

export async function tryServer(suite: Suite, address: Address, flags: ServerFlags): Promise<void> {
  const { only = null, timeoutMs, quietMs, slow, editWindow: editWindowMs = null } = flags
  const known = rulesOf(suite)
  const unknown = [...(only ?? [])].filter((rule) => !known.has(rule))
  if (unknown.length > 0)
    return usage(`--only ${unknown.join(',')}: ${suite.dialect} has ${[...known.keys()].join(', ')}`)
  let identity: Identity
  try {
    const server = { ...address, timeoutMs, quietMs, freshName: freshNames() }
    identity = await identify(suite, SUITES.values(), server)
  } catch (error) {
    return unavailable(address, error)
  }
  if (identity.kind === 'silent') {
    const came = identity.ended ? 'nothing, and the end of the connection' : 'nothing'
    const expected = `expected an answer to ${suite.handshake.request} within ${timeoutMs} ms`
    return complain(`${formatAddress(address)}: ${expected}; came ${came}`, EXIT_CODE.unavailable)
  }
  if (identity.dialect !== suite.dialect) {
    const words = `expected a ${suite.dialect} server; this one looks like ${identity.dialect}`
    return complain(`${formatAddress(address)}: ${words}`, EXIT_CODE.otherProtocol)
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
