/** Row 12 of docs/faults.md: a race for one name over all dialects of one relay; test/faults/cluster-names.test.ts has it over nodes. Rules N1, N3. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RawPeer } from '../../src/conform/raw-peer.js'
import { CLAIMS } from '../fixtures/claims.js'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { textOf } from '../fixtures/framed-bytes.js'
import { listedNames, untilFree } from '../fixtures/listed-names.js'
import { timesOf } from '../fixtures/soak.js'

const NAME = 'Sought'
const DIALECTS = Object.keys(CLAIMS)
const ROUNDS = timesOf(1, 20)
/** Most of them have no name for as long as it takes, and all are refused names at one address. */
const PATIENT = ['--login-deadline-ms', '600000', '--refused-names-per-address', '1000000']

interface Claimant {
  readonly dialect: string
  readonly peer: RawPeer
}

/** So many connections, of the dialects in turn, at which nothing has been said. */
function claimants(trial: FaultTrial, dialects: readonly string[], count: number): Promise<Claimant[]> {
  const open = async (_: unknown, index: number) => {
    const dialect = dialects[index % dialects.length] as string
    return { dialect, peer: await trial.open(dialect) }
  }
  return Promise.all(Array.from({ length: count }, open))
}

/** All claim the name in one turn. @returns who has it, which is one */
async function oneWins(all: readonly Claimant[]): Promise<Claimant> {
  for (const { dialect, peer } of all) peer.write(CLAIMS[dialect]?.ask(NAME) as Buffer)
  const winners: Claimant[] = []
  for (const claimant of all) {
    const { dialect, peer } = claimant
    const { accepted, refused } = CLAIMS[dialect] as (typeof CLAIMS)[string]
    const came = () => peer.received.toString('latin1')
    await peer.until(() => accepted.test(came()) || refused.test(came()), `an answer of ${dialect}`)
    if (accepted.test(came())) winners.push(claimant)
    else await peer.take(peer.received.length)
  }
  const words = winners.map(({ dialect }) => dialect).join()
  assert.equal(winners.length, 1, `${winners.length} have the name: ${words}`)
  return winners[0] as Claimant
}

/** They race; the others race again as soon as the name is free. */
async function race(trial: FaultTrial, dialects: readonly string[], count: number): Promise<string[]> {
  const everybody = await trial.open('sendto')
  const all = await claimants(trial, dialects, count)
  const won: string[] = []
  for (let left = all, time = 0; time < 2; time++) {
    const winner = await oneWins(left)
    won.push(winner.dialect)
    assert.deepEqual(
      (await listedNames(everybody)).filter((name) => name === NAME),
      [NAME],
    )
    winner.peer.close()
    await untilFree(everybody, NAME)
    left = left.filter((claimant) => claimant !== winner)
  }
  for (const { peer } of all) peer.close()
  everybody.close()
  return won
}

/** Whoever came was one at a time: their comings and goings alternate. */
async function assertOneAtATime({ pair }: FaultTrial): Promise<void> {
  await pair.settle()
  const heard = pair.others.map(textOf)
  const alternating = heard.map(
    (_, index) => `**${NAME} is ${index % 2 === 0 ? 'joining' : 'leaving'} the chat**`,
  )
  assert.deepEqual(heard, alternating)
}

test('row 12, N3: of 500 who claim a name at once over all dialects one has it, and of the others when it is free', async (t) => {
  const trial = await FaultTrial.start(t, { args: PATIENT })
  for (let round = 0; round < ROUNDS; round++) {
    t.diagnostic(`won by ${(await race(trial, DIALECTS, 500)).join(' and ')}`)
  }
  await assertOneAtATime(trial)
  await trial.assertAsBefore()
})

test('row 12, N3: of 200 who claim a name at once over two dialects, whichever, one has it', async (t) => {
  const trial = await FaultTrial.start(t, { args: PATIENT })
  for (const [index, one] of DIALECTS.entries()) {
    for (const other of DIALECTS.slice(index + 1)) await race(trial, [one, other], 200)
  }
  await assertOneAtATime(trial)
  await trial.assertAsBefore()
})
