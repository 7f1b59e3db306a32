/** The page of a relay that wants passwords: it asks for one, says when it is wrong, and never shows it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passwordFile } from '../fixtures/access-files.js'
import { type Shared, startChat } from './start-chat.js'

const PASSWORD = 'correct horse'

export function accessSuite(shared: Shared): void {
  test('the page asks for a password where the relay wants one, and comes in with it', async (t) => {
    const accessFile = await passwordFile({ Amy: PASSWORD })
    const chat = await startChat(t, shared, { access: 'closed', accessFile })
    const { page } = await chat.open()
    const enter = async (password: string) => {
      await page.getByLabel('Your name').fill('Amy')
      await page.getByLabel('Password or token').fill(password)
      await page.getByRole('button', { name: 'Join', exact: true }).click()
    }
    await enter('')
    await page.getByText('Somebody else is called Amy, or the name needs a password.').waitFor()
    await enter('incorrect horse')
    await page.getByText('the relay does not take the password for that name').waitFor()
    assert.equal(await page.locator('#password').getAttribute('type'), 'password')
    await enter(PASSWORD)
    await page.getByText('You are in general as Amy.').waitFor()
    assert.ok(!(await page.content()).includes('horse') && !page.url().includes('horse'))
  })
}
