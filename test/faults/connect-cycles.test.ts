/**
 * What is known to hold, kept so: people who connect, join, say something and break off, 20,000 times in a soak; and connections that are opened and
 * dropped at once in every way. Each is heard of once, and nothing of them stays. Rules F10, M6, N3.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { header, join, joining, leaving, list, MESSAGE, message, shown } from '../fixtures/framed-bytes.js'
import { timesOf } from '../fixtures/soak.js'
import { until } from '../fixtures/until.js'

const CYCLES = timesOf(1000, 20_000)
const DROPS = timesOf(500, 5000)
const AT_ONCE = 20
const DEADLINE_MS = 40_000

test(`F10 N3: ${CYCLES} times connect, join, say and reset: each is heard, once, and the name is free again`, async (t) => {
  const trial = await FaultTrial.start(t)
  const names = Array.from({ length: AT_ONCE }, (_, index) => `Bad${index}`)
  for (let round = 0; round < CYCLES / AT_ONCE; round++) {
    const said = (name: string) => message(`[${name}] round ${round}`)
    const peers = await Promise.all(names.map(() => trial.connect()))
    for (const [index, peer] of peers.entries()) {
      peer.send(join(names[index] as string), message(`round ${round}`))
    }
    await Promise.all(peers.map((peer, index) => peer.skipTo(joining(names[index] as string))))
    for (const peer of peers) peer.reset()
    await until(() => trial.pair.others.length >= 3 * AT_ONCE, DEADLINE_MS)
    const heard = trial.pair.others.map(shown)
    for (const name of names) {
      const mine = heard.filter((text) => text.includes(`${name} `) || text.includes(`[${name}]`))
      assert.deepEqual(mine, [joining(name), said(name), leaving(name)].map(shown))
    }
    assert.equal(heard.length, 3 * AT_ONCE)
    trial.pair.others = []
  }
  await trial.assertAsBefore()
})

test(`F10: ${DROPS} connections that are opened and dropped at once leave nothing behind`, async (t) => {
  const trial = await FaultTrial.start(t)
  for (let round = 0; round < DROPS / 50; round++) {
    const some = await Promise.all(Array.from({ length: 50 }, () => trial.connect()))
    for (const [index, peer] of some.entries()) {
      if (index % 3 === 0) peer.reset()
      else if (index % 3 === 1) peer.destroy()
      else peer.socket.end(header(MESSAGE, 9))
    }
  }
  await trial.pair.settle()
  assert.deepEqual(trial.pair.others, [])
  const last = await trial.join('Last')
  last.send(list())
  await last.skipTo(list('Last Left Right'))
  await trial.assertAsBefore()
})
