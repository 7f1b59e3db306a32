/** axe finds nothing wrong in any state of the page, large and small, light and dark. */

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
/** What depends on the colours; all else is the same in the dark. */
const CONTRAST = "{ runOnly: ['color-contrast'] }"

/** Everything in the light, and the contrast in the dark. */
async function check({ page }: ChatPage, state: string): Promise<void> {
  for (const [colorScheme, options] of [
    ['light', '{}'],
    ['dark', CONTRAST],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // Not by a script element, which the page's policy forbids.
    const results: AxeResults = await page.evaluate(
      `window.axe ?? (() => { ${AXE} })(); window.axe.run(${options})`,
    )
    const found = results.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
    )
    assert.deepEqual(found, [], `${state}, ${colorScheme}`)
    assert.ok(results.passes.length + results.incomplete.length > 0, `${state}, ${colorScheme}`)
  }
}

export function accessibleSuite(shared: Shared): void {
  for (const viewport of [DESKTOP, PHONE])
    test(`axe finds nothing, ${viewport.width} wide`, async (t) => {
      const isNarrow = viewport === PHONE
      const chat = await startChat(t, shared, { closeSpreadMs: '0' })
      const bob = await chat.relay.join('Bob')
      const amy = await chat.open({ viewport })
      const { page } = amy
      await check(amy, 'welcome')
      await page.getByLabel('Your name').fill('Bob')
      await page.keyboard.press('Enter')
      await page.getByRole('button', { name: 'Join as Bob2' }).waitFor()
      await check(amy, 'name taken')
      await amy.join('Amy')
      bob.send(message('Hi'))
      await amy.say('Hello')
      await amy.marked('Hello', 'Sent')
      await amy.field.fill('x'.repeat(501))
      await check(amy, 'room, too long a message')
      await amy.field.fill('')
      await amy.field.press('ArrowUp')
      await amy.hasTyped('Hello')
      await check(amy, 'changing a message')
      await amy.field.press('Escape')
      if (isNarrow) {
        await page.getByRole('button', { name: /^People/ }).click()
        await check(amy, 'people')
      }
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
}
