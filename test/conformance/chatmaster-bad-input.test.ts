/** Malformed input, one case after the other, beside two who chat and must notice nothing. Rules X2–X12, X14, M3. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { BAD_INPUT } from '../fixtures/chatmaster-bad-input.js'
import {
  type ChatmasterPeer,
  command,
  joined,
  LOG_IN_FIRST,
  login,
  session,
  startChatmaster,
  unknown,
} from '../fixtures/chatmaster-peer.js'
import { joining, leaving, textOf } from '../fixtures/framed-bytes.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'

const CHATTER = /"message":"#\d+","username":"(Left|Right)"/

/** The next package that is not the pair's chatter. */
async function answer(peer: ChatmasterPeer): Promise<string> {
  for (;;) {
    const text = await peer.next()
    if (!CHATTER.test(text)) return text
  }
}

for (const useHandles of [true, false]) {
  test(`X2–X12 X14 malformed input gets its defined answer and harms nobody, over ${useHandles ? 'handles' : 'sockets'}`, async (t) => {
    const room = await startChatmaster(t, '', { useHandles, settings: { frameDeadlineMs: '250' } })
    const pair = await HealthyPair.start(room.relay)
    t.after(() => pair.abandon())
    for (const { what, member, compressed, sent, answers, stays } of BAD_INPUT) {
      await t.test(
        `${member ? 'a member' : 'a stranger'}${compressed ? ', compressed' : ''}: ${what}`,
        async () => {
          pair.others = []
          const bad = await room.connect(compressed)
          if (member) {
            bad.send(login('Bad'))
            assert.equal(await answer(bad), JSON.stringify(session('general')))
            assert.equal(await answer(bad), JSON.stringify(joined('Bad')))
          }
          if (sent[0] === 0x78) bad.hearsCompressed = bad.hearsCompressed || !member
          bad.wire.send(sent)
          for (const expected of answers) assert.equal(await answer(bad), JSON.stringify(expected))
          if (stays) {
            // The next answer is the one to this question: there was no further one before it.
            bad.send(command('?'))
            assert.equal(await answer(bad), JSON.stringify(member ? unknown('?') : LOG_IN_FIRST))
            bad.wire.socket.end()
          }
          assert.deepEqual(
            (await bad.rest()).filter((text) => !CHATTER.test(text)),
            [],
          )
          await pair.settle()
          // Nothing of it was relayed.
          const told = member ? [joining('Bad'), leaving('Bad')] : []
          assert.deepEqual(pair.others.map(textOf), told.map(textOf))
        },
      )
    }
    assert.ok((await pair.stop()) > BAD_INPUT.length)
  })
}

test('the table has at least forty kinds of malformed input, each told from the others', () => {
  const kinds = new Set(BAD_INPUT.map(({ what, member, compressed }) => `${member} ${compressed} ${what}`))
  assert.equal(kinds.size, BAD_INPUT.length)
  assert.ok(kinds.size >= 40)
})
