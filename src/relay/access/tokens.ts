/**
 * Signed tokens (JSON Web Tokens): whether one lets somebody have a name. Owns what is asked of its claims; signatures, times and
 * all else of the format are the library's.
 */

import { errors, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose'
import type { AccessRefusal } from '../dialects/dialect.js'
import type { TokenKey } from './token-key.js'

export interface TokenRules {
  readonly key: TokenKey
  /** `iss` and `aud` that a token must have; `null` where any will do. */
  readonly issuer: string | null
  readonly audience: string | null
  /** The claim that has the name. */
  readonly nameClaim: string
  /** Whether a token must have an end. */
  readonly mustExpire: boolean
  /** How far the clocks of whoever signs and of this machine may be apart. */
  readonly leewayMs: number
}

export class Tokens {
  readonly #rules: TokenRules
  readonly #options: JWTVerifyOptions

  constructor(rules: TokenRules) {
    this.#rules = rules
    const { key, issuer, audience, nameClaim, mustExpire, leewayMs } = rules
    this.#options = {
      algorithms: [...key.algorithms],
      clockTolerance: leewayMs / 1000,
      requiredClaims: mustExpire ? [nameClaim, 'exp'] : [nameClaim],
      ...(issuer === null ? {} : { issuer }),
      ...(audience === null ? {} : { audience }),
    }
  }

  /** @returns why the token does not let somebody have the name, or `null` */
  async check(token: string, name: string): Promise<AccessRefusal | null> {
    try {
      const { payload } = await this.#verify(token)
      return payload[this.#rules.nameClaim] === name ? null : 'other-name'
    } catch (error) {
      if (error instanceof errors.JWTExpired || isTooEarly(error)) return 'expired'
      if (error instanceof errors.JOSEError) return 'wrong-secret'
      // Such as a key of another kind than the token's header asks for; newer Nodes have another error for it.
      if (error instanceof TypeError || error instanceof DOMException) return 'wrong-secret'
      throw error
    }
  }

  #verify(token: string) {
    const { key } = this.#rules.key
    // One call for each: the library has a signature for keys and one for functions.
    if (typeof key === 'function') return jwtVerify(token, key as JWTVerifyGetKey, this.#options)
    return jwtVerify(token, key, this.#options)
  }
}

function isTooEarly(error: unknown): boolean {
  return error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf'
}
