/** What the relay answers to a JOIN, read from its status byte. */

import { JOIN_STATUS } from '../relay/dialects/framed/commands.js'

/** The name is ours, is somebody else's, or is no name (F2). */
export type JoinAnswer = 'accepted' | 'taken' | 'invalid'

/** Null for a status that is not defined. */
export function joinAnswer(status: number | undefined): JoinAnswer | null {
  if (status === JOIN_STATUS.accepted) return 'accepted'
  if (status === JOIN_STATUS.taken) return 'taken'
  return status === JOIN_STATUS.invalid ? 'invalid' : null
}
