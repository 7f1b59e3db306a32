/**
 * What a terminal sends, cut into what was typed, whole keys and pastes. Those who read keys (readline, terminal-kit) take
 * a key as such only where a chunk has nothing else in it, draw anew for every character, and know no pastes.
 *
 *     typing --ESC[200~--> pasting --nothing for a moment--> stalled --one key alone--> typing
 *       ^                    |  ^                              |
 *       +------ESC[201~------+  +---------more of it-----------+
 */

import { EventEmitter } from 'node:events'
import { StringDecoder } from 'node:string_decoder'

export interface TerminalInputEvents {
  /** The bytes of one key that is no character, or of a mouse report. */
  data: [key: Buffer]
  /** Characters that were typed, or pasted into a terminal that does not mark pastes. */
  text: [text: string]
  /** What was pasted, as it is; `isCut` where that is the beginning of what was too much. */
  paste: [text: string, isCut: boolean]
  /** There is no more input: the terminal has gone. */
  gone: []
}

/** What asks a terminal to mark pastes, and what ends that. */
export const MARK_PASTES = '\x1b[?2004h'
export const MARK_NO_PASTES = '\x1b[?2004l'

/** Of one paste, in UTF-16 units: several times the longest message, and little enough to be edited. */
export const MAX_PASTE = 256 * 1024
export const PASTE_CUT_WORDS = `Only the first ${MAX_PASTE} characters of the paste were taken.`

/** One key: an escape sequence, or a character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what keys are made of.
const KEY = /\x1b\[M.{3}|\x1b\[[0-?]*[ -/]*[@-~]|\x1bO.|\x1b[^\x1b]|./su
const ONE_KEY = new RegExp(`^(?:${KEY.source})$`, 'su')
/** Characters in a row, or one key. */
const PIECES = new RegExp(`[^\\x00-\\x1f\\x7f]+|${KEY.source}`, 'gsu')
/** What may be the beginning of a longer sequence. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const UNFINISHED = /\x1b(?:\[[0-?]*[ -/]*|\[M.{0,2}|O)?$/su
const PASTE_START = '\x1b[200~'
const PASTE_END = '\x1b[201~'
/** After this the Escape key was pressed, and nothing follows. */
const ESCAPE_MS = 50
/** After this a paste is shown as far as it has come: its end may never. */
const STALLED_MS = 1_000

export class TerminalInput extends EventEmitter<TerminalInputEvents> {
  readonly #terminal: NodeJS.ReadStream
  readonly #decoder = new StringDecoder('utf8')
  /** What may be the beginning of a key, or of the mark that ends a paste. */
  #held = ''
  /** Null outside a paste. */
  #pasted: string | null = null
  #isCut = false
  #isStalled = false
  #isGone = false
  #timer: NodeJS.Timeout | null = null

  constructor(terminal: NodeJS.ReadStream) {
    super()
    this.#terminal = terminal
    terminal.on('data', this.#take)
    terminal.on('end', this.#gone)
    terminal.on('error', this.#gone)
  }

  pause(): void {
    this.#terminal.pause()
  }

  resume(): void {
    this.#terminal.resume()
  }

  setRawMode(raw: boolean): void {
    this.#terminal.setRawMode(raw)
  }

  /** Lets go of the terminal, which is no reason for the process to stay. */
  release(): void {
    this.#stopTimer()
    this.#terminal.off('data', this.#take).off('end', this.#gone)
    this.#terminal.pause()
    this.#terminal.unref?.()
  }

  readonly #gone = () => {
    // Once: whoever then gives back raw mode gets another error.
    if (this.#isGone) return
    this.#isGone = true
    this.emit('gone')
  }

  readonly #take = (chunk: Buffer) => {
    this.#stopTimer()
    const text = this.#decoder.write(chunk)
    // Whoever waits in vain for the end of a paste presses a key; the rest of a paste comes in larger pieces.
    if (this.#isStalled && ONE_KEY.test(text)) {
      this.#pasted = null
      this.#held = ''
    }
    this.#isStalled = false
    this.#read(this.#held + text)
  }

  #read(text: string): void {
    this.#held = ''
    let rest = text
    while (rest !== '') {
      const inPaste = this.#pasted !== null
      const mark = inPaste ? PASTE_END : PASTE_START
      const found = rest.indexOf(mark)
      const part = found === -1 ? rest : rest.slice(0, found)
      rest = found === -1 ? '' : rest.slice(found + mark.length)
      if (inPaste) this.#paste(part, found !== -1)
      else this.#pieces(part, found === -1)
      if (!inPaste && found !== -1) this.#pasted = ''
    }
    if (this.#pasted !== null) this.#timer = setTimeout(this.#stalled, STALLED_MS)
  }

  #paste(part: string, ends: boolean): void {
    // The mark at the end may be cut.
    const mark = ends ? -1 : part.lastIndexOf('\x1b')
    const length = mark !== -1 && mark > part.length - PASTE_END.length ? mark : part.length
    const pasted = this.#pasted ?? ''
    const room = MAX_PASTE - pasted.length
    if (length > room) this.#isCut = true
    this.#pasted = pasted + part.slice(0, Math.min(length, room))
    this.#held = part.slice(length)
    if (!ends) return
    this.#tell()
    this.#pasted = null
  }

  readonly #stalled = () => {
    this.#isStalled = true
    this.#tell()
  }

  /** Tells what has been pasted so far, and goes on with the rest. */
  #tell(): void {
    const pasted = this.#pasted ?? ''
    const isCut = this.#isCut
    this.#pasted = ''
    this.#isCut = false
    if (pasted !== '') this.emit('paste', pasted, isCut)
  }

  #pieces(part: string, isLast: boolean): void {
    const unfinished = isLast ? UNFINISHED.exec(part) : null
    for (const [piece] of part.slice(0, unfinished?.index).matchAll(PIECES)) this.#piece(piece)
    if (unfinished === null) return
    this.#held = unfinished[0]
    this.#timer = setTimeout(() => {
      const held = this.#held
      this.#held = ''
      this.emit('data', Buffer.from(held))
    }, ESCAPE_MS)
  }

  #piece(piece: string): void {
    const isText = (piece[0] as string) >= ' ' && piece[0] !== '\x7f'
    if (isText) this.emit('text', piece)
    // Of a paste whose end nobody waited for.
    else if (piece !== PASTE_END) this.emit('data', Buffer.from(piece))
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }
}
