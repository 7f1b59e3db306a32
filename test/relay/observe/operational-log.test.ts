/** That nothing in a record acts on the terminal that the records are shown on, and that how much is said can change. */

import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { OperationalLog } from '../../../src/relay/observe/operational-log.js'

function terminal() {
  const stream = Object.assign(new PassThrough(), { isTTY: true })
  let shown = ''
  stream.setEncoding('utf8').on('data', (text: string) => {
    shown += text
  })
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    /** What was shown until there was `last`, without the colours, which are pino’s own. */
    async until(last: string): Promise<string> {
      while (!shown.includes(last)) await new Promise((resolve) => stream.once('data', resolve))
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      return shown.replace(/\x1b\[\d+m/g, '')
    },
  }
}

test('on a terminal a record is readable, and what it has from outside is escaped', async () => {
  const { stream, until } = terminal()
  const log = new OperationalLog('info', stream)
  const hostile = 'Zoë\x1b[2J\u202e\u2028\x9b'
  log.warn({ name: hostile, err: new Error(hostile) }, hostile)
  log.info({}, 'last')
  const words = await until('last')
  assert.match(words, /^[ -~ë\n]*$/)
  assert.equal(words.split('\\u202e').length, words.split('Zoë').length)
})

test('the level can change at any time, also by a reload', async () => {
  const { stream, until } = terminal()
  const log = new OperationalLog('warn', stream)
  log.info({}, 'one')
  log.level = 'debug'
  assert.equal(log.level, 'debug')
  log.debug({}, 'two')
  const takeUp = log.prepare({ logLevel: 'error' })
  log.warn({}, 'three')
  takeUp()
  log.warn({}, 'four')
  log.error({ event: 'log.lost', file: 'chat.log' }, 'last')
  const words = await until('chat.log')
  assert.deepEqual(words.match(/one|two|three|four|last/g), ['two', 'three', 'last'])
  assert.ok(!words.includes('log.lost'), 'the name of an event is for programs')
})
