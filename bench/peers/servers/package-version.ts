/** Versions of packages that are installed here. */

import { readFileSync } from 'node:fs'
import type { Availability } from '../peer.js'

export function packageVersion(name: string): Availability {
  const manifest = new URL(`../../../node_modules/${name}/package.json`, import.meta.url)
  try {
    return { version: JSON.parse(readFileSync(manifest, 'utf8')).version }
  } catch {
    return { missing: `the package ${name} is not installed (npm install)` }
  }
}
