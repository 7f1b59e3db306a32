/** The conformance suite of the framed dialect: rules F1–F17. */

import type { Suite } from '../check.js'

export const framedSuite: Suite = {
  dialect: 'framed',
  checks: [],
  strictServer: async (peer) => peer.closed('the client to leave', Number.POSITIVE_INFINITY),
}
