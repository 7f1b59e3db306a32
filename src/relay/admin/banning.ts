/** `ban`, `unban` and `bans`: who may not come (back), and who is sent away for it at once. The list itself is `net/bans.ts`'s. */

import type { Backplane } from '../backplane/backplane.js'
import { CLOSE_REASONS } from '../hub/close-reason.js'
import type { Moderation } from '../moderation.js'
import { type Ban, BanFileError } from '../net/ban-file.js'
import { type Bans, subjectOf } from '../net/bans.js'
import type { Connection } from '../net/connection.js'
import type { Records } from '../records.js'
import { Refusal } from './requests.js'

/** Somebody who may not come. */
export interface BanRow {
  /** An address, a network, or `name:` and a name. */
  readonly subject: string
  /** ISO 8601; `null` for good. */
  readonly until: string | null
  /** `''` where nobody said. */
  readonly reason: string
}

export interface Banned {
  readonly banned: BanRow
  /** How many were sent away at this node. */
  readonly sentAway: number
  /** Whether there is a file that keeps it beyond the end of the relay. */
  readonly isKept: boolean
}

export interface BanningParts {
  readonly bans: Bans
  readonly connections: Iterable<Connection>
  readonly moderation: Moderation
  readonly records: Pick<Records, 'adminDid'>
  /** Other nodes do the same. */
  readonly backplane: Pick<Backplane, 'order'>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export class Banning {
  readonly #parts: BanningParts

  constructor(parts: BanningParts) {
    this.#parts = parts
  }

  list(): { bans: BanRow[] } {
    return { bans: this.#parts.bans.list().map(rowOf) }
  }

  /**
   * Sends away whoever is here and is banned now; other nodes do the same to theirs.
   * @param wanted `duration` is milliseconds; `null` for good; `here` leaves other nodes out
   * @throws Refusal where that is nobody who can be banned, or the file cannot be written
   */
  async ban(wanted: {
    who: string
    duration: number | null
    reason: string | null
    by: string | null
    here: boolean
  }): Promise<Banned> {
    const { bans, connections, moderation, records, backplane, now } = this.#parts
    const { who, duration, reason, by, here } = wanted
    const ban: Ban = {
      subject: subjectOrRefusal(who),
      untilMs: duration === null ? null : now() + duration,
      reason: reason ?? '',
    }
    fileOrRefusal(() => bans.add(ban))
    if (!here) backplane.order({ kind: 'ban', ban }, null)
    const sentAway = await moderation.expelAll(bans.hits(ban, connections), CLOSE_REASONS.banned)
    const banned = rowOf(ban)
    const about = {
      subject: ban.subject,
      sentAway,
      by: by ?? undefined,
      until: banned.until ?? undefined,
      reason: reason ?? undefined,
    }
    records.adminDid('admin.ban', about, `${ban.subject} was banned`)
    return { banned, sentAway, isKept: bans.isKept }
  }

  /** @throws Refusal where that is not banned, or the file cannot be written */
  unban({ who, by, here }: { who: string; by: string | null; here: boolean }): { unbanned: string } {
    const { bans, records, backplane } = this.#parts
    const subject = subjectOrRefusal(who)
    // Others may have it where this node does not: it was away when it was banned.
    if (!here) backplane.order({ kind: 'unban', subject }, null)
    if (!fileOrRefusal(() => bans.remove(subject))) throw new Refusal(404, `${subject} is not banned`)
    records.adminDid('admin.unban', { subject, by: by ?? undefined }, `${subject} is no longer banned`)
    return { unbanned: subject }
  }
}

function rowOf({ subject, untilMs, reason }: Ban): BanRow {
  return { subject, until: untilMs === null ? null : new Date(untilMs).toISOString(), reason }
}

function subjectOrRefusal(who: string): string {
  const subject = subjectOf(who)
  if (subject !== null) return subject
  throw new Refusal(400, `who: ${who}: expected an address, a network such as 192.0.2.0/24, or a name`)
}

function fileOrRefusal<Outcome>(change: () => Outcome): Outcome {
  try {
    return change()
  } catch (error) {
    if (!(error instanceof BanFileError)) throw error
    throw new Refusal(409, error.problems.join('; '))
  }
}
