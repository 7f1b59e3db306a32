/**
 * Row 6 of docs/faults.md: unknown commands, zero lengths, trailing garbage, wrong types and states; a table for each dialect. Each case gets the answer of
 * its dialect's page, the connection stays or ends as the page says, and nothing of it is heard by others. Rules F5–F12, F15, C1–C11, J1–J9, X2–X14, S1–S8, M3.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RawPeer } from '../../src/conform/raw-peer.js'
import {
  type Answer,
  BAD_INPUT_TABLES,
  type BadInput,
  type BadInputTable,
} from '../fixtures/bad-input-tables.js'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { joining, leaving, textOf } from '../fixtures/framed-bytes.js'
import { unitsOf } from '../fixtures/units.js'
import { until } from '../fixtures/until.js'

const FRAME_DEADLINE_MS = 500

/** One connection of a table's dialect: what it is answered, the pair's chatter left out. */
class Answered {
  readonly peer: RawPeer
  readonly #table: BadInputTable

  constructor(peer: RawPeer, table: BadInputTable) {
    this.peer = peer
    this.#table = table
  }

  async expect(...answers: readonly Answer[]): Promise<void> {
    for (const answer of answers) {
      const came = await this.#next(`${answer}`)
      if (typeof answer === 'string') assert.equal(came, answer)
      else assert.match(came, answer)
    }
  }

  /** What comes until the end of the connection. */
  async rest(): Promise<string[]> {
    await this.peer.closed()
    const { unit, read, chatter } = this.#table
    return unitsOf(this.peer.received, unit)
      .map(read)
      .filter((text) => !chatter.test(text))
  }

  async #next(expected: string): Promise<string> {
    const { unit, read, chatter } = this.#table
    for (;;) {
      const text = read(await this.peer.takeUnit(unit, expected))
      if (!chatter.test(text)) return text
    }
  }
}

async function tryOne(trial: FaultTrial, table: BadInputTable, bad: BadInput): Promise<void> {
  trial.pair.others = []
  const peer = await trial.open(table.dialect)
  const answered = new Answered(peer, table)
  if (bad.enters.length > 0) peer.write(bad.enters)
  await answered.expect(...bad.welcome)
  peer.write(bad.sent)
  await answered.expect(...bad.answers)
  if (bad.stays) {
    peer.write(bad.asks)
    await answered.expect(...bad.isAnswered)
    peer.end()
  }
  assert.deepEqual(await answered.rest(), [])
  peer.close()
  const told = bad.isMember && table.isTold ? [joining('Bad'), leaving('Bad')] : []
  await until(() => trial.pair.others.length >= told.length)
  await trial.pair.settle()
  assert.deepEqual(trial.pair.others.map(textOf), told.map(textOf))
}

describe('row 6, M3: malformed input gets its defined answer and harms nobody', { concurrency: 2 }, () => {
  for (const table of BAD_INPUT_TABLES) {
    test(`${table.what}: ${table.cases.length} kinds`, async (t) => {
      const trial = await FaultTrial.start(t, { args: ['--frame-deadline-ms', `${FRAME_DEADLINE_MS}`] })
      for (const bad of table.cases) {
        await t.test(`${bad.isMember ? 'with' : 'without'} a name: ${bad.what}`, () =>
          tryOne(trial, table, bad),
        )
      }
      const { heard } = await trial.assertAsBefore()
      assert.ok(heard > table.cases.length)
    })
  }
})

test('each table has at least forty kinds of malformed input, each told from the others', () => {
  for (const { what, cases } of BAD_INPUT_TABLES) {
    const kinds = new Set(cases.map((bad) => `${bad.isMember} ${bad.what}`))
    assert.equal(kinds.size, cases.length, what)
    assert.ok(kinds.size >= 40, what)
  }
})
