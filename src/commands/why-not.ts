/** Says why a relay does not start, and sets the exit code that is due. */

import { EXIT_CODE } from '../exit-code.js'
import { ConfigError } from '../relay/config/load.js'
import { StartError } from '../relay/start-error.js'
import { oneLine } from '../relay/streams/printable.js'
import { complain } from './setting-flags.js'

/** @returns whether it is a mistake of an operator's; nothing was said otherwise */
export function sayWhyNot(error: unknown): boolean {
  if (error instanceof ConfigError) {
    complain(error.problems)
    process.exitCode = EXIT_CODE.config
    return true
  }
  if (!(error instanceof StartError)) return false
  process.stderr.write(`parlance: ${oneLine(error.words)}\n`)
  process.exitCode = error.isAddress ? EXIT_CODE.unavailable : EXIT_CODE.cannotCreate
  return true
}
