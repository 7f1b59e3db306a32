/** The runner itself: whatever a check does, its rule has a result, and the run goes on. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Check, CheckContext, Handshake, Suite } from '../../src/conform/check.js'
import { CheckFailure, NotApplicable } from '../../src/conform/failure.js'
import { LineReport, type Report } from '../../src/conform/report.js'
import { type RuleResult, rulesOf, runSuite, type SuiteOptions } from '../../src/conform/run-suite.js'
import { TapReport } from '../../src/conform/tap-report.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { readTap } from './read-tap.js'

/** A server that keeps connections open and says nothing. */
async function silentServer(t: TestContext) {
  let open = 0
  const server = createServer((socket) => {
    open++
    socket.on('close', () => open--)
    socket.resume()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return { port: (server.address() as AddressInfo).port, open: () => open }
}

const handshake: Handshake = { request: 'none', hello: () => '', isKnownBy: () => false }

function suiteOf(...checks: Check[]): Suite {
  return {
    dialect: 'none',
    checks,
    handshake,
    messages: { isBinary: () => true, request: (bytes) => bytes.length, answer: (bytes) => bytes.length },
    strictServer: async () => {},
  }
}

function check(rule: string, title: string, run: (context: CheckContext) => Promise<void>): Check {
  return { rule, title, run }
}

async function run(port: number, suite: Suite, more: Partial<SuiteOptions> = {}): Promise<RuleResult[]> {
  const options = { host: '127.0.0.1', port, timeoutMs: 100, quietMs: 10, slow: false, only: null, ...more }
  const results: RuleResult[] = []
  for await (const result of runSuite(suite, options)) results.push(result)
  return results
}

function told(report: Report, results: readonly RuleResult[]): string {
  return report.begin(results.length) + results.map((one) => report.rule(one)).join('') + report.end()
}

const FINE = async () => {}
const MIXED = suiteOf(
  check('Z10', 'comes last', FINE),
  check('Z2', 'is fine', FINE),
  check('Z2', 'is not', async () => {
    throw new CheckFailure('a "b"', 'c # d\\')
  }),
  check('Z1', 'crashes', async () => {
    throw new TypeError('no such thing')
  }),
  check('Z3', 'does not apply', async () => {
    throw new NotApplicable('it is off')
  }),
  { ...check('Z4', 'takes long', FINE), slow: true },
  check('Z2', 'is fine too', FINE),
)

test('a line for each rule, in the order of their numbers', async (t) => {
  const { port } = await silentServer(t)
  assert.equal(
    told(new LineReport({ verbose: false }), await run(port, MIXED)),
    `not ok Z1 crashes: the check itself failed: TypeError: no such thing
not ok Z2 is not: expected a "b"; came c # d\\ (2 more ok)
skip Z3 does not apply (it is off)
skip Z4 takes long (needs --slow)
ok Z10 comes last
1 ok, 2 not ok, 2 skipped
`,
  )
})

test("the rules of the dialect's own page come first", () => {
  const suite = suiteOf(...['X2', 'M5', 'X10', 'R1', 'M3', 'X1'].map((rule) => check(rule, 'is fine', FINE)))
  assert.deepEqual([...rulesOf(suite).keys()], ['X1', 'X2', 'X10', 'M3', 'M5', 'R1'])
})

test('verbose is a line for each check', async (t) => {
  const { port } = await silentServer(t)
  const lines = told(new LineReport({ verbose: true }), await run(port, MIXED, { slow: true })).split('\n')
  assert.deepEqual(lines.slice(1, 4), [
    'ok Z2 is fine',
    'not ok Z2 is not: expected a "b"; came c # d\\',
    'ok Z2 is fine too',
  ])
  assert.equal(lines[5], 'ok Z4 takes long')
})

test('TAP has a test point for each rule with its checks as a subtest', async (t) => {
  const { port } = await silentServer(t)
  const tap = readTap(told(new TapReport(), await run(port, MIXED)))
  assert.deepEqual(
    tap.points.map(({ ok, description, directive }) => [ok, description, directive]),
    [
      [false, 'Z1', ''],
      [false, 'Z2', ''],
      [true, 'Z3', 'SKIP'],
      [true, 'Z4', 'SKIP'],
      [true, 'Z10', ''],
    ],
  )
  const inner = tap.points[1]?.subtest
  assert.deepEqual(
    inner?.points.map(({ ok, description }) => [ok, description]),
    [
      [true, 'is fine'],
      [false, 'is not'],
      [true, 'is fine too'],
    ],
  )
  assert.deepEqual(inner?.points[1]?.diagnostics, { expected: 'a "b"', came: 'c # d\\' })
  assert.equal(tap.points[2]?.subtest?.points[0]?.directive, 'SKIP it is off')
})

test('only the rules that are asked for', async (t) => {
  const { port } = await silentServer(t)
  const results = await run(port, MIXED, { only: new Set(['Z3', 'Z10']) })
  assert.deepEqual(
    results.map(({ rule }) => rule),
    ['Z3', 'Z10'],
  )
})

test('a check that never ends is ended, and fails its rule alone', async (t) => {
  const { port } = await silentServer(t)
  const suite = suiteOf(
    check('Z1', 'waits', () => new Promise(() => {})),
    check('Z2', 'is fine', FINE),
  )
  const text = told(new LineReport({ verbose: false }), await run(port, suite))
  assert.match(
    text,
    /^not ok Z1 waits: expected the check to be done within 1000 ms; came no end of it\nok Z2/,
  )
})

test('a wait that a check has forgotten fails its rule alone', async (t) => {
  const { port } = await silentServer(t)
  // In a process of its own: the test runner too takes note of rejections that nobody handles.
  const script = join(import.meta.dirname, 'forgetful-check.js')
  const program = new RunningProgram(process.execPath, [script, String(port)])
  t.after(() => program.end())
  assert.equal(await program.exitCode(), 0)
  assert.equal(program.errorOutput, '')
  assert.match(program.output, /^not ok Z1 forgets: expected 1 bytes; came nothing\nok Z2/)
})

test('each check has connections of its own, and none is left over', async (t) => {
  const { port, open } = await silentServer(t)
  let seen = 0
  const three = async (context: CheckContext) => {
    for (let count = 0; count < 3; count++) await context.connect()
    await delay(5)
    seen = Math.max(seen, open())
  }
  await run(port, suiteOf(check('Z1', 'first', three), check('Z2', 'second', three)))
  assert.equal(seen, 3)
  while (open() > 0) await delay(1)
})

test('the connections of a check are spread over all nodes in turn, and what is to be known at all of them is waited for', async (t) => {
  const [one, other] = [await silentServer(t), await silentServer(t)]
  const seen: unknown[] = []
  const suite = suiteOf(
    check('Z1', 'connects', async (context) => {
      for (let count = 0; count < 3; count++) seen.push((await context.connect()).socket.remotePort)
      await context.settled()
      seen.push('done')
    }),
  )
  const settled = async () => void seen.push('settled')
  await run(one.port, suite, { more: [{ host: '127.0.0.1', port: other.port }], settled })
  assert.deepEqual(seen.splice(0), [one.port, other.port, one.port, 'settled', 'done'])
  await run(one.port, suite, { settled })
  assert.deepEqual(seen, [one.port, one.port, one.port, 'done'])
})

test('no name is given out twice, and none is a part of another', async (t) => {
  const { port } = await silentServer(t)
  const names: string[] = []
  const some = async (context: CheckContext) => {
    for (let count = 0; count < 20; count++) names.push(context.freshName())
  }
  await run(port, suiteOf(check('Z1', 'first', some), check('Z2', 'second', some)))
  for (const name of names) assert.match(name, /^[a-z0-9]{3,20}$/)
  for (const [at, name] of names.entries()) {
    assert.ok(!names.some((other, where) => where !== at && other.includes(name)))
  }
})

test('a server that is not there fails each rule', async (t) => {
  const { port } = await silentServer(t)
  const suite = suiteOf(check('Z1', 'connects', async (context) => void (await context.connect())))
  const text = told(
    new LineReport({ verbose: false }),
    await run(port === 1 ? 2 : 1, suite, { timeoutMs: 2000 }),
  )
  assert.match(text, /^not ok Z1 connects: expected a connection to 127\.0\.0\.1:1; came .*ECONNREFUSED/)
})
