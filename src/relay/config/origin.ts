/** Where the value of a setting came from. */

import { shown } from '../streams/printable.js'

export type Origin =
  | { readonly from: 'default' }
  /** `line` counts from 1. */
  | { readonly from: 'file'; readonly path: string; readonly line: number }
  | { readonly from: 'environment'; readonly name: string }
  | { readonly from: 'flag'; readonly name: string }

/** In the words of who gave it: `default`, `parlance.yaml:12`, `PARLANCE_LOG_DIR`, `--log-dir`. */
export function originWords(origin: Origin): string {
  if (origin.from === 'default') return 'default'
  return origin.from === 'file' ? `${shown(origin.path)}:${origin.line}` : origin.name
}
