import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { TerminalInput } from '../../src/client/chatmaster/terminal-input.js'

/** What a terminal input makes of chunks: keys as they are, pastes in angle brackets. */
async function heard(chunks: readonly Buffer[], waitMs = 0): Promise<string[]> {
  const terminal = new PassThrough()
  const input = new TerminalInput(terminal as unknown as NodeJS.ReadStream)
  const all: string[] = []
  input.on('data', (key) => all.push(key.toString()))
  input.on('paste', (text) => all.push(`<${text}>`))
  for (const chunk of chunks) {
    terminal.write(chunk)
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (waitMs > 0) await delay(waitMs)
  input.release()
  return all
}

const KEYS = [
  'a',
  '\x1b[A',
  '日',
  '\x1bOH',
  '\x1b[1;5C',
  '\x1b[<64;10;5M',
  '\x7f',
  '👍',
  '\x1bb',
  '\x1b[5~',
  '\x1b[Z',
]

test('keys come whole, one at a time, from chunks cut anywhere', async () => {
  const bytes = Buffer.from(KEYS.join(''))
  assert.deepEqual(await heard([bytes]), KEYS)
  assert.deepEqual(await heard([...bytes].map((byte) => Buffer.from([byte]))), KEYS)
  for (let at = 1; at < bytes.length; at++) {
    assert.deepEqual(await heard([bytes.subarray(0, at), bytes.subarray(at)]), KEYS, `cut at ${at}`)
  }
})

test('a paste comes as one text, with whatever is in it, from chunks cut anywhere', async () => {
  const bytes = Buffer.from('a\x1b[200~one\n\x1b[Atwo 日\x1b[201~\x1b[B\x1b[200~\x1b[201~z')
  const expected = ['a', '<one\n\x1b[Atwo 日>', '\x1b[B', '<>', 'z']
  assert.deepEqual(await heard([bytes]), expected)
  for (let at = 1; at < bytes.length; at++) {
    assert.deepEqual(await heard([bytes.subarray(0, at), bytes.subarray(at)]), expected, `cut at ${at}`)
  }
})

test('Escape alone is a key after a moment, and bytes that are no UTF-8 stop nothing', async () => {
  assert.deepEqual(await heard([Buffer.from('a\x1b')]), ['a'])
  assert.deepEqual(await heard([Buffer.from('a\x1b')], 100), ['a', '\x1b'])
  assert.deepEqual(await heard([Buffer.from([0x9b, 0xff]), Buffer.from('a')]), ['\ufffd', '\ufffd', 'a'])
})
