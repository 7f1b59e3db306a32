/** The record of a message in the chat log, as the journal writes it, and as `JSON.stringify` and pino would. */

import { pino } from 'pino'
import type { HubEvent } from '../../src/relay/hub/events.js'
import { Journal } from '../../src/relay/observe/journal.js'
import type { LogFile } from '../../src/relay/observe/log-file.js'
import { printable } from '../../src/relay/streams/printable.js'
import type { Contest } from './contest.js'
import { messageOf } from './room-of.js'

const RECORDS = 1000

export function recordContests(): Contest[] {
  return [64, 1024].map((textBytes) => contestOf(textBytes))
}

function contestOf(textBytes: number): Contest {
  const event: HubEvent = messageOf(textBytes)
  let written = 0
  const file = {
    write(line: string): void {
      written += line.length
    },
  }
  const journal = new Journal({ connections: file as LogFile, chat: file as LogFile }, false)
  const { kind, dialect, room, name, id, text } = messageOf(textBytes)
  const fields = () => ({ event: kind, dialect, room, name, id, text })
  const logger = pino(
    { base: null, timestamp: () => `"time":"${time()}"`, formatters: { level: () => ({}) } },
    { write: (line) => file.write(printable(line)) },
  )
  const ways: Record<string, () => void> = {
    parlance: () => journal.observe(event),
    'JSON.stringify': () => file.write(printable(`${JSON.stringify({ time: time(), ...fields() })}\n`)),
    pino: () => logger.info(fields()),
  }
  return {
    name: `a message of ${textBytes} B`,
    contenders: Object.entries(ways).map(([name, write]) => ({
      name,
      units: RECORDS,
      run: () => {
        for (let record = 0; record < RECORDS; record++) write()
        return written
      },
    })),
  }
}

const NOW = new Date().toISOString()

/** As good as the one that is kept for a millisecond. */
function time(): string {
  return NOW
}
