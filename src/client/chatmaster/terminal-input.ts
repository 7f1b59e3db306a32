/**
 * What a terminal sends, cut into whole keys and pastes for terminal-kit, which reads keys only where each chunk has
 * whole ones: it never comes back from a chunk that begins inside a UTF-8 character, forgets what follows a sequence
 * that it does not know, and has no word for a paste.
 */

import { EventEmitter } from 'node:events'
import { StringDecoder } from 'node:string_decoder'

export interface TerminalInputEvents {
  /** The bytes of one key or mouse report. */
  data: [key: Buffer]
  /** Text that was pasted, as it is. */
  paste: [text: string]
  /** There is no more input: the terminal has gone. */
  gone: []
}

/** One key: an escape sequence, or a character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what keys are made of.
const KEY = /\x1b\[M.{3}|\x1b\[[0-?]*[ -/]*[@-~]|\x1bO.|\x1b[^\x1b]|./gsu
/** What may be the beginning of a longer sequence. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const UNFINISHED = /\x1b(?:\[[0-?]*[ -/]*|\[M.{0,2}|O)?$/su
const PASTE_START = '\x1b[200~'
const PASTE_END = '\x1b[201~'
/** After this the Escape key was pressed, and nothing follows. */
const ESCAPE_MS = 50
/** A terminal that never ends its paste must not fill the memory. */
const MAX_PASTE = 1024 * 1024

export class TerminalInput extends EventEmitter<TerminalInputEvents> {
  readonly #terminal: NodeJS.ReadStream
  readonly #decoder = new StringDecoder('utf8')
  #held = ''
  #pasted: string | null = null
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
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#terminal.off('data', this.#take).off('end', this.#gone)
    this.#terminal.pause()
    this.#terminal.unref?.()
  }

  readonly #gone = () => {
    this.emit('gone')
  }

  readonly #take = (chunk: Buffer) => {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#read(this.#held + this.#decoder.write(chunk))
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
      else this.#keys(part, found === -1)
      if (!inPaste && found !== -1) this.#pasted = ''
    }
  }

  #paste(part: string, ends: boolean): void {
    const pasted = (this.#pasted ?? '') + part
    if (ends) {
      this.#pasted = null
      this.emit('paste', pasted.slice(0, MAX_PASTE))
      return
    }
    // The end of the paste may be cut.
    const kept =
      pasted.lastIndexOf('\x1b') > pasted.length - PASTE_END.length ? pasted.lastIndexOf('\x1b') : -1
    this.#pasted = (kept === -1 ? pasted : pasted.slice(0, kept)).slice(0, MAX_PASTE)
    this.#held = kept === -1 ? '' : pasted.slice(kept)
  }

  #keys(part: string, isLast: boolean): void {
    const unfinished = isLast ? UNFINISHED.exec(part) : null
    for (const [key] of part.slice(0, unfinished?.index).matchAll(KEY)) this.emit('data', Buffer.from(key))
    if (unfinished === null) return
    this.#held = unfinished[0]
    this.#timer = setTimeout(() => {
      const held = this.#held
      this.#held = ''
      this.emit('data', Buffer.from(held))
    }, ESCAPE_MS)
  }
}
