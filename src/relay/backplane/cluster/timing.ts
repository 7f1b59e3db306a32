/** How long nodes wait for each other. Everything is on each node's own monotonic clock. */

/** Whoever works in time sees to it this often. */
export const TICK_MS = 500
/** Heads are told this often, which says as well that the node is there. */
export const HEARTBEAT_MS = 1000
/** How often a head is told after its subject was last used: one of them may get lost. */
export const HEAD_REPEATS = 3
/** A node that was not heard of for this long is suspected. */
export const SILENT_MS = 5000
/** A question that was not answered is repeated after this. */
export const ASK_AGAIN_MS = 1000
/** What a node was told, and is told once more because it may not have arrived, counts as told again after this. */
export const TOLD_AGAIN_MS = 1000
/** Whoever hears a node for the first time waits so long to be told where that begins, where what is missing can be had. */
export const PLACE_MS = 2000
/** Whoever is cut off for this long cannot tell any more that the others' people are there. */
export const CUT_OFF_MS = 10_000
/** What is said is counted as missing at a node that is out of sight for no longer than this. */
export const AWAITED_MS = 600_000
/** Whatever is remembered of nodes that are out of sight for longer is looked for this often. */
export const FORGET_EVERY_MS = 10_000
/** A claim that is not decided by then is refused. */
export const CLAIM_MS = 5000
/** A name that is taken by nobody who is known here is asked for again after this, … */
export const CLAIM_AGAIN_MS = 25
/** … and refused after this. */
export const FREED_WITHIN_MS = 200
/** So long a start waits for NATS, … */
export const START_CUT_OFF_MS = 5000
/** … and so long for all nodes to have said who is there. */
export const START_MS = 20_000
/** Ticks that are further apart say that this process stood still. */
export const STOOD_STILL_MS = 3000
/** A node that was not heard of for this long, some heartbeats, may be unable to tell anything. */
export const UNSEEN_MS = 2500
/** A node that begins anew, and is heard of all the time, has told of all of its people after this. */
export const COMPLETE_MS = 15_000
/** What was said last may take this long to leave at the end. */
export const STOP_MS = 2000
/** Bytes that cannot be read are said this often at most. */
export const UNREADABLE_EVERY_MS = 60_000
