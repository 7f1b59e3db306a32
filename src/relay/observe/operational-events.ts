/**
 * Everything that the relay says of itself: one table of events, and one of what they say. Nothing else can be said (`say`), and
 * docs/log-events.md is made from it (`npm run docs:logs`). A name is for programs, and stays what it is; the words of a record are for people, and may change.
 */

interface Types {
  /** Settings that are others than before: `key`, `before`, `after`. */
  changes: readonly object[]
  texts: readonly string[]
  text: string
  number: number
  flag: boolean
  error: unknown
}

interface Field {
  readonly type: keyof Types
  readonly means: string
}

export const OPERATIONAL_FIELDS = {
  address: { type: 'text', means: 'a URL to open' },
  batches: { type: 'number', means: 'pieces in which what was said goes to other nodes' },
  before: { type: 'text', means: 'what it was before' },
  by: { type: 'text', means: 'who did it, as their command says' },
  bytes: { type: 'number', means: 'how large a file was, or what is kept or waits' },
  command: { type: 'text', means: 'a command that joins the chat' },
  compressedBytes: { type: 'number', means: 'how large it is now' },
  connections: { type: 'number', means: 'how many are open at that moment' },
  count: { type: 'number', means: 'how often it happened since the last record of this event' },
  cutOff: { type: 'number', means: 'how many had to be cut off at the deadline' },
  delayMs: { type: 'number', means: 'for how long new connections are still taken' },
  descriptors: { type: 'number', means: 'how many files this process may open' },
  dialect: { type: 'text', means: 'how they speak: `framed`, `chatroom` and so on; `ws` before it is known' },
  elapsedMs: { type: 'number', means: 'how long all of it took' },
  err: { type: 'error', means: 'the error: `type`, `message` and `stack`' },
  error: { type: 'text', means: 'what the system said' },
  fanout: { type: 'text', means: '`native` or `portable`' },
  file: { type: 'text', means: 'which file, within `logDir`' },
  hook: { type: 'text', means: 'which hook: `onName`, `onMessage` and so on' },
  host: { type: 'text', means: 'the address that is listened on; `*` for all' },
  ip: { type: 'text', means: 'where the client comes from' },
  kept: { type: 'number', means: 'how many of those are kept for other things than connections' },
  lagMs: { type: 'number', means: 'how long NATS has taken to answer' },
  level: { type: 'text', means: 'the level of the operational log' },
  limitBytes: { type: 'number', means: 'what the control group allows' },
  linesLost: { type: 'number', means: 'records that were not written' },
  live: { type: 'changes', means: 'settings that are in use from now on: `key`, `before`, `after`' },
  maxConnections: { type: 'number', means: 'how many connections there may be' },
  messages: { type: 'number', means: 'how many messages' },
  messagesLost: { type: 'number', means: 'messages that were not written' },
  name: { type: 'text', means: 'the client’s name, where it has or wants one' },
  pid: { type: 'number', means: 'the process of the worker' },
  node: { type: 'text', means: 'another node of the cluster' },
  path: { type: 'text', means: 'where it is in the file system' },
  port: { type: 'number', means: 'the client’s port, or the one that is listened on' },
  problems: { type: 'texts', means: 'everything that is wrong' },
  queuedBytes: { type: 'number', means: 'what was queued for the client' },
  reason: { type: 'text', means: 'why, in a word or two: a close reason, a refusal, what is not there' },
  retainedLimitBytes: { type: 'number', means: 'the setting' },
  room: { type: 'text', means: 'which room; without it, everybody' },
  sentAway: { type: 'number', means: 'how many were sent away at once' },
  server: { type: 'text', means: 'a NATS server, as HOST:PORT' },
  signal: { type: 'text', means: 'which signal' },
  silentMs: { type: 'number', means: 'for how long it has said nothing' },
  spreadMs: { type: 'number', means: 'over how long connections are closed' },
  stage: { type: 'text', means: '`draining`, `closing`, `flushing`, `ended`' },
  state: { type: 'text', means: '`joining`, `joined`, `cut-off`' },
  subject: { type: 'text', means: 'an address, a network, or `name:` and a name' },
  text: { type: 'text', means: 'what was said' },
  tornBytes: { type: 'number', means: 'what was not whole of a file' },
  tls: { type: 'flag', means: 'whether it speaks TLS' },
  told: { type: 'number', means: 'how many were told' },
  until: { type: 'text', means: 'when it ends, ISO 8601; without it, never' },
  url: { type: 'text', means: 'the listener’s, as it is configured' },
  version: { type: 'text', means: 'the relay’s version' },
  waiting: { type: 'changes', means: 'settings that take a new start: `key`, `before`, `after`' },
  worker: {
    type: 'number',
    means: 'which of several workers, from 1; also in every record that one of them has written',
  },
} as const satisfies Record<string, Field>

