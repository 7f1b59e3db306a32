/** The checks of the chatroom suite find servers that are wrong, and our own client is right before the strict server. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { chatroomSuite } from '../../src/conform/chatroom/suite.js'
import { ClientTrial } from '../../src/conform/client-trial.js'
import { freshNames, runCheck } from '../../src/conform/run-check.js'
import { startChatroom } from '../fixtures/chatroom-peer.js'
import { CLI } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { startWrong, WRONG_SERVERS } from '../fixtures/wrong-chatroom.js'

/** Without those that need a crowd, which are tried on a real relay (test/faults/kit-crowds.load.test.ts). */
const QUICK_CHECKS = chatroomSuite.checks.filter(({ slow }) => slow !== true)

test('a server that is wrong in one point is found by a check of its rule', async (t) => {
  const { relay } = await startChatroom(t)
  for (const wrong of WRONG_SERVERS) {
    await t.test(`${wrong.rule} ${wrong.what}`, async () => {
      const proxy = await startWrong(wrong, relay.ports[1] as number)
      const times = { timeoutMs: 300, quietMs: 30 }
      const server = { host: '127.0.0.1', port: proxy.port, ...times, freshName: freshNames() }
      const kinds: string[] = []
      try {
        for (const check of QUICK_CHECKS.filter(({ rule }) => rule === wrong.rule))
          kinds.push((await runCheck(check, server)).kind)
      } finally {
        proxy.stop()
      }
      assert.ok(kinds.includes('failed'), `${kinds}`)
      assert.ok(!kinds.includes('crashed'), `${kinds}`)
    })
  }
})

test('the same relay behind the same proxy, that changes nothing, has no check fail', async (t) => {
  const { relay } = await startChatroom(t)
  const proxy = await startWrong({ rule: '', what: 'is right' }, relay.ports[1] as number)
  const times = { timeoutMs: 3000, quietMs: 30 }
  const server = { host: '127.0.0.1', port: proxy.port, ...times, freshName: freshNames() }
  try {
    for (const check of QUICK_CHECKS) {
      const outcome = await runCheck(check, server)
      assert.ok(['ok', 'skipped'].includes(outcome.kind), `${check.title}: ${JSON.stringify(outcome)}`)
    }
  } finally {
    proxy.stop()
  }
})

test('our own client makes no mistake before the strict server', async (t) => {
  const printed: string[] = []
  let gone!: () => void
  const ended = new Promise<void>((resolve) => {
    gone = resolve
  })
  const trial = await ClientTrial.listen({
    suite: chatroomSuite,
    host: '127.0.0.1',
    port: 0,
    print: (line) => printed.push(line),
    ended: () => gone(),
  })
  t.after(() => trial.stop())
  const address = `127.0.0.1:${trial.port}`
  const client = new RunningProgram(process.execPath, [CLI, 'chat', '--dialect', 'chatroom', address, 'amy'])
  t.after(() => client.end())
  await client.shows('The name amy is taken')
  client.type(
    'bob',
    'Hi é',
    '@amy psst',
    '@amy @zed both',
    '/status busy',
    '/block zed',
    '/unblock zed',
    '/who',
  )
  await client.shows('You hear zed again')
  client.type('/edit Ho')
  await client.shows('#3 changed')
  client.endInput('@nobody last')
  assert.equal(await client.exitCode(), 0)
  await ended
  assert.equal(trial.mistakes, 0, printed.join('\n'))
  for (const rule of ['C1', 'C3', 'C4', 'C7', 'C8', 'C9', 'C10', 'C11'])
    assert.ok(
      printed.some((line) => line.includes(`ok ${rule} `)),
      `${rule}: ${printed.join('\n')}`,
    )
})
