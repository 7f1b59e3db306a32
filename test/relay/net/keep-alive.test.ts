/** That the kernel asks idle peers whether they are still there, early enough, whatever the connection goes over. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { certificateQuery } from '../../fixtures/certificate.js'
import { KEEP_ALIVE, kernelTimerOf, noKernelTimers } from '../../fixtures/kernel-timers.js'
import { type RelayOptions, startRelay } from '../../fixtures/start-relay.js'
import { until } from '../../fixtures/until.js'

const obstacle = noKernelTimers()
if (obstacle !== null) console.error(`SKIPPED: the tests of keep-alive, since ${obstacle}`)

const certificate = certificateQuery()
const ways: Record<string, RelayOptions | null> = {
  'over handles': { useHandles: true },
  'over sockets': { useHandles: false },
  'over TLS': certificate === null ? null : { scheme: 'framed+tls', query: certificate },
}

for (const [way, options] of Object.entries(ways)) {
  const skip = obstacle ?? (options === null && 'openssl is missing')
  test(`an idle peer is asked after 7 s, to be gone within 30, ${way}`, { skip }, async (t) => {
    const relay = await startRelay(t, options as RelayOptions)
    const peer = await relay.join('Amy')
    const timer = () => kernelTimerOf(relay.port, (port) => port === peer.socket.localPort)
    // Another one runs until what was sent is acknowledged.
    await until(() => timer()?.kind === KEEP_ALIVE, 10_000, 20)
    const seconds = timer()?.seconds ?? 0
    assert.ok(seconds <= 8 && seconds > 1, `${seconds} s`)
  })
}
