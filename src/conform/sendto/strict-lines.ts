/** The strict server in line mode (S8): reads lines, answers in words, and takes note of what the client does. */

import type { Verdicts } from '../check.js'
import type { RawPeer } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'
import { MAX_NAME, MAX_TEXT, sorted } from './wire.js'

const NAME = /^[\x21-\x7e]{1,20}$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\ufffd]/

/** Serves until the connection ends. @param others who is there besides the client */
export async function serveLines(
  peer: RawPeer,
  verdicts: Verdicts,
  others: readonly string[],
): Promise<void> {
  let name: string | null = null
  const say = (words: string) => peer.write(`${words}\n`)
  const wrong = (what: string, words: string) => {
    verdicts.broken('S8', what)
    say(words)
  }
  const kept = (what: string, words: string) => {
    verdicts.kept('S8', what)
    say(words)
  }

  for (;;) {
    const line = await nextLine(peer, verdicts)
    if (line === null) return
    const shown = shownBytes(Buffer.from(line))
    const [command, first, ...rest] = line.split(' ')
    const bare = first === undefined
    if (command === 'exit' && bare) {
      kept('left with exit', 'EXIT')
      return
    }
    if (command === 'list' && bare) {
      kept('asked who is here', sorted(name === null ? others : [...others, name]).join('\n'))
    } else if (command === 'logout' && bare) {
      kept('logged out', name === null ? 'Failure' : 'Success')
      name = null
    } else if (command === 'login') {
      if (rest.length > 0 || !NAME.test(first ?? ''))
        wrong(`asked for what cannot be a name: ${shown}`, 'Bad username')
      else if (name !== null || others.includes(first as string)) kept('asked for a name in vain', 'Failure')
      else {
        name = first as string
        kept(`asked for a name: ${name}`, `Success\nAmy: Hello ${name}`)
      }
    } else if (command === 'sendto') {
      const to = first ?? ''
      const text = rest.join(' ')
      if (to === '' || to.length > MAX_NAME || text === '')
        wrong(`named nobody or said nothing: ${shown}`, 'Bad username')
      else if (Buffer.byteLength(text) > MAX_TEXT)
        wrong(`sent a text of ${text.length} characters`, 'Bad message')
      else if (CONTROL.test(text)) wrong(`sent what cannot be a text: ${shown}`, 'Bad message')
      else if (name === null) kept('sent a word without being logged in', 'Failure')
      else if (to === name) kept('sent a word to itself', `${name}: ${text}\nSuccess`)
      else if (others.includes(to)) kept(`sent a word to ${to}`, `Success\n${to}: Just between us, ${name}`)
      else kept('sent a word to somebody who is not here', 'Failure')
    } else {
      wrong(`sent what is no command: ${shown}`, 'Invalid command')
    }
  }
}

/** The next line without its end and padding; null when the connection has ended. */
async function nextLine(peer: RawPeer, verdicts: Verdicts): Promise<string | null> {
  const length = () => peer.received.indexOf(0x0a) + 1
  await peer.until(() => length() > 0, 'a line').catch(() => {})
  if (length() > 0) return (await peer.take(length())).toString('utf8').replace(/[\r\n\0]+$/, '')
  if (peer.received.length > 0) {
    verdicts.broken('S8', `ended the connection in the middle of a line: ${shownBytes(peer.received)}`)
  }
  return null
}
