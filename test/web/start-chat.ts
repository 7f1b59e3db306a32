/** A relay that serves the page, for a test: over WebSocket for browsers, and framed for others. */

import type { TestContext } from 'node:test'
import type { BrowserContextOptions } from 'playwright-core'
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

export async function startChat(
  t: TestContext,
  { browser }: Shared,
  settings: NonNullable<RelayOptions['settings']> = {},
): Promise<ChatRelay> {
  const listen = 'framed://127.0.0.1:0 ws://127.0.0.1:0'
  // Before the relay ends: it would tell each of them.
  t.after(() => browser.closePages())
  const relay = await startRelay(t, { settings: { listen, ...settings } })
  const url = `http://127.0.0.1:${relay.ports[1]}/`
  const open = async (options?: BrowserContextOptions) => new ChatPage(await browser.open(url, options))
  return { relay, url, open, enter: async (name, options) => (await open(options)).join(name) }
}
