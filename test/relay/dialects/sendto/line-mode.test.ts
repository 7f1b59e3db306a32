/** S8: how much of a line is kept of somebody who has no name, and of somebody who has. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AnswerCache } from '../../../../src/relay/dialects/answer-cache.js'
import type { Account } from '../../../../src/relay/dialects/sendto/account.js'
import { LineMode } from '../../../../src/relay/dialects/sendto/line-mode.js'

const MAX_LOGIN_BYTES = 1024

test('S8 of a line without an end 1 KiB is kept before a login, and a whole text after it', () => {
  let loggedIn = false
  const account = {
    get loggedIn() {
      return loggedIn
    },
    login: () => {
      loggedIn = true
      return 'ok'
    },
    recipient: { send() {} },
  } as unknown as Account
  const client = { requestDone: () => true } as never
  const lines = new LineMode(client, account, new AnswerCache<readonly string[]>(() => []), MAX_LOGIN_BYTES)
  const feed = (text: string) => lines.feed(Buffer.from(text), 0, text.length)
  feed(`sendto Amy ${'x'.repeat(60_000)}`)
  assert.ok(lines.heldBytes <= MAX_LOGIN_BYTES + 1, `${lines.heldBytes}`)
  feed('\nlogin Bob\n')
  feed(`sendto Amy ${'x'.repeat(60_000)}`)
  assert.equal(lines.heldBytes, 'sendto Amy '.length + 60_000)
})
