#!/usr/bin/env node
/** The command `parlance`: reads arguments and hands over. Each subcommand is a file in `commands/`. */

import { Command } from 'commander'
import { chatCommand } from './commands/chat.js'
import { conformCommand } from './commands/conform.js'
import { sendtoCommand } from './commands/sendto.js'
import { serveCommand } from './commands/serve.js'
import { EXIT_CODE } from './exit-code.js'
import { printable } from './relay/streams/printable.js'
import { VERSION } from './version.js'

const program = new Command('parlance')
  .description('A chat relay for raw TCP clients.')
  .version(VERSION, '-V, --version', 'print the version')
  .helpOption('-h, --help', 'print this help')
  .helpCommand('help [command]', 'print the help of a command')
  .showHelpAfterError('(--help says more)')
  .exitOverride()
  .addCommand(serveCommand())
  .addCommand(chatCommand())
  .addCommand(sendtoCommand())
  .addCommand(conformCommand())
  .addHelpText(
    'after',
    `
Examples:
  parlance serve                        the relay with defaults
  parlance chat 127.0.0.1 Bob           chat on it as Bob
  parlance sendto 127.0.0.1             send messages by commands
  parlance conform framed 127.0.0.1     try a server from outside
  parlance help serve                   everything that can be set`,
  )

// What was wrong is repeated, and may be anything.
const output = { outputError: (words: string, write: (words: string) => void) => write(printable(words)) }
program.configureOutput(output)
for (const command of program.commands) {
  command
    .exitOverride()
    .configureOutput(output)
    .showHelpAfterError(`(parlance ${command.name()} --help says more)`)
}

try {
  await program.parseAsync()
} catch (error) {
  // Commander has said what is wrong; help and version come this way too, with 0.
  const { exitCode } = error as { exitCode?: number }
  if (exitCode === undefined) throw error
  process.exitCode = exitCode === 0 ? 0 : EXIT_CODE.usage
}
