/**
 * How settings change while the relay runs. Owns the promise that a reload is all or nothing: every part first prepares,
 * which may fail, and only when all have, they change over, which may not.
 */

import type { Config } from './settings.js'

/** A part of the relay that some settings with `live` are for. */
export interface Reloadable {
  /**
   * Reads what the new settings name, such as lists and certificates, also where only a file's content is new.
   * @returns begins to use it; does not throw
   * @throws ConfigError with everything that is wrong: then nothing is changed anywhere
   */
  prepare(config: Config): (() => void) | Promise<() => void>
}
