/** The words of the model: what somebody does, what somebody is told, and what is a text (M2, M3). Plain data, the same for every dialect. */

/** A connection, for as long as the trial lasts. */
export type ClientId = string

/** A message, whatever id the relay gave it: the number behind the `#` of its text. */
export type Mark = string

export type Status = 'ONLINE' | 'OFFLINE' | 'DO_NOT_DISTURB'

/** What a client asks for. What a dialect has no request for, its clients never do. */
export type Action =
  | { readonly do: 'come' | 'hold' | 'rename' | 'block' | 'unblock'; readonly name: string }
  /** `room` of who is in one at a time is only where they go. */
  | { readonly do: 'join' | 'part' | 'members'; readonly room: string }
  /** `as` is the name that the client writes into it (N5). */
  | {
      readonly do: 'say'
      readonly room: string
      readonly text: string
      readonly symbol: Mark
      readonly as: string
    }
  | {
      readonly do: 'tell'
      readonly to: readonly string[]
      readonly text: string
      readonly symbol: Mark
      readonly as: string
    }
  /** `id` is the relay's word for the message `of`. */
  | { readonly do: 'edit'; readonly of: Mark; readonly id: string; readonly text: string }
  | { readonly do: 'acknowledge'; readonly of: Mark; readonly id: string }
  | { readonly do: 'status'; readonly status: Status }
  | { readonly do: 'hide'; readonly isPrivate: boolean }
  /** `probe` changes nothing; its answer is the same whatever happens elsewhere, and says that everything before it was carried out. */
  | { readonly do: 'names' | 'rooms' | 'probe' | 'leave' }

export type Deed = Action['do']

/** What happened, as those hear it whom it concerns. */
export type Told =
  /** `saidAt` is the sender's own word for when, where the dialect asks for it (C6). */
  | {
      readonly kind: 'message'
      readonly name: string
      readonly room: string
      readonly text: string
      readonly symbol: Mark
      readonly saidAt: string | null
    }
  | {
      readonly kind: 'direct'
      readonly name: string
      readonly to: string
      readonly text: string
      readonly symbol: Mark
      readonly saidAt: string | null
    }
  /** `room` is null for a direct message, and `to` whom this is told to. */
  | {
      readonly kind: 'edited'
      readonly name: string
      readonly room: string | null
      readonly to: string
      readonly text: string
      readonly symbol: Mark
    }
  | { readonly kind: 'receipt'; readonly name: string; readonly symbol: Mark }
  | { readonly kind: 'joined' | 'left'; readonly name: string; readonly room: string }
  | { readonly kind: 'renamed'; readonly name: string; readonly formerName: string; readonly room: string }
  | { readonly kind: 'status'; readonly name: string; readonly status: Status }
  | { readonly kind: 'visibility'; readonly room: string; readonly isPrivate: boolean }
  | { readonly kind: 'blocked'; readonly name: string; readonly to: string }

/** The room that always exists (R1, R2). */
export const GENERAL = 'general'

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/
const PADDING = /[\r\n\0]+$/

/** Thousands of orders are tried with each: a long one is looked at once, and known again by its length and its end, where its mark is. */
function remembered<T>(of: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    if (text.length < 1000) return of(text)
    const key = `${text.length} ${text.slice(-20)}`
    let found = known.get(key)
    if (found === undefined) {
      found = of(text)
      known.set(key, found)
    }
    return found
  }
}

/** M3: without the padding at its end; `null` for what must not pass. */
export const cleanText = remembered((text): string | null => {
  const clean = text.replace(PADDING, '')
  return CONTROL.test(clean) ? null : clean
})

/** What an ASCII dialect can say. */
export const isAscii = remembered((text): boolean => /^[\t -~]*$/.test(text))

/** M2: as an ASCII dialect shows it. The texts of the model have no other letters beyond ASCII than these. */
export function inAscii(text: string): string {
  return text.replaceAll('é', 'e').replaceAll('ü', 'u')
}

/** N2. */
export function isName(name: string): boolean {
  return /^[!-~]{1,32}$/.test(name)
}

/** Sorted always means by byte value. */
export function sorted(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}
