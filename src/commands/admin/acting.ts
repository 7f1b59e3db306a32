/** `kick`, `ban`, `unban`, `bans`, `say`, `log-level`, `reload` and `drain`: what operators do. */

import { userInfo } from 'node:os'
import { EXIT_CODE } from '../../exit-code.js'
import type { Banned, BanRow } from '../../relay/admin/banning.js'
import type { DrainStep } from '../../relay/admin/drain-progress.js'
import type { LastReload } from '../../relay/observe/address-file.js'
import { oneLine } from '../../relay/streams/printable.js'
import { reloadLines } from '../reload-lines.js'
import type { AdminClient } from './admin-client.js'
import { AdminError } from './admin-error.js'
import { count } from './figures.js'
import { type Column, tableLines } from './table.js'
import { writeJson, writeLines } from './terminal-or-pipe.js'

export interface ActFlags {
  readonly json?: true
}

/** A terminal shows how it goes on; a pipe gets a line only when something has changed. */
const ERASE_LINE = '\r\x1b[K'

export async function kick(
  client: AdminClient,
  name: string,
  reason: readonly string[],
  { json }: ActFlags,
): Promise<void> {
  const body = { name, by: operator(), ...(reason.length === 0 ? {} : { reason: reason.join(' ') }) }
  const answer = await client.post<{ kicked: Kicked }>('/kick', body)
  const { dialect, address, port, node } = answer.kicked
  const where = node === null ? `${address} port ${port}` : `at the node ${oneLine(node)}`
  if (json) writeJson(answer)
  else writeLines([`kicked ${oneLine(name)} (${dialect}, ${where})`])
}

interface Kicked {
  readonly dialect: string
  readonly address: string
  readonly port: number
  readonly node: string | null
}

export async function ban(
  client: AdminClient,
  who: string,
  duration: string | undefined,
  { json, reason }: ActFlags & { reason?: string },
): Promise<void> {
  const answer = await client.post<Banned>('/ban', { who, duration, reason, by: operator() })
  if (json) return writeJson(answer)
  const { banned, sentAway, isKept } = answer
  const until = banned.until === null ? 'for good' : `until ${banned.until}`
  const kept = isKept ? '' : ' (or until the relay ends: there is no banFile)'
  writeLines([`banned ${oneLine(banned.subject)} ${until}${kept}; sent away ${count(sentAway)}`])
}

export async function unban(client: AdminClient, who: string, { json }: ActFlags): Promise<void> {
  const answer = await client.post<{ unbanned: string }>('/unban', { who, by: operator() })
  if (json) writeJson(answer)
  else writeLines([`${oneLine(answer.unbanned)} is no longer banned`])
}

export async function bans(client: AdminClient, { json }: ActFlags): Promise<void> {
  const answer = await client.get<{ bans: BanRow[] }>('/bans')
  if (json) writeJson(answer.bans)
  else writeLines(tableLines(answer.bans, BANS))
}

const BANS: readonly Column<BanRow>[] = [
  { title: 'WHO', of: ({ subject }) => subject },
  { title: 'UNTIL', of: ({ until }) => until ?? '' },
  { title: 'WHY', of: ({ reason }) => reason },
]

export async function say(
  client: AdminClient,
  words: readonly string[],
  { json, room }: ActFlags & { room?: string },
): Promise<void> {
  const answer = await client.post<{ told: number }>('/say', { text: words.join(' '), room, by: operator() })
  if (json) writeJson(answer)
  else writeLines([`told ${answer.told === 1 ? '1 person' : `${count(answer.told)} people`}`])
}

export async function logLevel(
  client: AdminClient,
  level: string | undefined,
  { json }: ActFlags,
): Promise<void> {
  const answer =
    level === undefined
      ? await client.get<{ level: string }>('/log-level')
      : await client.post<{ level: string }>('/log-level', { level, by: operator() })
  if (json) writeJson(answer)
  else writeLines([answer.level])
}

/** @throws AdminError where it was refused */
export async function reload(client: AdminClient, { json }: ActFlags): Promise<void> {
  const outcome = await client.post<LastReload>('/reload', { by: operator() })
  if (json) writeJson(outcome)
  if (outcome.state === 'refused') {
    const problems = outcome.problems.map((problem) => `\n  ${oneLine(problem)}`).join('')
    throw new AdminError(EXIT_CODE.config, `the relay has refused it, and nothing has changed:${problems}`)
  }
  if (!json) writeLines(reloadLines(outcome))
}

/** Ends the relay, and returns when it has ended. @throws AdminError where it has ended otherwise */
export async function drain(client: AdminClient, { json }: ActFlags): Promise<void> {
  const isTerminal = process.stdout.isTTY === true
  let shown = ''
  let ended = false
  for await (const step of client.lines<DrainStep>('/drain', { by: operator() })) {
    ended = step.state === 'ended'
    const words = `${step.state}: ${count(step.connections)} connections left`
    if (json) writeJson(step)
    else if (isTerminal) process.stdout.write(ERASE_LINE + words)
    else if (words !== shown && !ended) writeLines([words])
    shown = words
  }
  if (isTerminal && !json) process.stdout.write(ERASE_LINE)
  if (!ended) throw new AdminError(EXIT_CODE.notOk, 'the relay has ended before its time')
  if (!json) writeLines(['ended'])
}

/** For the relay's records. */
function operator(): string {
  const { SUDO_USER: sudoUser } = process.env
  let name: string
  try {
    name = userInfo().username
  } catch {
    // A container may have no name for its user.
    name = `uid ${process.getuid?.() ?? 'unknown'}`
  }
  return sudoUser === undefined ? name : `${sudoUser} as ${name}`
}
