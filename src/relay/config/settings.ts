/**
 * Every setting of the relay: its key, what it may be, and what it is when nobody says. The command line, the
 * environment, the configuration file and the help are all made from this table.
 */

import { z } from 'zod'
import { DIALECTS } from '../dialects/registry.js'
import { isRoomName } from '../hub/text.js'
import { type HostPort, parseHostPort } from './host-port.js'
import { listenerUrls, WEB_PORT } from './listener-url.js'

/** One setting. `Value` is what the relay gets; `fallback` is written as an operator would write it. */
export interface Setting<Value = unknown, Written = Value> {
  readonly schema: z.ZodType<Value, Written>
  /** What the schema takes, in words: the end of "expected …". */
  readonly expected: string
  readonly help: string
  readonly fallback: unknown
  /** How its values are written on the command line. */
  readonly placeholder: string
  /** Numbers are written as text in the environment and in flags. */
  readonly numeric?: true
  /** May be given several times. */
  readonly list?: true
}

const DAY_MS = 24 * 60 * 60 * 1000

function wholeNumber(
  least: number,
  most: number,
  fallback: number,
  unit: string,
  help: string,
): Setting<number> {
  return {
    schema: z.int().min(least).max(most),
    expected: `a whole number from ${least} to ${most} (${unit})`,
    help,
    fallback,
    placeholder: 'N',
    numeric: true,
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

const hostPortOrOff = z.string().transform((text, context): HostPort | 'off' => {
  if (text === 'off') return 'off'
  const parsed = parseHostPort(text)
  if (parsed !== null) return parsed
  context.addIssue('not an address')
  return z.NEVER
})

/** What people write who mean yes or no, as YAML 1.1 took it: it would become a file of that name. */
const SWITCH = /^(?:yes|no|true|false|on|off|none|null)$/i

function pathOrOff(what: string): z.ZodType<string, string> {
  return z
    .string()
    .min(1)
    .refine((text) => text === 'off' || !SWITCH.test(text), {
      error: ({ input }) => `expected ${what} or off (./${input} is ${what} of that name)`,
    })
}

function oneOf<const Words extends readonly [string, ...string[]]>(
  words: Words,
  fallback: Words[number],
  help: string,
): Setting<Words[number]> {
  return {
    schema: z.enum(words),
    expected: `one of ${words.join(', ')}`,
    help,
    fallback,
    placeholder: words.join('|'),
  }
}

export const SETTINGS = {
  listen: {
    schema: listenerUrls,
    expected: 'a list of listener URLs such as framed://:9000',
    help: 'listen for a dialect, as DIALECT://HOST:PORT?OPTION=VALUE, or for browsers, as ws://HOST:PORT; may be given several times',
    fallback: [
      ...[...DIALECTS.values()].map((dialect) => `${dialect.name}://:${dialect.defaultPort}`),
      `ws://:${WEB_PORT}`,
    ],
    placeholder: 'URL',
    list: true,
  },
  ops: {
    schema: hostPortOrOff,
    expected: 'HOST:PORT or off',
    help: 'serve /metrics, /healthz and /readyz',
    fallback: '127.0.0.1:9464',
    placeholder: 'HOST:PORT|off',
  },
  addressFile: {
    schema: pathOrOff('a file'),
    expected: 'a file or off',
    help: 'say in this file, as JSON, where the relay listens, for as long as it does; parlance health looks there',
    fallback: 'off',
    placeholder: 'FILE|off',
  },
  logDir: {
    schema: pathOrOff('a directory'),
    expected: 'a directory or off',
    help: 'write connections.log and chat.log there',
    fallback: 'logs',
    placeholder: 'DIR|off',
  },
  logLevel: oneOf(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace'],
    'info',
    'the least important record that goes to stdout',
  ),
  logDirect: oneOf(['fact', 'text'], 'fact', 'record that a direct message happened, or also what it said'),
  logMaxBytes: wholeNumber(
    4096,
    2 ** 40,
    64 * 1024 * 1024,
    'bytes',
    'rotate a log file when it is this large',
  ),
  logRotateEvery: {
    schema: z.string().regex(/^([1-9]\d{0,2}d|(1|2|3|4|6|8|12|24)h|(1|2|3|4|5|6|10|12|15|20|30|60)m)$/),
    expected: 'days, hours or minutes such as 1d, 6h or 30m (hours and minutes that divide a day or an hour)',
    help: 'rotate a log file when it is this old',
    fallback: '1d',
    placeholder: 'AGE',
  },
  logKeepFiles: wholeNumber(1, 100_000, 14, 'files', 'keep so many rotated files of each log'),
  room: {
    schema: z.string().refine(isRoomName),
    expected: '1 to 64 printable ASCII characters without a space',
    help: 'the room that always exists',
    fallback: 'general',
    placeholder: 'NAME',
  },
  timeZone: {
    schema: z.string().refine(isTimeZone),
    expected: 'an IANA time zone such as UTC or Europe/Berlin',
    help: 'write times of day in this time zone, where a dialect shows them',
    fallback: 'UTC',
    placeholder: 'ZONE',
  },
  editWindowMs: wholeNumber(
    1,
    DAY_MS,
    300_000,
    'milliseconds',
    'how long a message can be edited or acknowledged, where a dialect can',
  ),
  recentMessages: wholeNumber(
    1,
    10_000_000,
    10_000,
    'messages',
    'remember so many for that, each person remembered with one counted too',
  ),
  maxConnections: {
    schema: z.union([z.literal('auto'), z.int().min(1).max(10_000_000)]),
    expected: 'auto or a whole number from 1 to 10000000',
    help: 'refuse connections above this; auto is what the file descriptor limit allows, and no more can be had',
    fallback: 'auto',
    placeholder: 'N|auto',
    numeric: true,
  },
  loginDeadlineMs: wholeNumber(
    1,
    DAY_MS,
    10_000,
    'milliseconds',
    'close a connection that has no name by then',
  ),
  frameDeadlineMs: wholeNumber(
    1,
    DAY_MS,
    10_000,
    'milliseconds',
    'close a connection whose frame takes longer to arrive',
  ),
  pingMs: wholeNumber(
    1,
    DAY_MS,
    20_000,
    'milliseconds',
    'ask a WebSocket client that says nothing for so long whether it is there; whoever has not answered two such questions, each after as long, is gone',
  ),
  lingerMs: wholeNumber(
    1,
    DAY_MS,
    5_000,
    'milliseconds',
    'how long a client may take to read the last words and to close its side',
  ),
  shutdownMs: wholeNumber(1, DAY_MS, 8_000, 'milliseconds', 'be gone this long after SIGTERM'),
  closeSpreadMs: wholeNumber(
    0,
    DAY_MS - 1,
    2_000,
    'milliseconds',
    'at SIGTERM close connections one after the other over this long, so that they do not all come back at once; less than shutdownMs',
  ),
  softLimitBytes: wholeNumber(
    1024,
    2 ** 40,
    256 * 1024,
    'bytes',
    'a reader with more than this queued is behind: those who send to it may have to wait',
  ),
  hardLimitBytes: wholeNumber(
    1024,
    2 ** 40,
    1024 * 1024,
    'bytes',
    'while a reader has more than this queued, those who send to it are slowed to its pace, never below the minimum rate; or it misses messages (policy of the listener)',
  ),
  graceMs: wholeNumber(
    100,
    DAY_MS,
    10_000,
    'milliseconds',
    'a reader that is behind and drains slower than the minimum rate for this long is cut off',
  ),
  minDrainBytesPerSecond: wholeNumber(1, 2 ** 40, 64 * 1024, 'bytes a second', 'the minimum rate'),
  retainedLimitBytes: wholeNumber(
    1024 * 1024,
    2 ** 50,
    256 * 1024 * 1024,
    'bytes',
    'cut off the longest queues while more than this is queued in all, shared memory counted once',
  ),
  fanout: oneOf(
    ['auto', 'native', 'portable'],
    'auto',
    'send to a whole room in one native call, or by a call of Node for each member; auto is native where it was built',
  ),
  announceUpTo: wholeNumber(
    0,
    10_000_000,
    10_000,
    'members',
    'a room with more members hears of joins and leaves as one line a second',
  ),
} as const satisfies Record<string, Setting>

export type SettingKey = keyof typeof SETTINGS

/** The relay's configuration: every setting, validated. Frozen. */
export type Config = { readonly [Key in SettingKey]: z.infer<(typeof SETTINGS)[Key]['schema']> }

/** Some settings, as a program writes them: text where they are text in a file, numbers where they are numbers. */
export type Settings = {
  readonly [Key in SettingKey]?:
    | (z.input<(typeof SETTINGS)[Key]['schema']> extends infer Written
        ? Written extends readonly (infer Entry)[]
          ? readonly Entry[]
          : Written
        : never)
    | undefined
}

export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[]

/** `logDir` is `PARLANCE_LOG_DIR` in the environment … */
export function environmentName(key: string): string {
  return `PARLANCE_${key.replace(/[A-Z]/g, '_$&').toUpperCase()}`
}

/** … and `--log-dir` on the command line. */
export function flagName(key: SettingKey): string {
  return `--${key.replace(/[A-Z]/g, '-$&').toLowerCase()}`
}
