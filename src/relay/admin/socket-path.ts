/** Where the admin socket is, as the settings say it. */

import { join } from 'node:path'
import type { Config } from '../config/settings.js'

const IN_LOG_DIRECTORY = 'admin.sock'

/** `null` for none. */
export function adminSocketPath({
  adminSocket,
  logDir,
}: Pick<Config, 'adminSocket' | 'logDir'>): string | null {
  if (adminSocket === 'off') return null
  if (adminSocket !== 'auto') return adminSocket
  return logDir === 'off' ? null : join(logDir, IN_LOG_DIRECTORY)
}
