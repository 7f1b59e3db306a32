/** The live view in a real browser: figures that follow what happens, nobody's name, a relay that goes and comes back. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type TestContext, test } from 'node:test'
import type { AxeResults } from 'axe-core'
import { pino } from 'pino'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { loadConfig } from '../../src/relay/config/load.js'
import { Relay } from '../../src/relay/relay.js'
import { message } from '../fixtures/framed-bytes.js'
import { freePort } from '../fixtures/relay-process.js'
import { startRelay } from '../fixtures/start-relay.js'
import { DESKTOP, PHONE, type TestBrowser } from './chromium.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export interface Shared {
  readonly browser: TestBrowser
}

/** The figure in the table, as it is written. */
async function figure(page: Page, name: string): Promise<string> {
  const row = page.getByRole('row', { name: new RegExp(`^${name} `) })
  return (await row.getByRole('cell').first().textContent()) ?? ''
}

async function untilFigure(page: Page, name: string, is: (value: string) => boolean): Promise<void> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const value = await figure(page, name)
    if (is(value)) return
    assert.ok(Date.now() < deadline, `${name} is ${value}`)
    await page.waitForTimeout(100)
  }
}

async function assertAccessible(page: Page, state: string): Promise<void> {
  const results: AxeResults = await page.evaluate(`${AXE}; axe.run()`)
  const found = results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  assert.deepEqual(found, [], state)
  assert.ok(results.passes.length > 10, state)
}

async function startLive(t: TestContext, { browser }: Shared) {
  const relay = await startRelay(t, { settings: { listen: 'framed://127.0.0.1:0 ws://127.0.0.1:0' } })
  // Before the relay ends: it would tell each of them.
  t.after(() => browser.closePages())
  const view = async (options?: BrowserContextOptions) => {
    const page = await browser.open(`http://127.0.0.1:${relay.ports[1]}/live`, options)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByRole('heading', { name: 'All figures' }).waitFor()
    return page
  }
  return { relay, view }
}

export function liveSuite(shared: Shared): void {
  test('figures and charts follow what happens, without anybody’s name or text', async (t) => {
    const { relay, view } = await startLive(t, shared)
    const page = await view()
    assert.equal(await figure(page, 'Connections'), '0')
    const amy = await relay.join('Amaryllis')
    await relay.join('Bartholomew')
    await untilFigure(page, 'With a name', (value) => value === '2')
    amy.send(message('Forsythia'))
    await untilFigure(page, 'Messages a second', (value) => Number(value) > 0)
    await page.locator('.tile', { hasText: 'Connections' }).getByText('2', { exact: true }).waitFor()
    const charts = page.getByRole('img', { name: /^Chart of the last 3 minutes\. Now: / })
    assert.equal(await charts.count(), 6)
    await page.getByLabel('Show').selectOption('the last minute')
    await page.getByRole('img', { name: /^Chart of the last minute\. Now: Connections 2, / }).waitFor()
    // Something is drawn on each of them.
    const drawn = await page.evaluate(() =>
      [...document.querySelectorAll('canvas')].map((canvas) =>
        canvas
          .getContext('2d')
          ?.getImageData(0, 0, canvas.width, canvas.height)
          .data.some((value) => value !== 0),
      ),
    )
    assert.deepEqual(drawn, Array(6).fill(true))
    const content = await page.content()
    for (const word of ['Amaryllis', 'Bartholomew', 'Forsythia']) assert.ok(!content.includes(word), word)
  })

  test('while it is paused figures stay, and then they are those of now', async (t) => {
    const { relay, view } = await startLive(t, shared)
    const page = await view()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('status').getByText('Paused').waitFor()
    await relay.join('Amy')
    await page.waitForTimeout(1500)
    assert.equal(await figure(page, 'Connections'), '0')
    await page.getByRole('button', { name: 'Pause', pressed: true }).click()
    await untilFigure(page, 'Connections', (value) => value === '1')
  })

  test('a relay that goes is said to be gone, and is there again by itself', async (t) => {
    const listen = `ws://127.0.0.1:${await freePort()}`
    const flags = { listen, ops: 'off', logDir: 'off', addressFile: 'off', closeSpreadMs: '0' }
    const start = () => Relay.start(loadConfig({ environment: {}, flags }), pino({ level: 'silent' }))
    let relay = await start()
    t.after(async () => {
      await shared.browser.closePages()
      await relay.stop()
    })
    const page = await shared.browser.open(listen.replace('ws:', 'http:').concat('/live'))
    await untilFigure(page, 'Connections', (value) => value === '0')
    await relay.stop()
    await page.getByRole('alert').getByText('The relay does not answer.').waitFor()
    await page.getByRole('status').getByText('No answer').waitFor()
    await assertAccessible(page, 'gone')
    relay = await start()
    await page.getByRole('button', { name: 'Try now' }).click()
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor()
    assert.equal(await page.getByRole('alert').count(), 0)
  })

  test('axe finds nothing in the live view, light and dark, on a desk and on a phone', async (t) => {
    const { view } = await startLive(t, shared)
    const page = await view({ reducedMotion: 'reduce' })
    for (const viewport of [DESKTOP, PHONE]) {
      await page.setViewportSize(viewport)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await assertAccessible(page, `${colorScheme}, ${viewport.width} wide`)
      }
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      assert.ok(width <= viewport.width, `${width} wide`)
    }
    await page.getByRole('button', { name: 'Pause' }).click()
    await assertAccessible(page, 'dark, paused')
  })
}
