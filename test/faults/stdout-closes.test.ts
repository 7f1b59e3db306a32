/** Row 24 of docs/faults.md: a stdout that goes away, or that nobody reads: the real process goes on, and ends when it is told to. */

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { ACCEPTED, direct, join, joining, LEAVE, leave, message, textOf } from '../fixtures/framed-bytes.js'
import { FramedPeer } from '../fixtures/framed-peer.js'
import { CLI, freePort } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { serve } from '../fixtures/serve.js'

test('row 24: serve | head -1: the relay goes on after its reader has gone, as before, and ends with 0', async (t) => {
  // What the reader has read is to be seen: it says it again where the test hears it.
  const trial = await FaultTrial.start(t, {
    stdout: () => '> >(head -1 >&2)',
    args: ['--log-level', 'debug'],
  })
  const { child } = trial.program
  await trial.program.shows('\n')
  for (let round = 0; round < 20; round++) {
    // Each of these writes a record or two, of which nobody reads any.
    child.kill('SIGHUP')
    const bob = await trial.join('Bob')
    bob.send(message(`${round}`), direct(`Bob ${round}`))
    await bob.skipTo(direct(`[Bob] ${round}`))
    bob.send(leave())
    await bob.ended()
  }
  assert.equal(await trial.metric('parlance_log_lines_lost_total'), 0, 'nobody was to read them')
  await trial.assertAsBefore()
  assert.equal(trial.program.errorOutput.split('\n').length, 2, trial.program.errorOutput)
  child.kill('SIGTERM')
  const ends = await trial.assertEnded()
  assert.deepEqual([ends.get('left'), ends.get('shutdown')], [20, 2])
})

test('a stdout that closes stops the records and nothing else', async (t) => {
  const relay = await serve(t)
  const amy = await relay.join('Amy')
  const bob = await relay.join('Bob')
  relay.program.child.stdout.destroy()
  relay.program.child.stderr.destroy()
  for (let round = 0; round < 5; round++) {
    // Each of these writes a record.
    relay.program.child.kill('SIGHUP')
    bob.send(message(`${round}`), direct(`Bob ${round}`))
    await bob.expect(direct(`[Bob] ${round}`))
    await amy.skipTo(message(`[Bob] ${round}`))
  }
  assert.equal(await relay.terminate(), 0)
})

test('a stdout that closes just before SIGTERM does not keep the relay from ending', async (t) => {
  for (let time = 0; time < 3; time++) {
    const relay = await serve(t)
    relay.program.child.stdout.destroy()
    assert.equal(await relay.terminate(), 0)
  }
})

test('the last record before the end is written', async (t) => {
  const relay = await serve(t)
  assert.equal(await relay.terminate(), 0)
  assert.match(relay.program.output, /"msg":"ended"\}\n$/)
})

/** Runs the relay in a shell as `{ before; relay; } | reader`. Its stderr has both pids, and `ended` with the exit code. */
async function piped(t: TestContext, before: string, reader: string) {
  const port = await freePort()
  const command = `'${process.execPath}' '${CLI}' serve --ops off --log-dir off --listen framed://127.0.0.1:${port}`
  const left = `${before}; ${command} & echo "relay $!" >&2; wait $!; echo "ended $?" >&2`
  const right = `echo "reader $BASHPID" >&2; exec ${reader}`
  const program = new RunningProgram('bash', ['-c', `{ ${left}; } | { ${right}; }`])
  const pidOf = (who: string) =>
    Number(new RegExp(`^${who} (\\d+)$`, 'm').exec(program.errorOutput)?.[1] ?? 0)
  t.after(async () => {
    for (const pid of [pidOf('relay'), pidOf('reader')]) {
      try {
        if (pid > 0) process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended, as it should have.
      }
    }
    await program.end()
  })
  for (const who of ['relay', 'reader']) await program.shows(`${who} `)
  let bob: FramedPeer | undefined
  while (bob === undefined) {
    bob = await FramedPeer.connect({ port }).catch(() => undefined)
    await delay(20)
  }
  t.after(() => bob.destroy())
  assert.match(textOf(await bob.frame()), /Commands/)
  return { program, bob, signal: (name: NodeJS.Signals) => process.kill(pidOf('relay'), name) }
}

test('serve --help | head -1: who has read enough of the help is no fault', async (t) => {
  for (const args of ['--help', 'serve --help', 'help serve', 'nothing']) {
    // The reader has gone before anything is written.
    const command = `{ sleep 0.2; '${process.execPath}' '${CLI}' ${args}; echo "ended $?" >&2; } 2> >(cat >&2) | true`
    const program = new RunningProgram('bash', ['-c', command])
    t.after(() => program.end())
    await program.shows('ended ')
    assert.match(program.errorOutput, args === 'nothing' ? /^error: unknown command/ : /^ended 0\n$/)
    assert.doesNotMatch(program.errorOutput, /EPIPE/)
  }
})

test('a full pipe that nobody reads keeps the relay neither from its work nor from ending', async (t) => {
  // As much as a pipe holds, so that not even the first record fits.
  const { program, bob, signal } = await piped(t, 'head -c 65536 /dev/zero', 'sleep 60')
  for (let round = 0; round < 5; round++) {
    signal('SIGHUP')
    await delay(5)
  }
  bob.send(join('Bob'), direct('Bob Hi'))
  await bob.expect(ACCEPTED, joining('Bob'), direct('[Bob] Hi'))
  signal('SIGTERM')
  await bob.expectLike(LEAVE, /shutting down/)
  await program.shows('ended 0')
})
