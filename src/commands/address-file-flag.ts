/** Finding the relay of this machine or container: by the file in which it says where it is. */

import type { Command } from 'commander'

/** Not made from the table of settings, which would load the whole relay every few seconds. */
const VARIABLE = 'PARLANCE_ADDRESS_FILE'

export interface AddressFileFlag {
  readonly addressFile?: string
}

export function addAddressFileFlag(command: Command): Command {
  return command.option(
    '--address-file <FILE>',
    `where parlance serve --address-file says where it listens (environment: ${VARIABLE})`,
  )
}

/** @returns the path, or `null` when it was said that there is none */
export function addressFileOrComplain({
  addressFile = process.env[VARIABLE],
}: AddressFileFlag): string | null {
  if (addressFile !== undefined && addressFile !== 'off') return addressFile
  process.stderr.write(`parlance: expected --address-file or ${VARIABLE}, and parlance serve with the same\n`)
  return null
}
