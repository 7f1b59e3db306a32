/** Where `parlance log` finds the logs when nobody says it: where the relay that runs says it writes them, or as it is configured. */

import { resolve } from 'node:path'
import { readPlaces } from '../relay/observe/address-file.js'

export interface PlaceFlags {
  readonly config?: string
  readonly addressFile?: string
}

/** As `parlance serve` knows it; `parlance health` does too. */
const ADDRESS_FILE = 'PARLANCE_ADDRESS_FILE'

/**
 * @returns the directory, or `null` where the relay writes no logs
 * @throws ConfigError, or what reading the address file says where that was asked for
 */
export async function logDirectory(
  { config, addressFile }: PlaceFlags,
  environment: NodeJS.ProcessEnv,
): Promise<string | null> {
  const told = config === undefined ? toldBy(addressFile, environment) : undefined
  if (told !== undefined) return told
  // The whole table of settings, which is not needed otherwise.
  const { loadConfig } = await import('../relay/config/load.js')
  const { logDir } = loadConfig({ file: config, environment, flags: {} })
  return logDir === 'off' ? null : resolve(logDir)
}

/** `undefined` where nothing runs that says it. */
function toldBy(addressFile: string | undefined, environment: NodeJS.ProcessEnv): string | null | undefined {
  if (addressFile !== undefined) return readPlaces(addressFile).logDir
  const path = environment[ADDRESS_FILE]
  if (path === undefined || path === 'off') return undefined
  try {
    return readPlaces(path).logDir
  } catch {
    return undefined
  }
}