type FieldName = keyof typeof OPERATIONAL_FIELDS

export interface OperationalEvent {
  readonly level: 'error' | 'warn' | 'info' | 'debug'
  readonly fields: readonly FieldName[]
  /** Those that only some of its records have. */
  readonly sometimes?: readonly FieldName[]
  readonly means: string
  /** For the operator; nothing where there is nothing to do. */
  readonly advice?: string
}

export const OPERATIONAL_EVENTS = {
  'relay.listening': {
    level: 'info',
    fields: ['dialect', 'host', 'port', 'tls'],
    means: 'It takes connections there.',
  },
  'relay.ops': { level: 'info', fields: ['address'], means: 'Metrics and health are served there.' },
  'relay.admin': { level: 'info', fields: ['path'], means: 'Operators reach it at this socket.' },
  'relay.page': { level: 'info', fields: ['address'], means: 'The page for browsers is there.' },
  'relay.fanout': {
    level: 'info',
    fields: ['fanout'],
    sometimes: ['reason'],
    means: 'How rooms are written to; `reason` says why not natively.',
  },
  'relay.limit': {
    level: 'info',
    fields: ['maxConnections'],
    sometimes: ['descriptors', 'kept'],
    means: 'How many may be connected at once, and which limit of the system that comes from.',
  },
  'relay.ready': {
    level: 'info',
    fields: ['version'],
    sometimes: ['command'],
    means: 'Everything is open. The last record of a start.',
  },
  'relay.stopping': {
    level: 'info',
    fields: [],
    sometimes: ['signal'],
    means: 'It was told to end, and begins to.',
  },
  'relay.drain': {
    level: 'info',
    fields: ['stage'],
    sometimes: ['connections', 'delayMs', 'spreadMs', 'told', 'cutOff', 'elapsedMs'],
    means: 'A stage of its end has begun; `ended` is the last.',
  },
  'relay.ended': {
    level: 'info',
    fields: [],
    means: 'Nobody is connected any more, and the files are closed.',
  },
  'relay.fault': {
    level: 'error',
    fields: ['err'],
    sometimes: ['ip', 'port', 'name', 'dialect'],
    means: 'A bug of the relay’s own has cost a connection; everybody else goes on.',
    advice: 'Report it with the stack.',
  },
  'worker.ready': {
    level: 'info',
    fields: ['worker', 'pid', 'elapsedMs'],
    means: 'One of several workers takes connections.',
  },
  'worker.lost': {
    level: 'error',
    fields: ['worker', 'pid', 'reason', 'delayMs', 'count'],
    means:
      'A worker has ended that nobody had told to; whoever was connected to it is gone, nobody else. It is replaced after `delayMs`, which grow where it ends again and again: `count` times in a row.',
    advice:
      'Look at what stderr says, for a stack or for the kernel’s word that there was no memory, and report it.',
  },
  'worker.hung': {
    level: 'error',
    fields: ['worker', 'pid', 'silentMs'],
    means:
      'A worker is there and says nothing any more: its process was stopped, or never comes out of something. It is ended after `workerHungMs`; `worker.lost` follows, with the reason `hung`.',
    advice: 'Report it, unless somebody has stopped the process, or its disk has stood still.',
  },
  'worker.failed': {
    level: 'error',
    fields: ['worker', 'pid', 'problems'],
    means: 'A worker in place of another cannot start; it is tried again, less and less often.',
    advice: 'Mend what `problems` says.',
  },
  'worker.behind': {
    level: 'error',
    fields: ['worker', 'problems'],
    means: 'A worker does not run with the configuration of the others, because it cannot take it up.',
    advice: 'Mend what `problems` says, and reload again.',
  },
  'config.reloaded': {
    level: 'info',
    fields: ['live', 'waiting'],
    means: 'The configuration was read again, and what can be is in use.',
  },
  'config.waiting': {
    level: 'warn',
    fields: ['waiting'],
    means: 'Some settings are others now and take a new start.',
    advice: 'Restart the relay when it suits you.',
  },
  'config.refused': {
    level: 'error',
    fields: ['problems'],
    sometimes: ['err'],
    means: 'The configuration cannot be taken up, and nothing has changed.',
    advice: 'Mend what `problems` says, and reload again.',
  },
  'config.untold': {
    level: 'error',
    fields: ['err'],
    means: 'The address file cannot be written any more: `parlance reload` does not hear what became of it.',
    advice: 'Make room where `addressFile` is.',
  },
  'memory.low': {
    level: 'warn',
    fields: ['limitBytes', 'retainedLimitBytes'],
    means: 'The control group allows less memory than the relay may come to need.',
    advice: 'Raise the limit, or lower `retainedLimitBytes`.',
  },
  'certificate.ages': {
    level: 'warn',
    fields: ['reason'],
    means: 'A certificate of a listener will soon expire.',
    advice: 'Renew it, and reload.',
  },
  'connection.opened': {
    level: 'debug',
    fields: ['ip', 'port', 'dialect'],
    means: 'Somebody has connected.',
  },
  'connection.refused': {
    level: 'debug',
    fields: ['ip', 'port', 'dialect', 'reason'],
    means: 'Somebody has come who may not: there is no room, or not for their address.',
  },
  'connection.closed': {
    level: 'debug',
    fields: ['ip', 'port', 'dialect', 'reason'],
    sometimes: ['name'],
    means: 'A connection has ended.',
  },
  'connection.cut-off': {
    level: 'warn',
    fields: ['ip', 'port', 'dialect', 'queuedBytes'],
    sometimes: ['name'],
    means: 'A client read too slowly for too long, and was reset.',
    advice:
      'One now and then is the client’s affair. Many at once: look at the network and at `parlance_connections_behind`.',
  },
  'connection.accept-failed': {
    level: 'error',
    fields: ['url', 'error', 'count'],
    means: 'A connection could not be accepted. Said at most once a second for all.',
    advice: 'With `EMFILE`: raise the limit of open files.',
  },
  'access.failed': {
    level: 'error',
    fields: ['err'],
    means: 'A password or token could not be checked, by no fault of who gave it; the name is refused.',
    advice: 'Look at `err`: most likely the machine has no memory left for it.',
  },
  'name.refused': {
    level: 'debug',
    fields: ['ip', 'port', 'dialect', 'name', 'reason'],
    means: 'Somebody did not get the name they asked for.',
  },
  'upgrade.refused': {
    level: 'debug',
    fields: ['ip', 'port', 'reason'],
    means: 'A request to become a WebSocket was refused.',
  },
  'ops.refused': {
    level: 'warn',
    fields: ['count'],
    means: 'The ops endpoint had too many connections, and closed one. Said at most once a second.',
    advice: 'See who asks it; nobody but Prometheus and health checks should.',
  },
  'admin.kick': {
    level: 'warn',
    fields: ['name', 'dialect'],
    sometimes: ['ip', 'port', 'node', 'by', 'reason'],
    means: 'An operator has sent somebody away: of this node, or of the one that is named.',
  },
  'admin.ban': {
    level: 'warn',
    fields: ['subject', 'sentAway'],
    sometimes: ['by', 'until', 'reason'],
    means: 'An operator has banned somebody.',
  },
  'admin.unban': {
    level: 'warn',
    fields: ['subject'],
    sometimes: ['by'],
    means: 'An operator has ended a ban.',
  },
  'admin.say': {
    level: 'warn',
    fields: ['text', 'told'],
    sometimes: ['by', 'room'],
    means: 'An operator has said something as the relay.',
  },
  'admin.log-level': {
    level: 'warn',
    fields: ['level', 'before'],
    sometimes: ['by'],
    means: 'An operator has changed the level of this log.',
  },
  'admin.reload': {
    level: 'warn',
    fields: [],
    sometimes: ['by'],
    means: 'An operator has the configuration read again; what became of it is a record of its own.',
  },
  'admin.drain': { level: 'warn', fields: [], sometimes: ['by'], means: 'An operator ends the relay.' },
  'admin.unreachable': {
    level: 'warn',
    fields: ['path', 'error'],
    means: 'There is no admin socket, and the relay does without.',
    advice: 'Give it another place by `adminSocket`, or none with `off`.',
  },
  'admin.failed': {
    level: 'error',
    fields: ['err'],
    means: 'A bug of the relay’s own has cost an operator an answer.',
    advice: 'Report it with the stack.',
  },
  'hook.failed': {
    level: 'error',
    fields: ['hook', 'ip', 'port', 'name', 'dialect', 'err'],
    means:
      'A hook of the program around the relay threw, or answered what it may not: what it was asked about is refused.',
    advice: 'Mend the hook.',
  },
  'history.opened': {
    level: 'info',
    fields: ['path', 'messages', 'bytes'],
    means: 'What rooms keep for newcomers is there again.',
  },
  'history.lost': {
    level: 'error',
    fields: ['error'],
    means:
      'History cannot be written. The chat goes on; 8 MiB of messages wait, and what is more is lost and counted.',
    advice: 'Make room on the disk, or mend what `error` says. Writing begins again by itself.',
  },
  'history.recovered': {
    level: 'warn',
    fields: ['messagesLost'],
    means: 'History is being written again.',
    advice: '`messagesLost` messages from before this time are missing.',
  },
  'history.unreadable': {
    level: 'error',
    fields: ['error'],
    means: 'History cannot be read, and newcomers are shown less than there is. Said once a minute at most.',
    advice: 'Mend what `error` says. [history.md](history.md) has what to do with damaged files.',
  },
  'nats.up': { level: 'info', fields: ['server'], means: 'NATS was reached.' },
  'nats.down': {
    level: 'warn',
    fields: ['server', 'reason'],
    means: 'NATS is gone, and is tried again until it is back. `slow`: its answers had been late before.',
    advice: 'With `slow`: this node has too much to do, or NATS has. See `parlance_cluster_lag_seconds`.',
  },
  'nats.failed': {
    level: 'warn',
    fields: ['error'],
    means: 'NATS cannot be reached, or has refused something. Each error is said once until NATS is back.',
    advice: 'Look whether NATS runs, with JetStream, and lets this node in.',
  },
  'nats.slow': {
    level: 'warn',
    fields: ['lagMs'],
    means: 'NATS takes long to answer. It may soon close the connection as that of a slow consumer.',
    advice: 'Give this node, or NATS, more of the machine; or share its people out over more nodes.',
  },
  'cluster.state': {
    level: 'warn',
    fields: ['state'],
    means:
      'What this node is to the others has changed: `joined` knows everybody’s people, `joining` asks for them, `cut-off` cannot reach NATS, or NATS decides nothing.',
    advice: 'docs/cluster.md has what holds in each.',
  },
  'cluster.node-came': { level: 'info', fields: ['node'], means: 'Another node is there, or begins anew.' },
  'cluster.node-gone': {
    level: 'warn',
    fields: ['node'],
    means: 'Another node has ended, or was declared dead. Its people have left and their names are free.',
    advice: 'If nobody has ended it: see what has become of it.',
  },
  'cluster.lost': {
    level: 'warn',
    fields: ['node', 'messages'],
    sometimes: ['room'],
    means: 'Messages of another node’s people did not arrive. Without `room` they were direct ones.',
    advice: 'Look at `nats.down` and `nats.slow` of that time, on both nodes.',
  },
  'durable.recovered': {
    level: 'warn',
    fields: ['batches', 'tornBytes'],
    means:
      'This node was ended before NATS had all that was said; it is published now. `tornBytes` were being written at that moment, and are none of it.',
  },
  'durable.not-kept': {
    level: 'error',
    fields: ['error'],
    means: 'NATS does not keep what is said. It is tried again, and nothing is lost until too much waits.',
    advice: 'Look at the disk of the NATS servers, and at how many of them there are.',
  },
  'durable.kept-again': { level: 'info', fields: [], means: 'NATS keeps what is said again.' },
  'durable.full': {
    level: 'error',
    fields: ['bytes'],
    means: 'So much waits for NATS (`unsentBytes`) that whoever says something has to wait.',
    advice: 'Bring NATS back, or give it more of the machine.',
  },
  'durable.relieved': { level: 'info', fields: [], means: 'Nobody has to wait for NATS any more.' },
  'durable.disk': {
    level: 'error',
    fields: ['error'],
    means:
      'What NATS does not have yet cannot be written to the disk: it would be lost if this node ended now.',
    advice: 'Make room in `dataDir`, or mend what `error` says. It is tried again.',
  },
  'cluster.unreadable': {
    level: 'error',
    fields: ['reason', 'error'],
    means: 'Another node speaks another version, or something else publishes under the cluster’s name.',
    advice: 'Give all nodes one version, and every cluster on that NATS a name of its own (`cluster`).',
  },
  'cluster.fenced': {
    level: 'error',
    fields: [],
    means:
      'This node stood still or was cut off for so long that the others declared it dead. It begins anew.',
    advice: 'Look at what has stopped it: a suspended machine, memory on disk, a full processor.',
  },
  'cluster.name-lost': {
    level: 'warn',
    fields: ['name'],
    means:
      'Two people of nodes that were cut off from each other had one name; the one of this node was sent away.',
  },
  'log.lost': {
    level: 'error',
    fields: ['file', 'error'],
    means: 'A log file cannot be written. The chat goes on; records are lost and counted from now on.',
    advice: 'Make room on the disk, or mend what `error` says. Writing begins again by itself.',
  },
  'log.recovered': {
    level: 'warn',
    fields: ['file', 'linesLost'],
    means: 'The log file is being written again; or stdout, which cannot say when it stops.',
    advice: '`linesLost` records are missing before this time.',
  },
  'log.reopened': {
    level: 'info',
    fields: ['signal'],
    means: 'The log files are opened by their names again.',
  },
  'log.rotated': { level: 'debug', fields: ['file'], means: 'A log file was put aside, under this name.' },
  'log.compressed': {
    level: 'debug',
    fields: ['file', 'bytes', 'compressedBytes'],
    means: 'A rotated log file was compressed.',
  },
  'log.not-compressed': {
    level: 'warn',
    fields: ['file', 'error'],
    means: 'A rotated log file could not be compressed, and stays as it is. Said once until one can be.',
    advice: 'Make room on the disk. It is tried again every minute.',
  },
} as const satisfies Record<string, OperationalEvent>

export type EventName = keyof typeof OPERATIONAL_EVENTS

type Table = typeof OPERATIONAL_EVENTS
type Value<Name extends FieldName> = Types[(typeof OPERATIONAL_FIELDS)[Name]['type']]
type Always<Name extends EventName> = Table[Name]['fields'][number]
type Sometimes<Name extends EventName> = Table[Name] extends {
  sometimes: readonly (infer F extends FieldName)[]
}
  ? F
  : never

/** What a record of that event says: all that it always says, and nothing that the table does not have. */
export type About<Name extends EventName> = {
  readonly [Key in Always<Name>]: Value<Key>
} & { readonly [Key in Sometimes<Name>]?: Value<Key> | undefined }
