/** That the socket is one user's alone at every moment, replaces only what is dead, and goes with its relay. */

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { SocketFile } from '../../../src/relay/admin/socket-file.js'
import { adminSocketIn } from '../../fixtures/admin-socket.js'

/** Nobody in particular. */

function server(t: TestContext): Server {
  const made = createServer((socket) => socket.on('error', () => {}).end('hello'))
  t.after(() => made.close())
  return made
}

/** A socket that a process has left which was killed. */
const STRANGER = 65_534

function leaveBehind(path: string): void {
  const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['-e', script, path])
  assert.ok(lstatSync(path).isSocket())
}

test('only this user can open it, missing directories are made alike, and it is gone afterwards', async (t) => {
  const path = join(dirname(adminSocketIn(t)), 'run', 'parlance', 'admin.sock')
  const file = await SocketFile.listen(server(t), path)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(statSync(dirname(path)).mode & 0o777, 0o700)
  assert.deepEqual(readdirSync(dirname(path)), ['admin.sock'])
  file.remove()
  file.remove()
  assert.deepEqual(readdirSync(dirname(path)), [])
})

test('at no moment another user can open it, whatever the umask is', async (t) => {
  if (process.getuid?.() !== 0) {
    console.error('SKIPPED: only root can be another user')
    return t.skip('only root can be another user')
  }
  const path = adminSocketIn(t)
  const dir = dirname(path)
  chmodSync(dir, 0o755)
  const umask = process.umask(0)
  t.after(() => process.umask(umask))
  // Tries everything that it can see there, as fast as it can. Python, because this Node may be in a folder of one's own.
  const script = `
import os, select, socket, sys
tries = 0
def seen(at):
    try: return [at + '/' + name for name in os.listdir(at)]
    except OSError: return []
def attempt(path):
    global tries
    try: socket.socket(socket.AF_UNIX).connect(path)
    except PermissionError: tries += 1
    except OSError: pass
    else: print('opened ' + path)
print('ready', flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    for path in seen(sys.argv[1]):
        for one in [path, *seen(path)]: attempt(one)
print('refused' if tries > 0 else 'never tried')`
  const stranger = spawn('python3', ['-c', script, dir], { uid: STRANGER, gid: STRANGER, cwd: '/' })
  const closed = once(stranger, 'close')
  let said = ''
  stranger.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk
  })
  await once(stranger.stdout, 'data')
  for (let round = 0; round < 50; round++) {
    const own = server(t)
    const file = await SocketFile.listen(own, path)
    // The last one stays until it was tried.
    for (let wait = 0; round === 49 && wait < 200; wait++)
      await new Promise((resolve) => setTimeout(resolve, 1))
    file.remove()
    own.close()
  }
  stranger.stdin.end()
  await closed
  assert.equal(said, 'ready\nrefused\n')
})

test('what a dead process has left is replaced', async (t) => {
  const path = adminSocketIn(t)
  leaveBehind(path)
  const file = await SocketFile.listen(server(t), path)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(dirname(path)), ['admin.sock'])
  file.remove()
})

test('where a process listens nobody else does, and it goes on', async (t) => {
  const path = adminSocketIn(t)
  const file = await SocketFile.listen(server(t), path)
  const { ino } = statSync(path)
  const late = server(t)
  await assert.rejects(SocketFile.listen(late, path), (error: NodeJS.ErrnoException) => {
    assert.equal(error.code, 'EADDRINUSE')
    assert.match(error.message, /a process that runs listens on .*admin\.sock already/)
    return true
  })
  assert.equal(late.listening, false)
  assert.equal(statSync(path).ino, ino)
  assert.deepEqual(readdirSync(dirname(path)), ['admin.sock'])
  file.remove()
})

test('of many who want it at once, over what was left there, one has it', async (t) => {
  const path = adminSocketIn(t)
  leaveBehind(path)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, () => SocketFile.listen(server(t), path)),
  )
  const won = outcomes.filter(({ status }) => status === 'fulfilled')
  assert.equal(won.length, 1)
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'EADDRINUSE')
  assert.deepEqual(readdirSync(dirname(path)), ['admin.sock'])
})

test('what somebody has left who died in the middle of it is no hindrance for long', async (t) => {
  const path = adminSocketIn(t)
  const nest = join(dirname(path), '.admin')
  // The clock may have been set back since.
  for (const seconds of [0, Date.now() / 1000 + 86_400]) {
    mkdirSync(nest)
    writeFileSync(join(nest, 's'), '')
    utimesSync(nest, seconds, seconds)
    const file = await SocketFile.listen(server(t), path)
    assert.deepEqual(readdirSync(dirname(path)), ['admin.sock'])
    file.remove()
  }
})

test('what is no socket stays as it is: a file, a directory, a link', async (t) => {
  const path = adminSocketIn(t)
  const dir = dirname(path)
  writeFileSync(join(dir, 'file'), 'mine')
  mkdirSync(join(dir, 'folder'))
  symlinkSync('nowhere', join(dir, 'link'))
  for (const name of ['file', 'folder', 'link']) {
    await assert.rejects(SocketFile.listen(server(t), join(dir, name)), {
      code: 'EEXIST',
      message: /is there already, and is no socket/,
    })
  }
  assert.deepEqual(readdirSync(dir).sort(), ['file', 'folder', 'link'])
})

test('one that another relay has made since stays', async (t) => {
  const path = adminSocketIn(t)
  const first = await SocketFile.listen(server(t), path)
  first.remove()
  const second = await SocketFile.listen(server(t), path)
  first.remove()
  assert.ok(existsSync(path))
  second.remove()
})

test('where it cannot be there is the system’s error, and nothing is left over', async (t) => {
  const path = adminSocketIn(t)
  writeFileSync(path, '')
  await assert.rejects(SocketFile.listen(server(t), join(path, 'below')), { code: 'ENOTDIR' })
  assert.deepEqual(readdirSync(dirname(path)), ['admin.sock'])
})
