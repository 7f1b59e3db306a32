/**
 * Connections on their way from the supervisor to one worker. `node:cluster` keeps such a connection open here until the worker has said that it
 * has it, and forgets it where the worker ends before: then nobody would serve it, nor close it. Owns that it is closed.
 *
 *     sent, with a number ──▶ the worker has taken it, or sends it back: both are node:cluster's
 *                        └──▶ the worker has ended: closed here
 */

import type { ChildProcess } from 'node:child_process'

/** As far as this goes. */
interface Handle {
  close(): void
}

/** What node:cluster sends along with a connection, and what it is answered with. */
interface ClusterMessage {
  readonly cmd?: unknown
  readonly act?: unknown
  readonly seq?: unknown
  readonly ack?: unknown
}

/** @returns to be called when the process has ended */
export function followHandedOver(child: ChildProcess): () => void {
  const onTheirWay = new Map<unknown, Handle>()
  const send = child.send as (this: ChildProcess, ...all: unknown[]) => boolean
  child.send = function sendFollowed(this: ChildProcess, ...all: unknown[]): boolean {
    const [message, handle] = all as [ClusterMessage, unknown]
    if (isOfCluster(message) && message.act === 'newconn' && isHandle(handle))
      onTheirWay.set(message.seq, handle)
    return send.apply(this, all)
  } as ChildProcess['send']
  child.on('internalMessage', (message: ClusterMessage) => {
    if (isOfCluster(message) && message.ack !== undefined) onTheirWay.delete(message.ack)
  })
  return () => {
    for (const handle of onTheirWay.values()) handle.close()
    onTheirWay.clear()
  }
}

function isOfCluster(message: ClusterMessage): boolean {
  return message?.cmd === 'NODE_CLUSTER'
}

function isHandle(handle: unknown): handle is Handle {
  return typeof (handle as Handle | undefined)?.close === 'function'
}
