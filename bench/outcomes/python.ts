/** Runs one of the Python programs here: clients that Node cannot be, because of their socket options, or of their number. */

import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

/** @returns what it printed as JSON @throws Error with its words when it ended otherwise */
export async function runPython<Result>(
  program: string,
  words: readonly (string | number)[],
): Promise<Result> {
  const path = fileURLToPath(new URL(program, import.meta.url))
  const command = ['python3', path, ...words.map(String)]
  // The relay is on the first core.
  if (availableParallelism() > 1) command.unshift('taskset', '-c', '1')
  const child = spawn(command[0] as string, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let complaints = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaints += text
  })
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${complaints}`)
  return JSON.parse(output) as Result
}
