/** `parlance chat`: the line client. */

import { Command } from 'commander'
import { AddressError, parseAddress } from '../client/address.js'
import { runLineClient } from '../client/line-client.js'
import { framed } from '../dialects/framed/framed.js'
import { EXIT_CODE } from '../exit-code.js'

export function chatCommand(): Command {
  return new Command('chat')
    .description('Chat on a relay, line by line. Text goes to everyone; @exit leaves.')
    .argument(
      '<address>',
      `the relay: HOST, HOST:PORT or [IPV6]:PORT (port ${framed.defaultPort} when none is given)`,
    )
    .argument('<name>', 'who you want to be: 1 to 32 printable ASCII characters without a space')
    .addHelpText(
      'after',
      `
Works in a pipe too: what is read is sent, what comes in is written, and the end of input leaves.
Colours only on a terminal, and not with NO_COLOR.

Examples:
  parlance chat 127.0.0.1 Bob
  parlance chat chat.example.org:9000 Amy
  date | parlance chat 127.0.0.1 clock

Exit codes: 0 left, 1 connection lost, 64 wrong arguments, 69 the relay cannot be reached, 130 Ctrl-C.`,
    )
    .action(chat)
}

async function chat(addressText: string, name: string): Promise<void> {
  try {
    const { host, port } = parseAddress(addressText, framed.defaultPort)
    const { stdin: input, stdout: output, stderr: errorOutput } = process
    process.exitCode = await runLineClient({ host, port, name, input, output, errorOutput })
  } catch (error) {
    if (!(error instanceof AddressError)) throw error
    process.stderr.write(`parlance: ${error.message}\n`)
    process.exitCode = EXIT_CODE.usage
  }
}
