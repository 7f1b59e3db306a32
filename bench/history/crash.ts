/** Kills a process that writes, at any moment, and looks whether all that it was told is written is there. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { openContender } from './contenders.js'
import { roomOf } from './messages.js'

const WRITER = fileURLToPath(new URL('./writer.ts', import.meta.url))

/**
 * @returns how many of the messages that were reported as written were not there, over all rounds; `null` where it could not even
 *   be opened again
 */
export async function lostByKills(name: string, directory: string, rounds: number): Promise<number | null> {
  let reported = 0
  let lost = 0
  for (let round = 0; round < rounds; round++) {
    const args = ['--import', 'tsx', WRITER, name, directory, String(reported)]
    const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    writer.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    await once(writer.stdout, 'data')
    const closed = once(writer, 'close')
    setTimeout(() => writer.kill('SIGKILL'), 20 + Math.random() * 300)
    await closed
    reported = Number(said.trimEnd().split('\n').at(-1))
    const store = await openContender(name, directory).catch(() => null)
    if (store === null) return null
    const found = (await store.last(roomOf(0), reported + 1_000_000)).length
    await store.close()
    lost += Math.max(0, reported - found)
  }
  return lost
}

/** Whether another process can read while one writes. */
export async function isReadableMeanwhile(name: string, directory: string): Promise<boolean> {
  const args = ['--import', 'tsx', WRITER, name, directory, '0']
  const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(writer, 'close')
  await once(writer.stdout, 'data')
  writer.stdout.resume()
  try {
    const store = await openContender(name, directory)
    for (let look = 0; look < 50; look++) {
      if ((await store.last(roomOf(0), 50)).length !== 50) return false
    }
    await store.close()
    return true
  } catch {
    return false
  } finally {
    writer.kill('SIGKILL')
    await closed
  }
}
