/** The page about the clients has every command of each, and every exit code. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { BOX_COMMANDS } from '../../src/client/chatmaster/commands.js'
import { CHATROOM_COMMANDS } from '../../src/client/chatroom/typed-line.js'
import { FRAMED_COMMANDS } from '../../src/client/framed-requests.js'
import { ROOMS_COMMANDS } from '../../src/client/json-irc/rooms-commands.js'
import { EXIT_CODE } from '../../src/exit-code.js'

const PAGE = readFileSync(new URL('../../docs/clients.md', import.meta.url), 'utf8')

test('every command of a client is on the page', () => {
  for (const { help } of [FRAMED_COMMANDS, CHATROOM_COMMANDS, ROOMS_COMMANDS, BOX_COMMANDS]) {
    const words = help.flatMap((row) => (row.split(':')[0] as string).match(/\/[a-z]+/g) ?? [])
    assert.ok(words.length >= help.length)
    for (const word of words) assert.match(PAGE, new RegExp(`\`${word}( [^\`]+)?\``), word)
  }
})

test('every exit code of a client is on the page', () => {
  const { ok, lost, usage, unavailable, interrupted } = EXIT_CODE
  for (const code of [ok, lost, usage, unavailable, interrupted])
    assert.match(PAGE, new RegExp(`^\\| ${code} \\| `, 'm'))
})
