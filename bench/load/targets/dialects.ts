/** All of the relay's dialects that have rooms, in one room: the first client, who speaks, is framed. */

import { framedTarget } from './framed.js'
import { jsonLinesTargets } from './json-lines.js'
import { MAX_TEXT_BYTES, type Target } from './target.js'

const MIXTURE = [framedTarget, ...jsonLinesTargets]

export const dialectsTarget: Target = {
  name: 'dialects',
  echoesOwn: false,
  mixture: MIXTURE,
  maxTextBytes: Math.min(...MIXTURE.map(({ maxTextBytes = MAX_TEXT_BYTES }) => maxTextBytes)),
  // Each client is made by the protocol that it speaks; what is said is the first one's.
  client: framedTarget.client,
  template: framedTarget.template,
}
