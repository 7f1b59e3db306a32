/** What a framed client tells of its own accord. */

/** Texts come as they were on the wire: make them harmless with `visible` before a terminal sees them. */
export interface FramedClientEvents {
  /** JOIN: the name is ours (F2). Told before anything that the relay sent behind it. */
  accepted: [name: string]
  /** MESSAGE: a line to show, such as `[Bob] Hi`. */
  line: [text: string]
  /** DIRECT: `[Bob] text`, for this client alone (F9). */
  direct: [text: string]
  /** ERROR: what was wrong with what this client sent, in words. The connection stays. */
  refused: [text: string]
  /** LEAVE: why the relay is about to close the connection (F17). */
  goodbye: [reason: string]
  /** After a call returned `false`: what was sent has left. */
  drain: []
  /** The connection has ended, once and last of all events. `cause` is null where it ended in good order. */
  close: [cause: Error | null]
}
