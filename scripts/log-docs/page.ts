/** docs/log-events.md: every event of the operational log and every record of the log files, as the tables in the code say it. */

import { LOG_RECORDS, RECORD_FIELDS, type RecordKind } from '../../src/relay/observe/log-records.js'
import {
  OPERATIONAL_EVENTS,
  OPERATIONAL_FIELDS,
  type OperationalEvent,
} from '../../src/relay/observe/operational-events.js'

const RECORD_TYPES = { text: 'text', number: 'number', flag: '`true` or `false`' }

/** The whole page. */
export function logEventsPage(): string {
  return `# What the logs say

For programs that read them. Names of events and fields stay what they are; new ones may be added, so pass over what you do not know. This page is made
from the tables that the relay itself uses (\`npm run docs:logs\`). How the files are kept, and how to look into them, is in
[operations.md](operations.md#logs).

Fields in parentheses are in some records only. Neither passwords nor tokens are ever in a record; what was said is in chat.log alone.

## The operational log

On stdout, one JSON object a line where that is no terminal: \`level\` (20 debug, 30 info, 40 warn, 50 error), \`time\`, \`event\`, the fields of
that event, and \`msg\`, which is for people and may change.

${table(['event', 'level', 'fields', 'what it means, *and what to do*'], events())}
${table(
  ['field', 'is'],
  Object.entries(OPERATIONAL_FIELDS).map(([field, { means }]) => [code(field), means]),
)}
## connections.log and chat.log

One JSON object a line. Each begins with \`time\` (ISO 8601, UTC, milliseconds) and has \`event\`. Whatever is not plainly printable is
escaped as JSON escapes it, so that it reads the same for a program and does nothing to a terminal.

${table(['`event` in connections.log', 'fields', 'what happened'], records('connections'))}
${table(['`event` in chat.log', 'fields', 'what happened'], records('chat'))}
${table(
  ['field', 'type', 'is'],
  Object.entries(RECORD_FIELDS).map(([field, { type, means }]) => [code(field), RECORD_TYPES[type], means]),
)}`
}

function events(): string[][] {
  return Object.entries<OperationalEvent>(OPERATIONAL_EVENTS).map(([event, kind]) => {
    const { level, means, advice } = kind
    const words = advice === undefined ? means : `${means} *${advice}*`
    return [code(event), level, fieldsOf(kind), words]
  })
}

function records(log: RecordKind['log']): string[][] {
  return Object.entries<RecordKind>(LOG_RECORDS)
    .filter(([, kind]) => kind.log === log)
    .map(([event, kind]) => [code(event), fieldsOf(kind), kind.means])
}

/** Such as `a`, `b`, (`c`). */
function fieldsOf({ fields, sometimes = [] }: OperationalEvent | RecordKind): string {
  return [...fields.map(code), ...sometimes.map((field) => `(${code(field)})`)].join(', ') || '–'
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function code(text: string): string {
  return `\`${text}\``
}
