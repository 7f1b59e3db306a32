/**
 * Strangers and members who ask without end and do not read, at the shipped defaults and beside hundreds of people: two
 * others go on chatting, and what the relay holds for those who do not read stays small. All kinds of questions, at full
 * size, are `npm run bench:outcomes -- questions strangers`.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startAllDialects } from '../fixtures/all-dialects.js'
import { RunningProgram } from '../fixtures/running-program.js'

const PROGRAM = fileURLToPath(new URL('../../bench/outcomes/questions.py', import.meta.url))
const DIALECTS = ['framed', 'chatroom', 'json-irc', 'chatmaster', 'sendto']
const PEOPLE = 500
const ASKERS = 10
const SECONDS = 3
/** On a quiet machine it is a fiftieth of this; without the bounds it was several seconds. */
const MOST_MS = 1000
const MOST_RETAINED_BYTES = 8 * 1024 * 1024

for (const kind of ['userboard', 'list-lines', 'edit']) {
  test(`${ASKERS} who ask without end (${kind}) stop nobody, and make the relay keep little`, async (t) => {
    const { relay, portOf } = await startAllDialects({ ops: '127.0.0.1:0' })
    t.after(() => relay.stop())
    const words = [DIALECTS.map(portOf).join(), kind, ASKERS, 'stops', PEOPLE, SECONDS].map(String)
    const program = new RunningProgram('python3', [PROGRAM, ...words])
    t.after(() => program.end())
    let retained = 0
    const metrics = `http://127.0.0.1:${relay.opsPort}/metrics`
    const watch = setInterval(async () => {
      const text = await (await fetch(metrics)).text()
      retained = Math.max(retained, Number(/^parlance_retained_bytes (\S+)/m.exec(text)?.[1]))
    }, 200)
    t.after(() => clearInterval(watch))
    await program.shows('}', 60_000)
    const { roundTrips, slowestMs } = JSON.parse(program.output)
    assert.ok(roundTrips > 0)
    assert.ok(slowestMs < MOST_MS, `${slowestMs} ms`)
    assert.ok(retained < MOST_RETAINED_BYTES, `${retained} bytes retained`)
  })
}
