/** History when a process is killed, a disk is full, and a place cannot be had; and that it is searched while the relay runs and after. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { ask } from '../fixtures/admin-socket.js'
import { message } from '../fixtures/framed-bytes.js'
import { behindMounts, noMounts } from '../fixtures/own-mounts.js'
import { CLI } from '../fixtures/relay-process.js'
import { serve } from '../fixtures/serve.js'
import { until } from '../fixtures/until.js'

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'parlance-history-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** `parlance log --history` with these arguments, with nothing of this machine's own. */
function search(socket: string, ...args: readonly string[]) {
  const run = spawnSync(process.execPath, [CLI, 'log', '--history', ...args], {
    encoding: 'utf8',
    cwd: tmpdir(),
    maxBuffer: 2 ** 26,
    env: { PATH: process.env.PATH, PARLANCE_ADMIN_SOCKET: socket },
  })
  return { words: run.stderr, code: run.status, lines: run.stdout.split('\n').slice(0, -1) }
}

/** Until the relay that has the files answers with this number as the newest. A command for each look would take most of the time. */
async function untilWritten(socket: string, number: number): Promise<void> {
  const newest = async () => {
    const { json } = await ask(socket, 'GET', '/history?order=newest&limit=1')
    return Number.parseInt(json.messages[0]?.text, 10)
  }
  await until(async () => (await newest()) === number, 20_000, 20)
}

/** What was said that begins with a number, as `--json` has it. */
function numbersOf(lines: readonly string[]): number[] {
  return lines.map((line) => Number.parseInt(JSON.parse(line).text, 10))
}

test('row 19: killed while people chat, again and again: what was written before is there, once and in order, and shown to newcomers', async (t) => {
  const dir = directory(t)
  const socket = join(dir, 'admin.sock')
  const args = ['--data-dir', dir, '--history', '10000', '--admin-socket', socket]
  let said = 0
  for (let time = 0; time < 2; time++) {
    const relay = await serve(t, args)
    const amy = await relay.join('Amy')
    const say = (count: number) => {
      for (let one = 0; one < count; one++) amy.send(message(`${said++} ${'x'.repeat(50)}`))
    }
    say(300)
    // Whoever is answered by the relay that has the files is told what is written.
    const written = said
    await untilWritten(socket, written - 1)
    say(300)
    await delay(20 + 40 * time)
    relay.program.child.kill('SIGKILL')
    await relay.program.exitCode()
    const { lines, words } = search(socket, '--json', dir)
    const after = numbersOf(lines)
    assert.ok(after.length >= written, `${after.length} of ${written}: ${words}`)
    // What the process had not written is missing at its end, and nowhere else.
    assert.deepEqual(
      after,
      Array.from(after, (_, index) => index),
    )
    said = after.length
  }
  const relay = await serve(t, args, { query: 'history=on' })
  const bob = await relay.join('Bob')
  await bob.skipTo(message(`[Amy] ${said - 1} ${'x'.repeat(50)}`))
})

test('a disk that is full for a while: the chat goes on, it is said once, what waited is written afterwards', {
  skip: noMounts ?? false,
}, async (t) => {
  const dir = directory(t)
  const socket = join(directory(t), 'admin.sock')
  const through = behindMounts(`mount -t tmpfs -o size=2m none '${dir}'`)
  const args = ['--data-dir', dir, '--history', '10000', '--admin-socket', socket]
  const relay = await serve(t, args, { through })
  const { pid } = relay.program.child
  const amy = await relay.join('Amy')
  const bob = await relay.join('Bob')
  await amy.frame('Bob comes')
  const say = (first: number, count: number) => {
    for (let one = 0; one < count; one++) amy.send(message(`${first + one} ${noise(900)}`))
  }
  say(0, 3000)
  await relay.shown('history cannot be written', 1)
  for (let one = 0; one < 3000; one++) await bob.frame('what Amy says')
  // For longer than it takes to try again: that it is full still is no news.
  await delay(1200)
  const into = ['--target', `${pid}`, '--user', '--mount', '--preserve-credentials']
  const grown = spawnSync('nsenter', [...into, 'mount', '-o', 'remount,size=40m', dir], { encoding: 'utf8' })
  assert.equal(grown.status, 0, grown.stderr)
  await relay.shown('history is being written again', 1)
  say(3000, 1)
  await untilWritten(socket, 3000)
  const { lines } = search(socket, '--json')
  assert.deepEqual(
    numbersOf(lines),
    Array.from({ length: 3001 }, (_, index) => index),
  )
  assert.equal(relay.program.output.split('history cannot be written').length, 2)
})

test('where there is no place for history a relay does not start, and says why', async (t) => {
  const dir = directory(t)
  const other = await serve(t, ['--data-dir', dir, '--history', '5'])
  const refused = async (words: RegExp, ...args: readonly string[]) => {
    const relay = await serve(t, args, { starts: false })
    assert.equal(await relay.program.exitCode(), args.includes('off') ? 78 : 73)
    assert.match(relay.program.errorOutput, words)
  }
  await refused(
    /dataDir: .*: another process has the history there open/,
    '--data-dir',
    dir,
    '--history',
    '5',
  )
  await refused(/history: 5: expected a dataDir to keep it in, or 0/, '--history', '5', '--data-dir', 'off')
  const file = join(dir, 'file')
  writeFileSync(file, '')
  await refused(/dataDir: .*not a directory/, '--data-dir', file, '--history', '5')
  const nothing = search(join(dir, 'nobody.sock'), join(dir, 'nowhere'))
  assert.equal(nothing.code, 73)
  assert.match(nothing.words, /there is no history there/)
  await other.terminate()
})

/** Text that cannot be compressed. */
function noise(length: number): string {
  return randomBytes(length).toString('base64').slice(0, length)
}
