import assert from 'node:assert/strict'
import test from 'node:test'
import { decodeUtf8 } from '../../../src/relay/streams/utf8.js'

test('M2 UTF-8 becomes the text that it is, byte order marks and all', () => {
  for (const text of ['', 'plain', 'é', 'Ċ', '你好', '😀', '\ufeffmarked', '\u0000\u001b']) {
    const bytes = Buffer.from(`<${text}>`)
    assert.equal(decodeUtf8(bytes, 1, bytes.length - 1), text)
  }
})

test('M2 what is not UTF-8 is no text', () => {
  const wrong = ['ff', '80', 'c3', 'c328', 'c080', 'e28282e2', 'eda080', 'edbfbf', 'f4908080', 'f8888080']
  for (const hex of wrong) assert.equal(decodeUtf8(Buffer.from(hex, 'hex'), 0, hex.length / 2), null, hex)
})
