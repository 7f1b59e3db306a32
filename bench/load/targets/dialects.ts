/** All of the relay's dialects that have rooms, in one room: the first client, who speaks, is framed. */

import { framedTarget } from './framed.js'
import { jsonLinesTargets } from './json-lines.js'
import type { Target } from './target.js'

export const dialectsTarget: Target = {
  name: 'dialects',
  echoesOwn: false,
  mixture: [framedTarget, ...jsonLinesTargets],
  // Each client is made by the protocol that it speaks; what is said is the first one's.
  client: framedTarget.client,
  template: framedTarget.template,
}
