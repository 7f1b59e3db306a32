/** `parlance chat`: finds the client of the dialect, and hands over to it. */

import { Command, Option } from 'commander'
import { AddressError, parseAddress } from '../client/address.js'
import { CLIENTS } from '../client/clients.js'
import { EXIT_CODE } from '../exit-code.js'
import { FlagError } from './flag-error.js'
import { PASSWORD_HELP, type PasswordFlags, passwordOf, withPasswordFlag } from './password-flag.js'
import { TLS_HELP, type TlsFlags, trustOf, withTlsFlags } from './tls-flags.js'

const DEFAULT_DIALECT = 'framed'

interface ChatFlags extends TlsFlags, PasswordFlags {
  readonly dialect: string
  readonly plain?: boolean
  readonly compressed?: boolean
}

export function chatCommand(): Command {
  const ports = [...CLIENTS.values()]
    .map(({ dialect, defaultPort }) => `${dialect} ${defaultPort}`)
    .join(', ')
  const command = new Command('chat')
    .argument('<address>', `the relay: HOST, HOST:PORT or [IPV6]:PORT (ports when none is given: ${ports})`)
    .argument(
      '<name>',
      'who you want to be: up to 32 printable ASCII characters without a space, 20 in sendto; in chatroom 3 to 30 letters and digits',
    )
    .addOption(
      new Option('--dialect <dialect>', 'what to speak')
        .choices([...CLIENTS.keys()])
        .default(DEFAULT_DIALECT),
    )
    .addOption(new Option('--plain', 'chatmaster: packages as they are (the default)'))
    .addOption(new Option('--compressed', 'chatmaster: packages compressed with zlib').conflicts('plain'))
  return withPasswordFlag(withTlsFlags(command))
    .addHelpText(
      'after',
      `
What is typed goes to everyone; json-irc wants /join ROOM first. In each dialect but sendto:
  @NAME TEXT, /direct NAME TEXT   to that person alone
  /list, /who                     who is here
  /help                           what else there is: rooms, renames, edits, as the dialect has them
  /quit, @exit                    leave; so does the end of input
  //TEXT, /say TEXT               /TEXT, and TEXT whatever it begins with
sendto takes commands, as parlance sendto does, and logs in as the name first.
On a terminal chatmaster fills the screen: PgUp, PgDn and the wheel scroll, and Shift with the mouse marks text as ever.
All work in a pipe too: lines are read as if they were typed, what comes in is written, and remarks go to the error
output. Colours only on a terminal, and not with NO_COLOR. What is pasted waits in the prompt, its line ends shown as ⏎,
until Enter says it line by line.
${TLS_HELP}
${PASSWORD_HELP}

Examples:
  parlance chat 127.0.0.1 Bob
  parlance chat chat.example.org:9000 Amy
  parlance chat --dialect chatmaster 127.0.0.1 Bob
  parlance chat --tls chat.example.org:9443 Amy
  date | parlance chat 127.0.0.1 clock
  sed 's|^|/say |' poem.txt | parlance chat 127.0.0.1 poet

Exit codes: 0 left; 1 the connection was lost, or the name was refused and the input had no other one; 64 wrong arguments,
a blank name among them; 69 the relay cannot be reached, or shows a certificate that is not to be trusted; 73 --ca or
--password-file cannot be read; 130 Ctrl-C.`,
    )
    .action(chat)
}

async function chat(addressText: string, name: string, flags: ChatFlags): Promise<void> {
  const client = CLIENTS.get(flags.dialect)
  if (client === undefined) throw new Error(`no client for ${flags.dialect}`)
  const compressed = flags.compressed === true
  if ((compressed || flags.plain === true) && !client.canCompress)
    return wrong(`${client.dialect} knows no compression: --plain and --compressed do not go with it`)
  if (name.trim() === '') return wrong(`the name is blank: ${client.nameRule}`)
  try {
    const { host, port } = parseAddress(addressText, client.defaultPort)
    const address = { host, port, tls: trustOf(flags), password: passwordOf(flags) }
    const { stdin: input, stdout: output, stderr: errorOutput } = process
    process.exitCode = await client.run({ ...address, name, compressed, input, output, errorOutput })
  } catch (error) {
    if (error instanceof FlagError) wrong(error.message, error.exitCode)
    else if (error instanceof AddressError) wrong(error.message)
    else throw error
  }
}

function wrong(words: string, exitCode: number = EXIT_CODE.usage): void {
  process.stderr.write(`parlance: ${words}\n`)
  process.exitCode = exitCode
}
