/** That every setting comes from its layers in order, that all errors are said at once, and that nothing is coerced. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writtenNatsUrl } from '../../../src/relay/config/nats-url.js'
import type { Setting } from '../../../src/relay/config/settings/kinds.js'
import {
  type Config,
  environmentName,
  flagName,
  SETTING_KEYS,
  SETTINGS,
  type SettingKey,
} from '../../../src/relay/config/settings.js'
import { fileWith, load, problemsOf } from './layers.js'

/** For each setting three values that it may have, as text, and not its default. */
const SAMPLES: Record<SettingKey, readonly [string, string, string]> = {
  nats: ['nats://127.0.0.1:4222', 'tls://nats.example:4222', 'nats://[::1]:14222'],
  cluster: ['chat', 'chat-2', 'c_3'],
  node: ['a', 'b-1', 'C_2'],
  natsReplicas: ['3', '5', '1'],
  natsCredentials: ['/a', '/b', '/c'],
  natsCa: ['/a', '/b', '/c'],
  natsCert: ['/a', '/b', '/c'],
  natsKey: ['/a', '/b', '/c'],
  whenCutOff: ['close', 'serve', 'close'],
  durable: ['on', 'off', 'on'],
  durableAgeMs: ['60000', '70000', '80000'],
  durableBytes: ['2000000', '3000000', '4000000'],
  unsentBytes: ['2000000', '3000000', '4000000'],
  listen: ['framed://:9001', 'framed://:9002', 'framed://:9003'],
  trustedProxies: ['10.0.0.1', '10.0.0.0/8', '2001:db8::/32'],
  ops: ['127.0.0.1:1', '[::1]:2', 'off'],
  addressFile: ['/a.json', '/b.json', '/c.json'],
  adminSocket: ['/a.sock', 'off', './auto'],
  logDir: ['/a', '/b', 'off'],
  dataDir: ['/a', '/b', '/c'],
  history: ['1', '2', '3'],
  historyAgeMs: ['1001', '1002', '1003'],
  historyBytes: ['65537', '65538', '65539'],
  logLevel: ['debug', 'warn', 'trace'],
  logDirect: ['text', 'fact', 'text'],
  logMaxBytes: ['5000', '6000', '7000'],
  logRotateEvery: ['2d', '6h', '30m'],
  logKeepFiles: ['1', '2', '3'],
  logCompress: ['off', 'on', 'off'],
  room: ['tea', '42', '__proto__'],
  maxConnections: ['10', '20', 'auto'],
  maxConnectionsPerAddress: ['10', '20', '30'],
  connectionsPerSecondPerAddress: ['10', '20', '30'],
  connectionsPerSecond: ['10', '20', '30'],
  allow: ['192.0.2.1', '192.0.2.0/24', '2001:db8::/32'],
  deny: ['192.0.2.1', '192.0.2.0/24', '2001:db8::/32'],
  banFile: ['/a', '/b', '/c'],
  reservedNames: ['Server', 'admin', '*bot*'],
  refusedNamesPerAddress: ['1', '2', '3'],
  messagesPerSecond: ['10', '20', '30'],
  messagesPerSecondPerAddress: ['10', '20', '30'],
  floodMs: ['1000', '2000', '3000'],
  loginDeadlineMs: ['1', '2', '3'],
  frameDeadlineMs: ['1', '2', '3'],
  vanishedMs: ['15000', '15001', '15002'],
  pingMs: ['1', '2', '3'],
  lingerMs: ['1', '2', '3'],
  shutdownMs: ['3001', '3002', '3003'],
  drainDelayMs: ['3', '1', '2'],
  closeSpreadMs: ['0', '1', '2'],
  softLimitBytes: ['1024', '1025', '1026'],
  hardLimitBytes: ['300000', '300001', '300002'],
  graceMs: ['1000', '2000', '3000'],
  minDrainBytesPerSecond: ['1', '2', '3'],
  retainedLimitBytes: ['10000000', '20000000', '30000000'],
  fanout: ['portable', 'native', 'portable'],
  announceUpTo: ['0', '1', '2'],
  timeZone: ['America/New_York', 'Europe/Berlin', 'Asia/Tokyo'],
  editWindowMs: ['1', '2', '3'],
  recentMessages: ['1', '2', '3'],
  access: ['reserved', 'closed', 'reserved'],
  accessFile: ['/a', '/b', '/c'],
  tokenKeyFile: ['/a', '/b', '/c'],
  tokenIssuer: ['a', 'https://b', 'any'],
  tokenAudience: ['a', 'https://b', 'any'],
  tokenNameClaim: ['name', 'nick', '__proto__'],
  tokenExpiry: ['optional', 'required', 'optional'],
  tokenLeewayMs: ['0', '1', '2'],
  bindCertificate: ['on', 'off', 'on'],
  wrongPasswordsPerMinute: ['1', '2', '3'],
  workers: ['2', '3', '4'],
  workerHungMs: ['2000', '3000', '4000'],
}

