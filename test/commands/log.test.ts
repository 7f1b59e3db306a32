/** `parlance log` as people run it, on the files of a real relay. What is read of which files is tested in `test/log-reader/`. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { commandWithArguments, criteriaOf, type LogFlags } from '../../src/commands/log-arguments.js'
import { message } from '../fixtures/framed-bytes.js'
import { CLI } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { serve } from '../fixtures/serve.js'

function directory(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-log-command-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

interface Outcome {
  readonly code: number | null
  readonly lines: readonly string[]
  readonly complaints: string
}

async function log(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const program = new RunningProgram(process.execPath, [CLI, 'log', ...args], environment)
  const code = await program.exitCode()
  const lines = program.output === '' ? [] : program.output.trimEnd().split('\n')
  return { code, lines, complaints: program.errorOutput }
}

test('the log of a relay that runs: found by itself, filtered, followed over rotation, ended by Ctrl-C', async (t) => {
  const dir = directory(t)
  const [logs, addresses] = [join(dir, 'logs'), join(dir, 'parlance.json')]
  const relay = await serve(t, ['--log-dir', logs, '--log-max-bytes', '4096', '--address-file', addresses])
  const environment = { PARLANCE_ADDRESS_FILE: addresses }
  const amy = await relay.join('Amy')
  const bob = await relay.join('Bob')
  await amy.frame()
  bob.send(message('Hello, world'))
  await amy.expect(message('[Bob] Hello, world'))

  const follower = new RunningProgram(
    process.execPath,
    [CLI, 'log', '-f', '--since', '1h', '--time-zone', 'UTC'],
    environment,
  )
  t.after(() => follower.end())
  await follower.shows('Hello, world')
  for (let round = 0; round < 30; round++) {
    bob.send(...Array.from({ length: 10 }, (_, index) => message(`${round}.${index} ${'x'.repeat(100)}`)))
    await amy.skipTo(message(`[Bob] ${round}.9 ${'x'.repeat(100)}`))
  }
  bob.send(message('That was all'))
  await follower.shows('That was all')
  follower.child.kill('SIGINT')
  assert.equal(await follower.exitCode(), 130)
  assert.equal(follower.errorOutput, '')
  const shown = follower.output.trimEnd().split('\n')
  assert.match(
    shown[0] as string,
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {2}127\.0\.0\.1:\d+ \(framed\) connects$/,
  )
  const words = shown.map((line) => line.slice('2026-01-01 00:00:00.000  '.length))
  assert.deepEqual(words.filter((line) => line.startsWith('[')).slice(0, 3), [
    '[general] Amy joins (framed)',
    '[general] Bob joins (framed)',
    '[general] Bob: Hello, world',
  ])
  assert.equal(words.filter((line) => /^\[general\] Bob: \d+\.\d x+$/.test(line)).length, 300)

  // Without a relay that runs: as it is configured.
  assert.equal(await relay.terminate(), 0)
  const configured = { PARLANCE_LOG_DIR: logs, PARLANCE_ADDRESS_FILE: addresses }
  const said = await log(
    ['--event', 'message', '--name', 'Bob', '--room', 'general', '--text', 'HELLO'],
    configured,
  )
  assert.deepEqual([said.code, said.lines.length, said.complaints], [0, 1, ''])
  const config = join(dir, 'parlance.yaml')
  writeFileSync(config, `logDir: ${logs}\n`)
  const last = await log(['--config', config, '--json', '-n', '2', '--event', 'left', '--event', 'closed'])
  assert.equal(last.code, 0)
  const records = last.lines.map((line) => JSON.parse(line))
  assert.deepEqual(
    records.map(({ reason }) => reason),
    ['shutdown', 'shutdown'],
  )
  const none = await log(['--until', '2020-01-01', logs])
  assert.deepEqual([none.code, none.lines], [0, []])
})

test('a reader that goes away ends it without a word, and broken lines are told at the end', async (t) => {
  const dir = directory(t)
  const record = `${JSON.stringify({ time: '2026-01-01T00:00:00.000Z', event: 'message', text: 'x'.repeat(900) })}\n`
  writeFileSync(join(dir, 'chat.log'), `no record\n${record.repeat(3000)}`)
  const command = `'${process.execPath}' '${CLI}' log '${dir}'; echo "exit code $?" >&2`
  const program = new RunningProgram('sh', ['-c', `{ ${command}; } | head -1`])
  await program.exitCode()
  assert.equal(program.errorOutput, 'exit code 0\n')
  assert.equal(program.output.split('\n').length, 2)
  const { code, lines, complaints } = await log([dir])
  assert.deepEqual([code, lines.length, complaints], [0, 3000, 'parlance: 1 line is no record\n'])
})

test('arguments that are wrong are said in words', () => {
  for (const [args, words] of [
    [['--event', 'joins'], /Expected one of connected, /],
    [['--dialect', 'frame'], /Expected one of framed, .*sendto, ws, relay\./],
    [['--address', '192.0.2.0/33'], /Expected an address, or a network/],
    [['-n', '0'], /Expected a whole number from 1/],
    [['-n', '10000000'], /Expected a whole number from 1/],
    [['--time-zone', 'Mars/Olympus'], /Expected an IANA time zone/],
  ] as const) {
    const command = commandWithArguments()
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
    assert.throws(() => command.parse(args, { from: 'user' }), words, args.join(' '))
  }
  for (const [args, ...words] of [
    [
      ['--since', 'soon', '--until', 'later'],
      /^--since: "soon": expected a time such/,
      /^--until: "later": /,
    ],
    [['--since', '1h', '--until', '2h'], /^--until: "2h": expected no earlier than --since, "1h"$/],
    [['-f', '--until', '1h'], /^--until: expected without --follow$/],
    [['--since', '2h', '--until', '1h', '--room', 'a', '--room', 'b']],
  ] as const) {
    const flags = commandWithArguments().parse(args, { from: 'user' }).opts<LogFlags>()
    const { problems } = criteriaOf(flags, Date.now())
    assert.equal(problems.length, words.length, args.join(' '))
    for (const [index, problem] of problems.entries()) assert.match(problem, words[index] as RegExp)
  }
})

test('what cannot be read is said in words, with an exit code', async (t) => {
  const dir = directory(t)
  const nowhere = join(dir, 'nowhere')
  const config = join(dir, 'wrong.yaml')
  const rotated = join(dir, 'chat-2026-01-01T00-00-00-000Z-1.log')
  writeFileSync(config, 'logDirr: /var/log\nroom: ""\n')
  writeFileSync(rotated, '')
  for (const [args, code, words, environment] of [
    [['--since', 'soon', dir], 64, /^parlance: --since: "soon": expected a time such/],
    [['--follow', rotated], 64, /--follow: expected a directory/],
    [['--address-file', nowhere], 73, /no such file or directory/],
    [[], 73, /neither connections\.log nor chat\.log is there/, { PARLANCE_LOG_DIR: directory(t) }],
    [[], 64, /logDir is off/, { PARLANCE_LOG_DIR: 'off' }],
    [['--config', config], 78, /logDirr: .*\n.*room: ""/],
  ] as const) {
    const outcome = await log(args, environment)
    assert.match(outcome.complaints, words, args.join(' '))
    assert.deepEqual([outcome.code, outcome.lines], [code, []], args.join(' '))
    assert.doesNotMatch(outcome.complaints, /^ {4}at /m)
  }
})
