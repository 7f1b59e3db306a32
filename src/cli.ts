#!/usr/bin/env node
/**
 * The command `parlance`: reads arguments and hands over. Each subcommand is a file in `commands/`, imported only when it
 * is asked for: somebody who chats does not load a relay.
 */

import { Command } from 'commander'
import { EXIT_CODE } from './exit-code.js'
import { printable } from './relay/streams/printable.js'
import { VERSION } from './version.js'

interface Subcommand {
  readonly description: string
  load(): Promise<Command>
}

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  serve: {
    description:
      'Run the relay until SIGTERM or SIGINT. SIGHUP reads the configuration and opens the log files again.',
    load: async () => {
      // First of all: loading the relay takes a while, and a signal must not be lost, least of all as PID 1.
      const { Signals } = await import('./commands/signals.js')
      const signals = new Signals()
      return (await import('./commands/serve.js')).serveCommand(signals)
    },
  },
  config: {
    description: 'Print the configuration that serve would run with, and where each value comes from.',
    load: async () => (await import('./commands/config.js')).configCommand(),
  },
  check: {
    description: 'Say what would keep serve from starting here, without starting it.',
    load: async () => (await import('./commands/check.js')).checkCommand(),
  },
  reload: {
    description: 'Have the relay that runs here take up its configuration anew.',
    load: async () => (await import('./commands/reload.js')).reloadCommand(),
  },
  health: {
    description: 'Say whether the relay that runs here is well.',
    load: async () => (await import('./commands/health.js')).healthCommand(),
  },
  admin: {
    description: 'See who is here and what goes on, and have the relay do something.',
    load: async () => (await import('./commands/admin.js')).adminCommand(),
  },
  doctor: {
    description: 'Say whether this machine is ready for a relay, and what to do where it is not.',
    load: async () => (await import('./commands/doctor.js')).doctorCommand(),
  },
  chat: {
    description: 'Chat on a relay. What is typed goes to everyone.',
    load: async () => (await import('./commands/chat.js')).chatCommand(),
  },
  sendto: {
    description: 'Send messages from person to person, by commands.',
    load: async () => (await import('./commands/sendto.js')).sendtoCommand(),
  },
  access: {
    description: 'Say who has a password, in the file that the relay reads.',
    load: async () => (await import('./commands/access.js')).accessCommand(),
  },
  token: {
    description: 'Sign a token that lets somebody have a name.',
    load: async () => (await import('./commands/token.js')).tokenCommand(),
  },
  log: {
    description: 'Show what connections.log and chat.log say.',
    load: async () => (await import('./commands/log.js')).logCommand(),
  },
  conform: {
    description: 'Try a server against the pages of the protocol, or a client with --client.',
    load: async () => (await import('./commands/conform.js')).conformCommand(),
  },
}

const program = new Command('parlance')
  .description('A chat relay for raw TCP clients and browsers.')
  .version(VERSION, '-V, --version', 'print the version')
  .helpOption('-h, --help', 'print this help')
  .helpCommand('help [command]', 'print the help of a command')
  .showHelpAfterError('(parlance --help says more)')
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  parlance serve                        the relay with defaults
  parlance doctor                       what this machine lacks for it
  parlance chat 127.0.0.1 Bob           chat on it as Bob
  parlance sendto 127.0.0.1             send messages by commands
  parlance log --since 10m --follow     who came, and what was said
  parlance conform framed 127.0.0.1     try a server from outside
  parlance check --config relay.yaml    whether serve would start with it
  parlance admin top                    what goes on in a relay that runs here
  parlance help serve                   everything that can be set`,
  )

// `parlance help serve` asks for it too.
const wanted = process.argv.slice(2, 4)
for (const [name, { description, load }] of Object.entries(SUBCOMMANDS)) {
  const command = wanted.includes(name) ? await load() : new Command(name)
  program.addCommand(command.description(description))
}

const output = {
  writeOut: (words: string) => writeTo(process.stdout, words),
  writeErr: (words: string) => writeTo(process.stderr, words),
  // What was wrong is repeated, and may be anything.
  outputError: (words: string, write: (words: string) => void) => write(printable(words)),
}
program.configureOutput(output)
for (const command of program.commands) prepare(command, 'parlance')

try {
  await program.parseAsync()
} catch (error) {
  // Commander has said what is wrong; help and version come this way too, with 0.
  const { exitCode } = error as { exitCode?: number }
  if (exitCode === undefined) throw error
  process.exitCode = exitCode === 0 ? 0 : EXIT_CODE.usage
}

/** @param caller what is written before the command's name */
function prepare(command: Command, caller: string): void {
  const name = `${caller} ${command.name()}`
  command.exitOverride().configureOutput(output).showHelpAfterError(`(${name} --help says more)`)
  for (const below of command.commands) prepare(below, name)
}

/** Help, for whom it may be enough: a reader that has gone (`| head -1`) has all that it wanted. */
function writeTo(stream: NodeJS.WriteStream, words: string): void {
  stream.once('error', () => {})
  stream.write(words)
}
