/** A server that does one thing wrong is told so: by the right rule, in words that say what came instead. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { framedSuite } from '../../src/conform/framed/suite.js'
import { LineReport, statusOf } from '../../src/conform/report.js'
import { runSuite } from '../../src/conform/run-suite.js'
import { type Fault, startWrongFramed } from './wrong-framed.js'

async function reported(
  port: number,
  only: readonly string[] | null,
): Promise<{ bad: string[]; text: string }> {
  const report = new LineReport({ verbose: true })
  const bad: string[] = []
  let text = ''
  const options = { host: '127.0.0.1', port, timeoutMs: 800, quietMs: 60, slow: false }
  for await (const result of runSuite(framedSuite, { ...options, only: only && new Set(only) })) {
    if (statusOf(result) === 'not ok') bad.push(result.rule)
    text += report.rule(result)
  }
  return { bad, text }
}

test('a server that does nothing wrong', async (t) => {
  const { bad, text } = await reported(await startWrongFramed(t), null)
  assert.deepEqual(bad, [], text)
})

/** The fault, the rules that it breaks, what the report says; and a rule that has nothing to do with it. */
const CASES: readonly [fault: Fault, broken: readonly string[], words: RegExp, unharmed: string][] = [
  ['greets without LIST', ['F1'], /expected a MESSAGE that names LIST; came MESSAGE "Welcome: JOIN/, 'F2'],
  ['greets everybody', ['F1'], /expected nothing for others; came MESSAGE "Welcome/, 'F4'],
  ['announces before the answer', ['F2'], /expected JOIN 00 .*; came MESSAGE "\*\*\w+ is joining/, ''],
  ['takes any name', ['F2'], /a space inside is not .*expected JOIN 02 \(not valid\); came JOIN 00/, 'F4'],
  ['lets two have one name', ['F2', 'N3'], /JOIN 00 once and JOIN 01 19 times; came JOIN 00 20 times/, 'F4'],
  ['forgets names never', ['N3'], /expected JOIN 00 \(accepted\); came JOIN 01/, 'F2'],
  ['answers two bytes', ['F3'], /expected JOIN 00 \(accepted\); came JOIN "\\x00\\x00"/, ''],
  [
    'no space after the bracket',
    ['F4'],
    /expected MESSAGE "\[(\w+)\] Hi" or .*; came MESSAGE "\[\1\]Hi"/,
    'F9',
  ],
  ['echoes', ['F4'], /nobody gets their own: expected nothing of their own; came MESSAGE "\[\w+\] Hi"/, 'F9'],
  ['passes empty messages on', ['F5'], /expected MESSAGE "\[\w+\] after".*; came MESSAGE "\[\w+\] "/, 'F4'],
  ['cuts long texts', ['F6'], /expected ERROR "Message too long…" with the limit in it; came nothing/, 'F4'],
  [
    'passes controls on',
    ['F7'],
    /an escape sequence gets an ERROR.*expected ERROR in words; came nothing/,
    'F4',
  ],
  ['unsorted list', ['F8'], /expected LIST "!.*; came LIST "/, 'F4'],
  ['directs to everybody', ['F9'], /DIRECT goes to one person alone.*; came DIRECT "\[/, 'F4'],
  ['silent about leaving', ['F10'], /expected MESSAGE "\*\*\w+ is leaving the chat\*\*"; came nothing/, 'F4'],
  ['closes on unknown commands', ['F11'], /came nothing, and the end of the connection/, 'F4'],
  ['talks to the nameless', ['F12'], /expected ERROR "Join first"; came LIST "Amy"/, 'F4'],
  ['tears frames', ['F13'], /expected each frame in one piece; came "\\x02\\x00.*and the rest later/, 'F4'],
  ['one chunk is one frame', ['F14'], /arrive a byte at a time get the same answers: expected/, 'F4'],
  [
    'no limit before a name',
    ['F15', 'F17'],
    /expected ERROR, LEAVE and the end.*; came it is still open/,
    'F4',
  ],
  ['goes without a word', ['F15', 'F17'], /expected LEAVE with a reason; came nothing/, 'F4'],
  [
    'names are object keys',
    ['N4'],
    /expected JOIN 00 \(accepted: nobody is called constructor\); came JOIN 01/,
    'F2',
  ],
]

for (const [fault, broken, words, unharmed] of CASES) {
  test(`${broken[0]} a server that ${fault}`, async (t) => {
    const port = await startWrongFramed(t, fault)
    const { bad, text } = await reported(port, [...broken, unharmed])
    assert.deepEqual(bad, broken, text)
    assert.match(text, words)
  })
}
