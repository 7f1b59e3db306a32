/** Two browsers and a program over TCP in the same rooms, who stay for all of these tests. */

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { direct, joining, leaving, message } from '../fixtures/framed-bytes.js'
import type { FramedPeer } from '../fixtures/framed-peer.js'
import type { ChatPage } from './chat-page.js'
import { type ChatRelay, endOfSuite, type Shared, startChat } from './start-chat.js'

/** Markup, an override of the direction, and what else people try. */
const HOSTILE =
  '<script>document.title="owned"</script><img src=x onerror=alert(1)> \u202egnp.exe\u2066 &amp; 👩‍👩‍👧'

export function chatSuite(shared: Shared): void {
  const end = endOfSuite()
  let chat: ChatRelay
  let fred: FramedPeer
  let amy: ChatPage
  let bob: ChatPage

  before(async () => {
    chat = await startChat(end, shared)
    fred = await chat.relay.join('Fred')
    amy = await chat.enter('Amy')
    bob = await chat.enter('Bob')
    await fred.expect(joining('Amy'), joining('Bob'))
  })

  test('two browsers and a client over TCP are in one room', async () => {
    await amy.sees('Bob joined.')
    await amy.sits('Amy', 'Bob', 'Fred')
    await amy.say('Hello, all of you')
    await bob.sees('Hello, all of you')
    await fred.expect(message('[Amy] Hello, all of you'))
    // Bob's page has acknowledged it; framed has no such thing.
    await amy.marked('Hello, all of you', 'Received by 1 person')
    fred.send(message('21.4 C'))
    for (const page of [amy, bob]) await page.sees('21.4 C')
  })

  test('a private message reaches one person, on a page of its own', async () => {
    await amy.choose('Bob')
    await amy.say('psst')
    await amy.marked('psst', 'Received')
    await bob.page.locator('.badge', { hasText: '1' }).waitFor()
    assert.equal(await bob.page.title(), '(1) general · parlance')
    await bob.hasNot('psst')
    await bob.goTo('Amy')
    await bob.sees('psst')
    assert.equal(await bob.page.title(), 'Amy · parlance')
    await bob.say('what is it?')
    await amy.sees('what is it?')

    // To somebody of another dialect, which has no acknowledgements.
    await amy.goTo('general')
    await amy.hasNot('psst')
    await amy.choose('Fred')
    await amy.say('and you?')
    await fred.expect(direct('[Amy] and you?'))
    await amy.marked('and you?', 'Sent')
    for (const page of [amy, bob]) await page.goTo('general')
  })

  test('what was said can be changed, and both see that', async () => {
    await amy.say('see you at 2')
    await bob.sees('see you at 2')
    await amy.marked('see you at 2', 'Received by 1 person')
    await amy.row('see you at 2').hover()
    await amy.row('see you at 2').getByRole('button', { name: 'Edit this message' }).click()
    await amy.hasTyped('see you at 2')
    await amy.say('see you at 3')
    for (const page of [amy, bob]) {
      await page.sees('see you at 3 (edited)')
      await page.hasNot('see you at 2')
    }
    assert.equal(await bob.page.getByRole('button', { name: 'Edit this message' }).count(), 0)
  })

  test('an edit that comes too late is refused in words, and nothing changes', async (t) => {
    const late = await startChat(t, shared, { editWindowMs: '1000', room: 'lobby' })
    const cyd = await late.enter('Cyd')
    await cyd.page.getByRole('heading', { name: 'lobby', level: 1 }).waitFor()
    await cyd.say('final')
    await cyd.marked('final', 'Sent')
    await cyd.page.waitForTimeout(1_200)
    await cyd.field.press('ArrowUp')
    await cyd.hasTyped('final')
    await cyd.say('not so final')
    await cyd.page
      .locator('.hint')
      .getByText(/^Not changed: /)
      .waitFor()
    await cyd.sees('final')
    await cyd.hasNot('not so final')
  })

  test('whoever is blocked is not heard, and is told', async () => {
    await amy.choose('Bob')
    await amy.page.getByRole('button', { name: 'Block' }).click()
    await amy.sees('You have blocked Bob.')
    await bob.sees('Amy has blocked you.')
    await bob.say('can you hear me?')
    await bob.marked('can you hear me?', 'Sent')
    await bob.choose('Amy')
    await bob.say('and now?')
    await bob.row('and now?').getByText('Not sent:').waitFor()

    await amy.page.getByRole('button', { name: 'Unblock' }).click()
    await amy.sees('You no longer block Bob.')
    await bob.page.getByRole('button', { name: 'Send again' }).click()
    await bob.marked('and now?', 'Received')
    await amy.sees('and now?')
    await amy.goTo('general')
    await amy.hasNot('can you hear me?')
    await bob.goTo('general')
  })

  test('a status is seen by the others, and when one comes back from another room', async () => {
    await bob.page.getByLabel('Your status').selectOption('Do not disturb')
    await amy.page.locator('.person', { hasText: 'Bob do not disturb' }).waitFor()
    await bob.enterRoom('den')
    await amy.sits('Amy', 'Fred')
    await bob.enterRoom('general')
    await amy.page.locator('.person', { hasText: 'Bob do not disturb' }).waitFor()
    await bob.page.getByLabel('Your status').selectOption('Online')
    await amy.page.locator('.person', { hasText: 'do not disturb' }).waitFor({ state: 'detached' })
  })

  test('C17 rooms are created by their name, listed, and entered', async () => {
    await amy.enterRoom('attic')
    await bob.sees('Amy left.')
    await amy.sits('Amy')
    await amy.say('nobody here?')
    // Bob's page looks around when somebody leaves.
    await bob.goTo('attic')
    await amy.sees('Bob joined.')
    await bob.say('I am')
    await amy.sees('I am')
    for (const page of [amy, bob]) await page.goTo('general')
    await amy.sits('Amy', 'Bob', 'Fred')
    await amy.hasNot('nobody here?')

    await amy.page.getByLabel('Name of a room to enter or to create').fill('no room')
    await amy.page.keyboard.press('Enter')
    await amy.page
      .locator('.hint')
      .getByText(/^Not entered: /)
      .waitFor()
    await amy.page.getByRole('button', { name: 'Dismiss' }).click()
    await amy.say('still here')
    await bob.sees('still here')
  })

  test('what cannot be a name is said; where one is taken another is offered; whoever leaves can come back', async () => {
    const cyd = await chat.open()
    const field = cyd.page.getByLabel('Your name')
    for (const [name, words] of [
      ['', 'Type a name first.'],
      ['ab', 'A name has 3 to 30 letters and digits.'],
      ['Amy B', 'A name has letters from A to Z and digits, without spaces.'],
      ['Bob', 'Somebody else is called Bob now: take another name.'],
    ] as const) {
      await field.fill(name)
      await field.press('Enter')
      await cyd.page.getByRole('alert').getByText(words).waitFor()
    }
    assert.equal(await field.inputValue(), 'Bob')
    assert.equal(await cyd.focused(), 'name')
    await cyd.page.getByRole('button', { name: 'Join as Bob2' }).click()
    await cyd.sits('Amy', 'Bob', 'Bob2', 'Fred')
    await cyd.say('my name is another')
    await bob.sees('my name is another')

    await cyd.page.getByRole('button', { name: 'Leave the chat' }).click()
    await bob.sees('Bob2 left.')
    await fred.skipTo(leaving('Bob2'))
    await cyd.join('Cyd')
    await fred.expect(joining('Cyd'))
    await cyd.hasNot('my name is another')
    await cyd.page.context().close()
    await fred.expect(leaving('Cyd'))
  })

  test('hostile text is shown as it was typed, and does nothing', async () => {
    const nasty = await chat.relay.join('<i>Gus')
    await bob.say(HOSTILE)
    const shown = HOSTILE.replace('\u202e', 'U+202E').replace('\u2066', 'U+2066')
    for (const page of [amy, bob]) {
      await page.sees(shown)
      assert.equal(await page.log.locator('script, img, i').count(), 0)
      assert.equal(await page.page.title(), 'general · parlance')
      const text = page.row(shown).locator('bdi.shown-text').last()
      assert.equal(await text.evaluate((element) => getComputedStyle(element).unicodeBidi), 'isolate')
    }
    await amy.sits('<i>Gus', 'Amy', 'Bob', 'Fred')

    // Longer than any page would send: folded, in a row that stays within the page, and all there when asked for.
    nasty.send(message(`${'x'.repeat(8_000)}end`))
    await amy.sees('Show all 8,003 characters')
    await amy.hasNot('xend')
    await amy.page.getByRole('button', { name: 'Show all 8,003 characters' }).click()
    await amy.sees('xend')
    assert.equal(await amy.log.evaluate((element) => element.scrollWidth - element.clientWidth), 0)
    nasty.destroy()
    await amy.sits('Amy', 'Bob', 'Fred')
  })

  test('several lines are several messages, and what is too long is not sent', async () => {
    await amy.field.fill('first\n\nsecond')
    await amy.field.press('Enter')
    await amy.marked('first', 'Received by 1 person')
    await amy.marked('second', 'Received by 1 person')
    await amy.field.fill('x'.repeat(501))
    await amy.page.getByText('1 too many: a message has 500 characters at most.').waitFor()
    await amy.field.press('Enter')
    assert.equal((await amy.field.inputValue()).length, 501)
    await amy.field.fill('')
  })

  test('new messages stand in a polite live region, and a flood is a number', async () => {
    const live = amy.page.getByRole('log', { name: 'New messages' })
    assert.equal(await live.getAttribute('aria-live'), 'polite')
    await amy.page.waitForFunction(() => document.querySelector('[role=log]')?.textContent === '')
    fred.send(message('are you there?'))
    await live.getByText('Fred: are you there?').waitFor({ state: 'attached' })
    fred.send(...Array.from({ length: 200 }, (_, n) => message(`#${n}`)))
    await live.getByText('200 new messages').waitFor({ state: 'attached' })
  })
}
