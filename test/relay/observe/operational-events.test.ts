/** That the relay says what the table of its events has, all of it and nothing else, each at its level. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pino } from 'pino'
import { type EventName, OPERATIONAL_EVENTS } from '../../../src/relay/observe/operational-events.js'
import type { RelayLog } from '../../../src/relay/observe/relay-log.js'
import { say } from '../../../src/relay/observe/say.js'

const SRC = new URL('../../../src/', import.meta.url).pathname
const TABLE = 'relay/observe/operational-events.ts'

test('a record has the name of its event, at the level of the table', () => {
  const lines: Record<string, unknown>[] = []
  const log = pino({ base: null, level: 'debug' }, { write: (line) => void lines.push(JSON.parse(line)) })
  say(log, 'log.recovered', { file: 'chat.log', linesLost: 3 }, 'written again')
  say(log, 'log.rotated', { file: 'chat-1.log' }, 'put aside')
  assert.deepEqual(
    lines.map(({ time: _, ...rest }) => rest),
    [
      { level: 40, event: 'log.recovered', file: 'chat.log', linesLost: 3, msg: 'written again' },
      { level: 20, event: 'log.rotated', file: 'chat-1.log', msg: 'put aside' },
    ],
  )
})

test('to a log that takes only trouble nothing else is said', () => {
  const said: object[] = []
  const log: RelayLog = { warn: (about) => void said.push(about), error: (about) => void said.push(about) }
  say(log, 'relay.ended', {}, 'ended')
  say(log, 'log.rotated', { file: 'chat-1.log' }, 'put aside')
  say(log, 'ops.refused', { count: 1 }, 'refused')
  assert.deepEqual(said, [{ event: 'ops.refused', count: 1 }])
})

test('what is not in the table is no program', () => {
  const log = pino({ level: 'silent' })
  // @ts-expect-error no such event
  assert.throws(() => say(log, 'relay.begun', {}, ''))
  // @ts-expect-error a field is missing
  say(log, 'log.recovered', { file: 'chat.log' }, '')
  // @ts-expect-error a field of another type
  say(log, 'ops.refused', { count: '1' }, '')
  // @ts-expect-error a field that the event does not have
  say(log, 'ops.refused', { count: 1, file: 'chat.log' }, '')
  const more = { count: 1, password: 'secret' }
  // @ts-expect-error the same, from somewhere else
  say(log, 'ops.refused', { ...more }, '')
})

test('names are stable: dotted, lower-case words', () => {
  for (const name of Object.keys(OPERATIONAL_EVENTS)) assert.match(name, /^[a-z]+(\.[a-z]+(-[a-z]+)*)+$/)
})

test('every event is said somewhere, and nothing is said round the table', () => {
  const paths = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  const files = paths.filter(
    (path) => /^(relay|embedding|commands|workers)\/.*\.ts$/.test(path) && path !== TABLE,
  )
  const unsaid = new Set(Object.keys(OPERATIONAL_EVENTS) as EventName[])
  for (const path of files) {
    const text = readFileSync(join(SRC, path), 'utf8')
    for (const name of unsaid) if (text.includes(`'${name}'`)) unsaid.delete(name)
    if (path === 'relay/observe/operational-log.ts') continue
    const round = /\b#?log(?:ger)?\??\.(?:trace|debug|info|warn|error|fatal)\(/.exec(text)
    assert.equal(round, null, `${path}: expected say(log, …)`)
  }
  assert.deepEqual([...unsaid], [])
})
