/** `--password-file`, for the commands that connect to a relay: a password on the command line would be everybody's to read. */

import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { EXIT_CODE } from '../exit-code.js'
import { FlagError } from './flag-error.js'

export interface PasswordFlags {
  readonly passwordFile?: string
}

export const PASSWORD_VARIABLE = 'PARLANCE_PASSWORD'

/** The words about passwords behind the help of a command. */
export const PASSWORD_HELP = `
Where a name needs a password, or the relay tokens: --password-file FILE has it on its first line, or the variable
${PASSWORD_VARIABLE} has it itself.`

/** @returns `command`, which takes it from now on */
export function withPasswordFlag(command: Command): Command {
  return command.addOption(
    new Option('--password-file <file>', `the password or token for the name (or ${PASSWORD_VARIABLE})`),
  )
}

/**
 * @returns `undefined` where there is none
 * @throws FlagError for a file that cannot be read, or whose first line is empty
 */
export function passwordOf({ passwordFile }: PasswordFlags): string | undefined {
  if (passwordFile === undefined) return process.env[PASSWORD_VARIABLE] || undefined
  const flag = `--password-file ${JSON.stringify(passwordFile)}`
  let text: string
  try {
    text = readFileSync(passwordFile, 'utf8')
  } catch (error) {
    throw new FlagError(EXIT_CODE.cannotCreate, `${flag}: cannot be read: ${(error as Error).message}`)
  }
  const [line = ''] = text.split(/\r?\n/)
  if (line === '') throw new FlagError(EXIT_CODE.usage, `${flag}: expected a password on the first line`)
  return line
}
