/**
 * That the hub does what a naive model of it does, whatever is done in whatever order (N1–N5, R1–R5, M1, M4–M6, C1,
 * C7–C13).
 */

import { test } from 'node:test'
import fc from 'fast-check'
import { AGE_MS, DEFAULT_ROOM, HubWithModel } from './model.js'

/** N4: words that would break a hub that keeps names as object keys are among them. */
const NAMES = ['Amy', 'amy', 'Bob', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'x'.repeat(32)]
const NOT_NAMES = ['', ' ', 'a b', 'Amy\n', 'x'.repeat(33), 'Zoë', '\x7f', '\u009b']
const ROOMS = [DEFAULT_ROOM, '__proto__', 'constructor', 'tea', 'r'.repeat(64)]

class Step implements fc.Command<{ clock: Clock }, HubWithModel> {
  readonly #words: string
  readonly #act: (both: HubWithModel, clock: Clock) => void

  constructor(words: string, act: (both: HubWithModel, clock: Clock) => void) {
    this.#words = words
    this.#act = act
  }

  check(): boolean {
    return true
  }

  run({ clock }: { clock: Clock }, both: HubWithModel): void {
    this.#act(both, clock)
    both.check()
  }

  toString(): string {
    return this.#words
  }
}

class Clock {
  ms = 1_700_000_000_000
  readonly now = () => this.ms
}

const who = fc.nat(20)
const text = fc.string({ maxLength: 5 })
const name = fc.constantFrom(...NAMES)
const room = fc.constantFrom(...ROOMS)

const steps = [
  fc
    .tuple(fc.constantFrom(...NAMES, ...NAMES, ...NOT_NAMES), fc.boolean())
    .map(([n, refers]) => new Step(`claim ${n}${refers ? ' who refers' : ''}`, (b) => b.claim(n, refers))),
  fc.tuple(who, name).map(([h, n]) => new Step(`stranger ${h} holds ${n}`, (b) => b.hold(h, n))),
  who.map((h) => new Step(`stranger ${h} lets go`, (b) => b.release(h))),
  fc.tuple(who, name).map(([h, n]) => new Step(`stranger ${h} claims ${n}`, (b) => b.claimAsHolder(h, n))),
  fc.tuple(who, name).map(([w, n]) => new Step(`${w} is renamed ${n}`, (b) => b.rename(w, n))),
  fc
    .tuple(who, who, fc.boolean())
    .map(([w, r, p]) => new Step(`${w} makes its room ${r} private: ${p}`, (b) => b.setPrivate(w, r, p))),
  fc
    .tuple(who, fc.constantFrom('online' as const, 'offline' as const))
    .map(([w, s]) => new Step(`${w} is ${s}`, (b) => b.setStatus(w, s))),
  fc.tuple(who, name).map(([w, n]) => new Step(`${w} blocks ${n}`, (b) => b.block(w, n))),
  fc.tuple(who, name).map(([w, n]) => new Step(`${w} unblocks ${n}`, (b) => b.unblock(w, n))),
  fc.tuple(who, who, text).map(([w, m, t]) => new Step(`${w} edits ${m}: ${t}`, (b) => b.edit(w, m, t))),
  fc.tuple(who, who).map(([w, m]) => new Step(`${w} acknowledges ${m}`, (b) => b.acknowledge(w, m))),
  fc.tuple(who, room).map(([w, r]) => new Step(`${w} joins ${r}`, (b) => b.join(w, r))),
  fc.tuple(who, room).map(([w, r]) => new Step(`${w} joins ${r}`, (b) => b.join(w, r))),
  fc.tuple(who, who).map(([w, r]) => new Step(`${w} leaves its room ${r}`, (b) => b.leave(w, r))),
  fc
    .tuple(who, who, text)
    .map(([w, r, t]) => new Step(`${w} says ${t} in its room ${r}`, (b) => b.say(w, r, t))),
  fc
    .tuple(who, who, text)
    .map(([w, o, t]) => new Step(`${w} says ${t} where ${o} is`, (b) => b.sayOutside(w, o, t))),
  fc
    .tuple(who, name, text)
    .map(([w, n, t]) => new Step(`${w} directs ${t} to ${n}`, (b) => b.direct(w, n, t))),
  who.map((w) => new Step(`${w} ends`, (b) => b.end(w, 'reset'))),
  fc.tuple(who, name).map(([w, n]) => new Step(`the ghost ${w} haunts ${n}`, (b) => b.haunt(w, n))),
  fc.constantFrom(1, 5, AGE_MS / 2, AGE_MS + 1).map(
    (ms) =>
      new Step(`the clock goes ${ms} ms`, (_b, clock) => {
        clock.ms += ms
      }),
  ),
]

const RULES = 'N1 N3 N4 N5 R1 R2 R4 R5 M1 M4 M5 M6 C1 C7 C8 C9 C10 C11 C12'

function assertLikeModel(nodes: number, numRuns: number): void {
  fc.assert(
    fc.property(fc.commands(steps, { maxCommands: 120, size: 'max' }), (commands) => {
      const clock = new Clock()
      const both = new HubWithModel(clock.now, nodes)
      fc.modelRun(() => ({ model: { clock }, real: both }), commands)
      both.endAll('shutdown')
      both.check()
    }),
    { numRuns },
  )
}

test(`${RULES} the hub does what the model does`, () => assertLikeModel(1, 400))

for (const nodes of [2, 3]) {
  test(`${RULES} ${nodes} hubs that tell each other are one hub to everybody`, () =>
    assertLikeModel(nodes, 150))
}
