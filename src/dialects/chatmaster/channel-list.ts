/** Room names as the JSON arrays of session packages and channel lists, no longer than fits a package (X2, X10). */

import { MAX_PACKAGE_BYTES } from './packages.js'

/** Longer than anything that stands around the names in a package. */
const AROUND_BYTES = 256

/** @returns one array, or several in order where the names do not fit one package; at least one */
export function channelArrays(names: readonly string[]): string[] {
  const arrays: string[] = []
  let members = ''
  for (const name of names) {
    const member = JSON.stringify(name)
    if (members.length + member.length + 1 > MAX_PACKAGE_BYTES - AROUND_BYTES) {
      arrays.push(`[${members}]`)
      members = ''
    }
    members += members === '' ? member : `,${member}`
  }
  arrays.push(`[${members}]`)
  return arrays
}

/** Makes the arrays once however many people log in: the hub gives a new list when a room comes or goes. */
export class ChannelListCache {
  #names: readonly string[] | null = null
  #arrays: readonly string[] = []

  get(names: readonly string[]): readonly string[] {
    if (names !== this.#names) {
      this.#arrays = channelArrays(names)
      this.#names = names
    }
    return this.#arrays
  }
}
