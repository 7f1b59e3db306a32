/** How the relay says something to rooms itself: under a name that nobody else can have. */

/** The name, where nobody has chosen another. */
export const VOICE = 'relay'
/** What logs and metrics have where a dialect would be. */
export const VOICE_DIALECT = 'relay'
