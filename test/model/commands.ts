/** The commands of the model check, for fast-check: who they are about is a number, so that each fits whatever is left when others are taken away. */

import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import type { Action } from './actions.js'
import type { Client } from './client.js'
import type { Ending } from './explain.js'
import { type Intent, type Intents, intent, speech } from './intents.js'
import type { Tongue } from './tongue.js'
import type { Doing, Tally, Trial } from './trial.js'

/** What a run has. */
export interface Run {
  readonly trial: Trial
  readonly intents: Intents
  readonly tally: Tally
  /** Its time is over: no command begins any more. */
  readonly isOver: () => boolean
}

interface ToDo {
  readonly who: number
  readonly intents: readonly Intent[]
  readonly ending: Ending
}

const MOST_CLIENTS = 11
/** As large as every dialect takes it. */
const LARGE = 'x'.repeat(60_000)

class Step implements fc.AsyncCommand<Run, Run> {
  readonly #words: string
  readonly #act: (run: Run) => Promise<void>

  constructor(words: string, act: (run: Run) => Promise<void>) {
    this.#words = words
    this.#act = act
  }

  check(run: Run): boolean {
    return !run.isOver()
  }

  async run(_run: Run, run: Run): Promise<void> {
    run.tally.commands++
    await this.#act(run)
  }

  toString(): string {
    return this.#words
  }
}

function chosen<T>(from: readonly T[], index: number): T | undefined {
  return from[index % Math.max(from.length, 1)]
}

async function doAll({ trial, intents }: Run, todo: readonly ToDo[]): Promise<void> {
  const doings: Doing[] = []
  const busy = new Set<Client>()
  for (const { who, intents: wanted, ending } of todo) {
    const client = chosen(trial.clients, who)
    if (client === undefined || busy.has(client)) continue
    // Who does not read does nothing but go.
    if (client.isStalled && ending === 'stays') continue
    busy.add(client)
    doings.push(doing(trial, intents, client, client.isStalled ? [] : wanted, ending))
  }
  const isApart = doings.length > 1 && trial.place.order === 'cluster'
  const together = isApart ? doings.filter(isSpeech) : doings
  if (together.length > 0) await trial.burst(together)
}

/** Nobody's place is another one: what nodes of a cluster do at once is known elsewhere a moment later (docs/cluster.md). */
function isSpeech({ client: { half }, actions }: Doing): boolean {
  const all = half === null ? actions : [half.action, ...actions]
  return all.every((action) => action.do === 'say' || action.do === 'tell')
}

function doing(
  trial: Trial,
  intents: Intents,
  client: Client,
  wanted: readonly Intent[],
  ending: Ending,
): Doing {
  const actions: Action[] = []
  let as = trial.world.sessionOf(client.id)?.name ?? null
  if (client.half !== null && ending !== 'stays') return { client, actions, ending }
  const begun = client.half?.action
  if (begun?.do === 'come') as ??= begun.name
  const isNobody = as === null
  for (const one of wanted) {
    if (begun?.do === 'leave' && client.tongue.dialect !== 'sendto') break
    const action = intents.action(client, one, as)
    // In the middle of a request there is no place for others.
    if (action === null)
      return { client, actions: client.half === null ? actions : [], ending: 'ends' as const }
    actions.push(action)
    if (action.do === 'come') as ??= action.name
    if (action.do !== 'leave') continue
    if (client.tongue.dialect !== 'sendto') return { client, actions, ending: 'stays' as const }
    as = null
  }
  // Nobody could tell when the relay has noticed that somebody without a name is gone.
  return { client, actions, ending: isNobody && ending === 'breaks' ? ('stays' as const) : ending }
}

