/**
 * `parlance reload`: has the relay of this machine or container take up its configuration anew, and says what became of it.
 * By a signal, because whoever may send one may do this too; the answer is in the relay's address file.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { Command } from 'commander'
import { EXIT_CODE } from '../exit-code.js'
import { type LastReload, type Places, readPlaces } from '../relay/observe/address-file.js'
import { processStart } from '../relay/observe/process-start.js'
import { oneLine } from '../relay/streams/printable.js'
import { type AddressFileFlag, addAddressFileFlag, addressFileOrComplain } from './address-file-flag.js'
import { milliseconds } from './milliseconds.js'
import { reloadLines } from './reload-lines.js'
import { writeOut } from './write-out.js'

interface Flags extends AddressFileFlag {
  readonly timeoutMs: number
}

const DEFAULT_TIMEOUT_MS = 10_000
const POLL_MS = 20

export function reloadCommand(): Command {
  return addAddressFileFlag(new Command('reload'))
    .option('--timeout-ms <MS>', 'how long to wait for an answer', milliseconds, DEFAULT_TIMEOUT_MS)
    .addHelpText(
      'after',
      `
The relay reads its file, its environment and its flags again, opens its log files again, and takes up what can be taken
up while it runs; what takes a new start is said. When anything is wrong, nothing changes. It is the same as SIGHUP, and
what became of it is said in the operational log too.

Example:
  parlance serve --config relay.yaml --address-file /run/parlance.json &
  parlance reload --address-file /run/parlance.json

Exit codes: 0 taken, 1 no answer, 64 wrong arguments, 69 no relay runs there, 78 refused.`,
    )
    .action(reloadRunning)
}

async function reloadRunning({ timeoutMs, ...flag }: Flags): Promise<void> {
  const addressFile = addressFileOrComplain(flag)
  if (addressFile === null) {
    process.exitCode = EXIT_CODE.usage
    return
  }
  let before: number
  try {
    before = signal(readPlaces(addressFile))
  } catch (error) {
    fail(`no relay is there: ${(error as Error).message}`, EXIT_CODE.unavailable)
    return
  }
  try {
    report(await answerAfter(addressFile, before, timeoutMs))
  } catch (error) {
    fail(`no answer: ${(error as Error).message}`, EXIT_CODE.notOk)
  }
}

/** @returns the number of the last reload before this @throws in words why there is no such process */
function signal({ pid, started = null, reload }: Places): number {
  // Whoever crashes leaves the file, and its number may be anybody's by now, whom the signal would end.
  if (started !== null && processStart(pid) !== started) throw new Error(`process ${pid} is not that relay`)
  process.kill(pid, 'SIGHUP')
  return reload?.number ?? 0
}

/** @throws in words why there is no answer */
async function answerAfter(addressFile: string, before: number, timeoutMs: number): Promise<LastReload> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const { reload } = readPlaces(addressFile)
    if (reload !== undefined && reload.number > before && reload.state !== 'under way') return reload
    if (performance.now() > deadline) throw new Error(`nothing within ${timeoutMs} ms in ${addressFile}`)
    await delay(POLL_MS)
  }
}

function report({ state, live, waiting, workers, problems }: LastReload): void {
  if (state === 'refused') {
    fail(
      `the relay has refused it, and nothing has changed:\n  ${problems.map(oneLine).join('\n  ')}`,
      EXIT_CODE.config,
    )
    return
  }
  writeOut(`${reloadLines({ live, waiting, workers }).join('\n')}\n`)
}

function fail(words: string, exitCode: number): void {
  process.stderr.write(`parlance: ${words}\n`)
  process.exitCode = exitCode
}
