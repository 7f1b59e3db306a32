/** What says that a message was shown (C7). */

import { MAX_REQUEST_BYTES } from './answered-lines.js'

export interface Receipt {
  readonly sender: string
  readonly timestamp: string
  readonly message: string
  readonly message_id: string
}

/**
 * As a request. The text of somebody of another dialect can be longer than a request may be; relays tell by the id which
 * message it is, so such a text is left out.
 */
export function receiptRequest(receipt: Receipt): string {
  const whole = `RECEIVED ${JSON.stringify(receipt)}`
  if (Buffer.byteLength(whole) <= MAX_REQUEST_BYTES) return whole
  return `RECEIVED ${JSON.stringify({ ...receipt, message: '' })}`
}
