/** `parlance admin`: what operators see of a relay that runs, and have it do, over its admin socket. */

import { Command, InvalidArgumentError } from 'commander'
import { printable } from '../relay/streams/printable.js'
import { ban, bans, drain, kick, logLevel, reload, say, unban } from './admin/acting.js'
import { AdminClient } from './admin/admin-client.js'
import { AdminError } from './admin/admin-error.js'
import { findSocket, type SocketFlags } from './admin/find-socket.js'
import { showRooms, showStats, showWho } from './admin/looking.js'
import { top } from './admin/top.js'

export function adminCommand(): Command {
  const admin = new Command('admin').helpCommand('help [command]', 'print the help of a command')
  const add = (usage: string, words: string) => {
    const command = admin.command(usage).description(words)
    return command
      .option('--json', 'write JSON instead of words')
      .option('--socket <PATH>', 'the admin socket of the relay (environment: PARLANCE_ADMIN_SOCKET)')
      .option(
        '--address-file <FILE>',
        'where the relay says where it is (environment: PARLANCE_ADDRESS_FILE)',
      )
      .option('--config <FILE>', 'the configuration file of the relay (environment: PARLANCE_CONFIG)')
  }
  add('who [room]', 'Who is here, or in a room.')
    .option('--prefix <TEXT>', 'only names that begin with it')
    .option('--limit <N>', 'no more than so many', wholeNumber)
    .action((room, flags) => withClient(flags, (client) => showWho(client, room, flags)))
  add('rooms', 'Which rooms there are, private ones too.')
    .option('--prefix <TEXT>', 'only names that begin with it')
    .option('--limit <N>', 'no more than so many', wholeNumber)
    .option('--at-once', 'without rates, which take a second')
    .action((flags) => withClient(flags, (client) => showRooms(client, flags)))
  add('stats', 'How the relay is doing.')
    .option('--at-once', 'without rates, which take a second')
    .action((flags) => withClient(flags, (client) => showStats(client, flags)))
  add('top', 'The busiest rooms and the slowest readers, once a second.')
    .option('--once', 'once, and not on the whole screen')
    .action((flags) => withClient(flags, (client) => top(client, flags)))
  add('kick <name> [reason...]', 'Sends somebody away; the reason is told to them.').action(
    (name, reason, flags) => withClient(flags, (client) => kick(client, name, reason, flags)),
  )
  add(
    'ban <who> [duration]',
    'Keeps an address, a network or a name out, for a time such as 30m or 7d, or for good.',
  )
    .option('--reason <TEXT>', 'why, for the list of bans')
    .action((who, duration, flags) => withClient(flags, (client) => ban(client, who, duration, flags)))
  add('unban <who>', 'Ends a ban.').action((who, flags) =>
    withClient(flags, (client) => unban(client, who, flags)),
  )
  add('bans', 'Who is banned.').action((flags) => withClient(flags, (client) => bans(client, flags)))
  add('say <text...>', 'Says something to everybody, as the relay.')
    .option('--room <NAME>', 'only to those in this room')
    .action((text, flags) => withClient(flags, (client) => say(client, text, flags)))
  add(
    'log-level [level]',
    'Says how much the relay logs, or changes it until its next reload or its end.',
  ).action((level, flags) => withClient(flags, (client) => logLevel(client, level, flags)))
  add('reload', 'Has the relay read its configuration again, and says what became of it.').action((flags) =>
    withClient(flags, (client) => reload(client, flags)),
  )
  add('drain', 'Ends the relay as SIGTERM does, and waits until it has ended.').action((flags) =>
    withClient(flags, (client) => drain(client, flags)),
  )
  return admin.addHelpText(
    'after',
    `
Finds the relay by --socket or PARLANCE_ADMIN_SOCKET; by its address file; by its settings, read as parlance serve reads
them, which without any is logs/admin.sock; or at /run/parlance/admin.sock. Only the user of the relay and root can.

Examples:
  parlance admin who
  parlance admin kick Bob please be kind
  parlance admin ban 203.0.113.0/24 7d --reason spam
  parlance admin say --room tea back in five minutes
  parlance admin top
  parlance admin who --json | jq -r '.[].name'
  curl --unix-socket logs/admin.sock http://relay/stats

Exit codes: 0 done, 1 there is no such person or room, 64 wrong arguments, 69 no relay that answers, 77 it is another user's,
78 wrong configuration.`,
  )
}

async function withClient(flags: SocketFlags, use: (client: AdminClient) => Promise<void>): Promise<void> {
  let client: AdminClient | null = null
  try {
    client = new AdminClient(await findSocket(flags))
    await use(client)
  } catch (error) {
    if (!(error instanceof AdminError)) throw error
    process.stderr.write(`parlance: ${printable(error.message)}\n`)
    process.exitCode = error.exitCode
  } finally {
    client?.close()
  }
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1.')
  return Number(text)
}
