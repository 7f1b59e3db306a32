/**
 * What is known to hold, kept so: whoever says something and ends their side right behind it, or resets the connection, has said it: it arrives, and
 * then that they have left. In every dialect. Rules M6, F10.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VOICES } from '../fixtures/all-voices.js'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { direct, joining, leaving, message, shown } from '../fixtures/framed-bytes.js'
import { packet, SENDTO } from '../fixtures/sendto-bytes.js'
import { timesOf } from '../fixtures/soak.js'
import { until } from '../fixtures/until.js'

const ROUNDS = timesOf(20, 500)
const TEXT = 'the last that I say'
const DEADLINE_MS = 20_000

const json = (value: object) => JSON.stringify(value)

/** One request that says it: to the room, or where there is none to Left. */
const LAST: Readonly<Record<string, (name: string) => Buffer | string>> = {
  framed: () => message(TEXT),
  chatroom: (sender) => `SEND ${json({ sender, header: '@everyone', timestamp: 'now', message: TEXT })}\n`,
  'json-irc': () => json({ command: '/broadcast', nickname: '', room: 'general', message: TEXT }),
  chatmaster: () => json({ type: 'message', data: { message: TEXT } }),
  sendto: () => packet(SENDTO, 'Left', TEXT),
}

test(`M6 F10: ${ROUNDS} times a FIN or a reset right behind a last message, in every dialect: it arrives`, async (t) => {
  const trial = await FaultTrial.start(t)
  for (let round = 0; round < ROUNDS; round++) {
    for (const { dialect, make } of VOICES) {
      for (const way of ['end', 'reset'] as const) {
        trial.pair.others = []
        const name = `${dialect.replace('-', '')}${round}`
        const peer = await trial.open(dialect)
        await make(peer, name).join()
        peer.write((LAST[dialect] as (name: string) => Buffer | string)(name))
        peer[way]()
        // Who is in no room is not heard coming and going.
        const expected =
          dialect === 'sendto'
            ? [direct(`[${name}] ${TEXT}`)]
            : [joining(name), message(`[${name}] ${TEXT}`), leaving(name)]
        await until(() => trial.pair.others.length >= expected.length, DEADLINE_MS)
        assert.deepEqual(trial.pair.others.map(shown), expected.map(shown), `${dialect}, ${way}`)
        if (way === 'end') await peer.closed()
        peer.close()
      }
    }
  }
  await trial.assertAsBefore()
})