/** A setting's value as it would be written. */
function asText(config: Config, key: SettingKey): string {
  const value: unknown = config[key]
  if (key === 'listen') return config.listen.map(({ url }) => url).join(' ')
  if (key === 'nats') return config.nats.map(writtenNatsUrl).join(' ')
  if (Array.isArray(value)) return value.join(' ')
  if (typeof value !== 'object') return String(value)
  const { host = '', port } = value as { host?: string; port: number }
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** A value as a file has it: numbers as numbers and lists as lists. */
function inFile(key: SettingKey, text: string): unknown {
  const setting: Setting = SETTINGS[key]
  if (setting.list) return [text]
  return setting.numeric && text !== 'auto' ? Number(text) : text
}

test('nobody says anything: every setting has its documented default', () => {
  const config = load({})
  assert.deepEqual(Object.keys(config), SETTING_KEYS)
  assert.deepEqual(
    config.listen.map(({ url }) => url),
    [
      'framed://:9000',
      'chatroom://:8000',
      'chatmaster://:9001',
      'json-irc://:1025',
      'sendto://:3560',
      'ws://:8080',
    ],
  )
  const { listen: _, ...rest } = config
  assert.deepEqual(rest, {
    trustedProxies: [],
    ops: { host: '127.0.0.1', port: 9464 },
    addressFile: 'off',
    adminSocket: 'auto',
    logDir: 'logs',
    dataDir: 'off',
    history: 0,
    historyAgeMs: 7 * 24 * 60 * 60 * 1000,
    historyBytes: 256 * 1024 * 1024,
    logLevel: 'info',
    logDirect: 'fact',
    logMaxBytes: 64 * 1024 * 1024,
    logRotateEvery: '1d',
    logKeepFiles: 14,
    logCompress: 'on',
    room: 'general',
    maxConnections: 'auto',
    maxConnectionsPerAddress: 'off',
    connectionsPerSecondPerAddress: 'off',
    connectionsPerSecond: 'off',
    allow: [],
    deny: [],
    banFile: 'off',
    reservedNames: [],
    refusedNamesPerAddress: 10_000,
    loginDeadlineMs: 10_000,
    frameDeadlineMs: 10_000,
    messagesPerSecond: 'off',
    messagesPerSecondPerAddress: 'off',
    floodMs: 30_000,
    vanishedMs: 30_000,
    pingMs: 7_000,
    lingerMs: 5000,
    shutdownMs: 8000,
    drainDelayMs: 0,
    closeSpreadMs: 2000,
    softLimitBytes: 256 * 1024,
    hardLimitBytes: 1024 * 1024,
    graceMs: 10_000,
    minDrainBytesPerSecond: 64 * 1024,
    retainedLimitBytes: 256 * 1024 * 1024,
    announceUpTo: 10_000,
    fanout: 'auto',
    timeZone: 'UTC',
    editWindowMs: 300_000,
    recentMessages: 10_000,
    access: 'off',
    accessFile: 'off',
    tokenKeyFile: 'off',
    tokenIssuer: 'any',
    tokenAudience: 'any',
    tokenNameClaim: 'sub',
    tokenExpiry: 'required',
    tokenLeewayMs: 10_000,
    bindCertificate: 'off',
    wrongPasswordsPerMinute: 30,
    nats: [],
    cluster: 'parlance',
    node: 'auto',
    natsReplicas: 1,
    natsCredentials: 'off',
    natsCa: 'off',
    natsCert: 'off',
    natsKey: 'off',
    whenCutOff: 'serve',
    durable: 'off',
    durableAgeMs: 3600000,
    durableBytes: 1073741824,
    unsentBytes: 67108864,
    workers: 1,
    workerHungMs: 15_000,
  })
})

test('every setting: the file wins over the default, the environment over the file, a flag over all', () => {
  for (const key of SETTING_KEYS) {
    // Not without nats: `test/workers/worker-config.test.ts`.
    if (key === 'workers') continue
    const [fromFile, fromEnvironment, fromFlag] = SAMPLES[key]
    const file = fileWith(JSON.stringify({ [key]: inFile(key, fromFile) }), 'json')
    const environment = { [environmentName(key)]: fromEnvironment }
    const flags = { [key]: SETTINGS[key] === SETTINGS.listen ? [fromFlag] : fromFlag }
    assert.notEqual(asText(load({}), key), fromFile)
    assert.equal(asText(load({ file }), key), fromFile)
    assert.equal(asText(load({ file, environment }), key), fromEnvironment)
    assert.equal(asText(load({ environment }), key), fromEnvironment)
    assert.equal(asText(load({ file, environment, flags }), key), fromFlag)
    assert.equal(asText(load({ flags }), key), fromFlag)
    for (const other of SETTING_KEYS) {
      if (other === key) continue
      assert.equal(asText(load({ file, environment, flags }), other), asText(load({}), other))
    }
  }
})

test('the names of a setting follow from its key', () => {
  assert.equal(environmentName('logRotateEvery'), 'PARLANCE_LOG_ROTATE_EVERY')
  assert.equal(flagName('logRotateEvery'), '--log-rotate-every')
  assert.equal(environmentName('room'), 'PARLANCE_ROOM')
  for (const name of [environmentName, flagName]) {
    assert.equal(new Set(SETTING_KEYS.map(name)).size, SETTING_KEYS.length)
  }
})

test('a list of addresses or names says which of its entries is wrong, and may be empty', () => {
  const file = fileWith('allow: [192.0.2.1, 192.0.2.7/24, 192.0.2.256]\nreservedNames: ["*"]\ndeny: []\n')
  const problems = problemsOf({ file })
  const address = 'expected an address such as 203.0.113.7 or 2001:db8::7, or a network such as'
  assert.equal(problems.length, 3)
  assert.ok(problems[0]?.includes(`allow: "192.0.2.7/24": ${address}`), problems[0])
  assert.ok(problems[1]?.includes(`allow: "192.0.2.256": ${address}`), problems[1])
  assert.match(problems[2] ?? '', /reservedNames: "\*": expected 1 to 64 printable ASCII characters/)
  assert.deepEqual(load({ environment: { PARLANCE_DENY: '' } }).deny, [])
})

test('a list in the environment is separated by spaces or commas', () => {
  const environment = { PARLANCE_LISTEN: ' framed://:1, framed://:2\n framed://:3?bare=on ' }
  assert.deepEqual(
    load({ environment }).listen.map(({ port }) => port),
    [1, 2, 3],
  )
})

test('everything that is wrong is said at once, with its key, its value and what was expected', () => {
  const file = fileWith('room: tea room\nlogKeepFiles: 0\nrom: tea\n__proto__: 1\nlogMaxBytes: "5000"\n')
  const problems = problemsOf({
    file,
    environment: {
      PARLANCE_LINGER_MS: '5s',
      PARLANCE_LISTEN: 'framed://:1 framed://:x http://:2',
      PARLANCE_LOG_DIRR: '/var/log',
    },
    flags: { logLevel: 'loud', ops: 'nowhere', listen: ['framed://:9000?style=curly'] },
  })
  const wanted = [
    /^.*\.yaml: rom: "tea": expected a setting: did you mean room\?$/,
    /^.*\.yaml: __proto__: 1: expected a setting: parlance serve --help lists them$/,
    /^.*\.yaml: room: "tea room": expected 1 to 64 printable ASCII characters without a space$/,
    /^.*\.yaml: logKeepFiles: 0: expected a whole number from 1 to 100000 \(files\)$/,
    /^.*\.yaml: logMaxBytes: "5000": expected a whole number from 4096 /,
    /^PARLANCE_LOG_DIRR: "\/var\/log": expected a setting: did you mean PARLANCE_LOG_DIR\?$/,
    /^PARLANCE_LINGER_MS: "5s": expected a whole number from 1 to 86400000 \(milliseconds\)$/,
    /^PARLANCE_LISTEN: "framed:\/\/:x": expected HOST:PORT or :PORT/,
    /^PARLANCE_LISTEN: "http:\/\/:2": expected one of framed.* before :\/\/$/,
    /^--log-level: "loud": expected one of fatal, error, warn, info, debug, trace$/,
    /^--ops: "nowhere": expected HOST:PORT or off$/,
    /^--listen: "framed:\/\/:9000\?style=curly": expected the options of framed: style: /,
  ]
  for (const words of wanted) {
    assert.equal(
      problems.filter((problem) => words.test(problem)).length,
      1,
      `${words} in\n${problems.join('\n')}`,
    )
  }
  assert.equal(problems.length, wanted.length)
})

test('nothing that is repeated acts on a terminal', () => {
  const file = fileWith(JSON.stringify({ 'no\u001b[2J\u202e': '\u009b', room: '\u2028' }), 'json')
  const problems = problemsOf({
    file,
    environment: { PARLANCE_OPS: '\x1b\u200b', 'PARLANCE_\x9b': '\u202e' },
    flags: { logLevel: '\x7f', listen: ['framed://:1?%1b%0a=1', '\u202e'] },
  })
  assert.equal(problems.length, 7)
  for (const problem of problems) assert.match(problem, /^[ -~]*$/)
})

test('a variable that looks like a setting and is none is refused, with the setting that is nearest', () => {
  const problems = (environment: Record<string, string>) => problemsOf({ environment })
  assert.deepEqual(problems({ PARLANCE_LOG_DIRR: 'x', PARLANCE_CONFG: 'y', PARLANCE_PORT: '9000' }), [
    'PARLANCE_LOG_DIRR: "x": expected a setting: did you mean PARLANCE_LOG_DIR?',
    'PARLANCE_CONFG: "y": expected a setting: did you mean PARLANCE_CONFIG?',
    'PARLANCE_PORT: "9000": expected a setting: parlance serve --help lists them',
  ])
})

test('variables of the tests, and what Kubernetes says of a service called parlance, are no settings', () => {
  const environment = {
    PARLANCE_TEST_SEED: '1',
    PARLANCE_SERVICE_HOST: '10.0.0.1',
    PARLANCE_SERVICE_PORT: '9000',
    PARLANCE_SERVICE_PORT_FRAMED: '9000',
    PARLANCE_PORT: 'tcp://10.0.0.1:9000',
    PARLANCE_PORT_9000_TCP: 'tcp://10.0.0.1:9000',
    PARLANCE_PORT_9000_TCP_PROTO: 'tcp',
    PARLANCE_PORT_9000_TCP_PORT: '9000',
    PARLANCE_RELAY_PORT_9000_TCP_ADDR: '10.0.0.1',
    parlance_log_dirr: 'not ours',
  }
  assert.deepEqual(load({ environment }), load({}))
})

test('an address is listened on once, whoever gives it', () => {
  assert.deepEqual(problemsOf({ flags: { listen: ['framed://:9100', 'framed://:1', 'framed://:9100'] } }), [
    '--listen: "framed://:9100": expected each listener once: it is given twice',
  ])
  assert.deepEqual(problemsOf({ environment: { PARLANCE_LISTEN: 'framed://a:7 sendto://a:7' } }), [
    'PARLANCE_LISTEN: "sendto://a:7": expected an address of its own: framed://a:7 has it already',
  ])
  const apart = ['framed://:0', 'framed://:0', 'framed://a:7', 'framed://b:7', 'framed://a:8']
  assert.equal(load({ flags: { listen: apart } }).listen.length, apart.length)
})

test('a directory or a file is not called yes or no', () => {
  for (const word of ['no', 'No', 'false', 'none', 'null', 'OFF', 'yes', 'true', 'on']) {
    assert.deepEqual(problemsOf({ flags: { logDir: word } }), [
      `--log-dir: "${word}": expected a directory or off (./${word} is a directory of that name)`,
    ])
    assert.equal(problemsOf({ flags: { addressFile: word } }).length, 1)
    assert.equal(load({ flags: { logDir: `./${word}` } }).logDir, `./${word}`)
  }
})

test('a layer that is overruled is still refused when it is wrong', () => {
  const problems = problemsOf({ environment: { PARLANCE_ROOM: '' }, flags: { room: 'tea' } })
  assert.equal(problems.length, 1)
})

test('text is a number only where a number is expected, and only when it is written as one', () => {
  assert.equal(load({ environment: { PARLANCE_ROOM: '42' } }).room, '42')
  assert.equal(load({ environment: { PARLANCE_LOG_DIR: '1' } }).logDir, '1')
  assert.equal(load({ flags: { maxConnections: '42' } }).maxConnections, 42)
  const bad = [
    '',
    ' ',
    '5 ',
    '+5',
    '-5',
    '5.0',
    '5e3',
    '0x1000',
    '1_000',
    'NaN',
    'Infinity',
    '9'.repeat(30),
    'true',
  ]
  for (const text of bad) {
    assert.equal(problemsOf({ flags: { logMaxBytes: text } }).length, 1, JSON.stringify(text))
  }
})

/** The soft limit may not be above the hard one, nor may closing take longer than the end. */
const LIMITS_AT_THEIR_ENDS: Partial<Record<SettingKey, object>> = {
  softLimitBytes: { hardLimitBytes: `${2 ** 40}` },
  hardLimitBytes: { softLimitBytes: '1024' },
  shutdownMs: { closeSpreadMs: '0' },
  drainDelayMs: { shutdownMs: '86400000', closeSpreadMs: '0' },
  closeSpreadMs: { shutdownMs: '86400000' },
}

test('the soft limit is not above the hard one', () => {
  assert.deepEqual(problemsOf({ flags: { hardLimitBytes: '65536' } }), [
    'hardLimitBytes: 65536: expected no less than softLimitBytes, which is 262144',
  ])
})

test('closing one after the other is over before the end is due', () => {
  assert.deepEqual(problemsOf({ flags: { shutdownMs: '2000' } }), [
    'closeSpreadMs: 2000: expected less than shutdownMs, which is 2000',
  ])
  assert.equal(load({ flags: { shutdownMs: '2001' } }).closeSpreadMs, 2000)
  assert.deepEqual(problemsOf({ flags: { drainDelayMs: '6000' } }), [
    'drainDelayMs: 6000: expected less than 6000, which shutdownMs (8000) leaves beside closeSpreadMs (2000)',
  ])
  assert.equal(load({ flags: { drainDelayMs: '5999' } }).drainDelayMs, 5999)
})

test('each number is taken at its bounds and refused beyond them', () => {
  for (const key of SETTING_KEYS) {
    const bounds = /from (\d+) to (\d+)/.exec(SETTINGS[key].expected)
    if (bounds === null || key === 'workers') continue
    const [least, most] = [Number(bounds[1]), Number(bounds[2])]
    const others = LIMITS_AT_THEIR_ENDS[key]
    for (const value of [least, most]) {
      assert.equal(load({ flags: { ...others, [key]: `${value}` } })[key], value)
    }
    for (const value of [least - 1, most + 1]) {
      assert.equal(problemsOf({ flags: { [key]: `${value}` } }).length, 1, `${key} ${value}`)
    }
  }
})

test('log files are rotated after an age that divides days evenly', () => {
  for (const age of ['1d', '999d', '1h', '12h', '24h', '1m', '60m']) {
    assert.equal(load({ flags: { logRotateEvery: age } }).logRotateEvery, age)
  }
  for (const age of ['', '0d', '1000d', '5h', '7m', '1', 'd', '1D', '1d ', '1.5h', '90m', '1s']) {
    assert.equal(problemsOf({ flags: { logRotateEvery: age } }).length, 1, age)
  }
})

test('the configuration cannot be changed', () => {
  const config = load({})
  for (const value of [config, config.listen, config.listen[0], config.ops]) assert.ok(Object.isFrozen(value))
})
