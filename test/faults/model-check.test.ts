/**
 * Rows 5, 6, 12, 25 of docs/faults.md: people of all dialects who come and go, speak, edit, block, stall and drop, one after the other and at once, and all that
 * each of them is told beside the reference model of spec/semantics.md (test/model). FUZZ_SEED repeats a run; with PARLANCE_TEST_PATH and PARLANCE_TEST_REPLAY, which a failure
 * prints as well, only its smallest case.
 */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { FUZZ_SEED } from '../fixtures/fuzz-seed.js'
import { noNats } from '../fixtures/nats-server.js'
import { timesOf } from '../fixtures/soak.js'
import { clusterCommands, type Run, relayCommands } from '../model/commands.js'
import { Intents } from '../model/intents.js'
import { type Accounts, OneRelay, type Place, threeNodes } from '../model/place.js'
import type { Tongue } from '../model/tongue.js'
import { chatmaster, chatmasterZlib } from '../model/tongues/chatmaster.js'
import { chatroom } from '../model/tongues/chatroom.js'
import { framed } from '../model/tongues/framed.js'
import { jsonIrc } from '../model/tongues/json-irc.js'
import { sendto } from '../model/tongues/sendto.js'
import { type Tally, Trial } from '../model/trial.js'

const TONGUES: readonly Tongue[] = [framed, chatroom, jsonIrc, chatmaster, sendto, chatmasterZlib]
const MOST_COMMANDS = 60
/** So long is looked for a smaller case of a failure. */
const SHRINK_MS = 60_000
/** Milliseconds; of a soak both together are some twenty minutes. */
const RELAY_MS = timesOf(3500, 17 * 60_000)
const CLUSTER_MS = timesOf(1500, 4 * 60_000)
const SETTLE_MS = 20_000
const START_ATTEMPTS = 5

/** At the beginning there is one person of each dialect, every other one over WebSocket. */
async function begin(
  place: Place,
  number: number,
  isOther: boolean,
  { tally, isOver }: Pick<Run, 'tally' | 'isOver'>,
): Promise<Run> {
  const trial = await Trial.start(place, sendto, tally)
  const intents = new Intents(trial, number)
  for (const [index, tongue] of TONGUES.entries()) {
    const client = await trial.connect(tongue, (index % 2 === 0) === isOther)
    await trial.burst([{ client, actions: [{ do: 'come', name: intents.name(index) }], ending: 'stays' }])
  }
  return { trial, intents, tally, isOver }
}

interface Check {
  readonly commands: ReturnType<typeof relayCommands>
  readonly forMs: number
  /** Where the next run takes place. */
  place(): Promise<Place>
  /** A run has failed there. */
  spoilt(): Promise<void>
}

/** Runs, each with new names and rooms, until it is time. */
async function check(t: TestContext, { commands, forMs, place, spoilt }: Check): Promise<Tally> {
  t.diagnostic(`FUZZ_SEED=${FUZZ_SEED}`)
  const tally: Tally = { commands: 0, requests: 0, told: 0, cuts: 0, perhapsCut: 0 }
  let number = 0
  // That it starts is not what the time is for.
  await place()
  const began = performance.now()
  const replayPath = process.env.PARLANCE_TEST_REPLAY
  const all = fc.commands([...commands], {
    maxCommands: MOST_COMMANDS,
    size: 'max',
    ...(replayPath === undefined ? {} : { replayPath }),
  })
  const path = process.env.PARLANCE_TEST_PATH
  const found = { after: '', atMs: Number.POSITIVE_INFINITY }
  // Whatever has failed is tried again to its end.
  const isOver = () => path === undefined && found.after === '' && performance.now() - began >= forMs
  const property = fc.asyncProperty(all, fc.boolean(), async (some, isOther) => {
    // Not fast-check's own limit: that is for the run which fails as well, and would end a soak without a word.
    if (performance.now() - found.atMs > SHRINK_MS) return
    const where = await place()
    const run = await begin(where, number++, isOther, { tally, isOver })
    try {
      await fc.asyncModelRun(() => ({ model: run, real: run }), some)
      await run.trial.finish()
    } catch (error) {
      if (found.after === '') {
        found.after = `found after ${tally.commands} commands, in run ${number}`
        found.atMs = performance.now()
      }
      run.trial.abandon()
      await spoilt()
      throw error
    }
  })
  let result: fc.RunDetails<[Iterable<fc.AsyncCommand<Run, Run>>, boolean]> | null = null
  for (let round = 0; result?.failed !== true && !isOver(); round++) {
    result = await fc.check(property, {
      seed: FUZZ_SEED + round,
      numRuns: 1,
      ...(path === undefined ? {} : { path }),
    })
    if (path !== undefined) break
  }
  const seconds = (performance.now() - began) / 1000
  t.diagnostic(
    `${tally.commands} commands in ${number} runs, ${tally.requests} requests, ${tally.told} units compared, ${tally.cuts} cut off, ${seconds.toFixed(0)} s`,
  )
  if (result?.failed !== true) return tally
  const [smallest] = result.counterexample ?? []
  const replay = /replayPath="([^"]*)"/.exec(`${smallest}`)?.[1]
  const again = `FUZZ_SEED=${result.seed} PARLANCE_TEST_PATH=${result.counterexamplePath} PARLANCE_TEST_REPLAY='${replay}'`
  assert.fail(`${again}\n${found.after}\n${smallest}\n${(result.errorInstance as Error).stack}`)
}

/** A machine that is busy may need more than one attempt: that is not what this is about, and no smaller case of anything. */
async function started(t: TestContext): Promise<OneRelay> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await OneRelay.start(t)
    } catch (error) {
      if (attempts === START_ATTEMPTS) throw error
    }
  }
}

const RULES = 'N1 N3 N4 N5 R1 R2 R4 M1 M2 M3 M4 M5 M6'

test(`${RULES}, rows 5, 6, 12, 25: what all are told by one relay is what the model says, in an order that the rules allow`, async (t) => {
  let relay: OneRelay | null = null
  const tally = await check(t, {
    commands: relayCommands(TONGUES),
    forMs: RELAY_MS,
    place: async () => {
      relay ??= await started(t)
      return relay
    },
    spoilt: async () => {
      await relay?.end()
      relay = null
    },
  })
  // M6: each of them has been counted, and logged; and nobody else has.
  const end = performance.now() + SETTLE_MS
  for (;;) {
    const accounts: Accounts = await (relay as unknown as OneRelay).accounts()
    const { connections, sessions, slowCounted, slowLogged } = accounts
    const { cuts, perhapsCut } = tally
    const isCounted = cuts <= slowCounted && slowCounted <= cuts + perhapsCut
    if (connections + sessions === 0 && isCounted && slowLogged === slowCounted) break
    const all = JSON.stringify({ ...accounts, cuts, perhapsCut })
    assert.ok(performance.now() < end, all)
    await delay(250)
  }
})

test(`${RULES}, rows 5, 6, 12, 25: so is what is told by three nodes, of what is promised there`, {
  skip: noNats() ?? false,
}, async (t) => {
  const place = await threeNodes(t)
  await check(t, {
    commands: clusterCommands(TONGUES),
    forMs: CLUSTER_MS,
    place: async () => place,
    spoilt: async () => {},
  })
})
