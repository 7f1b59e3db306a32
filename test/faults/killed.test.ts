/**
 * Row 19 of docs/faults.md: kill -9 under load, with 100 MB of log and a history, in every dialect; ten times in a soak. What was written is whole
 * and there once, nothing before the last thing is missing, and the next start takes no longer than the first. Rules M5, M6.
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { RawPeer } from '../../src/conform/raw-peer.js'
import { direct, message } from '../fixtures/framed-bytes.js'
import { LogDir, type LogRecord, recordsOf } from '../fixtures/log-dir.js'
import { CLI, freePort } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { serve } from '../fixtures/serve.js'
import { timesOf } from '../fixtures/soak.js'
import { until } from '../fixtures/until.js'
import { chatmasterVoice } from '../fixtures/voices/chatmaster-voice.js'
import { chatroomVoice } from '../fixtures/voices/chatroom-voice.js'
import { framedVoice } from '../fixtures/voices/framed-voice.js'
import { jsonIrcVoice } from '../fixtures/voices/json-irc-voice.js'
import { sendtoVoice } from '../fixtures/voices/sendto-voice.js'
import type { Voice, VoiceKind } from '../fixtures/voices/voice.js'

const KILLS = timesOf(3, 10)
const LOG_BYTES = 100_000_000
const RECORD = '{"time":"2026-01-01T00:00:00.000Z","event":"message","text":"x"}\n'
/** The row says a second; another machine, with other tests beside it, may need longer. */
const READY_MS = 20_000
const VOICES: readonly VoiceKind[] = [framedVoice, chatroomVoice, jsonIrcVoice, chatmasterVoice, sendtoVoice]

/** A log as a busy relay has it after a while. @returns how long it is */
function fillLog(path: string): number {
  const block = RECORD.repeat(16_000)
  const fd = openSync(path, 'w')
  let bytes = 0
  while (bytes < LOG_BYTES) bytes += writeSync(fd, block)
  closeSync(fd)
  return bytes
}

/** What is in a file from there on. */
function textFrom(path: string, from: number): string {
  const fd = openSync(path, 'r')
  const bytes = Buffer.alloc(fstatSync(fd).size - from)
  readSync(fd, bytes, 0, bytes.length, from)
  closeSync(fd)
  return bytes.toString()
}

/** The numbers that each has said, in the order of the records. */
function saidIn(records: readonly LogRecord[]): Map<string, number[]> {
  const said = new Map<string, number[]>()
  for (const { event, name, text } of records) {
    if (event !== 'message' && event !== 'direct') continue
    const numbers = said.get(String(name)) ?? []
    said.set(String(name), numbers)
    numbers.push(Number.parseInt(String(text), 10))
  }
  return said
}

/** One run of the relay: somebody in every dialect, each of whom goes on saying numbers, whatever becomes of the relay. */
class Run {
  /** How many each has said, by name. */
  readonly said = new Map<string, number>()
  readonly #peers: RawPeer[] = []

  /** @param run names nobody had before */
  async begin(ports: ReadonlyMap<string, number>, run: number): Promise<void> {
    const voices: Voice[] = []
    for (const [index, { dialect, make }] of VOICES.entries()) {
      const peer = await RawPeer.open('127.0.0.1', ports.get(dialect) as number, {
        timeoutMs: 20_000,
        quietMs: 50,
      })
      this.#peers.push(peer)
      const voice = make(peer, `${dialect}${run}`)
      await voice.join()
      voices.push(voice)
      const to = index === 0 ? `${dialect}${run}` : `${VOICES[0]?.dialect}${run}`
      void this.#talk(voice, `${dialect}${run}`, to)
    }
    const peer = await RawPeer.open('127.0.0.1', ports.get('framed') as number, {
      timeoutMs: 20_000,
      quietMs: 50,
    })
    this.#peers.push(peer)
    const flood = framedVoice.make(peer, `flood${run}`)
    await flood.join()
    peer.discard()
    void this.#flood(peer, `flood${run}`)
  }

  end(): void {
    for (const peer of this.#peers) peer.close()
  }

  /** In a room where the dialect has one, otherwise to one person; until the relay is gone. */
  async #talk(voice: Voice, name: string, to: string): Promise<void> {
    try {
      for (let number = 0; ; number++) {
        const text = `${number} ${'x'.repeat(20)}`
        this.said.set(name, number + 1)
        const answer = voice.say === undefined ? await voice.direct(to, text) : await voice.say(text)
        assert.equal(answer, 'taken')
        await voice.heard()
      }
    } catch {
      // It was killed.
    }
  }

