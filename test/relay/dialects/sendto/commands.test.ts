import assert from 'node:assert/strict'
import test from 'node:test'
import { parseCommand } from '../../../../src/relay/dialects/sendto/commands.js'

const badUsername = { kind: 'wrong', words: 'Bad username' }
const invalid = { kind: 'wrong', words: 'Invalid command' }

test('S8 what a line asks for, or what is wrong with it', () => {
  const cases: [string, unknown][] = [
    ['login John', { kind: 'login', name: 'John', secret: null }],
    [`login ${'x'.repeat(20)}`, { kind: 'login', name: 'x'.repeat(20), secret: null }],
    ['login', badUsername],
    ['login ', badUsername],
    ['login John Doe', badUsername],
    [`login ${'x'.repeat(21)}`, badUsername],
    ['sendto Bob Hi how are you?', { kind: 'sendto', name: 'Bob', text: 'Hi how are you?' }],
    ['sendto Bob  x ', { kind: 'sendto', name: 'Bob', text: ' x ' }],
    ['sendto', badUsername],
    ['sendto Bob', badUsername],
    ['sendto Bob ', badUsername],
    ['sendto  Hi', badUsername],
    [`sendto ${'x'.repeat(21)} Hi`, badUsername],
    ['list', { kind: 'list' }],
    ['logout', { kind: 'logout' }],
    ['exit', { kind: 'exit' }],
    ['list x', invalid],
    ['logout ', invalid],
    ['exit now', invalid],
    ['', invalid],
    ['LOGIN John', invalid],
    ['__proto__', invalid],
  ]
  for (const [line, command] of cases) assert.deepEqual(parseCommand(line), command, line)
})

test('with access on, a line that logs in may have a password behind the name', () => {
  assert.deepEqual(parseCommand('login John open sesame', true), {
    kind: 'login',
    name: 'John',
    secret: 'open sesame',
  })
  assert.deepEqual(parseCommand('login John', true), { kind: 'login', name: 'John', secret: null })
  assert.equal(parseCommand(`login ${'x'.repeat(21)} sesame`, true).kind, 'wrong')
})
