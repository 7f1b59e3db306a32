/** What people see while the relay is gone and when it is back: the same port, another process as far as they can tell. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { loadConfig } from '../../src/relay/config/load.js'
import { Relay } from '../../src/relay/relay.js'
import { freePort } from '../fixtures/relay-process.js'
import { ChatPage } from './chat-page.js'
import type { Shared } from './start-chat.js'

export function restartSuite(shared: Shared): void {
  test('the page says that it is gone, keeps what is typed, comes back, and people chat on', async (t) => {
    const port = await freePort()
    const start = () => {
      const flags = {
        listen: `ws://127.0.0.1:${port}`,
        ops: 'off',
        logDir: 'off',
        shutdownMs: '500',
        closeSpreadMs: '0',
      }
      return Relay.start(loadConfig({ environment: {}, flags }), pino({ level: 'silent' }))
    }
    let relay = await start()
    t.after(async () => {
      await Promise.all(pages.map(({ page }) => page.context().close()))
      await relay.stop()
    })
    const pages: ChatPage[] = []
    const open = async (name: string) => {
      const page = new ChatPage(await shared.browser.open(`http://127.0.0.1:${port}/`))
      pages.push(page)
      return page.join(name)
    }
    const amy = await open('Amy')
    const bob = await open('Bob')
    await amy.say('before')
    await bob.sees('before')
    await amy.page.getByLabel('Your status').selectOption('Do not disturb')
    await bob.page.locator('.person', { hasText: 'Amy do not disturb' }).waitFor()

    await relay.stop()
    for (const page of [amy, bob]) await page.isLost()
    await amy.say('typed meanwhile')
    await amy.page.locator('.hint').getByText('Not sent: there is no connection.').waitFor()
    assert.equal(await amy.field.inputValue(), 'typed meanwhile')

    relay = await start()
    for (const page of [amy, bob]) await page.sees('You are connected again.')
    await amy.sits('Amy', 'Bob')
    await bob.page.locator('.person', { hasText: 'Amy do not disturb' }).waitFor()
    await amy.sees('before')
    await amy.field.press('Enter')
    await bob.sees('typed meanwhile')
    await amy.marked('typed meanwhile', 'Received by 1 person')

    // Somebody else has the name by the time one is back: that is said, another is offered, and nothing is lost.
    await amy.field.fill('unsaid')
    await relay.stop()
    await amy.isLost()
    await amy.page.context().setOffline(true)
    relay = await start()
    const other = await open('Amy')
    await amy.page.context().setOffline(false)
    await amy.page.getByRole('status').getByText('Somebody is called Amy at the moment').waitFor()
    await amy.page.getByRole('button', { name: 'Take another name' }).click()
    await amy.page
      .getByRole('alert')
      .getByText('Somebody else is called Amy now: take another name.')
      .waitFor()
    await amy.page.getByRole('button', { name: 'Join as Amy2' }).click()
    await other.sees('Amy2 joined.')
    assert.equal(await amy.field.inputValue(), 'unsaid')
    await amy.sees('before')
  })
}
