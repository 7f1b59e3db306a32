/** Names as JSON arrays, no longer than fits a package, and the packages that have them (X2, X10, X15). */

import { AnswerCache } from '../answer-cache.js'
import type { ChatmasterEncoding } from './encoding.js'
import { MAX_PACKAGE_BYTES, sessionPackage } from './packages.js'

/** Longer than anything that stands around the names in a package. */
const AROUND_BYTES = 256

/** @returns one array, or several in order where the names do not fit one package; at least one */
export function nameArrays(names: readonly string[]): string[] {
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

/** The answers that are lists of names, for those who are spoken to in one way. */
export interface ListAnswers {
  /** X2: of a login that was accepted. */
  readonly session: AnswerCache<readonly string[]>
  /** X10. */
  readonly channels: AnswerCache<readonly string[]>
  /** X15. */
  readonly members: AnswerCache<readonly string[]>
}

/** @param accepted the status that says so */
export function listAnswers(encoding: ChatmasterEncoding, accepted: number | boolean): ListAnswers {
  return {
    session: new AnswerCache((names) => {
      const [first, ...more] = nameArrays(names)
      // More rooms than fit one package.
      const further = more.map((array) => encoding.channelList(array))
      return [encoding.bytesOf(sessionPackage(accepted, `"channels":${first}`)), ...further]
    }),
    channels: new AnswerCache((names) => nameArrays(names).map((array) => encoding.channelList(array))),
    members: new AnswerCache((names) => nameArrays(names).map((array) => encoding.memberList(array))),
  }
}
