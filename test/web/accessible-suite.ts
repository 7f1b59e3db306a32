/** axe finds nothing wrong in any state of the page, light and dark, large and small; and new messages are read out, calmly. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import type { AxeResults } from 'axe-core'
import { message } from '../fixtures/framed-bytes.js'
import type { ChatPage } from './chat-page.js'
import { DESKTOP, PHONE } from './chromium.js'
import { type Shared, startChat } from './start-chat.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Not by a script element, which the page's policy forbids. */
async function check({ page }: ChatPage, state: string): Promise<void> {
  const results: AxeResults = await page.evaluate(`${AXE}; axe.run()`)
  const found = results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  assert.deepEqual(found, [], state)
  assert.ok(results.passes.length > 10, state)
}

export function accessibleSuite(shared: Shared): void {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const viewport of [DESKTOP, PHONE])
      test(`axe finds nothing, ${colorScheme}, ${viewport.width} wide`, async (t) => {
        const isNarrow = viewport === PHONE
        const chat = await startChat(t, shared)
        const bob = await chat.relay.join('Bob')
        const amy = await chat.open({ viewport, colorScheme, reducedMotion: 'reduce' })
        const { page } = amy
        await check(amy, 'welcome')
        await amy.page.getByRole('button', { name: 'Join', exact: true }).click()
        await amy.page.getByRole('alert').waitFor()
        await check(amy, 'no name')
        await page.getByLabel('Your name').fill('Bob')
        await page.keyboard.press('Enter')
        await page.getByRole('button', { name: 'Join as Bob2' }).waitFor()
        await check(amy, 'name taken')
        await amy.join('Amy')
        bob.send(message('Hi'))
        await amy.say('Hello')
        await amy.marked('Hello', 'Sent')
        await amy.page.getByLabel('Message to general').fill('x'.repeat(501))
        await check(amy, 'room, too long a message')
        await amy.field.fill('')
        await amy.field.press('ArrowUp')
        await check(amy, 'changing a message')
        await amy.field.press('Escape')
        if (isNarrow) await page.getByRole('button', { name: /^People/ }).click()
        if (isNarrow) await check(amy, 'people')
        await amy.choose('Bob')
        await page.getByRole('button', { name: 'Block' }).click()
        await amy.sees('You have blocked Bob.')
        await check(amy, 'private, blocked')
        if (isNarrow) {
          await page.getByRole('button', { name: /^Rooms/ }).click()
          await check(amy, 'rooms')
          await page.keyboard.press('Escape')
        }
        await page.keyboard.press('Alt+h')
        await page.getByRole('dialog', { name: 'Keys' }).waitFor()
        await check(amy, 'keys')
        await page.keyboard.press('Escape')
        bob.destroy()
        await chat.relay.relay.stop()
        await amy.isLost()
        await check(amy, 'connection lost')
      })

  test('new messages stand in a polite live region, and a flood is a number', async (t) => {
    const chat = await startChat(t, shared)
    const bob = await chat.relay.join('Bob')
    const amy = await chat.enter('Amy')
    const live = amy.page.getByRole('log', { name: 'New messages' })
    assert.equal(await live.getAttribute('aria-live'), 'polite')
    bob.send(message('are you there?'))
    await live.getByText('Bob: are you there?').waitFor({ state: 'attached' })
    bob.send(...Array.from({ length: 200 }, (_, n) => message(`#${n}`)))
    await live.getByText('200 new messages').waitFor({ state: 'attached' })
  })
}
