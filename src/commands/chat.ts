/** `parlance chat`: finds the client of the dialect, and hands over to it. */

import { Command, Option } from 'commander'
import { AddressError, parseAddress } from '../client/address.js'
import { CLIENTS } from '../client/clients.js'
import { EXIT_CODE } from '../exit-code.js'
import { TLS_HELP, TlsFlagError, type TlsFlags, trustOf, withTlsFlags } from './tls-flags.js'

const DEFAULT_DIALECT = 'framed'

interface ChatFlags extends TlsFlags {
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
    .argument('<name>', 'who you want to be: 1 to 32 printable ASCII characters without a space')
    .addOption(
      new Option('--dialect <dialect>', 'what to speak')
        .choices([...CLIENTS.keys()])
        .default(DEFAULT_DIALECT),
    )
    .addOption(new Option('--plain', 'chatmaster: packages as they are (the default)'))
    .addOption(new Option('--compressed', 'chatmaster: packages compressed with zlib').conflicts('plain'))
  return withTlsFlags(command)
    .addHelpText(
      'after',
      `
framed is a client line by line; @exit leaves. It works in a pipe too: what is read is sent, what comes in is
written, and the end of input leaves. chatmaster is full-screen on a terminal, and line by line in a pipe; /quit leaves.
On the screen PgUp, PgDn and the wheel scroll, and Shift with the mouse marks text as ever.
json-irc is a client over rooms, line by line and in a pipe too: /join ROOM first, /help says what else; /quit leaves.
chatroom is a client line by line, and in a pipe too: @NAME TEXT is private, /help says what else; /leave leaves.
sendto takes commands, as parlance sendto does, and logs in as the name first.
Colours only on a terminal, and not with NO_COLOR. What is pasted waits in the prompt, its line ends shown as ⏎, until
Enter says it line by line.
${TLS_HELP}

Examples:
  parlance chat 127.0.0.1 Bob
  parlance chat chat.example.org:9000 Amy
  parlance chat --dialect chatmaster 127.0.0.1 Bob
  parlance chat --tls chat.example.org:9443 Amy
  date | parlance chat 127.0.0.1 clock

Exit codes: 0 left, 1 connection lost, 64 wrong arguments, 69 the relay cannot be reached or
shows a certificate that is not to be trusted, 73 --ca cannot be read, 130 Ctrl-C.`,
    )
    .action(chat)
}

async function chat(addressText: string, name: string, flags: ChatFlags): Promise<void> {
  const client = CLIENTS.get(flags.dialect)
  if (client === undefined) throw new Error(`no client for ${flags.dialect}`)
  const compressed = flags.compressed === true
  if ((compressed || flags.plain === true) && !client.canCompress)
    return wrong(`${client.dialect} knows no compression: --plain and --compressed do not go with it`)
  try {
    const { host, port } = parseAddress(addressText, client.defaultPort)
    const tls = trustOf(flags)
    const { stdin: input, stdout: output, stderr: errorOutput } = process
    process.exitCode = await client.run({ host, port, tls, name, compressed, input, output, errorOutput })
  } catch (error) {
    if (error instanceof TlsFlagError) wrong(error.message, error.exitCode)
    else if (error instanceof AddressError) wrong(error.message)
    else throw error
  }
}

function wrong(words: string, exitCode: number = EXIT_CODE.usage): void {
  process.stderr.write(`parlance: ${words}\n`)
  process.exitCode = exitCode
}
