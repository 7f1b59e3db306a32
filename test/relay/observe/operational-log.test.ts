/** That nothing in a record acts on the terminal that the records are shown on. */

import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { openOperationalLog } from '../../../src/relay/observe/operational-log.js'

test('on a terminal a record is readable, and what it has from outside is escaped', async () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true })
  let shown = ''
  terminal.setEncoding('utf8').on('data', (text: string) => {
    shown += text
  })
  const log = openOperationalLog('info', terminal as unknown as NodeJS.WriteStream)
  const hostile = 'Zoë\x1b[2J\u202e\u2028\x9b'
  log.warn({ name: hostile, err: new Error(hostile) }, hostile)
  log.info('last')
  while (!shown.includes('last')) await new Promise((resolve) => terminal.once('data', resolve))
  // Colours are pino’s own.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const words = shown.replace(/\x1b\[\d+m/g, '')
  assert.match(words, /^[ -~ë\n]*$/)
  assert.equal(words.split('\\u202e').length, words.split('Zoë').length)
})
