/**
 * Under which licences what is shipped may be used, and their texts: which ones are taken, what packages that say it badly
 * were found to mean, and where a package keeps its text. Who asks, and what becomes of it, is in inventory.mjs.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import satisfies from 'spdx-satisfies'

/** What asks for no more than that its text goes along. */
const PERMISSIVE = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
  'Zlib',
]

/** Packages without a field or a file for it, looked at by hand: what they say, and from where to where in which file. */
const FOUND = {
  'node-bitmap@0.0.1': { licence: 'MIT', file: 'README.md', text: /^\(The MIT License\)[\s\S]*$/m },
  'omggif@1.0.10': { licence: 'MIT', file: 'omggif.js', text: /^(?:\/\/.*\n)+/ },
}

/** Debian's packages are shipped as Debian has made them: what their copyright files come to for whoever uses them so. */
const SYSTEM = {
  libc6: 'LGPL-2.1-or-later',
  'libgcc-s1': 'GPL-3.0-or-later WITH GCC-exception-3.1',
  'libstdc++6': 'GPL-3.0-or-later WITH GCC-exception-3.1',
}

/**
 * @param id `name@version` @param declared an SPDX expression, or nothing
 * @returns the expression @throws in words when it is unknown or not permissive
 */
export function permissive(id, declared) {
  const licence = declared ?? FOUND[id]?.licence
  if (licence === undefined)
    throw new Error(`${id} says no licence: look at it, and add it to scripts/licences.mjs or do without`)
  let fits = false
  try {
    fits = satisfies(licence, PERMISSIVE)
  } catch {
    throw new Error(`${id} has a licence that is no SPDX expression: ${JSON.stringify(licence)}`)
  }
  if (!fits) throw new Error(`${id} is under ${licence}, which is not among ${PERMISSIVE.join(', ')}`)
  return licence
}

/** @returns an SPDX expression @throws for a package of Debian's that nobody has looked at */
export function systemLicence(name) {
  const licence = SYSTEM[name]
  if (licence === undefined) throw new Error(`nobody has looked at the licence of Debian's ${name}`)
  return licence
}

/** @returns the texts in the package in `folder` @throws when there are none */
export function licenceText(id, folder) {
  const found = FOUND[id]
  if (found !== undefined) {
    const [text] = found.text.exec(readFileSync(join(folder, found.file), 'utf8')) ?? []
    if (text !== undefined) return text
  }
  const names = readdirSync(folder).filter((name) => /^(?:licen[cs]e|copying|notice)/i.test(name))
  if (names.length === 0) throw new Error(`${id} has no file with its licence`)
  return names
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
}
