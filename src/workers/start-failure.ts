/** Why a worker cannot start, on its way through a message. */

import { ConfigError } from '../relay/config/load.js'
import { StartError } from '../relay/start-error.js'
import type { StartFailure } from './messages.js'

/** @throws what is no mistake of an operator's */
export function failureOf(error: unknown): StartFailure {
  if (error instanceof ConfigError) return { problems: error.problems }
  if (!(error instanceof StartError)) throw error
  const { key, target, takenBy } = error
  const { message, code, syscall } = error.cause as NodeJS.ErrnoException
  return { key, target, takenBy, cause: { message, ...(code && { code }), ...(syscall && { syscall }) } }
}

/** What the worker met. */
export function errorOf(failure: StartFailure): ConfigError | StartError {
  if ('problems' in failure) return new ConfigError(failure.problems)
  const { key, target, takenBy, cause } = failure
  return new StartError(key, target, Object.assign(new Error(cause.message), cause), takenBy)
}

export function wordsOf(error: ConfigError | StartError): readonly string[] {
  return error instanceof ConfigError ? error.problems : [error.words]
}
