/**
 * Who may have which name, beyond that it is free: passwords, tokens, certificates. Owns the rules in force, which a reload replaces,
 * and what is under way of finding out; whose name it then is is the hub's, and what a client is told the dialect's.
 *
 *     a certificate that binds ─▶ its name, and no other
 *     off, or reserved and not in the file ─▶ yes
 *     nothing shown ─▶ no      too much wrong from there ─▶ no
 *     a token ─▶ signature, times, name      anything else ─▶ the password of that name, or a decoy
 */

import type { Reloadable } from '../config/reloadable.js'
import type { Config } from '../config/settings.js'
import type { AccessMode } from '../dialects/dialect.js'
import {
  Applicant,
  type Asking,
  type Check,
  type Decides,
  type NameClaim,
  type Refusal,
  type Shown,
} from './applicant.js'
import { isPassword } from './password-hash.js'
import { type AccessRules, readAccessRules } from './rules.js'
import { looksLikeToken, MAX_SECRET_BYTES } from './secret.js'
import { Verifications } from './verifications.js'
import { WrongAttempts } from './wrong-attempts.js'

export interface AccessOptions {
  readonly config: Config
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number
  /** A check failed by a fault that is not the client's. */
  readonly failed: (error: unknown) => void
}

/** Each has a thread of Node's four for as long as it takes; names, logs and compressed packages need the others. */
const PASSWORDS_AT_ONCE = 2
/** Some ten seconds of passwords, which is how long somebody may take to have a name. */
const PASSWORDS_WAITING = 400
const TOKENS_AT_ONCE = 4
const TOKENS_WAITING = 1000

export class Access implements AccessMode, Decides, Reloadable {
  #rules: AccessRules
  readonly #failed: (error: unknown) => void
  readonly #wrong: WrongAttempts
  readonly #passwords = new Verifications<Refusal>({
    atOnce: PASSWORDS_AT_ONCE,
    mostWaiting: PASSWORDS_WAITING,
  })
  readonly #tokens = new Verifications<Refusal>({
    atOnce: TOKENS_AT_ONCE,
    mostWaiting: TOKENS_WAITING,
  })

  private constructor(rules: AccessRules, { config, now, failed }: AccessOptions) {
    this.#rules = rules
    this.#failed = failed
    this.#wrong = new WrongAttempts(config.wrongPasswordsPerMinute, now)
  }

  /** @throws ConfigError with everything that is wrong with the settings and in the files that they name */
  static async open(options: AccessOptions): Promise<Access> {
    return new Access(await readAccessRules(options.config), options)
  }

  /** Whether anybody is asked anything; otherwise a name is had by being the first. */
  get isOn(): boolean {
    return this.#rules.mode !== 'off' || this.#rules.bindsCertificates
  }

  get mode(): AccessRules['mode'] {
    return this.#rules.mode
  }

  get takesSecrets(): boolean {
    return this.mode !== 'off'
  }

  get isClosed(): boolean {
    return this.mode === 'closed'
  }

  /** How many passwords and tokens wait to be checked. */
  get waiting(): number {
    return this.#passwords.waiting + this.#tokens.waiting
  }

  /** The files are read anew. People who are here stay, whatever is in them. */
  async prepare(config: Config): Promise<() => void> {
    const rules = await readAccessRules(config)
    return () => {
      this.#rules = rules
      this.#wrong.perMinute = config.wrongPasswordsPerMinute
    }
  }

  /** One connection that asks for names. @param shown what came with it */
  applicant(connection: Asking, shown: Shown): Applicant {
    return new Applicant(this, connection, shown)
  }

  /** What is known at once, or what has to be done to know it. */
  decide({ name, secret, certificateName, address }: NameClaim): Refusal | Check {
    const { mode, passwords, decoy, tokens, bindsCertificates } = this.#rules
    if (bindsCertificates && certificateName !== null) return certificateName === name ? null : 'other-name'
    const hash = passwords.get(name)
    if (mode === 'off' || (mode === 'reserved' && hash === undefined)) return null
    if (secret === null || secret === '') return 'no-secret'
    if (!this.#wrong.mayTry(address)) return 'too-many'
    if (secret.length > MAX_SECRET_BYTES) return this.#counted('wrong-secret', address)
    if (tokens !== null && looksLikeToken(secret))
      return this.#check(this.#tokens, address, () => tokens.check(secret, name))
    // Nobody has a password, so nothing is given away by saying so at once.
    if (passwords.size === 0) return this.#counted('wrong-secret', address)
    return this.#check(this.#passwords, address, async () =>
      (await isPassword(secret, hash ?? decoy)) ? null : 'wrong-secret',
    )
  }

  #check(verifications: Verifications<Refusal>, address: string, work: () => Promise<Refusal>): Check {
    // What has failed lets nobody in.
    const checked = async (): Promise<Refusal> => {
      try {
        return this.#counted(await work(), address)
      } catch (error) {
        this.#failed(error)
        return 'busy'
      }
    }
    return { begin: (done) => verifications.add(checked, done) }
  }

  /** Only what may be a guess: a token that has expired was once right. */
  #counted(refusal: Refusal, address: string): Refusal {
    if (refusal === 'wrong-secret') this.#wrong.add(address)
    return refusal
  }
}
