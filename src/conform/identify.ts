/**
 * Finds out which dialect a server speaks, before checks of another one are run on it, each of which would wait for what
 * never comes. A server that is wrong, or not known by anything, is for the checks to judge.
 */

import type { Suite } from './check.js'
import type { RawPeer } from './raw-peer.js'
import { connectTo, leaveAlone, type ServerUnderTest } from './run-check.js'

/** What is known of a server. */
export type Identity =
  /** It speaks this dialect, as far as can be told. */
  | { readonly kind: 'speaks'; readonly dialect: string }
  /** Nothing has come within the time limit, or before it ended the connection (`ended`). */
  | { readonly kind: 'silent'; readonly ended: boolean }

/** How long the server may take for its first words, before it is asked in other dialects. */
const FIRST_WORDS_MS = 700
/** How long it may take for those. */
const OTHERS_MS = 700

/**
 * @param suite of the dialect that the server is said to speak
 * @param all the suites that there are
 * @throws CheckFailure when nobody accepts; its cause is the system's error
 */
export async function identify(
  suite: Suite,
  all: Iterable<Suite>,
  server: ServerUnderTest,
): Promise<Identity> {
  const peer = await connectTo(server)
  try {
    peer.write(suite.handshake.hello(server.freshName()))
    // Over WebSocket it has agreed to speak this one: the rest is for the checks.
    const others =
      server.over !== undefined ? [] : [...all].filter(({ dialect }) => dialect !== suite.dialect)
    const known = () => [suite, ...others].find(({ handshake }) => handshake.isKnownBy(peer.received))
    const beganAt = performance.now()
    await heard(peer, () => known() !== undefined, Math.min(FIRST_WORDS_MS, server.timeoutMs))
    const other = known() ?? (await whoAnswers(others, server))
    if (other !== undefined) return { kind: 'speaks', dialect: other.dialect }
    // Nothing says that it speaks something else: it may just be slow.
    const leftMs = server.timeoutMs - (performance.now() - beganAt)
    const answered = await heard(peer, () => peer.received.length > 0, leftMs)
    if (answered || peer.fault !== null) return { kind: 'speaks', dialect: suite.dialect }
    return { kind: 'silent', ended: peer.ended }
  } finally {
    await leaveAlone(peer)
  }
}

/** Asks in all of these dialects at once. @returns the first that is answered */
async function whoAnswers(suites: readonly Suite[], server: ServerUnderTest): Promise<Suite | undefined> {
  const peers: RawPeer[] = []
  const answers = suites.map(async (suite) => {
    const peer = await connectTo({ ...server, timeoutMs: OTHERS_MS })
    peers.push(peer)
    peer.write(suite.handshake.hello(server.freshName()))
    await peer.until(() => suite.handshake.isKnownBy(peer.received), suite.handshake.request)
    return suite
  })
  try {
    return await Promise.any(answers)
  } catch {
    return undefined
  } finally {
    for (const peer of peers) peer.close()
  }
}

function heard(peer: RawPeer, what: () => boolean, withinMs: number): Promise<boolean> {
  return peer.until(what, '', withinMs).then(
    () => true,
    () => false,
  )
}