/** Another person, or one who comes over WebSocket. */
function arriving(tongues: readonly Tongue[]): fc.Arbitrary<Step> {
  return fc
    .record({ tongue: fc.nat(tongues.length - 1), isCarried: fc.boolean(), name: intent })
    .map(({ tongue: index, isCarried, name }) => {
      const tongue = tongues[index] as Tongue
      const words = `${tongue.dialect}${isCarried ? ' over WebSocket' : ''} arrives as ${name.first}`
      return new Step(words, async (run) => {
        if (run.trial.clients.length >= MOST_CLIENTS) return
        const client = await run.trial.connect(tongue, isCarried)
        const action: Action = { do: 'come', name: run.intents.name(name.first) }
        await run.trial.burst([{ client, actions: [action], ending: 'stays' }])
      })
    })
}

const who = fc.nat(11)
const ending = fc.constantFrom<Ending>('stays', 'stays', 'stays', 'stays', 'stays', 'ends', 'breaks')

function todoOf(wanted: fc.Arbitrary<Intent>, most: number, end: fc.Arbitrary<Ending>): fc.Arbitrary<ToDo> {
  return fc.record({ who, intents: fc.array(wanted, { minLength: 1, maxLength: most }), ending: end })
}

function words(todo: readonly ToDo[]): string {
  const each = todo.map(
    (one) =>
      `${one.who} ${one.intents.map(inWords).join(', ')}${one.ending === 'stays' ? '' : ` ${one.ending}`}`,
  )
  return each.join(' | ')
}

function inWords({ deed, first, second, text, isOdd }: Intent): string {
  return `${deed}(${first} ${second} ${text}${isOdd ? ' odd' : ''})`
}

const STAYS = fc.constant<Ending>('stays')

const one = todoOf(intent, 3, ending).map((todo) => new Step(words([todo]), (run) => doAll(run, [todo])))

/** Several at once. */
function many(wanted: fc.Arbitrary<Intent>, end: fc.Arbitrary<Ending>): fc.Arbitrary<Step> {
  return fc
    .array(todoOf(wanted, 4, end), { minLength: 2, maxLength: 4 })
    .map((todo) => new Step(`at once: ${words(todo)}`, (run) => doAll(run, todo)))
}

/** N1: newcomers want one name at once. */
function race(tongues: readonly Tongue[]): fc.Arbitrary<Step> {
  const racers = fc.array(fc.nat(tongues.length - 1), { minLength: 2, maxLength: 3 })
  return fc.tuple(racers, who).map(
    ([indices, first]) =>
      new Step(
        `${indices.map((index) => tongues[index]?.dialect)} want to be ${first}`,
        async ({ trial, intents }) => {
          if (trial.clients.length + indices.length > MOST_CLIENTS + 2) return
          const clients = await Promise.all(
            indices.map((index) => trial.connect(tongues[index] as Tongue, false)),
          )
          const action: Action = { do: 'come', name: intents.name(first) }
          await trial.burst(
            clients.map((client) => ({ client, actions: [action], ending: 'stays' as const })),
          )
        },
      ),
  )
}

const half = fc.tuple(who, intent, fc.double({ min: 0, max: 1, noNaN: true })).map(
  ([index, wanted, share]) =>
    new Step(`${index} begins ${inWords(wanted)} up to ${share.toFixed(2)}`, async ({ trial, intents }) => {
      const client = chosen(
        trial.clients.filter((one) => one.half === null && !one.isStalled),
        index,
      )
      if (client === undefined) return
      const action = intents.action(client, wanted, trial.world.sessionOf(client.id)?.name ?? null)
      if (action !== null) client.begin(action, share)
    }),
)

const stall = who.map(
  (index) =>
    new Step(`${index} stops reading`, async ({ trial }) => {
      // Who has no name would not be missed.
      const awake = trial.clients.filter((one) => !one.isStalled && one.half === null)
      chosen(
        awake.filter(({ id }) => trial.world.sessionOf(id) !== null),
        index,
      )?.stall()
    }),
)

const goOn = who.map(
  (index) =>
    new Step(`${index} reads again`, async ({ trial }) => {
      const client = chosen(
        trial.clients.filter((one) => one.isStalled),
        index,
      )
      if (client !== undefined) await trial.burst([], async () => client.goOn())
    }),
)

