/** Finds the admin socket of the relay that runs here, as far as that can be known without being told. */

import { existsSync } from 'node:fs'
import { EXIT_CODE } from '../../exit-code.js'
import { adminSocketPath } from '../../relay/admin/socket-path.js'
import { readPlaces } from '../../relay/observe/address-file.js'
import { AdminError } from './admin-error.js'

export interface SocketFlags {
  readonly socket?: string
  readonly addressFile?: string
  readonly config?: string
}

/** Where services keep what lives as long as they do. */
export const SYSTEM_SOCKET = '/run/parlance/admin.sock'

/**
 * In this order: what --socket or the environment says; what the address file of a running relay says; what the settings say, read as
 * `parlance serve` reads them; the place of a system's service.
 * @throws AdminError with where it was looked for
 */
export async function findSocket(flags: SocketFlags): Promise<string> {
  const { PARLANCE_ADMIN_SOCKET: variable, PARLANCE_ADDRESS_FILE: fileVariable } = process.env
  if (flags.socket !== undefined) return flags.socket
  if (variable !== undefined && variable !== 'auto' && variable !== 'off') return variable
  const named = flags.addressFile ?? fileVariable
  if (named !== undefined && named !== 'off' && existsSync(named)) return inAddressFile(named)
  const { adminSocket, logDir, addressFile } = await settings(flags)
  if (addressFile !== 'off' && existsSync(addressFile)) return inAddressFile(addressFile)
  const configured = adminSocketPath({ adminSocket, logDir })
  if (configured !== null && adminSocket !== 'auto') return configured
  const places = configured === null ? [SYSTEM_SOCKET] : [configured, SYSTEM_SOCKET]
  const found = places.find((path) => existsSync(path))
  if (found !== undefined) return found
  throw new AdminError(
    EXIT_CODE.unavailable,
    `no relay is to be found: there is no ${places.join(' and no ')} (--socket PATH says where it is, or PARLANCE_ADMIN_SOCKET)`,
  )
}

async function settings({ config: file }: SocketFlags) {
  // Only where they are needed: with them comes half of the relay.
  const { ConfigError, loadConfig } = await import('../../relay/config/load.js')
  try {
    return loadConfig({ file, environment: process.env, flags: {} })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const words = `the configuration cannot be used:\n  ${error.problems.join('\n  ')}\n--socket PATH does without`
    throw new AdminError(EXIT_CODE.config, words)
  }
}

function inAddressFile(file: string): string {
  let admin: string | null
  try {
    admin = readPlaces(file).admin
  } catch (error) {
    throw new AdminError(EXIT_CODE.unavailable, (error as Error).message)
  }
  if (typeof admin === 'string') return admin
  throw new AdminError(EXIT_CODE.unavailable, `the relay of ${file} has no admin socket (adminSocket)`)
}
