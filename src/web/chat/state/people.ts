/** Who is in the room, and who of them is blocked. Owns the order in which they are listed. */

import type { Person, Status } from '../../../client/library/events.js'

const { compare } = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

export class People {
  readonly #byName = new Map<string, Person>()
  #sorted: readonly Person[] | null = null
  #meanwhile: Map<string, 'here' | 'changed' | 'gone'> | null = null

  get count(): number {
    return this.#byName.size
  }

  /** By name; made once until somebody comes or goes. */
  get sorted(): readonly Person[] {
    this.#sorted ??= [...this.#byName.values()].sort((a, b) => compare(a.name, b.name))
    return this.#sorted
  }

  has(name: string): boolean {
    return this.#byName.has(name)
  }

  get(name: string): Person | undefined {
    return this.#byName.get(name)
  }

  /** All are being asked for: whoever comes or goes until the answer is newer than the answer may be. */
  expectList(): void {
    this.#meanwhile = new Map()
  }

  /** These are here, but for what has been heard since `expectList`. */
  replace(people: Iterable<Person>): void {
    const before = new Map(this.#byName)
    this.#byName.clear()
    for (const person of people) this.#byName.set(person.name, person)
    for (const [name, what] of this.#meanwhile ?? []) {
      if (what === 'gone') this.#byName.delete(name)
      else if (what === 'changed' || !this.#byName.has(name)) {
        const person = before.get(name)
        if (person !== undefined) this.#byName.set(name, person)
      }
    }
    this.#meanwhile = null
    this.#sorted = null
  }

  /** Comes. How they are to be found is not told with that, and is taken to be as for most. */
  add(name: string): void {
    this.#byName.set(name, { name, status: 'ONLINE' })
    this.#meanwhile?.set(name, 'here')
    this.#sorted = null
  }

  /** Somebody who is here has another status. */
  change(name: string, status: Status): void {
    if (!this.#byName.has(name)) return
    this.#byName.set(name, { name, status })
    this.#meanwhile?.set(name, 'changed')
    this.#sorted = null
  }

  remove(name: string): void {
    this.#meanwhile?.set(name, 'gone')
    if (this.#byName.delete(name)) this.#sorted = null
  }
}
