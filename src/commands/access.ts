/** `parlance access`: who has a password, in the file of `accessFile`. Asks for passwords; shows none. */

import { existsSync } from 'node:fs'
import { Argument, Command, Option } from 'commander'
import { EXIT_CODE } from '../exit-code.js'
import {
  NO_PASSWORD,
  nameOnLine,
  passwordLine,
  REMARK,
  readPasswordFile,
} from '../relay/access/password-file.js'
import { hashPassword } from '../relay/access/password-hash.js'
import { EXPECTED_PASSWORD, isFitPassword } from '../relay/access/secret.js'
import { isName } from '../relay/hub/text.js'
import { oneLine, quoted } from '../relay/streams/printable.js'
import { FlagError } from './flag-error.js'
import { NoInputError, readHidden } from './hidden-input.js'
import { readLines, withEntry, withoutEntry, writeLines } from './password-entries.js'
import { writeOut } from './write-out.js'

/** As `parlance serve` has it. */
const VARIABLE = 'PARLANCE_ACCESS_FILE'
const ACTIONS = ['add', 'remove', 'list'] as const

interface Flags {
  readonly file?: string
  readonly password: boolean
}

export function accessCommand(): Command {
  return new Command('access')
    .addArgument(new Argument('<action>', 'what to do').choices(ACTIONS))
    .argument('[name]', 'whose password it is')
    .addOption(new Option('--file <FILE>', 'the file of accessFile').env(VARIABLE))
    .option(
      '--no-password',
      'add: nobody is to have the name by a password; a token or a certificate is needed',
    )
    .addHelpText(
      'after',
      `
add asks for a password on a terminal, twice and without showing it, and reads the first line of the input otherwise. Without
--file it writes the line, to be put into a file or a secret elsewhere. A password is ${EXPECTED_PASSWORD}.
The relay reads the file when it starts and when it reloads.

Examples:
  parlance access add Amy --file names
  parlance access add Server --no-password --file names
  pwgen 20 1 | parlance access add Bob >> names
  parlance access list --file names
  parlance serve --access reserved --access-file names

Exit codes: 0 done, 1 there is no such name in the file, 64 wrong arguments, 73 the file cannot be read or written, 78 there are
mistakes in it, 130 Ctrl-C.`,
    )
    .action(run)
}

async function run(action: (typeof ACTIONS)[number], name: string | undefined, flags: Flags): Promise<void> {
  try {
    if (action === 'list') list(name, fileOf(flags))
    else if (action === 'remove') remove(requiredName(name), fileOf(flags))
    else await add(requiredName(name), flags)
  } catch (error) {
    if (error instanceof NoInputError) fail(error.message, EXIT_CODE.interrupted)
    else if (error instanceof FlagError) fail(error.message, error.exitCode)
    else if ('syscall' in (error as object)) fail((error as Error).message, EXIT_CODE.cannotCreate)
    else throw error
  }
}

async function add(name: string, { file, password }: Flags): Promise<void> {
  const lines = file === undefined || !existsSync(file) ? [] : soundLines(file)
  const hash = password ? await hashPassword(await askedFor(name)) : NO_PASSWORD
  if (file === undefined) {
    writeOut(`${passwordLine(name, hash)}\n`)
    return
  }
  writeLines(file, withEntry(lines, name, hash))
  remark(`${name} is in ${file} now.`)
}

function remove(name: string, file: string): void {
  const lines = soundLines(file)
  const rest = withoutEntry(lines, name)
  if (rest.length === lines.length) throw new FlagError(EXIT_CODE.notOk, `${name} is not in ${file}`)
  writeLines(file, rest)
  remark(`${name} is not in ${file} any more.`)
}

function list(name: string | undefined, file: string): void {
  if (name !== undefined) throw new FlagError(EXIT_CODE.usage, `list: ${quoted(name)}: expected no name`)
  for (const line of soundLines(file)) {
    const listed = nameOnLine(line)
    if (listed === null) continue
    const has = line.trim().endsWith(` ${NO_PASSWORD}`)
      ? 'no password: a token or a certificate'
      : 'a password'
    writeOut(`${listed.padEnd(32)} ${has}\n`)
  }
}

/** @throws FlagError with everything that is wrong in the file: what is wrong now would be no better with one line more */
function soundLines(file: string): string[] {
  const lines = readLines(file)
  const { problems } = readPasswordFile(lines.join('\n'))
  if (problems.length === 0) return lines
  throw new FlagError(EXIT_CODE.config, `${file}: ${problems.join('\n  ')}`)
}

/** @throws FlagError where it cannot be one, or what is typed again is something else */
async function askedFor(name: string): Promise<string> {
  const { stdin, stderr } = process
  const password = await readHidden(`Password of ${name}: `, stdin, stderr)
  if (!isFitPassword(password))
    throw new FlagError(EXIT_CODE.usage, `that cannot be a password: expected ${EXPECTED_PASSWORD}`)
  if (!stdin.isTTY) return password
  const again = await readHidden('The same again: ', stdin, stderr)
  if (again !== password) throw new FlagError(EXIT_CODE.usage, 'that was not the same')
  return password
}

function requiredName(name: string | undefined): string {
  if (name !== undefined && isName(name) && !name.startsWith(REMARK)) return name
  const what = name === undefined ? 'no name' : quoted(name)
  throw new FlagError(
    EXIT_CODE.usage,
    `${what}: expected a name of 1 to 32 printable ASCII characters without a space, which does not begin with ${REMARK}`,
  )
}

function fileOf({ file }: Flags): string {
  if (file !== undefined) return file
  throw new FlagError(EXIT_CODE.usage, `expected --file, or ${VARIABLE}`)
}

function remark(words: string): void {
  process.stderr.write(`${oneLine(words)}\n`)
}

function fail(words: string, exitCode: number): void {
  process.stderr.write(`parlance: ${words}\n`)
  process.exitCode = exitCode
}
