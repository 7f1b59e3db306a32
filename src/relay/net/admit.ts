/** What becomes of a newcomer: a connection, if only to be told why they may not stay, or nothing. */

import type { Socket } from 'node:net'
import { CLOSE_REASONS, type CloseReason } from '../hub/close-reason.js'
import { Connection } from './connection.js'
import type { ConnectionContext } from './connection-context.js'
import { clientOf, type PeerAddress } from './peer-address.js'
import type { Transport } from './transport.js'

/** What is needed to refuse somebody. */
type Refusing = Pick<ConnectionContext<Connection>, 'dialect' | 'observer' | 'admission'>

/** For one whose address is known at this moment: looks at where they come from, and then as `welcome`. */
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
    const { remoteAddress: address, remotePort: port } = transport
    transport.destroy()
    gone({ address, port }, reason, context)
    return
  }
  outboxes.flusher.expectMore()
  new Connection(context, transport, reason)
}

/**
 * Before a TLS handshake, which costs the relay a hundred times what a refusal does: whoever may not come for their address is
 * closed without a word, and so is who comes when even those are too many who would be told that the relay is full.
 * @returns whether it may begin; then it has `arrived`
 */
export function mayBegin(socket: Socket, hasRoom: () => boolean, refusing: Refusing): boolean {
  const arrived = refusing.admission.arrived(clientOf(socket).address)
  const reason = arrived ?? (hasRoom() ? null : CLOSE_REASONS.full)
  if (reason !== null) turnAway(socket, reason, refusing)
  return reason === null
}

/** Closes without a word what had `arrived`. */
export function turnAway(socket: Socket, reason: CloseReason, refusing: Refusing): void {
  const peer = clientOf(socket)
  socket.destroy()
  gone(peer, reason, refusing)
}

function gone(
  { address, port }: PeerAddress,
  reason: CloseReason,
  { dialect, observer, admission }: Refusing,
): void {
  admission.left(address)
  observer.refused({ remoteAddress: address, remotePort: port, dialect }, reason)
}
