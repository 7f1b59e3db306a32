/** Numbers and outcomes in words, the same wherever they are shown. */

import type { Account, Loop } from '../requests.js'

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

export function percent(share: number): string {
  return `${Math.round(share * 100)}%`
}

export function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1)
}

export function milliseconds(us: number): string {
  return us < 100_000 ? (us / 1000).toFixed(1) : count(us / 1000)
}

export function loopName(loop: Loop): string {
  if (loop.kind === 'closed') return `${loop.inFlight} in flight`
  return `${loop.perSecond}/s ${loop.arrivals}`
}

/** What went wrong with the deliveries, in words; or that nothing did. */
export function accountWords(account: Account): string[] {
  const { lost, duplicated, reordered, foreign, failures } = account
  const lines = failureWords(failures)
  if (wrongIn(account) === 0) {
    return [...lines, 'every delivery in order, none missing, none twice']
  }
  const counts = `lost ${lost}, duplicated ${duplicated}, reordered ${reordered}, foreign ${foreign}`
  return [...lines, `DELIVERIES WRONG: ${counts}`]
}

export function failureWords(failures: Record<string, number>): string[] {
  return Object.entries(failures).map(([reason, clients]) => `${clients} clients FAILED: ${reason}`)
}

export function isClean(account: Account): boolean {
  return wrongIn(account) === 0 && Object.keys(account.failures).length === 0
}

/** Deliveries that did not come, or came twice, out of order or from nowhere. */
export function wrongIn({ lost, duplicated, reordered, foreign }: Account): number {
  return lost + duplicated + reordered + foreign
}
