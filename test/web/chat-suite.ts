/** Two browsers and a program over TCP in the same rooms. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { direct, joining, leaving, message } from '../fixtures/framed-bytes.js'
import { type Shared, startChat } from './start-chat.js'

/** Markup, an override of the direction, and what else people try. */
const HOSTILE =
  '<script>document.title="owned"</script><img src=x onerror=alert(1)> \u202egnp.exe\u2066 &amp; 👩‍👩‍👧'

export function chatSuite(shared: Shared): void {
  test('two browsers and a client over TCP are in one room', async (t) => {
    const chat = await startChat(t, shared)
    const fred = await chat.relay.join('Fred')
    const amy = await chat.enter('Amy')
    await fred.expect(joining('Amy'))
    const bob = await chat.enter('Bob')
    await fred.expect(joining('Bob'))
    await amy.sees('Bob joined.')
    await amy.sits('Amy', 'Bob', 'Fred')

    await amy.say('Hello, all of you')
    await bob.sees('Hello, all of you')
    await fred.expect(message('[Amy] Hello, all of you'))
    // Bob's page has acknowledged it; framed has no such thing.
    await amy.marked('Hello, all of you', 'Received by 1 person')

    fred.send(message('21.4 C'))
    await amy.sees('21.4 C')
    await bob.sees('21.4 C')
    fred.destroy()
    await amy.sees('Fred left.')
    await amy.sits('Amy', 'Bob')
  })

  test('a private message reaches one person, on a page of its own', async (t) => {
    const chat = await startChat(t, shared)
    const fred = await chat.relay.join('Fred')
    const amy = await chat.enter('Amy')
    const bob = await chat.enter('Bob')
    await fred.expect(joining('Amy'), joining('Bob'))
    await amy.sits('Amy', 'Bob', 'Fred')

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
  })

  test('what was said can be changed, and both see that', async (t) => {
    const chat = await startChat(t, shared)
    const amy = await chat.enter('Amy')
    const bob = await chat.enter('Bob')
    await amy.say('see you at 2')
    await bob.sees('see you at 2')
    await amy.marked('see you at 2', 'Received by 1 person')
    await amy.row('see you at 2').hover()
    await amy.page.getByRole('button', { name: 'Edit this message' }).click()
    await amy.hasTyped('see you at 2')
    await amy.say('see you at 3')
    for (const page of [amy, bob]) {
      await page.sees('see you at 3 (edited)')
      await page.hasNot('see you at 2')
    }
    assert.equal(await bob.page.getByRole('button', { name: 'Edit this message' }).count(), 0)
  })

  test('an edit that comes too late is refused in words, and nothing changes', async (t) => {
    const chat = await startChat(t, shared, { editWindowMs: '1000' })
    const amy = await chat.enter('Amy')
    await amy.say('final')
    await amy.marked('final', 'Sent')
    await amy.page.waitForTimeout(1_200)
    await amy.field.press('ArrowUp')
    await amy.say('not so final')
    await amy.page
      .locator('.hint')
      .getByText(/^Not changed: /)
      .waitFor()
    await amy.sees('final')
    await amy.hasNot('not so final')
  })

  test('whoever is blocked is not heard, and is told', async (t) => {
    const chat = await startChat(t, shared)
    const amy = await chat.enter('Amy')
    const bob = await chat.enter('Bob')
    await amy.sits('Amy', 'Bob')
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
  })

  test('a status is seen by the others', async (t) => {
    const chat = await startChat(t, shared)
    const amy = await chat.enter('Amy')
    const bob = await chat.enter('Bob')
    await amy.sits('Amy', 'Bob')
    await bob.page.getByLabel('Your status').selectOption('Do not disturb')
    await amy.page.locator('.person', { hasText: 'Bob do not disturb' }).waitFor()
    // Whoever comes later sees it, too.
    const cyd = await chat.enter('Cyd')
    await cyd.page.locator('.person', { hasText: 'Bob do not disturb' }).waitFor()
    // So does whoever was there before, when Bob goes to another room and comes back.
    await bob.enterRoom('den')
    await amy.sits('Amy', 'Cyd')
    await bob.enterRoom('general')
    await amy.page.locator('.person', { hasText: 'Bob do not disturb' }).waitFor()
  })

  test('C17 rooms are listed, entered, and created by their name', async (t) => {
    const chat = await startChat(t, shared)
    const fred = await chat.relay.join('Fred')
    const amy = await chat.enter('Amy')
    const bob = await chat.enter('Bob')
    await fred.expect(joining('Amy'), joining('Bob'))
    await amy.enterRoom('den')
    await fred.expect(leaving('Amy'))
    await bob.sees('Amy left.')
    await amy.sits('Amy')
    await amy.say('nobody here?')

    const cyd = await chat.enter('Cyd')
    await cyd.goTo('den')
    await amy.sees('Cyd joined.')
    await cyd.say('I am')
    await amy.sees('I am')
    await bob.hasNot('I am')
    await amy.goTo('general')
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

  test('where the name is taken another is offered, and one gets in under that', async (t) => {
    const chat = await startChat(t, shared)
    await chat.relay.join('Amy')
    const amy = await chat.open()
    const field = amy.page.getByLabel('Your name')
    await field.fill('Amy')
    await field.press('Enter')
    await amy.page.getByRole('alert').getByText('Somebody else is called Amy now.').waitFor()
    assert.equal(await field.inputValue(), 'Amy')
    assert.equal(await amy.focused(), 'name')
    await amy.page.getByRole('button', { name: 'Join as Amy2' }).click()
    await amy.sits('Amy', 'Amy2')
  })

  test('what cannot be a name is said before anything is sent', async (t) => {
    const chat = await startChat(t, shared)
    const { page } = await chat.open()
    for (const [name, words] of [
      ['', 'Type a name first.'],
      ['ab', 'A name has 3 to 30 letters and digits.'],
      ['Amy B', 'A name has letters from A to Z and digits, without spaces.'],
    ] as const) {
      await page.getByLabel('Your name').fill(name)
      await page.getByRole('button', { name: 'Join', exact: true }).click()
      await page.getByRole('alert').getByText(words).waitFor()
    }
  })

  test('hostile text is shown as it was typed, and does nothing', async (t) => {
    const chat = await startChat(t, shared)
    const fred = await chat.relay.join('<i>Fred')
    const amy = await chat.enter('Amy')
    await fred.expect(joining('Amy'))
    const bob = await chat.enter('Bob')
    await bob.say(HOSTILE)
    const shown = HOSTILE.replace('\u202e', 'U+202E').replace('\u2066', 'U+2066')
    for (const page of [amy, bob]) {
      await page.sees(shown)
      assert.equal(await page.log.locator('script, img, i').count(), 0)
      assert.equal(await page.page.title(), 'general · parlance')
      const direction = await page.row(shown).locator('bdi.shown-text').last()
      assert.equal(await direction.evaluate((element) => getComputedStyle(element).unicodeBidi), 'isolate')
    }
    await amy.sits('<i>Fred', 'Amy', 'Bob')

    // Longer than any page would send: folded, in a row that stays within the page, and all there when asked for.
    fred.send(message(`${'x'.repeat(8_000)}end`))
    await amy.sees('Show all 8,003 characters')
    await amy.hasNot('xend')
    await amy.page.getByRole('button', { name: 'Show all 8,003 characters' }).click()
    await amy.sees('xend')
    const width = await amy.log.evaluate((element) => element.scrollWidth - element.clientWidth)
    assert.equal(width, 0)
  })

  test('several lines are several messages, and what is too long is not sent', async (t) => {
    const chat = await startChat(t, shared)
    const amy = await chat.enter('Amy')
    await amy.field.fill('first\n\nsecond')
    await amy.field.press('Enter')
    await amy.marked('first', 'Sent')
    await amy.marked('second', 'Sent')
    await amy.field.fill('x'.repeat(501))
    await amy.page.getByText('1 too many: a message has 500 characters at most.').waitFor()
    await amy.field.press('Enter')
    assert.equal((await amy.field.inputValue()).length, 501)
  })

  test('whoever leaves is gone, and can come back', async (t) => {
    const chat = await startChat(t, shared)
    const fred = await chat.relay.join('Fred')
    const amy = await chat.enter('Amy')
    await fred.expect(joining('Amy'))
    await amy.say('bye')
    await fred.expect(message('[Amy] bye'))
    await amy.page.getByRole('button', { name: 'Leave the chat' }).click()
    await fred.expect(leaving('Amy'))
    await amy.join('Amy')
    await fred.expect(joining('Amy'))
    await amy.hasNot('bye')
  })
}
