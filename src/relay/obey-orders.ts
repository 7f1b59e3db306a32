/** Carries out what other nodes have this one do, to its own people. Operators are recorded where they ask; here it is what they changed. */

import type { Assembly } from './assembly.js'
import type { Order } from './backplane/orders.js'
import { CLOSE_REASONS } from './hub/close-reason.js'
import type { Moderation } from './moderation.js'
import { type Ban, BanFileError } from './net/ban-file.js'
import { subjectOf } from './net/bans.js'
import type { Records } from './records.js'

export function obeyOrders(parts: Assembly, moderation: Moderation, records: Records): void {
  const { backplane, congestion, slowPeople } = parts
  backplane.onOrder((order: Order, from: string) => {
    switch (order.kind) {
      case 'expel':
        moderation.expel(order.name, order.reason)
        break
      case 'say':
        void moderation.sayToAll(order.text)
        break
      case 'ban':
        void ban(order.ban, from)
        break
      case 'unban':
        unban(order.subject, from)
        break
      case 'congested':
        congestion?.told(from, order.rooms)
        break
      case 'slow':
        slowPeople?.told(from, order.people)
    }
  })

  async function ban(one: Ban, from: string): Promise<void> {
    const { subject, untilMs, reason } = one
    if (subjectOf(subject) !== subject) return
    const { bans } = parts.gate
    const hits = bans.hits(one, parts.connections)
    // Several nodes may have one file, and several of them may be asked.
    const isKnown = bans
      .list()
      .some((other) => other.subject === subject && other.untilMs === untilMs && other.reason === reason)
    if (isKnown && hits.length === 0) return
    const problem = isKnown ? null : problemOf(() => bans.add(one))
    const sentAway = await moderation.expelAll(hits, CLOSE_REASONS.banned)
    const until = untilMs === null ? undefined : new Date(untilMs).toISOString()
    const about = { subject, sentAway, by: `node ${from}`, until, reason: reason === '' ? undefined : reason }
    const words =
      problem === null ? `${subject} was banned` : `${subject} could not be banned here: ${problem}`
    records.adminDid('admin.ban', about, words)
  }

  function unban(subject: string, from: string): void {
    let wasBanned = false
    const problem = problemOf(() => {
      wasBanned = parts.gate.bans.remove(subject)
    })
    if (!wasBanned && problem === null) return
    const words =
      problem === null ? `${subject} is no longer banned` : `${subject} is still banned here: ${problem}`
    records.adminDid('admin.unban', { subject, by: `node ${from}` }, words)
  }
}

/** @returns what is wrong with the file of bans, or `null` */
function problemOf(change: () => void): string | null {
  try {
    change()
    return null
  } catch (error) {
    if (error instanceof BanFileError) return error.problems.join('; ')
    throw error
  }
}
