/** A relay was asked for what it cannot do at the moment, or at all. */

/**
 * | code | when |
 * |---|---|
 * | `ERR_STATE` | `listen` was asked of a relay that listens already, or is closed; `reload` of one that does not listen |
 * | `ERR_IN_HOOK` | something was to be changed from inside a hook |
 * | `ERR_TEXT` | what was to be said is no text that may pass |
 */
export type RelayErrorCode = 'ERR_STATE' | 'ERR_IN_HOOK' | 'ERR_TEXT'

export class RelayError extends Error {
  readonly code: RelayErrorCode

  constructor(code: RelayErrorCode, words: string) {
    super(words)
    this.name = 'RelayError'
    this.code = code
  }
}
