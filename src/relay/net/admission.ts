/** Who may come in: owns refusing what is too much (`maxConnections`). */

import { CLOSE_REASONS } from '../hub/close-reason.js'
import { Connection } from './connection.js'
import type { ConnectionContext } from './connection-context.js'
import type { Transport } from './transport.js'

/** So many may be on their way out, being told that the relay is full; beyond, they are just closed. */
export const MAX_REFUSALS_UNDER_WAY = 64

/** Makes a connection of it, if only to say that the relay is full. */
export function admit(
  transport: Transport,
  maxConnections: number,
  context: ConnectionContext<Connection>,
): void {
  const excess = context.all.size + 1 - maxConnections
  if (excess > Math.min(MAX_REFUSALS_UNDER_WAY, maxConnections)) {
    turnAway(transport, context)
    return
  }
  context.outboxes.flusher.expectMore()
  new Connection(context, transport, excess > 0 ? CLOSE_REASONS.full : null)
}

/** Closes it without a word. */
export function turnAway(
  transport: Transport,
  { dialect, observer }: Pick<ConnectionContext<Connection>, 'dialect' | 'observer'>,
): void {
  const { remoteAddress, remotePort } = transport
  transport.destroy()
  observer.turnedAway({ remoteAddress, remotePort, dialect }, CLOSE_REASONS.full)
}
