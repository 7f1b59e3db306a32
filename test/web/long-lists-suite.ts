/**
 * 10,000 messages and 1,000 people: the document stays small, frames keep coming, and where somebody reads does not move. How long frames
 * took is told; what is held is far from what would be noticed by chance on a busy machine.
 */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { join, message } from '../fixtures/framed-bytes.js'
import type { TestRelay } from '../fixtures/start-relay.js'
import type { ChatPage } from './chat-page.js'
import { type Shared, startChat } from './start-chat.js'

const PEOPLE = 1_000
const MESSAGES = 10_000
/** In one write of the sender. */
const AT_ONCE = 500
const MAX_ELEMENTS = 1_500
/** A page that drew all rows for each message would stand still for minutes. */
const MAX_FRAME_MS = 2_000

export function longListsSuite(shared: Shared): void {
  test('it stays smooth with 10,000 messages and 1,000 people', async (t) => {
    // Many at once are told as their number; the page asks who they are.
    const chat = await startChat(t, shared, { announceUpTo: '100', recentMessages: '1000' })
    const speaker = await chat.relay.join('Speaker')
    const amy = await chat.enter('Amy')
    const { page } = amy
    await watchFrames(page)
    for (let n = 0; n < MESSAGES; n += AT_ONCE)
      speaker.send(...Array.from({ length: AT_ONCE }, (_, m) => message(`message ${n + m + 1}.`)))
    await amy.sees(`message ${MESSAGES}.`)
    await tellFrames(t, page, 'while they came')
    assert.ok((await elements(page)) < MAX_ELEMENTS, `${await elements(page)} elements`)
    await amy.hasNot('message 1.')

    // They come afterwards: ten thousand messages to each of a thousand would be a test of the relay.
    await watchFrames(page)
    await Promise.all(Array.from({ length: PEOPLE - 2 }, (_, n) => comeIn(chat.relay, `p${n}`)))
    await page.getByRole('heading', { name: 'People 1,000' }).waitFor()
    await tellFrames(t, page, 'while people came')

    await watchFrames(page)
    await scrollThrough(page)
    await tellFrames(t, page, 'while all was scrolled through')
    assert.ok((await elements(page)) < MAX_ELEMENTS, `${await elements(page)} elements`)
    await staysWhereOneReads(amy, (text) => speaker.send(message(text)))

    // One of the thousand is found by name.
    await page.getByLabel('Find somebody by name').fill('p777')
    await amy.sits('p777')
    await page.getByLabel('Find somebody by name').fill('')
    await page.locator('.person').first().focus()
    await page.keyboard.press('End')
    await page.waitForFunction(() => document.activeElement?.textContent?.includes('Speaker'))
  })
}

/** Somebody who never looks at what they get. */
async function comeIn(relay: TestRelay, name: string): Promise<void> {
  const peer = await relay.connect()
  peer.socket.removeAllListeners('data').resume()
  peer.send(join(name))
}

/** From the newest to the oldest row that is kept, by the wheel. */
async function scrollThrough(page: Page): Promise<void> {
  await page.getByRole('feed').hover()
  for (let turn = 0; turn < 40; turn++) {
    await page.mouse.wheel(0, -4_000)
    await page.waitForTimeout(16)
  }
}

/** What comes while somebody reads above moves nothing, and is counted; the button goes there. */
async function staysWhereOneReads(amy: ChatPage, say: (text: string) => void): Promise<void> {
  const { page } = amy
  await page.waitForTimeout(300)
  const before = await topRow(page)
  for (const text of ['late one', 'late two', 'late three']) say(text)
  await page.getByRole('button', { name: '↓ 3 newer' }).click({ trial: true })
  assert.deepEqual(await topRow(page), before)
  await page.getByRole('button', { name: '↓ 3 newer' }).click()
  await amy.sees('late three')
  await page.getByRole('button', { name: /newer|newest/ }).waitFor({ state: 'detached' })
  say('at the end again')
  await amy.sees('at the end again')
}

/** The first row in view: its text and where it is. */
function topRow(page: Page): Promise<readonly [string | null, number]> {
  return page.evaluate(() => {
    const list = document.querySelector('#messages') as HTMLElement
    const top = list.getBoundingClientRect().top
    const rows = [...list.querySelectorAll('article')]
    const row = rows
      .map((element) => [element.textContent, Math.round(element.getBoundingClientRect().top - top)] as const)
      .filter(([, at]) => at >= 0)
      .sort(([, a], [, b]) => a - b)[0]
    return row ?? ([null, 0] as const)
  })
}

function elements(page: Page): Promise<number> {
  return page.evaluate(() => document.querySelectorAll('*').length)
}

/** Notes from now on how long each frame takes. In words, because it is the page that runs it. */
const WATCH = `
  window.frames10k = []
  ;(function watch(frames, last) {
    requestAnimationFrame((now) => {
      frames.push(now - last)
      if (window.frames10k === frames) watch(frames, now)
    })
  })(window.frames10k, performance.now())
`

async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(WATCH)
}

async function tellFrames(t: TestContext, page: Page, when: string): Promise<void> {
  const frames = await page.evaluate<number[]>('window.frames10k')
  const sorted = frames.toSorted((a, b) => a - b)
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] as number).toFixed(0)
  t.diagnostic(
    `${when}: ${sorted.length} frames, half within ${at(0.5)} ms, 95 % within ${at(0.95)} ms, the longest ${at(1)} ms`,
  )
  assert.ok((sorted.at(-1) as number) < MAX_FRAME_MS, `a frame took ${at(1)} ms`)
}
