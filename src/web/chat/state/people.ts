/** Who is in the room, and who of them is blocked. Owns the order in which they are listed. */

export type Status = 'ONLINE' | 'OFFLINE' | 'DO_NOT_DISTURB'

export interface Person {
  readonly name: string
  readonly status: Status
}

const { compare } = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

export class People {
  readonly #byName = new Map<string, Person>()
  #sorted: readonly Person[] | null = null

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

  /** Exactly these are here. */
  replace(people: Iterable<Person>): void {
    this.#byName.clear()
    for (const person of people) this.#byName.set(person.name, person)
    this.#sorted = null
  }

  /** Comes, or has another status. */
  set(name: string, status: Status): void {
    this.#byName.set(name, { name, status })
    this.#sorted = null
  }

  remove(name: string): void {
    if (this.#byName.delete(name)) this.#sorted = null
  }
}
