/** That docs/log-events.md has every event and every record of the tables in the code, as they are there. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { LOG_RECORDS, RECORD_FIELDS, type RecordKind } from '../../src/relay/observe/log-records.js'
import { OPERATIONAL_EVENTS, OPERATIONAL_FIELDS } from '../../src/relay/observe/operational-events.js'

const PAGE = readFileSync(new URL('../../docs/log-events.md', import.meta.url), 'utf8')

interface Fields {
  readonly fields: readonly string[]
  readonly sometimes?: readonly string[]
}

/** Such as `a`, `b`, (`c`). */
function fieldsOf({ fields, sometimes = [] }: Fields): string {
  const all = [...fields.map((field) => `\`${field}\``), ...sometimes.map((field) => `(\`${field}\`)`)]
  return all.join(', ') || '–'
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function assertShown(shown: string): void {
  assert.ok(PAGE.includes(shown), `docs/log-events.md: expected\n${shown}`)
}

function recordsOf(log: RecordKind['log']): string[][] {
  return Object.entries(LOG_RECORDS as Record<string, RecordKind>)
    .filter(([, kind]) => kind.log === log)
    .map(([event, kind]) => [`\`${event}\``, fieldsOf(kind), kind.means])
}

test('every event of the operational log is on the page', () => {
  const events: Record<string, Fields & { level: string; means: string; advice?: string }> =
    OPERATIONAL_EVENTS
  const rows = Object.entries(events).map(([event, row]) => {
    const words = row.advice === undefined ? row.means : `${row.means} *${row.advice}*`
    return [`\`${event}\``, row.level, fieldsOf(row), words]
  })
  assertShown(table(['event', 'level', 'fields', 'what it means, *and what to do*'], rows))
})

test('every field of theirs is on the page', () => {
  const rows = Object.entries(OPERATIONAL_FIELDS).map(([field, { means }]) => [`\`${field}\``, means])
  assertShown(table(['field', 'is'], rows))
})

test('every record of connections.log and of chat.log is on the page, with its fields', () => {
  for (const log of ['connections', 'chat'] as const)
    assertShown(table([`\`event\` in ${log}.log`, 'fields', 'what happened'], recordsOf(log)))
  const rows = Object.entries(RECORD_FIELDS).map(([field, { type, means }]) => {
    return [`\`${field}\``, { text: 'text', number: 'number', flag: '`true` or `false`' }[type], means]
  })
  assertShown(table(['field', 'type', 'is'], rows))
})
