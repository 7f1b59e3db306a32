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

test('S8, M3 of a line that is too long before a login, what was kept is no command, whatever it looks like', () => {
  let answers = 0
  const account = {
    loggedIn: false,
    login: () => assert.fail('nobody has asked for that name'),
    logout: () => assert.fail('nobody has logged out'),
    recipient: { send: () => answers++ },
  } as unknown as Account
  const client = { requestDone: () => true } as never
  const lines = new LineMode(client, account, new AnswerCache<readonly string[]>(() => []), MAX_LOGIN_BYTES)
  const feed = (text: string) => lines.feed(Buffer.from(text), 0, text.length)
  const padding = '\0'.repeat(MAX_LOGIN_BYTES)
  feed(`logout${padding}x\nlogin Bob${padding}x\n`)
  const upToTheLimit = '\0'.repeat(MAX_LOGIN_BYTES - 'logout'.length)
  feed(`logout${upToTheLimit}\rx\n`)
  assert.equal(answers, 3)
})
