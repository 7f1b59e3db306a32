/** A relay that serves the page, for a test: over WebSocket for browsers, and framed for others. */

import { after, type TestContext } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { type RelayOptions, startRelay, type TestRelay } from '../fixtures/start-relay.js'
import { ChatPage } from './chat-page.js'
import type { TestBrowser } from './chromium.js'

export interface Shared {
  readonly browser: TestBrowser
}

export interface ChatRelay {
  readonly relay: TestRelay
  readonly url: string
  /** Opens the page, and joins. */
  enter(name: string, options?: BrowserContextOptions): Promise<ChatPage>
  /** Opens the page. */
  open(options?: BrowserContextOptions): Promise<ChatPage>
}

/** Whatever ends what was started: a test, or a suite. */
export interface Endings {
  after(callback: () => unknown): void
}

/** For a suite that has one relay for all of its tests; to be asked for in the suite itself. */
export function endOfSuite(): Endings {
  const callbacks: (() => unknown)[] = []
  after(async () => {
    for (const callback of callbacks) await callback()
  })
  return { after: (callback) => void callbacks.push(callback) }
}

export async function startChat(
  t: Endings,
  { browser }: Shared,
  settings: NonNullable<RelayOptions['settings']> = {},
): Promise<ChatRelay> {
  const listen = 'framed://127.0.0.1:0 ws://127.0.0.1:0'
  // Before the relay ends: it would tell each of them.
  const pages: Page[] = []
  t.after(() => Promise.all(pages.map((page) => page.context().close())))
  const relay = await startRelay(t as TestContext, { settings: { listen, ...settings } })
  const url = `http://127.0.0.1:${relay.ports[1]}/`
  const open = async (options?: BrowserContextOptions) => {
    const page = await browser.open(url, options)
    pages.push(page)
    return new ChatPage(page)
  }
  return { relay, url, open, enter: async (name, options) => (await open(options)).join(name) }
}
