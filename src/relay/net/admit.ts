/** What becomes of a newcomer: a connection, if only to be told why they may not stay, or nothing. */

import { CLOSE_REASONS, type CloseReason } from '../hub/close-reason.js'
import type { Comer } from './comer.js'
import { Connection } from './connection.js'
import type { ConnectionContext } from './connection-context.js'
import type { Transport } from './transport.js'

/** For one who comes at this moment: looks at where they come from, and then as `welcome`. */
export function admit(transport: Transport, context: ConnectionContext<Connection>): void {
  welcome(transport, context, context.admission.arrived(transport.remoteAddress))
}

/**
 * For one who has `arrived` before.
 * @param refusal what was said to that
 */
export function welcome(
  transport: Transport,
  context: ConnectionContext<Connection>,
  refusal: CloseReason | null = null,
): void {
  const { admission, outboxes } = context
  const reason = refusal ?? admission.refusalNow(transport.remoteAddress)
  if (reason !== null && !admission.mayTell) {
    turnAway(transport, reason, context)
    return
  }
  outboxes.flusher.expectMore()
  new Connection(context, transport, reason)
}

/**
 * Before a TLS handshake, which costs the relay a hundred times what a refusal does: whoever may not come for their address is
 * closed without a word, and so is who comes when even those are too many who would be told that the relay is full.
 * @param underWay how many such handshakes there are
 * @returns whether it may begin; then it has `arrived`
 */
export function mayBegin(comer: Comer, underWay: number, context: ConnectionContext<Connection>): boolean {
  const { admission } = context
  const reason =
    admission.arrived(comer.remoteAddress) ?? (admission.hasRoomFor(underWay) ? null : CLOSE_REASONS.full)
  if (reason !== null) turnAway(comer, reason, context)
  return reason === null
}

/** Closes without a word what had `arrived`. */
export function turnAway(
  comer: Comer,
  reason: CloseReason,
  { dialect, observer, admission }: Pick<ConnectionContext<Connection>, 'dialect' | 'observer' | 'admission'>,
): void {
  const { remoteAddress, remotePort } = comer
  comer.destroy()
  admission.left(remoteAddress)
  observer.refused({ remoteAddress, remotePort, dialect }, reason)
}
