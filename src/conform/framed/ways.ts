/** What the people of one check share: their names, and how the server at hand speaks. */

export interface Ways {
  /** The names of this check: a line in which none of them occurs is somebody else's. */
  readonly names: string[]
  /** F3: the answer to JOIN is a frame, or one bare byte. */
  joinReply: 'frame' | 'byte'
  /** F1: when the commands are named. */
  greeting: 'connect' | 'join' | 'off'
  /** F4: how lines look; unknown until somebody has said something. */
  style: 'brackets' | 'colon' | null
}
