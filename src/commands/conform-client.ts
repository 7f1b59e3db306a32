/** `parlance conform DIALECT --client`: serves clients strictly, and says which rules they keep and break. */

import { type Address, formatAddress } from '../client/address.js'
import type { Suite } from '../conform/check.js'
import { ClientTrial } from '../conform/client-trial.js'
import { EXIT_CODE } from '../exit-code.js'
import { unavailable, write } from './conform-output.js'

/** @param once whether to end after the first client */
export async function tryClients(suite: Suite, address: Address, once: boolean): Promise<void> {
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
