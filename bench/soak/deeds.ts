/** What this bench has done to the relay, in the words in which the relay counts and records it; and what did not go as it must. */

const MOST_TROUBLES = 50

export class Deeds {
  /** Connections that were made, those included that were then told that there is no room. */
  connected = 0
  /** Names that were accepted. */
  accepted = 0
  /** Messages that the relay has taken: to rooms, and to one person alone. */
  readonly said = { message: 0, direct: 0 }
  readonly edited = { times: 0 }
  readonly renamed = { times: 0 }
  readonly blocked = { times: 0 }
  readonly reloads = { taken: 0, refused: 0 }
  /** How connections had to end, by close reason. */
  readonly ends = new Map<string, number>()
  /** Names that had to be refused, by why. */
  readonly rejected = new Map<string, number>()
  /** How often each kind of visit was made. */
  readonly visits = new Map<string, number>()
  /** Questions that were answered. */
  answered = 0
  /** What an operator asked and did. */
  operated = 0
  /** What did not go as it must; of very many the first. */
  readonly troubles: string[] = []
  troubleCount = 0
  readonly #say: (line: string) => void

  /** @param say is told each trouble as soon as it is there */
  constructor(say: (line: string) => void = () => {}) {
    this.#say = say
  }

  /** A connection has ended that must be recorded as ended by `reason`. */
  end(reason: string, times = 1): void {
    add(this.ends, reason, times)
  }

  reject(reason: string): void {
    add(this.rejected, reason)
  }

  visit(kind: string): void {
    add(this.visits, kind)
  }

  trouble(kind: string, error: unknown): void {
    this.troubleCount++
    if (this.troubles.length === MOST_TROUBLES) return
    const words = `${kind}: ${wordsOf(error)}`
    this.troubles.push(words)
    this.#say(words)
  }
}

function add(counts: Map<string, number>, key: string, times = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + times)
}

/** Of what a check expected also what came instead. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { expected, came } = error as { expected?: string; came?: string }
  return expected === undefined ? error.message : `expected ${expected}, came ${came}`
}
