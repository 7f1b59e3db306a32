/**
 * Makes text from the network harmless for a terminal (M3). A relay lets no control character pass, but a
 * client cannot know which relay it talks to.
 */

/** What a foreign relay may leave at the end of a text: C programs pad with NUL, terminals end in CR and LF. */
const PADDING = /[\r\n\0]+$/
/**
 * Controls, invisible formatting (text direction among it), lone surrogates and line separators; not tab, and not what
 * makes one emoji of two.
 */
const HARMFUL =
  /(?!\t|(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)\u200d\p{Extended_Pictographic})[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

const DEL = 0x7f

/**
 * `text` with everything that a terminal would act on written out: `^[` for escape, `^?` for DEL, `\u{9b}`
 * for what is beyond ASCII. Trailing line ends and padding are dropped; what joins two emoji stays.
 */
export function visible(text: string): string {
  return text.replace(PADDING, '').replace(HARMFUL, writtenOut)
}

function writtenOut(character: string): string {
  const code = character.codePointAt(0) as number
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`
  return code === DEL ? '^?' : `\\u{${code.toString(16)}}`
}