  /** To itself alone, so that the others hear themselves speak. */
  async #flood(peer: RawPeer, name: string): Promise<void> {
    for (let number = 0; !peer.ended; number++) {
      this.said.set(name, number + 1)
      peer.write(direct(`${name} ${number} ${'x'.repeat(100)}`))
      if (number % 50 === 49) await delay(20)
    }
  }
}

test('row 19, M5, M6: killed again and again under load, with 100 MB of log and a history, in every dialect', async (t) => {
  const logs = new LogDir()
  const data = mkdtempSync(join(tmpdir(), 'parlance-killed-'))
  t.after(() => rmSync(data, { recursive: true, force: true }))
  const before = fillLog(logs.file('chat'))
  const ports = new Map<string, number>()
  for (const { dialect } of VOICES) ports.set(dialect, await freePort())
  const listen = [...ports].flatMap(([dialect, port]) => ['--listen', `${dialect}://127.0.0.1:${port}`])
  const log = ['--log-dir', logs.path, '--log-max-bytes', '1000000000', '--log-direct', 'text']
  const args = [...listen, ...log, '--data-dir', data, '--history', '10000', '--ops', 'off']
  const starts: number[] = []
  const start = async (): Promise<RunningProgram> => {
    const began = performance.now()
    const relay = new RunningProgram(process.execPath, [CLI, 'serve', ...args])
    t.after(() => relay.end())
    await relay.shows('to join')
    starts.push(performance.now() - began)
    return relay
  }
  /** Where the records of the run begin: behind the last whole one of the run before. */
  let from = before
  for (let kill = 0; kill < KILLS; kill++) {
    const relay = await start()
    const run = new Run()
    t.after(() => run.end())
    await run.begin(ports, kill)
    const written = () => saidIn(recordsOf(wholeOf(textFrom(logs.file('chat'), from))))
    // Everybody has been written of, and goes on.
    const deadline = performance.now() + 40_000
    let recorded = written()
    while ([...run.said.keys()].some((name) => (recorded.get(name)?.length ?? 0) < 5)) {
      assert.ok(
        performance.now() < deadline,
        `written: ${JSON.stringify([...recorded].map(([name, { length }]) => [name, length]))}`,
      )
      await delay(50)
      recorded = written()
    }
    await delay(50 + 40 * (kill % 5))
    recorded = written()
    relay.child.kill('SIGKILL')
    await relay.exitCode()
    run.end()
    const whole = wholeOf(textFrom(logs.file('chat'), from))
    const found = saidIn(recordsOf(whole))
    for (const [name, count] of run.said) {
      const numbers = found.get(name) ?? []
      assert.deepEqual(numbers, upTo(numbers.length), `${name}: in order, once each, and none missing`)
      assert.ok(numbers.length <= count, `${name} has said ${count}`)
      assert.ok(numbers.length >= (recorded.get(name)?.length ?? 0), `${name}: what was recorded is there`)
    }
    from += Buffer.byteLength(whole)
    assertHistory(data, run, kill)
  }
  // As if the last one had been killed in the middle of a write, which takes a machine that stops.
  appendFileSync(logs.file('chat'), '{"time":"2026-01-01T00:00:00.000Z","event":"mess')
  const last = await start()
  last.child.kill('SIGTERM')
  assert.equal(await last.exitCode(), 0)
  recordsOf(textFrom(logs.file('chat'), before))
  assert.equal(textFrom(logs.file('chat'), before - RECORD.length).slice(0, RECORD.length), RECORD)
  const [first = 0, ...again] = starts.map(Math.round)
  t.diagnostic(`ready after ${first} ms at first, and after kill -9 after ${again.join(', ')} ms`)
  for (const ms of again) assert.ok(ms < READY_MS, `ready only after ${ms} ms`)
})

