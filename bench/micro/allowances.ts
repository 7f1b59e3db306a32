/**
 * What an allowance costs a request: none, our own for a connection, for a connection and its address, and the usual library's. That one
 * answers by a promise, when the rest of what was read has been carried out long since.
 */

import { RateLimiterMemory } from 'rate-limiter-flexible'
import { Allowances, type Spender } from '../../src/relay/net/allowances.js'
import type { Contender, Contest } from './contest.js'

const OPERATIONS = 1000
const PLENTY = { perSecond: 1e9, burst: 1e9 }

export function allowanceContests(): Contest[] {
  return [
    {
      name: 'one request',
      contenders: [
        own('own, for the connection and its address', true, true),
        own('own, for the connection', true, false),
        own('off', false, false),
        flexible(),
      ],
    },
  ]
}

function own(name: string, connection: boolean, address: boolean): Contender {
  const allowances = new Allowances(() => performance.now())
  allowances.use({
    connection: connection ? PLENTY : null,
    address: address ? PLENTY : null,
    floodMs: 30_000,
  })
  const spender: Spender = {
    remoteAddress: '203.0.113.7',
    spending: null,
    pause: fail,
    resume: fail,
    flooded: fail,
  }
  return {
    name,
    units: OPERATIONS,
    run: () => {
      for (let index = 0; index < OPERATIONS; index++) if (allowances.isOn) allowances.spend(spender)
      return spender.spending?.fullMs ?? 0
    },
  }
}

function flexible(): Contender {
  const limiter = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: 1e6 })
  return {
    name: 'rate-limiter-flexible, for the address',
    units: OPERATIONS,
    run: async () => {
      let left = 0
      for (let index = 0; index < OPERATIONS; index++) {
        const { remainingPoints } = await limiter.consume('203.0.113.7')
        left = remainingPoints
      }
      return left
    },
  }
}

function fail(): void {
  throw new Error('there was plenty')
}
