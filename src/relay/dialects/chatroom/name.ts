/** C1: which names people may come in with here, which is narrower than what the relay calls a name (N2). */

const NAME = /^[A-Za-z0-9]{3,30}$/

/** What means everybody in a header can be nobody's name. */
const EVERYBODY = 'everyone'

export function isChatroomName(text: string): boolean {
  return NAME.test(text) && text.toLowerCase() !== EVERYBODY
}