/** Without a line of which the end was not written. */
function wholeOf(text: string): string {
  return text.replace(/[^\n]*$/, '')
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

/** What rooms keep of the run: of each who spoke in one, their numbers from the first on, and none missing or twice. */
function assertHistory(data: string, run: Run, kill: number): void {
  const { stdout, stderr, status } = spawnSync(process.execPath, [CLI, 'log', '--history', '--json', data], {
    encoding: 'utf8',
    cwd: tmpdir(),
    maxBuffer: 2 ** 28,
    env: { PATH: process.env.PATH, PARLANCE_ADMIN_SOCKET: join(data, 'nobody.sock') },
  })
  assert.equal(status, 0, stderr)
  const kept = saidIn(recordsOf(stdout).map((record) => ({ ...record, event: 'message' })))
  for (const [name, count] of run.said) {
    // What is said to one person alone is kept nowhere.
    if (/^(?:sendto|flood)/.test(name)) continue
    const numbers = kept.get(name) ?? []
    const [oldest = 0] = numbers
    // Ten thousand are kept of the room; in a soak the first ones may have gone.
    assert.ok(numbers.length > 0, `run ${kill}: nothing of ${name} is kept`)
    assert.deepEqual(
      numbers,
      Array.from(numbers, (_, index) => oldest + index),
      `run ${kill}: ${name}`,
    )
    assert.ok((numbers.at(-1) as number) < count)
  }
}

test('row 19: killed while its log is put aside again and again, no record is torn, repeated or missing', async (t) => {
  const logs = new LogDir()
  /** Whole records of all files: one that is put aside meanwhile may be missing for the moment. */
  const written = () =>
    [...logs.rotated('chat'), logs.file('chat')].flatMap((file) => recordsOf(wholeOf(logs.text(file))))
  let said = 0
  let recorded = 0
  for (let time = 0; time < KILLS; time++) {
    const relay = await serve(t, [
      '--log-dir',
      logs.path,
      '--log-max-bytes',
      '60000',
      '--log-keep-files',
      '100',
    ])
    const amy = await relay.join('Amy')
    const first = said
    for (let count = 0; count < 400; count++) amy.send(message(`${said++} ${'x'.repeat(50)}`))
    amy.send(direct('Amy said'))
    await amy.skipTo(direct('[Amy] said'))
    let before = written()
    await until(() => {
      before = written()
      return before.filter(({ event }) => event === 'direct').length > time
    }, 20_000)
    recorded = numbersOf(before).at(-1) ?? 0
    assert.ok(recorded >= first)
    // In the middle of more, at another moment each time.
    for (let count = 0; count < 400; count++) amy.send(message(`${said++} ${'x'.repeat(50)}`))
    await delay(20 + 15 * time)
    relay.program.child.kill('SIGKILL')
    await relay.program.exitCode()
  }
  const relay = await serve(t, ['--log-dir', logs.path])
  assert.equal(await relay.terminate(), 0)
  const numbers = numbersOf(written())
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
    'in order, and once each',
  )
  assert.ok((numbers.at(-1) ?? 0) >= recorded)
  // Only what each run had not written yet is missing: the end of its own.
  for (let run = 0; run < KILLS; run++) {
    const ofRun = numbers.filter((number) => Math.floor(number / 800) === run)
    assert.deepEqual(
      ofRun,
      Array.from(ofRun, (_, index) => 800 * run + index),
      `run ${run}`,
    )
    assert.ok(ofRun.length >= 400, `${ofRun.length}`)
  }
})

function numbersOf(records: readonly LogRecord[]): number[] {
  return records.filter(({ event }) => event === 'message').map(({ text }) => Number.parseInt(`${text}`, 10))
}

test('row 19: a log of 100 MB with a torn end is not read at the start but for its end', async (t: TestContext) => {
  const logs = new LogDir()
  const before = fillLog(logs.file('chat'))
  appendFileSync(logs.file('chat'), 'torn')
  const relay = await serve(t, ['--log-dir', logs.path, '--log-max-bytes', '1000000000'])
  const io = readFileSync(join('/proc', `${relay.program.child.pid}`, 'io'), 'utf8')
  const read = Number(/^rchar: (\d+)$/m.exec(io)?.[1])
  assert.ok(read < before / 4, `${read} bytes were read, the program itself included`)
  await relay.join('Amy')
  await logs.until('connections', ({ event }) => event === 'accepted')
  assert.equal(await relay.terminate(), 0)
  const after = readFileSync(logs.file('chat'))
  assert.equal(after.toString('latin1', before - RECORD.length, before), RECORD)
  assert.deepEqual(
    recordsOf(after.toString('latin1', before)).map(({ event }) => event),
    ['joined', 'left'],
  )
})
