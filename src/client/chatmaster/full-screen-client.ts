/**
 * The full-screen client of chatmaster as a program: needs a terminal, turns signals and a terminal that has gone into
 * leaving, and gives the terminal back however it ends. The chat itself is `FullScreenChat`.
 */

import { constants } from 'node:os'
import { EXIT_CODE } from '../../exit-code.js'
import type { ChatClientOptions } from '../chat-client.js'
import { SIGNALLED, written } from '../console-program.js'
import { FullScreenChat } from './full-screen-chat.js'
import { Screen } from './screen.js'

/** A terminal that is drawn more often shows nothing more. */
const FRAME_MS = 16

/**
 * Chats until the person leaves, the connection is lost or the terminal has gone. Takes SIGINT, SIGTERM, SIGHUP,
 * SIGTSTP and SIGCONT while it runs.
 *
 * @returns the exit code (`EXIT_CODE`, or 128 and the signal), once the terminal is as it was; never rejects
 */
export async function runFullScreenClient(options: ChatClientOptions): Promise<number> {
  const { host, port, name, compressed, input, output, errorOutput } = options
  // Where remarks cannot be written, there is nowhere left to remark on it.
  errorOutput.on('error', () => {})
  if (!isTerminal(input, output)) {
    errorOutput.write(
      'The chatmaster client fills the screen: it needs a terminal, for input and for output.\n',
    )
    return EXIT_CODE.usage
  }

  const stopOn = (signal: 'SIGTERM' | 'SIGHUP') => () => chat.stop(SIGNALLED + constants.signals[signal])
  const terminated = stopOn('SIGTERM')
  const hungUp = stopOn('SIGHUP')
  const interrupted = () => chat.stop(EXIT_CODE.interrupted)

  let timer: NodeJS.Timeout | null = null
  const wanted = () => {
    timer ??= setTimeout(() => {
      timer = null
      screen.draw(chat.frame(screen.size))
    }, FRAME_MS)
  }
  const screen = new Screen(input, output, errorOutput, {
    key: (key) => chat.key(key),
    text: (text) => chat.text(text),
    redraw: wanted,
    gone: hungUp,
  })
  const reopened = () => {
    // Also after a stop that could not be seen coming: whatever the shell did to the terminal is undone.
    screen.close()
    screen.open()
    wanted()
  }
  const suspend = () => {
    screen.close()
    process.off('SIGTSTP', suspend)
    // The whole job, as the terminal itself would do it. Where nobody could wake it again the system ignores that.
    process.kill(0, 'SIGTSTP')
    setImmediate(() => {
      process.on('SIGTSTP', suspend)
      reopened()
    })
  }
  const chat = new FullScreenChat(
    { host, port },
    name.trim(),
    compressed,
    {
      get size() {
        return screen.size
      },
      changed: wanted,
      forget: () => {
        screen.forget()
        wanted()
      },
      suspend,
    },
    Date.now,
  )
  process.on('SIGINT', interrupted).on('SIGTERM', terminated).on('SIGHUP', hungUp)
  process.on('SIGTSTP', suspend).on('SIGCONT', reopened)
  try {
    screen.open()
    wanted()
    const { code, words } = await chat.run()
    screen.release()
    if (words !== '') await written(errorOutput, `${words}\n`)
    return code
  } finally {
    if (timer !== null) clearTimeout(timer)
    screen.release()
    process.off('SIGINT', interrupted).off('SIGTERM', terminated).off('SIGHUP', hungUp)
    process.off('SIGTSTP', suspend).off('SIGCONT', reopened)
  }
}

function isTerminal(input: NodeJS.ReadStream, output: NodeJS.WriteStream): boolean {
  const { TERM: kind } = process.env
  return input.isTTY === true && output.isTTY === true && kind !== undefined && kind !== '' && kind !== 'dumb'
}
