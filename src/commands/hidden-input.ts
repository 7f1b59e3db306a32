/** Reads a password: from a terminal without showing it, or the first line of whatever else the input is. */

import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** Ctrl-C, or the end of the input before there was a line. */
export class NoInputError extends Error {}

/** @param prompt what a person is asked; not written where nobody reads it @throws NoInputError */
export async function readHidden(
  prompt: string,
  input: NodeJS.ReadStream,
  output: Writable,
): Promise<string> {
  if (input.isTTY) output.write(prompt)
  // What is typed is echoed by readline and not by the terminal, and goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: nowhere, terminal: input.isTTY })
  try {
    return await new Promise((resolve, reject) => {
      lines.once('line', resolve)
      lines.once('SIGINT', () => reject(new NoInputError('interrupted')))
      lines.once('close', () => reject(new NoInputError('the input has ended')))
    })
  } finally {
    lines.close()
    if (input.isTTY) output.write('\n')
  }
}
