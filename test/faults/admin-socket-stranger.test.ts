/**
 * The admin socket of a relay that was started carelessly (no umask, a directory that everybody may enter), tried by another user of the
 * machine for as long as it starts, runs and ends: it opens for nobody else, and what that user has planted leads nowhere.
 */

import assert from 'node:assert/strict'
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ask } from '../fixtures/admin-socket.js'
import { serve } from '../fixtures/serve.js'

const STRANGER = 65_534
/** Runs the relay as one who has never heard of a umask. */
const WITHOUT_UMASK = ['sh', '-c', 'umask 0; exec "$@"', 'sh']

const skip = process.getuid?.() === 0 ? false : 'only root can be another user'
if (skip !== false) console.error(`SKIPPED: ${skip}`)

/** A directory that everybody may enter, and nobody else write to. */
function openDirectory(t: TestContext, mode = 0o755): string {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-open-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  chmodSync(dir, mode)
  return dir
}

/** Python, because this Node may be in a folder that is closed to others. @returns what it says, line by line */
function stranger(script: string, ...args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn('python3', ['-c', script, ...args], { uid: STRANGER, gid: STRANGER, cwd: '/' })
}

function asStranger(script: string, ...args: readonly string[]): string {
  const { stdout, stderr } = spawnSync('python3', ['-c', script, ...args], {
    uid: STRANGER,
    gid: STRANGER,
    cwd: '/',
    encoding: 'utf8',
  })
  return (stdout + stderr).trim()
}

/** Tries everything that looks like a socket below a directory, all the time, until its input ends. */
const TRY_ALL = `
import os, select, socket, sys
refused = 0
def attempt(path):
    global refused
    try: socket.socket(socket.AF_UNIX).connect(path)
    except PermissionError: refused += 1
    except OSError: pass
    else: print('opened ' + path, flush=True)
print('ready', flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    for folder, folders, files in os.walk(sys.argv[1]):
        for name in files + folders: attempt(os.path.join(folder, name))
print('refused' if refused > 0 else 'never tried')`

const OPEN = `
import socket, sys
try: socket.socket(socket.AF_UNIX).connect(sys.argv[1])
except OSError as error: print(error.strerror)
else: print('opened')`

test('without a umask, from the start to the end, another user never opens it', { skip }, async (t) => {
  const dir = openDirectory(t)
  const path = join(dir, 'run', 'admin.sock')
  const child = stranger(TRY_ALL, dir)
  const closed = once(child, 'close')
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk
  })
  await once(child.stdout, 'data')
  const straight = join(dir, 'admin.sock')
  for (const socket of [path, straight]) {
    const relay = await serve(t, ['--admin-socket', socket], { through: WITHOUT_UMASK })
    assert.equal(statSync(socket).mode & 0o777, 0o600)
    assert.equal(statSync(socket).uid, 0)
    assert.equal((await ask(socket, 'GET', '/stats')).status, 200)
    assert.equal(asStranger(OPEN, socket), 'Permission denied')
    assert.equal(await relay.terminate(), 0)
    assert.ok(!existsSync(socket))
  }
  // What the relay has made for it is for its own user.
  assert.equal(statSync(join(dir, 'run')).mode & 0o777, 0o700)
  child.stdin.end()
  await closed
  assert.equal(said, 'ready\nrefused\n')
})

test('another user can neither list, nor replace, nor remove it', { skip }, async (t) => {
  const dir = openDirectory(t, 0o1777)
  const path = join(dir, 'admin.sock')
  await serve(t, ['--admin-socket', path], { through: WITHOUT_UMASK })
  const script = `
import os, sys
path = sys.argv[1]
for act in [lambda: os.unlink(path), lambda: os.rename(path, path + '2'), lambda: os.chmod(path, 0o777), lambda: os.truncate(path, 0),
            lambda: os.rename(sys.argv[2], path)]:
    try: act()
    except OSError as error: print(error.errno in (1, 13, 6, 2, 22))
    else: print('done')`
  const own = join(dir, 'planted')
  assert.equal(asStranger(`import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])`, own), '')
  assert.equal(asStranger(script, path, own), 'True\nTrue\nTrue\nTrue\nTrue')
  assert.equal((await ask(path, 'GET', '/stats')).status, 200)
})

test('links, sockets and folders that another user has planted are refused in words or swept away, and nothing is done where they lead', {
  skip,
}, async (t) => {
  const dir = openDirectory(t, 0o1777)
  const elsewhere = openDirectory(t)
  writeFileSync(join(elsewhere, 'precious'), 'mine')
  mkdirSync(join(elsewhere, 'folder'))
  const plant = (script: string, ...args: readonly string[]) =>
    assert.equal(asStranger(`import os, socket, sys, time\n${script}`, ...args), '')
  const refused = async (path: string) => {
    const relay = await serve(t, ['--admin-socket', path], { starts: false, through: WITHOUT_UMASK })
    assert.equal(await relay.program.exitCode(), 73)
    assert.match(relay.program.errorOutput, /is there already, and is no socket/)
  }
  const link = join(dir, 'link.sock')
  plant('os.symlink(sys.argv[1], sys.argv[2])', join(elsewhere, 'precious'), link)
  await refused(link)
  const dangling = join(dir, 'dangling.sock')
  plant('os.symlink(sys.argv[1], sys.argv[2])', join(elsewhere, 'new'), dangling)
  await refused(dangling)

  // A socket of theirs that nobody listens on, and a folder and a link in the place of the one in which ours is made.
  const path = join(dir, 'admin.sock')
  plant('socket.socket(socket.AF_UNIX).bind(sys.argv[1])', path)
  for (const script of [
    'os.symlink(sys.argv[2], sys.argv[1])',
    'os.mkdir(sys.argv[1], 0o777); os.utime(sys.argv[1], (0, 0))',
  ]) {
    plant(script, join(dir, '.admin'), elsewhere)
    const relay = await serve(t, ['--admin-socket', path], { through: WITHOUT_UMASK })
    const { uid, mode } = lstatSync(path)
    assert.deepEqual([uid, mode & 0o777], [0, 0o600])
    assert.equal(asStranger(OPEN, path), 'Permission denied')
    assert.equal((await ask(path, 'GET', '/stats')).status, 200)
    assert.equal(await relay.terminate(), 0)
  }
  assert.deepEqual(readdirSync(elsewhere).sort(), ['folder', 'precious'])
  // A socket of theirs on which somebody listens is not taken over.
  const taken = join(dir, 'taken.sock')
  const listener = stranger(
    `import socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.bind(sys.argv[1])\ns.listen()\nprint('ready', flush=True)\nsys.stdin.read()`,
    taken,
  )
  t.after(() => listener.kill('SIGKILL'))
  await once(listener.stdout, 'data')
  const relay = await serve(t, ['--admin-socket', taken], { starts: false, through: WITHOUT_UMASK })
  assert.equal(await relay.program.exitCode(), 69)
  assert.match(relay.program.errorOutput, /a process that runs listens on/)
})
