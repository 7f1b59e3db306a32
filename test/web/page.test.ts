/** The chat's page in a real browser, on a real relay: one browser and one relay for all of these suites. */

import assert from 'node:assert/strict'
import { after, afterEach, before, describe } from 'node:test'
import { accessSuite } from './access-suite.js'
import { accessibleSuite } from './accessible-suite.js'
import { chatSuite } from './chat-suite.js'
import { noChromium, TestBrowser } from './chromium.js'
import { keyboardSuite } from './keyboard-suite.js'
import { longListsSuite } from './long-lists-suite.js'
import { restartSuite } from './restart-suite.js'

const why = noChromium()

describe('the page', { skip: why ?? false }, () => {
  const shared: { browser: TestBrowser } = { browser: undefined as unknown as TestBrowser }
  before(async () => {
    shared.browser = await TestBrowser.start()
  })
  afterEach(() => {
    // Its strict policy is among what a page would complain about.
    assert.deepEqual(shared.browser.complaints.splice(0), [])
  })
  after(() => shared.browser.close())

  describe('people chat', () => chatSuite(shared))
  describe('by keyboard', () => keyboardSuite(shared))
  describe('the relay restarts', () => restartSuite(shared))
  describe('for everybody', () => accessibleSuite(shared))
  describe('a relay with passwords', () => accessSuite(shared))
  describe('long lists', () => longListsSuite(shared))
})
