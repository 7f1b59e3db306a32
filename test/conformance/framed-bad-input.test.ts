/** Malformed input, one case after the other, beside two who chat and must notice nothing. Rules F5–F12, F15, M3. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { BAD_INPUT } from '../fixtures/bad-input.js'
import {
  assertFrame,
  INVALID,
  join,
  joining,
  leave,
  leaving,
  list,
  shown,
  textOf,
} from '../fixtures/framed-bytes.js'
import type { FramedPeer } from '../fixtures/framed-peer.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { onEachTransport } from '../fixtures/start-relay.js'

/** The next frame that is not the pair's chatter. */
async function answer(peer: FramedPeer): Promise<Buffer> {
  for (;;) {
    const frame = await peer.frame('an answer')
    if (!HealthyPair.chatter(frame)) return frame
  }
}

onEachTransport((start) => {
  test('F5–F12 F15 malformed input gets its defined answer and harms nobody', async (t) => {
    const relay = await start(t, { settings: { frameDeadlineMs: '300' } })
    const pair = await HealthyPair.start(relay)
    t.after(() => pair.abandon())
    for (const { what, joined, sent, answers, stays } of BAD_INPUT) {
      await t.test(`${joined ? 'after' : 'before'} JOIN: ${what}`, async () => {
        pair.others = []
        const bad = await relay.connect()
        await bad.frame()
        if (joined) {
          bad.send(join('Bad'))
          assert.equal((await answer(bad))[3], 0)
          assertFrame(await answer(bad), joining('Bad'))
        }
        bad.send(sent)
        for (const expected of answers) {
          const got = await answer(bad)
          if (Buffer.isBuffer(expected)) assertFrame(got, expected)
          else assert.match(shown(got), expected)
        }
        if (stays) {
          // The next answer is the one to this question: there was no further one before it.
          bad.send(joined ? list() : join('?\t?'))
          assertFrame(await answer(bad), joined ? list('Bad Left Right') : INVALID)
          bad.send(leave())
        }
        const rest = (await bad.rest()).filter((frame) => !HealthyPair.chatter(frame))
        assert.deepEqual(rest.map(shown), [])
        await pair.settle()
        // Nothing of it was relayed.
        const told = joined ? [joining('Bad'), leaving('Bad')] : []
        assert.deepEqual(pair.others.map(textOf), told.map(textOf))
      })
    }
    assert.ok((await pair.stop()) > BAD_INPUT.length)
  })
})

test('the table has at least forty kinds of malformed input, each told from the others', () => {
  const kinds = new Set(BAD_INPUT.map(({ what, joined }) => `${joined} ${what}`))
  assert.equal(kinds.size, BAD_INPUT.length)
  assert.ok(kinds.size >= 40)
})
