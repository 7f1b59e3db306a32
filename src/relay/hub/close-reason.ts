/**
 * Why a connection ended: a table of its own, apart from errors. Logs, metrics and dialects all use it, so
 * that one close has one reason everywhere.
 *
 * | field | meaning |
 * |---|---|
 * | `label` | fixed and short: the counter's label and the log's `reason` |
 * | `words` | what the client is told where its dialect can say it (F17) |
 */
export interface CloseReason {
  readonly label: string
  readonly words: string
}

export const CLOSE_REASONS = {
  /** The client asked to leave. */
  left: { label: 'left', words: 'you left' },
  /** The client ended its side of the connection without a word. */
  ended: { label: 'ended', words: 'connection ended' },
  /** The network or the client broke the connection. */
  reset: { label: 'reset', words: 'connection reset' },
  /** No accepted name within the login deadline (F15). */
  loginDeadline: { label: 'login-deadline', words: 'no name was accepted in time' },
  /** A frame was begun and not completed within the frame deadline (F15). */
  frameDeadline: { label: 'frame-deadline', words: 'a frame was not completed in time' },
  /** A frame longer than allowed in this state (F15). */
  oversize: { label: 'oversize', words: 'a frame was too long' },
  /** What cannot be read as the dialect, so that nothing behind it can be either. */
  malformed: { label: 'malformed', words: 'what you sent cannot be read' },
  /** A rule of WebSocket itself is broken (W6). */
  protocol: { label: 'protocol', words: 'a rule of WebSocket was broken' },
  /** A WebSocket message is text where binary is due, or the reverse (W2). */
  wrongKind: { label: 'wrong-kind', words: 'text was sent where binary is due, or the reverse' },
  /** A WebSocket message came in too many pieces (W5). */
  fragments: { label: 'fragments', words: 'a message came in too many fragments' },
  /** A WebSocket ping was acknowledged and not answered (W7). */
  noPong: { label: 'no-pong', words: 'a ping was not answered in time' },
  /** It drained slower than the minimum rate for the grace time. Nothing more is sent to it. */
  slow: { label: 'slow', words: 'too slow a reader' },
  /** The relay retained as much as it may, and this reader's queue was the longest. Nothing more is sent to it. */
  memory: { label: 'memory', words: 'too much is queued for you' },
  /** It acknowledged nothing for a while: the link is cut, or the machine is off. */
  vanished: { label: 'vanished', words: 'nothing was acknowledged in time' },
  /** Too many of the names that it, or its address, asked for were refused. */
  refused: { label: 'refused', words: 'too many names were refused' },
  /** It, or its address, asked for more than its allowance, and never let up. */
  flood: { label: 'flood', words: 'you sent too much for too long' },
  /** The program that the relay is part of sent it away. */
  removed: { label: 'removed', words: 'you were removed' },
  /** An operator sent it away; `kickedFor` is the same with their words. */
  kicked: { label: 'kicked', words: 'you were kicked' },
  /** A fault of the relay's own that this connection met. */
  internal: { label: 'internal', words: 'something went wrong in the relay' },
  /** The relay holds as many connections as it may. */
  full: { label: 'full', words: 'the relay is full' },
  /** Its address is one that may not connect. */
  denied: { label: 'denied', words: 'your address may not connect' },
  /** Its address is banned, or it was connected when it or its name was. */
  banned: { label: 'banned', words: 'you are banned' },
  /** There are as many connections from its address as there may be. */
  addressFull: { label: 'address-full', words: 'too many connections from your address' },
  /** Connections from its address came too fast. */
  addressRate: { label: 'address-rate', words: 'too many new connections from your address' },
  /** Connections from everywhere came too fast. */
  rate: { label: 'rate', words: 'too many new connections: try again soon' },
  /** TLS could not be agreed on, or not in time. */
  tls: { label: 'tls', words: 'TLS could not be agreed on' },
  tlsDeadline: { label: 'tls-deadline', words: 'TLS was not agreed on in time' },
  /** A listener with `client-ca` was shown no certificate, or one that does not count. */
  certificateMissing: { label: 'certificate-missing', words: 'a certificate is needed here' },
  certificateExpired: { label: 'certificate-expired', words: 'your certificate is not valid now' },
  certificateUntrusted: { label: 'certificate-untrusted', words: 'your certificate is not trusted here' },
  /** A listener with `proxy=on` was reached by somebody who is no trusted proxy … */
  proxyUntrusted: { label: 'proxy-untrusted', words: 'no trusted proxy' },
  /** … or by one that does not begin with a PROXY header, begins with a broken one, or does not complete it. */
  proxyMissing: { label: 'proxy-missing', words: 'a PROXY header is needed here' },
  proxyBroken: { label: 'proxy-broken', words: 'the PROXY header cannot be read' },
  proxyDeadline: { label: 'proxy-deadline', words: 'the PROXY header did not come in time' },
  /** Several nodes were cut off from each other, and somebody of another one has the name (N1). */
  nameLost: { label: 'name-lost', words: 'somebody else has your name' },
  /** Their node is gone, or cannot be reached. Said of people of other nodes alone. */
  nodeLost: { label: 'node-lost', words: 'the node is gone' },
  /** The relay is ending. */
  shutdown: { label: 'shutdown', words: 'the relay is shutting down' },
} as const satisfies Record<string, CloseReason>

/** @param why the operator's words, which have been checked (M3) */
export function kickedFor(why: string): CloseReason {
  const { label, words } = CLOSE_REASONS.kicked
  return { label, words: `${words}: ${why}` }
}
