/** Room names as the JSON arrays of session packages and channel lists, no longer than fits a package (X2, X10). */

import { AnswerCache } from '../answer-cache.js'
import type { ChatmasterEncoding } from './encoding.js'
import { MAX_PACKAGE_BYTES, sessionPackage } from './packages.js'

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

/** The answers that list the public rooms, for those who are spoken to in one way. */
export interface ChannelAnswers {
  /** X2: of a login that was accepted. */
  readonly session: AnswerCache<readonly string[]>
  /** X10. */
  readonly channels: AnswerCache<readonly string[]>
}

/** @param accepted the status that says so */
export function channelAnswers(encoding: ChatmasterEncoding, accepted: number | boolean): ChannelAnswers {
  return {
    session: new AnswerCache((names) => {
      const [first, ...more] = channelArrays(names)
      // More rooms than fit one package.
      const further = more.map((array) => encoding.channelList(array))
      return [encoding.bytesOf(sessionPackage(accepted, `"channels":${first}`)), ...further]
    }),
    channels: new AnswerCache((names) => channelArrays(names).map((array) => encoding.channelList(array))),
  }
}
