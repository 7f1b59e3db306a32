/** F9: to whom a DIRECT goes, and what it says. */

/** A reading of a payload. `text` may be '', which is no message. */
export interface Direct {
  readonly to: string
  readonly text: string
}

/** Clients in the wild send `/w Amy text`. With one word behind it, it is a text for somebody called `/w`. */
const WHISPER = /^\/w +(?=[^ ]+ +[^ ])/

/**
 * Reads `name text`. `@name text` and `/w name text` are ways to write the same, but both `@name` and `/w` may be
 * somebody's name: so what stands there is a name first, and something to take off only where nobody is called that.
 *
 * @param isHere whether somebody has a name
 * @returns where nobody has any of the names, the reading with everything taken off, for the complaint
 */
export function readDirect(payload: string, isHere: (name: string) => boolean): Direct {
  const written = parted(payload)
  if (isHere(written.to)) return written
  const plain = parted(payload.replace(WHISPER, ''))
  if (isHere(plain.to) || !plain.to.startsWith('@')) return plain
  return { to: plain.to.slice(1), text: plain.text }
}

/** Only the first space parts a name from a text. */
function parted(payload: string): Direct {
  const space = payload.indexOf(' ')
  return { to: payload.slice(0, Math.max(space, 0)), text: payload.slice(space + 1) }
}