/** C11: one blocks another, who then speaks, as whoever they are by then. */
const feud = fc.tuple(who, who, fc.array(intent, { maxLength: 2 })).map(
  ([first, second, meanwhile]) =>
    new Step(
      `${first} blocks ${second}, who ${meanwhile.map(inWords)} and speaks`,
      async ({ trial, intents }) => {
        const nameOf = (client: Client | undefined) => trial.world.sessionOf(client?.id ?? '')?.name ?? ''
        const ready = trial.clients.filter(
          (client) => !client.isStalled && client.half === null && nameOf(client) !== '',
        )
        const blocker = chosen(
          ready.filter(({ tongue }) => tongue.can({ do: 'block', name: '' })),
          first,
        )
        const target = chosen(
          ready.filter((client) => client !== blocker),
          second,
        )
        if (blocker === undefined || target === undefined) return
        const blocking = intents.about('block', nameOf(target))
        const speaking = [
          ...meanwhile,
          ...(['say', 'tell'] as const).map((deed) => intents.about(deed, nameOf(blocker))),
        ]
        await trial.burst([doing(trial, intents, blocker, [blocking], 'stays')])
        await trial.burst([doing(trial, intents, target, speaking, 'stays')])
      },
    ),
)

/** M6: so much for somebody who does not read that they are cut off, unless they read again in time. */
const swamp = fc
  .record({
    index: who,
    count: fc.constantFrom(5, 30, 150),
    // Whoever reads again about when they would be cut off is waited for: less often.
    wakesAfterMs: fc.constantFrom(null, null, null, 0, 0, 900, 1050),
  })
  .map(
    ({ index, count, wakesAfterMs }) =>
      new Step(
        `${index} is sent ${count} of 60 KB, and reads again after ${wakesAfterMs} ms`,
        async (run) => {
          const { trial, intents } = run
          const named = trial.clients.filter(({ id }) => trial.world.sessionOf(id) !== null)
          const canTell = (one: Client) =>
            !one.isStalled && one.half === null && one.tongue.dialect !== 'chatroom'
          const sender = named.find(canTell)
          const others = named.filter((one) => one !== sender && one.half === null)
          const stalled = others.filter((one) => one.isStalled)
          const target = chosen(stalled.length > 0 ? stalled : others, index)
          const to = target === undefined ? undefined : trial.world.sessionOf(target.id)?.name
          if (target === undefined || to === undefined || sender === undefined) return
          target.stall()
          target.isSwamped = true
          const actions = Array.from({ length: count }, (): Action => {
            const { text, symbol } = intents.text('plain')
            return { do: 'tell', to: [to], text: `${LARGE} ${text}`, symbol, as: '' }
          })
          await trial.burst([{ client: sender, actions, ending: 'stays' }], async () => {
            if (wakesAfterMs === null) return
            await delay(wakesAfterMs)
            target.goOn()
          })
        },
      ),
  )

/** Of one relay. */
export function relayCommands(tongues: readonly Tongue[]): fc.Arbitrary<Step>[] {
  const often = [
    one,
    one,
    one,
    one,
    one,
    one,
    one,
    one,
    many(intent, ending),
    many(intent, ending),
    many(speech, STAYS),
  ]
  return [
    ...often,
    ...often,
    arriving(tongues),
    arriving(tongues),
    race(tongues),
    half,
    half,
    stall,
    goOn,
    feud,
    feud,
    swamp,
  ]
}

/** Of a cluster, of what is promised there. */
export function clusterCommands(tongues: readonly Tongue[]): fc.Arbitrary<Step>[] {
  return [
    one,
    one,
    one,
    one,
    one,
    many(speech, STAYS),
    arriving(tongues),
    race(tongues),
    half,
    stall,
    goOn,
    feud,
  ]
}
