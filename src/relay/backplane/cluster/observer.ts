/** Hears what an operator might want to know of a cluster; and what rooms have to be told. */

import type { BackplaneState } from '../backplane.js'

export interface ClusterObserver {
  stateChanged(state: BackplaneState): void
  /** Another node was heard of; also when it begins anew. */
  nodeCame(node: string): void
  /** It was declared dead, has left, or begins anew. */
  nodeGone(node: string): void
  /** So much of what another node's people have said did not arrive. @param what `room` is `null` for what was said directly */
  lost(what: { readonly node: string; readonly room: string | null; readonly messages: number }): void
  /** Bytes that are none of ours, or of another version. Not said for each. */
  unreadable(why: 'damaged' | 'version', words: string): void
  /** The others had declared this node dead. */
  fenced(): void
  /** Somebody of this node had the name on trial, and somebody of another one surely has it. */
  nameLost(name: string): void
}
