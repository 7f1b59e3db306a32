/** What somebody pasted, made fit to be edited and sent: lines, and nothing that a terminal would act on. */

/** Terminals send CR for the line ends of a paste; the rest is what texts end their lines with. */
const LINE_ENDS = /\r\n|[\r\n\v\f\u0085\u2028\u2029]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const CONTROLS = /(?![\t\n])[\u0000-\u001f\u007f-\u009f]/g

/** What stands for a line end in a prompt. */
export const LINE_END_SIGN = '⏎'

/** `text` with `\n` between its lines, and no other control character but tab (M3). */
export function pastedText(text: string): string {
  return text.replace(LINE_ENDS, '\n').replace(CONTROLS, '')
}

/** The lines of a prompt that was entered, each of them one to say. A line end behind the last one begins no other. */
export function enteredLines(text: string): string[] {
  const lines = text.split('\n')
  return lines.length > 1 && lines.at(-1) === '' ? lines.slice(0, -1) : lines
}
