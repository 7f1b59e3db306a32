/** Which rooms the client is in, and to which of them goes what is typed. */

export class MyRooms {
  /** In the order in which they were joined or spoken to, the current one last. */
  readonly #rooms = new Set<string>()
  /** Asked for and not answered yet: what is typed behind `/join` in a pipe goes there already. */
  readonly #asked = new Set<string>()

  /** '' when there is none. */
  get current(): string {
    return [...this.#rooms].at(-1) ?? ''
  }

  /** Asks to be in `room`, which is the current one from now on. */
  ask(room: string): void {
    if (!this.#rooms.has(room)) this.#asked.add(room)
    this.#rooms.delete(room)
    this.#rooms.add(room)
  }

  joined(room: string): void {
    this.#asked.delete(room)
    if (!this.#rooms.has(room)) this.ask(room)
    this.#asked.delete(room)
  }

  /** The relay does not let us in. */
  refused(room: string): void {
    if (this.#asked.delete(room)) this.#rooms.delete(room)
  }

  left(room: string): void {
    this.#asked.delete(room)
    this.#rooms.delete(room)
  }

  /** Another connection begins. */
  clear(): void {
    this.#asked.clear()
    this.#rooms.clear()
  }
}
