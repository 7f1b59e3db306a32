import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { enteredLines, pastedText } from '../../src/client/pasted-text.js'
import { held, PromptOutput, unheld } from '../../src/client/prompt-output.js'

test('M3 a paste is lines of text, whatever ends them and whatever else is in it', () => {
  assert.equal(pastedText('a\rb\nc\r\nd\u2028e\vf'), 'a\nb\nc\nd\ne\nf')
  assert.equal(pastedText('\x03a\tb\x1b[A\x7f\u009b日'), 'a\tb[A日')
})

test('what was entered is said line by line, without another for the line end behind the last', () => {
  assert.deepEqual(enteredLines(''), [''])
  assert.deepEqual(enteredLines('a'), ['a'])
  assert.deepEqual(enteredLines('a\n\nb\n'), ['a', '', 'b'])
  assert.deepEqual(enteredLines('\n'), [''])
})

test('line ends and tabs are held as one column each, and come back', () => {
  const text = 'a\n\tb ⏎ c\n'
  assert.equal(unheld(held(text)), text)
  assert.equal(held(text).length, text.length)
  assert.equal(held('\ufdd0a\ufdd1'), 'a')
})

test('a prompt shows a sign for a line end, and nothing that readline counts as nothing', () => {
  const terminal = new PassThrough()
  const output = new PromptOutput(terminal as unknown as NodeJS.WriteStream)
  output.write(`\x1b[1G> ${held('a\n\tb')} 👨\u200d👩 ❤\ufe0f \u202eabc \u00ad`)
  // What others write comes behind it.
  terminal.write('.')
  assert.equal(terminal.read().toString(), '\x1b[1G> a⏎ b 👨👩 ❤ abc \u00ad.')
})
