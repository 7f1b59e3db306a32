/** That the hub does what a naive model of it does, whatever is done in whatever order (N1–N5, R1–R5, M1, M4–M6). */

import { test } from 'node:test'
import fc from 'fast-check'
import { DEFAULT_ROOM, HubWithModel } from './model.js'

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
  fc.constantFrom(...NAMES, ...NAMES, ...NOT_NAMES).map((n) => new Step(`claim ${n}`, (b) => b.claim(n))),
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
  fc.integer({ min: -5000, max: 5 }).map(
    (ms) =>
      new Step(`the clock goes ${ms} ms`, (_b, clock) => {
        clock.ms += ms
      }),
  ),
]

test('N1 N3 N4 N5 R1 R2 R5 M1 M4 M5 M6 the hub does what the model does', () => {
  fc.assert(
    fc.property(fc.commands(steps, { maxCommands: 80, size: 'max' }), (commands) => {
      const clock = new Clock()
      const both = new HubWithModel(clock.now)
      fc.modelRun(() => ({ model: { clock }, real: both }), commands)
      both.endAll('shutdown')
      both.check()
    }),
    { numRuns: 400 },
  )
})
