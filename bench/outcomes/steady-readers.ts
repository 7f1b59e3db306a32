/**
 * Readers that are slow and steady, at rates around the minimum and with receive buffers of all sizes, in a room that is
 * flooded: whoever reads at the minimum rate lives, and the others hear on.
 */

import { atMost, exactly, type Outcome } from './claim.js'
import { runPython } from './python.js'
import { withRelay } from './runs.js'

const RATES_KB = [50, 70, 100, 150, 300, 700]
const BUFFERS = [4096, 16_384, 0]
const LOADS = ['flood', 'writers'] as const
/** `minDrainBytesPerSecond`, in KB/s. */
const MINIMUM_KB = 65.536
const SECONDS = 20
/** `graceMs` and a second. */
const MOST_SECONDS_STOPPED = 11
/** What it takes to fill the kernel's buffers, before the relay has anything queued. */
const FILLING_SECONDS = { flood: 0.5, writers: 3 }
const MOST_TALKER_SECONDS = 0.5

interface Cell {
  readonly rateKb: number
  readonly buffer: number
  readonly load: (typeof LOADS)[number]
}

interface Measured {
  readonly cutAfterSeconds: number | null
  readonly slowBytesPerSecond: number
  readonly roomBytesPerSecond: number
  readonly longestGapSeconds: number
  readonly talkerSlowestSeconds: number
  readonly wrong: number
}

export const steadyReaders: Outcome = {
  name: 'steady-readers',
  description: 'one slow and steady reader in a room of 22 that is flooded',
  prove: async (_rounds, say) => {
    const cells: Cell[] = LOADS.flatMap((load) =>
      [...RATES_KB, 0].flatMap((rateKb) => BUFFERS.map((buffer) => ({ rateKb, buffer, load }))),
    )
    say(
      '| load | KB/s | receive buffer | | its KB/s | the room, KB/s | longest gap | slowest small message |',
    )
    say('|---|---|---|---|---|---|---|---|')
    const results: { cell: Cell; measured: Measured }[] = []
    for (const cell of cells) {
      const measured = await measure(cell)
      results.push({ cell, measured })
      say(row(cell, measured))
    }
    const above = results.filter(({ cell }) => cell.rateKb >= MINIMUM_KB)
    const stopped = results.filter(({ cell }) => cell.rateKb === 0)
    const most = (values: number[]) => Math.max(...values)
    return [
      exactly('cut off above the minimum rate', above.filter(({ measured }) => wasCut(measured)).length, 0),
      atMost(
        'who has stopped is cut off after s, without the filling of buffers',
        most(
          stopped.map(
            ({ cell, measured }) => (measured.cutAfterSeconds ?? Infinity) - FILLING_SECONDS[cell.load],
          ),
        ),
        MOST_SECONDS_STOPPED,
      ),
      atMost(
        'slowest small message, s',
        most(results.map(({ measured }) => measured.talkerSlowestSeconds)),
        MOST_TALKER_SECONDS,
      ),
      exactly(
        'messages wrong',
        results.reduce((total, { measured }) => total + measured.wrong, 0),
        0,
      ),
    ]
  },
}

function measure({ rateKb, buffer, load }: Cell): Promise<Measured> {
  return withRelay([{ dialect: 'framed' }], (server) =>
    runPython('steady_reader.py', [server.ports[0] as number, rateKb * 1000, buffer, load, SECONDS]),
  )
}

function wasCut({ cutAfterSeconds }: Measured): boolean {
  return cutAfterSeconds !== null
}

function row({ rateKb, buffer, load }: Cell, measured: Measured): string {
  const { cutAfterSeconds, slowBytesPerSecond, roomBytesPerSecond } = measured
  const fate = cutAfterSeconds === null ? 'lived' : `cut off after ${cutAfterSeconds.toFixed(1)} s`
  const kb = (bytes: number) => Math.round(bytes / 1000).toLocaleString('en-US')
  const times = [measured.longestGapSeconds, measured.talkerSlowestSeconds].map((s) => `${s.toFixed(2)} s`)
  const bufferWords = buffer === 0 ? 'default' : `${buffer / 1024} KiB`
  return `| ${[load, rateKb, bufferWords, fate, kb(slowBytesPerSecond), kb(roomBytesPerSecond), ...times].join(' | ')} |`
}
