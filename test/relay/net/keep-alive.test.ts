/** That the kernel asks idle peers whether they are still there, early enough, whatever the connection goes over. */

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { certificateQuery } from '../../fixtures/certificate.js'
import { type RelayOptions, startRelay } from '../../fixtures/start-relay.js'

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6']
const readable = existsSync(TABLES[0] as string)
if (!readable && process.env.CI === 'true') throw new Error('/proc/net/tcp is missing')
if (!readable) console.error('SKIPPED: the tests of keep-alive, since /proc/net/tcp is missing')
const KEEP_ALIVE = 2

/** The timer that runs in the kernel for our side of a connection, and its remaining seconds. */
function timerOf(localPort: number, remotePort: number): { kind: number; seconds: number } | undefined {
  for (const table of TABLES) {
    if (!existsSync(table)) continue
    for (const row of readFileSync(table, 'utf8').split('\n').slice(1)) {
      const [, local, remote, , , timer] = row.trim().split(/\s+/)
      if (portOf(local) !== localPort || portOf(remote) !== remotePort) continue
      const [kind, ticks] = (timer as string).split(':')
      // A hundred ticks a second, on every system.
      return { kind: Number(kind), seconds: Number.parseInt(ticks as string, 16) / 100 }
    }
  }
  return undefined
}

function portOf(address: string | undefined): number {
  return Number.parseInt(address?.split(':')[1] ?? '', 16)
}

const certificate = certificateQuery()
const ways: Record<string, RelayOptions | null> = {
  'over handles': { useHandles: true },
  'over sockets': { useHandles: false },
  'over TLS': certificate === null ? null : { scheme: 'framed+tls', query: certificate },
}

for (const [way, options] of Object.entries(ways)) {
  const skip = !readable ? '/proc/net/tcp is missing' : options === null && 'openssl is missing'
  test(`an idle peer is asked after 9 s, to be gone within 30, ${way}`, { skip }, async (t) => {
    const relay = await startRelay(t, options as RelayOptions)
    const peer = await relay.join('Amy')
    const deadline = performance.now() + 10_000
    let timer = timerOf(relay.port, peer.socket.localPort as number)
    // Another one runs until what was sent is acknowledged.
    while (timer?.kind !== KEEP_ALIVE && performance.now() < deadline) {
      await delay(20)
      timer = timerOf(relay.port, peer.socket.localPort as number)
    }
    assert.equal(timer?.kind, KEEP_ALIVE, JSON.stringify(timer))
    const { seconds } = timer as { seconds: number }
    assert.ok(seconds <= 10 && seconds > 1, `${seconds} s`)
  })
}
