/** Malformed input, one case after the other, beside two who chat and must notice nothing. Rules C1–C11, M3, N4. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { CHATROOM_BAD_INPUT } from '../fixtures/chatroom-bad-input.js'
import { type ChatroomPeer, ERROR, OK, startChatroom } from '../fixtures/chatroom-peer.js'
import { joining, leaving, textOf } from '../fixtures/framed-bytes.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'

const CHATTER = /^SEND \{"sender":"(Left|Right)",/

/** The next line that is not the pair's chatter. */
async function answer(peer: ChatroomPeer): Promise<string> {
  for (;;) {
    const line = await peer.line()
    if (!CHATTER.test(line)) return line
  }
}

for (const useHandles of [true, false]) {
  test(`C1–C11 malformed input gets its defined answer and harms nobody, over ${useHandles ? 'handles' : 'sockets'}`, async (t) => {
    const room = await startChatroom(t, { frameDeadlineMs: '300' }, useHandles)
    const pair = await HealthyPair.start(room.relay)
    t.after(() => pair.abandon())
    for (const { what, joined, sent, answers, stays } of CHATROOM_BAD_INPUT) {
      await t.test(`${joined ? 'after' : 'before'} JOIN: ${what}`, async () => {
        pair.others = []
        const bad = await room.connect()
        if (joined) {
          bad.send('JOIN Bad')
          assert.equal(await answer(bad), OK)
        }
        bad.wire.send(sent)
        for (const expected of answers) assert.equal(await answer(bad), expected)
        if (stays) {
          // The next answer is the one to this question: there was no further one before it.
          bad.send('PING', 'LEAVE')
          assert.equal(await answer(bad), ERROR)
          assert.equal(await answer(bad), '200 BYE')
        }
        await assert.rejects(answer(bad), /instead of 1 bytes/)
        bad.wire.destroy()
        await pair.settle()
        // Nothing of it was relayed.
        const told = joined ? [joining('Bad'), leaving('Bad')] : []
        assert.deepEqual(pair.others.map(textOf), told.map(textOf))
      })
    }
    assert.ok((await pair.stop()) > CHATROOM_BAD_INPUT.length)
  })
}

test('the table has at least forty kinds of malformed input, each told from the others', () => {
  const kinds = new Set(CHATROOM_BAD_INPUT.map(({ what, joined }) => `${joined} ${what}`))
  assert.equal(kinds.size, CHATROOM_BAD_INPUT.length)
  assert.ok(kinds.size >= 40)
})
