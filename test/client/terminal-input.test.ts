import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { MAX_PASTE, TerminalInput } from '../../src/client/terminal-input.js'

const STALLED_MS = 1_000

class Listener {
  readonly all: string[] = []
  readonly input: TerminalInput
  readonly #terminal = new PassThrough()

  constructor() {
    this.input = new TerminalInput(this.#terminal as unknown as NodeJS.ReadStream)
    this.input.on('data', (key) => this.all.push(key.toString()))
    this.input.on('text', (text) => this.all.push(`"${text}"`))
    this.input.on('paste', (text, isCut) => this.all.push(`<${text}${isCut ? '…' : ''}>`))
  }

  async reads(...chunks: readonly (string | Buffer)[]): Promise<this> {
    for (const chunk of chunks) {
      this.#terminal.write(chunk)
      await new Promise((resolve) => setImmediate(resolve))
    }
    return this
  }
}

/** What a terminal input makes of chunks: keys as they are, text in quotation marks, pastes in angle brackets. */
async function heard(...chunks: readonly (string | Buffer)[]): Promise<string[]> {
  const listener = new Listener()
  await listener.reads(...chunks)
  listener.input.release()
  return listener.all
}

/** Pastes that stall take no time here. */
function stalling(t: TestContext): (milliseconds: number) => void {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  return (milliseconds) => t.mock.timers.tick(milliseconds)
}

const KEYS = ['\x1b[A', '\x1bOH', '\x1b[1;5C', '\x1b[<64;10;5M', '\x7f', '\x03', '\x1bb', '\x1b[5~', '\x1b[Z']

test('keys come whole, one at a time, from chunks cut anywhere', async () => {
  const bytes = Buffer.from(KEYS.join(''))
  assert.deepEqual(await heard(bytes), KEYS)
  assert.deepEqual(await heard(...Array.from(bytes, (byte) => Buffer.of(byte))), KEYS)
  for (let at = 1; at < bytes.length; at++) {
    assert.deepEqual(await heard(bytes.subarray(0, at), bytes.subarray(at)), KEYS, `cut at ${at}`)
  }
})

test('what is typed comes as far as it is here, between the keys, from chunks cut anywhere', async () => {
  const bytes = Buffer.from('日本\x1b[Ae\u0301👍\r\x1b[Bz')
  assert.deepEqual(await heard(bytes), ['"日本"', '\x1b[A', '"e\u0301👍"', '\r', '\x1b[B', '"z"'])
  for (let at = 1; at < bytes.length; at++) {
    const pieces = await heard(bytes.subarray(0, at), bytes.subarray(at))
    assert.equal(pieces.join('').replaceAll('"', ''), bytes.toString(), `cut at ${at}`)
  }
})

test('a paste comes as one text, with whatever is in it, from chunks cut anywhere', async () => {
  const bytes = Buffer.from('a\x1b[200~one\n\x1b[A\x03two 日\x1b[201~\x1b[B\x1b[200~\x1b[201~z')
  const expected = ['"a"', '<one\n\x1b[A\x03two 日>', '\x1b[B', '"z"']
  assert.deepEqual(await heard(bytes), expected)
  assert.deepEqual(await heard(...Array.from(bytes, (byte) => Buffer.of(byte))), expected)
  for (let at = 1; at < bytes.length; at++) {
    assert.deepEqual(await heard(bytes.subarray(0, at), bytes.subarray(at)), expected, `cut at ${at}`)
  }
})

test('a paste that stalls is shown so far, and the rest of it is still a paste', async (t) => {
  const tick = stalling(t)
  const listener = await new Listener().reads('\x1b[200~one\r')
  tick(STALLED_MS - 1)
  assert.deepEqual(listener.all, [])
  tick(1)
  await listener.reads('two\r\x03', 'three\x1b[20', '1~\r')
  assert.deepEqual(listener.all, ['<one\r>', '<two\r\x03three>', '\r'])
})

test('a paste that never ends is ended by one key', async (t) => {
  const tick = stalling(t)
  for (const key of ['\x03', '\x1b[A', 'x', '\x1b[201~']) {
    const listener = await new Listener().reads('\x1b[200~one\x1b')
    tick(STALLED_MS)
    await listener.reads(key, '\x04')
    const shown = key === 'x' ? ['"x"'] : key === '\x1b[201~' ? [] : [key]
    assert.deepEqual(listener.all, ['<one>', ...shown, '\x04'])
  }
})

test('a paste that is too much is cut, and what follows it is read', async () => {
  const [paste, ...rest] = await heard(`\x1b[200~${'x'.repeat(MAX_PASTE)}`, 'yz', `\x1b[201~\x1b[A`)
  assert.equal(paste, `<${'x'.repeat(MAX_PASTE)}…>`)
  assert.deepEqual(rest, ['\x1b[A'])
  const [whole] = await heard(`\x1b[200~${'x'.repeat(MAX_PASTE)}\x1b[201~`)
  assert.equal(whole?.endsWith('x>'), true)
})

test('Escape alone is a key after a moment, and bytes that are no UTF-8 stop nothing', async (t) => {
  const tick = stalling(t)
  const listener = await new Listener().reads('a\x1b')
  assert.deepEqual(listener.all, ['"a"'])
  tick(50)
  assert.deepEqual(listener.all, ['"a"', '\x1b'])
  assert.deepEqual(await heard(Buffer.of(0x9b, 0xff), 'a'), ['"\ufffd\ufffd"', '"a"'])
})

test('a terminal that has gone is told once', async () => {
  const terminal = new PassThrough()
  const input = new TerminalInput(terminal as unknown as NodeJS.ReadStream)
  let times = 0
  input.on('gone', () => times++)
  terminal.emit('end')
  terminal.emit('error', new Error('EIO'))
  assert.equal(times, 1)
})
