/**
 * The full-screen client of chatmaster as a program: turns signals and a terminal that has gone into leaving, and gives the
 * terminal back however it ends. The chat itself is `ScreenChat`.
 */

import { constants } from 'node:os'
import { EXIT_CODE } from '../../exit-code.js'
import type { ChatClientOptions } from '../chat-client.js'
import { SIGNALLED, written } from '../console-program.js'
import { Suspension } from '../suspension.js'
import { Screen } from './screen.js'
import { ScreenChat } from './screen-chat.js'

/** A terminal that is drawn more often shows nothing more. */
const FRAME_MS = 16

/**
 * Chats until the person leaves, the connection is lost or the terminal has gone. Takes SIGINT, SIGTERM, SIGHUP,
 * SIGTSTP and SIGCONT while it runs.
 *
 * @returns the exit code (`EXIT_CODE`, or 128 and the signal), once the terminal is as it was; never rejects
 */
export async function runFullScreenClient(options: ChatClientOptions): Promise<number> {
  const { host, port, tls, password, name, compressed, input, output, errorOutput } = options
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
    pasteCut: () => chat.pasteCut(),
    redraw: wanted,
    gone: hungUp,
  })
  const chat = new ScreenChat(
    { host, port, tls, password },
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
      suspend: () => suspension.stop(),
    },
    Date.now,
  )
  const reopened = () => {
    // Also after a stop that could not be seen coming: whatever the shell did to the terminal is undone.
    screen.close()
    screen.open()
    wanted()
  }
  const suspension = new Suspension(() => screen.close(), reopened)
  process.on('SIGINT', interrupted).on('SIGTERM', terminated).on('SIGHUP', hungUp)
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
    suspension.release()
    process.off('SIGINT', interrupted).off('SIGTERM', terminated).off('SIGHUP', hungUp)
  }
}
