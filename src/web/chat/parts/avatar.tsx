/** A disc with the first letter of a name, in a colour that the name decides. For eyes alone: the name stands beside it. */

import type { Status } from '../../../client/library/events.js'

/** As many as chat.css has. */
const HUES = 8

const STATUS_CLASS: Record<Status, string> = { ONLINE: 'online', OFFLINE: 'offline', DO_NOT_DISTURB: 'busy' }

export function Avatar({ name, status }: { readonly name: string; readonly status?: Status | undefined }) {
  const letter = ([...name][0] ?? '?').toUpperCase()
  return (
    <span class={`avatar hue-${hueOf(name)}`} aria-hidden="true">
      {letter}
      {status !== undefined && <span class={`dot ${STATUS_CLASS[status]}`} />}
    </span>
  )
}

export function hueOf(name: string): number {
  let hash = 0
  for (let at = 0; at < name.length; at++) hash = (Math.imul(hash, 31) + name.charCodeAt(at)) >>> 0
  return hash % HUES
}
