/** The live view's page in a real browser, on a real relay. */

import assert from 'node:assert/strict'
import { after, afterEach, before, describe } from 'node:test'
import { noChromium, TestBrowser } from './chromium.js'
import { liveSuite } from './live-suite.js'

describe('the live view', { skip: noChromium() ?? false }, () => {
  const shared: { browser: TestBrowser } = { browser: undefined as unknown as TestBrowser }
  before(async () => {
    shared.browser = await TestBrowser.start()
  })
  afterEach(async () => {
    await shared.browser.closePages()
    // Its strict policy is among what a page would complain about.
    assert.deepEqual(shared.browser.complaints.splice(0), [])
  })
  after(() => shared.browser.close())

  liveSuite(shared)
})
