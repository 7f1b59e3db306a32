/** What both sides of `parlance conform` print, and how they end when there is nothing to try. */

import { type Address, formatAddress } from '../client/address.js'
import { failureWords } from '../client/failure-words.js'
import { CheckFailure } from '../conform/failure.js'
import { EXIT_CODE } from '../exit-code.js'

export function write(text: string): void {
  if (text !== '') process.stdout.write(text)
}

export function usage(words: string): void {
  complain(words, EXIT_CODE.usage)
}

/** The address cannot be reached, or cannot be had. */
export function unavailable(address: Address, error: unknown): void {
  const cause = error instanceof CheckFailure ? error.cause : error
  complain(`${formatAddress(address)}: ${failureWords(cause)}`, EXIT_CODE.unavailable)
}

/** One line on the error output, and the exit code. */
export function complain(words: string, exitCode: number): void {
  process.stderr.write(`parlance: ${words}\n`)
  process.exitCode = exitCode
}
