/**
 * A real browser for tests: Debian's Chromium without a window, one process for a test file, with a context of its own for each
 * person, so that nobody shares storage. What a page complains about is kept: nothing may be.
 */

import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const CHROMIUM = process.env.PARLANCE_TEST_CHROMIUM ?? '/usr/bin/chromium'
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]
/** For everything that a test waits for. */
const DEADLINE_MS = 15_000

/** Why there is no browser to test in, or null. With CI=true that is no reason to skip. */
export function noChromium(): string | null {
  return existsSync(CHROMIUM) || process.env.CI === 'true'
    ? null
    : 'chromium is not installed: no browser to test in'
}

export const DESKTOP = { width: 1280, height: 800 }
export const PHONE = { width: 390, height: 844 }

export class TestBrowser {
  /** What pages complained about: errors, and what their policy forbade. */
  readonly complaints: string[] = []
  readonly #browser: Browser

  private constructor(browser: Browser) {
    this.#browser = browser
  }

  static async start(): Promise<TestBrowser> {
    return new TestBrowser(await chromium.launch({ executablePath: CHROMIUM, args: FLAGS }))
  }

  /** A new page in a context of its own. */
  async open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: DESKTOP, locale: 'en-GB', ...options })
    context.setDefaultTimeout(DEADLINE_MS)
    const page = await context.newPage()
    page.on('pageerror', (error) => this.complaints.push(error.stack ?? error.message))
    page.on('console', (message) => {
      // What the network says is the test's own doing, such as a relay that is gone.
      if (message.type() === 'error' && !/net::ERR|WebSocket connection/.test(message.text()))
        this.complaints.push(message.text())
    })
    await page.goto(url)
    return page
  }

  /** Ends all pages that are open. */
  async closePages(): Promise<void> {
    await Promise.all(this.#browser.contexts().map((context) => context.close()))
  }

  close(): Promise<void> {
    return this.#browser.close()
  }
}
