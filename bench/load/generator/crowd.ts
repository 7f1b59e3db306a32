/** Brings many clients in, a bounded number at a time, from several source addresses. */

import type { JoinRequest } from '../requests.js'
import type { Target } from '../targets/target.js'
import { LoadClient } from './load-client.js'
import type { Tally } from './tally.js'

const JOIN_DEADLINE_MS = 120_000

/** Resolves when every client has joined or failed, or the deadline is there; `failuresOf` says who is not in. */
export function joinAll(
  plan: JoinRequest,
  target: Target,
  tally: Tally,
  chunkRead: () => void,
): Promise<LoadClient[]> {
  return new Promise((resolve) => {
    const clients: LoadClient[] = []
    let settledCount = 0

    const timer = setTimeout(() => resolve(clients), JOIN_DEADLINE_MS)

    function joinNext(): void {
      const receiver = clients.length
      const number = plan.first + receiver
      const setup = {
        target,
        host: plan.host,
        port: plan.port,
        sourceAddress: plan.sourceAddresses[number % plan.sourceAddresses.length],
        name: `c${number}`,
        receiver,
        payloadBytes: plan.payloadBytes,
        tally,
        chunkRead,
      }
      clients.push(new LoadClient(setup, onSettled))
    }

    function onSettled(): void {
      settledCount++
      if (clients.length < plan.clients) joinNext()
      else if (settledCount === plan.clients) finish()
    }

    function finish(): void {
      clearTimeout(timer)
      resolve(clients)
    }

    for (let begun = 0; begun < Math.min(plan.joining, plan.clients); begun++) joinNext()
    if (plan.clients === 0) finish()
  })
}

/** How many of the clients are not there, by reason. */
export function failuresOf(clients: readonly LoadClient[]): Record<string, number> {
  const failures: Record<string, number> = {}
  for (const client of clients) {
    const failure = client.failure ?? (client.isJoined ? null : 'did not come in before the deadline')
    if (failure !== null) failures[failure] = (failures[failure] ?? 0) + 1
  }
  return failures
}
