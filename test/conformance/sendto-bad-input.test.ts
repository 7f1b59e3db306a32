/** Malformed input, one case after the other, beside two who chat and must notice nothing. Rules S1–S6, S8, F15, M3. */

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { BAD_LINES, BAD_MESSAGES } from '../fixtures/sendto-bad-input.js'
import { list, login, OK } from '../fixtures/sendto-bytes.js'
import { onEachTransport, type StartSendtoRelay } from '../fixtures/sendto-relay.js'

const settings = { frameDeadlineMs: '300' }

async function besidePair(t: TestContext, start: StartSendtoRelay) {
  const relay = await start(t, { settings })
  const pair = await HealthyPair.start(relay)
  t.after(() => pair.abandon())
  return { relay, pair }
}

onEachTransport((start) => {
  test('S1–S6 malformed messages get their defined answer and harm nobody', async (t) => {
    const { relay, pair } = await besidePair(t, start)
    for (const { what, loggedIn, sent, answers, stays } of BAD_MESSAGES) {
      await t.test(`${loggedIn ? 'after' : 'before'} LOGIN: ${what}`, async () => {
        pair.others = []
        const bad = loggedIn ? await relay.login('Bad') : await relay.connect()
        bad.send(sent)
        await bad.expect(...answers)
        if (stays) {
          // The next answer is the one to this question: there was no further one before it.
          bad.send(list())
          await bad.expect(list(loggedIn ? 'Bad\nLeft\nRight' : 'Left\nRight'))
          bad.socket.end()
        }
        assert.equal((await bad.rest()).length, 0)
        bad.destroy()
        await pair.settle()
        // Nothing of it was relayed.
        assert.deepEqual(pair.others, [])
      })
    }
    assert.ok((await pair.stop()) > BAD_MESSAGES.length)
  })

  test('S8 malformed lines get their defined answer and harm nobody', async (t) => {
    const { relay, pair } = await besidePair(t, start)
    for (const { what, sent, answers, stays } of BAD_LINES) {
      await t.test(what, async () => {
        pair.others = []
        const bad = await relay.loginLines('Bad')
        bad.send(sent)
        await bad.expectLines(...answers)
        if (stays) {
          bad.send('list\n')
          await bad.expectLines('Bad', 'Left', 'Right')
          bad.socket.end()
        }
        assert.equal((await bad.rest()).length, 0)
        bad.destroy()
        await pair.settle()
        assert.deepEqual(pair.others, [])
      })
    }
    await pair.stop()
  })

  test('F15 a slow header meets the frame deadline, which a trickle does not move', async (t) => {
    const relay = await start(t, { settings })
    // A header that announces much, an unknown type, a line: none of them ever ends.
    const beginnings = [Buffer.of(3, 20, 255, 255), Buffer.of(9, 255, 255, 255), Buffer.from('login ')]
    for (const beginning of beginnings) {
      const slow = await relay.connect()
      const begun = Date.now()
      slow.send(beginning)
      const timer = setInterval(() => slow.send('x'), 50)
      assert.equal((await slow.rest()).length, 0)
      clearInterval(timer)
      assert.ok(Date.now() - begun < 5000)
      slow.destroy()
    }
    // Whoever is silent between messages has all the time there is.
    const [patient, bob] = [await relay.connect(), await relay.login('Bob')]
    await new Promise((resolve) => setTimeout(resolve, 700))
    patient.send(login('Amy'))
    bob.send(list())
    await patient.expect(OK)
    await bob.packet()
  })
})

test('the tables have at least forty kinds of malformed input each, told from the others', () => {
  const messages = new Set(BAD_MESSAGES.map(({ what, loggedIn }) => `${loggedIn} ${what}`))
  assert.equal(messages.size, BAD_MESSAGES.length)
  assert.ok(messages.size >= 40)
  const lines = new Set(BAD_LINES.map(({ what }) => what))
  assert.equal(lines.size, BAD_LINES.length)
  assert.ok(lines.size >= 40)
})
