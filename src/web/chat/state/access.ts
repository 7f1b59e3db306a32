/** Whether names need a password here, as the relay has told the page. */

export type Access = 'off' | 'reserved' | 'closed'

/** What is no word of ours is taken as a relay without passwords. */
export function accessOf(told: string | undefined): Access {
  return told === 'reserved' || told === 'closed' ? told : 'off'
}
