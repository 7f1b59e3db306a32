/** `parlance sendto`: the client by commands. */

import { isIPv6 } from 'node:net'
import { Command } from 'commander'
import { AddressError, parseAddress } from '../client/address.js'
import { runSendtoConsole } from '../client/sendto/sendto-console.js'
import { EXIT_CODE } from '../exit-code.js'
import { DEFAULT_PORT } from '../relay/dialects/sendto/layout.js'
import { FlagError } from './flag-error.js'
import { PASSWORD_HELP, type PasswordFlags, passwordOf, withPasswordFlag } from './password-flag.js'
import { TLS_HELP, type TlsFlags, trustOf, withTlsFlags } from './tls-flags.js'

export function sendtoCommand(): Command {
  const command = new Command('sendto')
    .argument('<address>', 'the relay: HOST, HOST:PORT or [IPV6]:PORT')
    .argument('[port]', `the port where the address has none (default: ${DEFAULT_PORT})`)
  return withPasswordFlag(withTlsFlags(command))
    .addHelpText(
      'after',
      `
Commands, one a line:
  login USERNAME             take a name of 1 to 20 printable characters without a space
  list                       everyone who is logged in, one a line
  sendto USERNAME MESSAGE    say something to somebody
  logout                     give the name back; the connection stays
  exit                       close the connection and end

Answers are Success, Failure, Malformed packet, Bad username, Bad message and Invalid command. There is no
prompt. On a terminal the commands are shown at the start and behind Invalid command; in a pipe nothing else is
written. The end of input is as good as exit.
${TLS_HELP}
${PASSWORD_HELP}

Examples:
  parlance sendto 127.0.0.1
  parlance sendto chat.example.org 3560
  parlance sendto --tls chat.example.org 3563
  printf 'login clock\\nsendto Amy %s\\n' "$(date)" | parlance sendto 127.0.0.1

Exit codes: 0 ended, 1 connection lost, 64 wrong arguments, 69 the relay cannot be reached or
shows a certificate that is not to be trusted, 73 --ca or --password-file cannot be read, 130 Ctrl-C.`,
    )
    .action(run)
}

async function run(
  addressText: string,
  portText: string | undefined,
  flags: TlsFlags & PasswordFlags,
): Promise<void> {
  try {
    const { host, port } = addressOf(addressText, portText)
    const address = { host, port, tls: trustOf(flags), password: passwordOf(flags) }
    const { stdin: input, stdout: output, stderr: errorOutput } = process
    process.exitCode = await runSendtoConsole({ ...address, input, output, errorOutput })
  } catch (error) {
    if (!(error instanceof AddressError || error instanceof FlagError)) throw error
    process.stderr.write(`parlance: ${error.message}\n`)
    process.exitCode = error instanceof FlagError ? error.exitCode : EXIT_CODE.usage
  }
}

/** @throws AddressError where the port is given twice, too */
function addressOf(address: string, port: string | undefined) {
  if (port === undefined) return parseAddress(address, DEFAULT_PORT)
  const bracketed = isIPv6(address) ? `[${address}]` : address
  if (parseAddress(bracketed, NO_PORT).port !== NO_PORT)
    throw new AddressError(`${address} ${port}`, 'the port is given twice, expected HOST:PORT or HOST PORT')
  return parseAddress(`${bracketed}:${port}`, DEFAULT_PORT)
}

/** Which nobody can ask for. */
const NO_PORT = 0
