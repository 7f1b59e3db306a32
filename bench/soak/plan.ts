/** How much goes on in a soak: a load that leaves most of a core free, for it is time that is wanted here and not speed. */

export interface SoakPlan {
  /** Who stay for the whole time, the dialects in turn. */
  readonly people: number
  /** Messages that they say to the room, and as many that they say to one other person, each second. */
  readonly messagesPerSecond: number
  /** Guests who come, say something and go; all other kinds of visits are so many for each of these (`life.ts`). */
  readonly visitsPerSecond: number
  /** Between two looks at the relay. */
  readonly sampleMs: number
  /** Until what was told last has arrived, when nobody does anything. */
  readonly settleMs: number
  /** For how long all of it is done before the relay is looked at for the first time. */
  readonly warmUpSeconds: number
  readonly logMaxBytes: number
  readonly logKeepFiles: number
  /** Messages that each room keeps for newcomers; none when 0, which is the relay's default. */
  readonly history: number
}

export const USUAL_PLAN: SoakPlan = {
  people: 100,
  messagesPerSecond: 20,
  visitsPerSecond: 5,
  sampleMs: 5000,
  settleMs: 1500,
  warmUpSeconds: 40,
  logMaxBytes: 4 * 2 ** 20,
  logKeepFiles: 14,
  history: 0,
}
