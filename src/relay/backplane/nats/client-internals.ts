/**
 * The two things that the NATS client does not offer: how much of what was published the kernel has not taken yet, and how to give up a
 * socket that swallows everything. Owns that nothing else looks inside the client, and that it is done without where a client has other insides.
 */

import type { Socket } from 'node:net'
import type { NatsConnection } from '@nats-io/transport-node'

interface Insides {
  readonly protocol?: {
    readonly outbound?: { size?(): number }
    readonly transport?: { readonly socket?: Socket }
  }
}

export function pendingBytesOf(connection: NatsConnection): number {
  const { protocol } = connection as unknown as Insides
  return (protocol?.outbound?.size?.() ?? 0) + (protocol?.transport?.socket?.writableLength ?? 0)
}

/**
 * The client finds that nobody answers, and then waits until the kernel has taken what it has written: which may be a quarter of an hour
 * when the other machine is gone.
 */
export function giveUpSocket(connection: NatsConnection): void {
  const { protocol } = connection as unknown as Insides
  protocol?.transport?.socket?.destroy()
}
