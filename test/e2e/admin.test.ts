/** `parlance admin` as an operator has it: the built command against the built relay, and `top` in a real terminal. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { adminSocketIn } from '../fixtures/admin-socket.js'
import { leave, message } from '../fixtures/framed-bytes.js'
import { CLI } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { serve } from '../fixtures/serve.js'
import { asStranger } from '../fixtures/stranger.js'
import { noTmux, Terminal } from './tmux.js'

interface Said {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

async function admin(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Said> {
  const program = new RunningProgram(process.execPath, [CLI, 'admin', ...args], env)
  const code = await program.exitCode()
  return { code, out: program.output, err: program.errorOutput }
}

test('an operator sees who is here, sends somebody away, speaks, turns the log up, and ends the relay', async (t) => {
  const path = adminSocketIn(t)
  const addressFile = join(dirname(path), 'parlance.json')
  const relay = await serve(t, ['--admin-socket', path, '--address-file', addressFile])
  const amy = await relay.join('Amy')
  const bob = await relay.join('Bob')
  await amy.expect(message('**Bob is joining the chat**'))
  const env = { PARLANCE_ADDRESS_FILE: addressFile }

  const [who, json, rooms, stats] = await Promise.all([
    admin(env, 'who'),
    admin({}, 'who', '--json', '--socket', path, '--prefix', 'B'),
    admin({ PARLANCE_ADMIN_SOCKET: path }, 'rooms', '--at-once'),
    admin(env, 'stats'),
  ])
  const [titles, ...people] = who.out.trimEnd().split('\n')
  assert.match(titles ?? '', /^NAME +DIALECT +ADDRESS +SINCE +STATUS +QUEUED +IDLE +ROOMS$/)
  assert.deepEqual(
    people.map((line) => line.split(/ +/)[0]),
    ['Amy', 'Bob'],
  )
  assert.deepEqual(
    JSON.parse(json.out).map(({ name }: { name: string }) => name),
    ['Bob'],
  )
  assert.match(rooms.out, /^ROOM +MEMBERS +MESSAGES +MESSAGES\/S +CREATOR +STATE\ngeneral +2 +0 +- +- +-\n$/)
  assert.match(stats.out, /^refused names +none$/m)
  assert.match(stats.out, /^people +2 in 1 room, 0 congested$/m)
  assert.match(stats.out, /^event loop +\d+ % busy/m)

  const kicked = await admin(env, 'kick', 'Bob', 'please', 'be', 'kind')
  assert.match(kicked.out, /^kicked Bob \(framed, 127\.0\.0\.1 port \d+\)\n$/)
  await bob.expectEnd(leave('you were kicked: please be kind'))
  bob.destroy()
  await amy.expect(message('**Bob is leaving the chat**'))
  const [nobody, said, wrong, loud, level, reloaded] = await Promise.all([
    admin(env, 'kick', 'Ami'),
    admin(env, 'say', 'back', 'at 5'),
    admin(env, 'say', 'a\x1bb'),
    admin(env, 'log-level', 'loud'),
    admin(env, 'log-level'),
    admin(env, 'reload'),
  ])
  assert.deepEqual([nobody.code, nobody.err], [1, 'parlance: nobody is called Ami: did you mean Amy?\n'])
  assert.equal(said.out, 'told 1 person\n')
  await amy.expect(message('[relay] back at 5'))
  assert.deepEqual([wrong.code, wrong.err.slice(0, 27)], [64, 'parlance: text: "a\\u001bb":'])
  assert.match(
    loud.err,
    /^parlance: level: "loud": expected one of fatal, error, warn, info, debug, trace\n$/,
  )
  assert.equal(level.out, 'info\n')
  assert.equal(reloaded.out, 'taken: no setting is another\n')
  assert.equal((await admin(env, 'log-level', 'error')).out, 'error\n')

  const drained = await admin(env, 'drain')
  assert.match(drained.out, /(^|\n)ended\n$/)
  assert.equal(await relay.program.exitCode(), 0)
  assert.ok(!existsSync(path))
  for (const event of ['admin.kick', 'admin.say', 'admin.reload', 'admin.log-level'])
    assert.ok(relay.program.output.includes(`"event":"${event}"`), event)
  const gone = await admin({ PARLANCE_ADMIN_SOCKET: path }, 'who')
  assert.deepEqual([gone.code, gone.err], [69, `parlance: there is no ${path}: the relay does not run\n`])
})

test('without being told, the relay is found by its settings; where there is none, it is said where it was looked for', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-admin-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const env = { PARLANCE_LOG_DIR: dir }
  const none = await admin(env, 'who')
  assert.equal(none.code, 69)
  assert.match(
    none.err,
    /^parlance: no relay is to be found: there is no .*admin\.sock and no \/run\/parlance\/admin/,
  )
  const relay = await serve(t, ['--log-dir', dir])
  assert.equal((await admin(env, 'who', '--json')).out, '[]\n')
  // A second one with the same directory does without.
  const second = await serve(t, ['--log-dir', dir])
  await second.shown('no admin socket: a process that runs listens on', 1)
  relay.program.child.kill('SIGKILL')
  await relay.program.exitCode()
  const dead = await admin(env, 'who')
  assert.deepEqual(
    [dead.code, /nobody listens on .*: the relay has ended without/.test(dead.err)],
    [69, true],
  )
  // What it has left is replaced.
  await serve(t, ['--log-dir', dir])
  assert.equal((await admin(env, 'who')).code, 0)
  const wrong = await admin({ PARLANCE_ROOM: 'two words' }, 'who')
  assert.equal(wrong.code, 78)
})

test('a socket that cannot be had ends the start in words, and a path that is too long is no setting', async (t) => {
  const path = adminSocketIn(t)
  const relay = await serve(t, ['--admin-socket', path])
  const second = await serve(t, ['--admin-socket', path], { starts: false })
  assert.equal(await second.program.exitCode(), 69)
  assert.match(
    second.program.errorOutput,
    /^parlance: adminSocket: .*: a process that runs listens on .* already/,
  )
  assert.equal((await admin({}, 'who', '--socket', path)).code, 0)
  const long = await serve(t, ['--admin-socket', `/${'x'.repeat(107)}`], { starts: false })
  assert.equal(await long.program.exitCode(), 78)
  assert.match(
    long.program.errorOutput,
    /--admin-socket: "\/x+": expected auto, off, or a path of at most 107 bytes/,
  )
  assert.equal(await relay.terminate(), 0)
})

test('another user is refused in words', async (t) => {
  if (process.getuid?.() !== 0) {
    console.error('SKIPPED: only root can be another user')
    return t.skip('only root can be another user')
  }
  const path = adminSocketIn(t)
  chmodSync(dirname(path), 0o755)
  await serve(t, ['--admin-socket', path])
  const stranger = spawn(...asStranger([CLI, 'admin', 'who', '--socket', path]), { cwd: '/' })
  let said = ''
  stranger.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk
  })
  const [code] = await once(stranger, 'close')
  assert.deepEqual(
    [code, said],
    [77, `parlance: ${path} is for the user with the id 0 and for root: permission denied\n`],
  )
})

const reason = noTmux()
if (reason !== null && process.env.CI === 'true') throw new Error(reason)
if (reason !== null) console.error(`SKIPPED: ${reason}`)

test('top fills the screen, at any size, and leaves it as it was', { skip: reason ?? false }, async (t) => {
  const path = adminSocketIn(t)
  const relay = await serve(t, ['--admin-socket', path])
  const amy = await relay.join('Amy')
  const bob = await relay.join('Bob')
  const timer = setInterval(() => amy.send(message('hello')), 20)
  t.after(() => clearInterval(timer))
  const terminal = new Terminal(80, 24)
  t.after(() => terminal.close())
  terminal.run(`clear; "${process.execPath}" "${CLI}" admin top --socket ${path}; echo "code $?"`)
  await terminal.shows(/^general +2 +[\d.]+ +[\d.]+ +\d+ +-$/)
  const rows = terminal.rows()
  assert.match(rows[0] ?? '', /^parlance \d+\.\d+\.\d+ · ready · up \d+s · 2 people$/)
  assert.equal(rows.at(-1), 'q quit   s rooms by messages   r readers by queued   p pause')
  terminal.press('s', 'r')
  await terminal.shows('q quit   s rooms by deliveries   r readers by behind   p pause')
  terminal.resize(40, 12)
  await terminal.shows('q quit  s deliveries  r behind  p pause')
  await terminal.shows(/^general +2 +[\d.]+ +[\d.]+$/)
  terminal.press('p')
  await terminal.shows(/^paused · parlance/)
  terminal.press('q')
  await terminal.endsIn('code 0', 'shell>')
  assert.deepEqual(terminal.rows(), ['code 0', 'shell>'])
  bob.destroy()
  // Without a terminal it is shown once.
  const plain = await admin({}, 'top', '--socket', path)
  assert.match(plain.out, /^parlance .*\n.* messages\/s /)
  const json = await admin({}, 'top', '--json', '--once', '--socket', path)
  assert.equal(JSON.parse(json.out).rooms[0].name, 'general')
})
