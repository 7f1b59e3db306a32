/**
 * What a subject is called in NATS. Tokens there have no dots, spaces or wildcards: what has anything but letters, digits, `_` and `-` is encoded.
 */

import type { Subject } from '../bus.js'

const TOKEN = /^[A-Za-z0-9_-]+$/
/** Rooms come and go. */
const MOST_KEPT = 10_000

export class SubjectNames {
  readonly #prefix: string
  readonly #names = new Map<Subject, string>()

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  of(subject: Subject): string {
    const known = this.#names.get(subject)
    if (known !== undefined) return known
    if (this.#names.size >= MOST_KEPT) this.#names.clear()
    const dot = subject.indexOf('.')
    const kind = dot === -1 ? subject : subject.slice(0, dot)
    const name =
      dot === -1 ? `${this.#prefix}.${kind}` : `${this.#prefix}.${kind}.${token(subject.slice(dot + 1))}`
    this.#names.set(subject, name)
    return name
  }
}

/** A text as one token; with `=`, which no plain one has, in front of what was encoded. */
export function token(text: string): string {
  return TOKEN.test(text) ? text : `=${Buffer.from(text).toString('base64url')}`
}
