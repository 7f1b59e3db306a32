/** Records that are kept by nobody but noted here: with which reason each connection ended, and every fault of the relay's own. */

import type { CloseReason } from '../../../src/relay/hub/close-reason.js'
import type { Connection } from '../../../src/relay/net/connection.js'
import { Records } from '../../../src/relay/records.js'

export class WatchedRecords extends Records {
  /** The labels of reasons, one for each connection that was told to be over. */
  readonly closes: string[] = []
  readonly faults: unknown[] = []

  constructor() {
    super({ log: { warn() {}, error() {} }, isHalfChanged: () => false })
  }

  override closed(connection: Connection, reason: CloseReason, isSummed: boolean): void {
    this.closes.push(reason.label)
    super.closed(connection, reason, isSummed)
  }

  override fault(error: unknown): void {
    this.faults.push(error)
  }
}
