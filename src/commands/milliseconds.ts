/** Reads times to wait, as arguments of commands. */

import { InvalidArgumentError } from 'commander'

const MAX_WAIT_MS = 600_000

/** @throws InvalidArgumentError, which commander shows with the option */
export function milliseconds(text: string): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (number < 1 || number > MAX_WAIT_MS)
    throw new InvalidArgumentError(`Expected milliseconds from 1 to ${MAX_WAIT_MS}.`)
  return number
}
