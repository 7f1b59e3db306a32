/** Everything without a mouse: the order of Tab, arrows in lists, Escape, and the keys that the page documents. */

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { ChatPage } from './chat-page.js'
import { DESKTOP, PHONE } from './chromium.js'
import { type ChatRelay, endOfSuite, type Shared, startChat } from './start-chat.js'

export function keyboardSuite(shared: Shared): void {
  const end = endOfSuite()
  let chat: ChatRelay
  let amy: ChatPage

  before(async () => {
    chat = await startChat(end, shared)
    for (const name of ['Bob', 'Cyd', 'Dan']) await chat.relay.join(name)
    amy = await chat.open()
  })

  test('one joins, writes, and changes what one wrote, by keyboard alone', async () => {
    const { keyboard } = amy.page
    assert.equal(await amy.focused(), 'name')
    await keyboard.type('Amy')
    await keyboard.press('Enter')
    await amy.field.waitFor()
    await amy.page.waitForFunction(() => document.activeElement?.id === 'message')
    await keyboard.type('one')
    await keyboard.press('Shift+Enter')
    await keyboard.type('two')
    await keyboard.press('Enter')
    await amy.marked('two', 'Sent')

    await keyboard.press('ArrowUp')
    await amy.page.getByText('Changing what you said').waitFor()
    await amy.page.waitForFunction(() => (document.activeElement as HTMLTextAreaElement).value === 'two')
    await keyboard.press('Escape')
    await amy.page.waitForFunction(() => (document.activeElement as HTMLTextAreaElement).value === '')
    await keyboard.press('ArrowUp')
    await amy.page.waitForFunction(() => (document.activeElement as HTMLTextAreaElement).value === 'two')
    await keyboard.type(' and a half')
    await keyboard.press('Enter')
    await amy.sees('two and a half (edited)')
  })

  test('somebody is chosen with Alt and P, arrows and Enter; Escape goes back to the room', async () => {
    const { keyboard } = amy.page
    await amy.sits('Amy', 'Bob', 'Cyd', 'Dan')
    await keyboard.press('Alt+p')
    await amy.page.waitForFunction(() => document.activeElement?.textContent?.includes('Amy'))
    await keyboard.press('ArrowDown')
    await keyboard.press('ArrowDown')
    await amy.page.waitForFunction(() => document.activeElement?.textContent?.includes('Cyd'))
    await keyboard.press('End')
    await amy.page.waitForFunction(() => document.activeElement?.textContent?.includes('Dan'))
    await keyboard.press('Enter')
    await amy.page.getByRole('heading', { name: 'Dan', level: 1 }).waitFor()
    await amy.page.waitForFunction(() => document.activeElement?.id === 'message')
    await keyboard.type('psst')
    await keyboard.press('Enter')
    await amy.marked('psst', 'Sent')
    await keyboard.press('Escape')
    await amy.page.getByRole('heading', { name: 'general', level: 1 }).waitFor()
    await keyboard.press('Alt+ArrowDown')
    await amy.page.getByRole('heading', { name: 'Dan', level: 1 }).waitFor()
    await keyboard.press('Alt+ArrowUp')
    await amy.page.getByRole('heading', { name: 'general', level: 1 }).waitFor()
  })

  test('messages are read with Alt and L and arrows; Home and End reach the ends', async () => {
    const { keyboard } = amy.page
    for (const text of ['one', 'two', 'three']) await amy.say(text)
    await amy.marked('three', 'Sent')
    await keyboard.press('Alt+l')
    assert.equal(await amy.focused(), 'messages')
    await keyboard.press('ArrowUp')
    await amy.page.waitForFunction(() => document.activeElement?.textContent?.includes('three'))
    await keyboard.press('ArrowUp')
    await amy.page.waitForFunction(() => document.activeElement?.textContent?.includes('two'))
    // Its button comes next, and not those of every other row.
    await keyboard.press('Tab')
    assert.equal(await amy.focused(), 'Edit this message')
    await keyboard.press('Tab')
    await amy.page.waitForFunction(() => document.activeElement?.id === 'message')
    await keyboard.press('Alt+l')
    await keyboard.press('Home')
    await amy.page.waitForFunction(() => document.activeElement?.textContent?.includes('You are in general'))
    await keyboard.press('End')
    await amy.page.waitForFunction(() => document.activeElement?.textContent?.includes('three'))
    await keyboard.press('Alt+m')
  })

  test('the keys are listed on the page, and Escape closes that', async () => {
    await amy.page.keyboard.press('Alt+h')
    await amy.page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await amy.closeDialog()
    await amy.page.waitForFunction(() => document.activeElement?.id === 'message')
  })

  test('on a small screen panels are dialogs, which Escape closes and which give the focus back', async () => {
    await amy.page.setViewportSize(PHONE)
    const opener = amy.page.getByRole('button', { name: 'People in this room: 4' })
    await opener.focus()
    await amy.page.keyboard.press('Enter')
    await amy.page.getByRole('dialog', { name: 'People' }).waitFor()
    await amy.closeDialog()
    assert.equal(await amy.focused(), 'People in this room: 4')
    await amy.page.keyboard.press('Enter')
    await amy.choose('Bob')
    assert.equal(await amy.page.getByRole('dialog').count(), 0)
    const overflow = await amy.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    assert.equal(overflow, 0)
    await amy.page.setViewportSize(DESKTOP)
    await amy.page.keyboard.press('Escape')
  })

  test('what is opened right behind something that is closed stays open', async () => {
    const { page } = amy
    await page.setViewportSize(PHONE)
    await page.getByRole('button', { name: 'People in this room' }).waitFor()
    for (const isClosed of [true, false]) {
      await page.keyboard.press('Alt+r')
      await page.getByRole('dialog', { name: 'Rooms' }).waitFor()
      await page.evaluate((isClosed) => {
        if (isClosed) document.querySelector('dialog')?.close()
        document.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyH', altKey: true }))
      }, isClosed)
      await page.getByRole('dialog', { name: 'Keys' }).waitFor()
      await delay(200)
      assert.equal(await page.getByRole('dialog', { name: 'Keys' }).count(), 1)
      assert.equal(await page.getByRole('dialog').count(), 1)
      await amy.closeDialog()
    }
    await page.setViewportSize(DESKTOP)
  })

  test('every place that Tab reaches is seen to have the focus', async () => {
    await amy.page.keyboard.press('Alt+r')
    for (let count = 0; count < 12; count++) {
      await amy.page.keyboard.press('Tab')
      const isSeen = await amy.page.evaluate(() => {
        const element = document.activeElement
        if (element === null || element === document.body) return true
        const shown = element.closest('.field') ?? element
        return getComputedStyle(shown).outlineStyle !== 'none'
      })
      assert.ok(isSeen, await amy.focused())
    }
  })
}
