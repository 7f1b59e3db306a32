/** The chatmaster client in a pipe: lines in, lines out. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { joined, left, message, said, startChatmaster } from '../fixtures/chatmaster-peer.js'
import { CLI, freePort } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { ChatmasterRelay, welcoming } from './chatmaster-relay.js'

function chat(t: TestContext, port: number, name: string, ...flags: readonly string[]): RunningProgram {
  const args = [CLI, 'chat', '--dialect', 'chatmaster', ...flags, `127.0.0.1:${port}`, name]
  const program = new RunningProgram(process.execPath, args)
  t.after(() => program.end())
  return program
}

async function relayWith(t: TestContext, relay: ChatmasterRelay): Promise<number> {
  t.after(() => relay.close())
  return relay.listen()
}

test('X4 X5 X12 lines go out and come in, plain and compressed, with the answers to the last ones', async (t) => {
  const room = await startChatmaster(t)
  const amy = await room.login('amy')
  const port = room.relay.ports[1] as number
  for (const flag of ['--plain', '--compressed']) {
    const bob = chat(t, port, 'bob', flag)
    await bob.shows('* You are in general now')
    await amy.expect(joined('bob'))
    amy.send(message('Hello'))
    await bob.shows('amy: Hello')
    bob.type('one', '', '/direct amy psst', '/direct zoe psst', '//two', '/channels')
    bob.endInput('three')
    assert.equal(await bob.exitCode(), 0)
    const expected = [said('bob', 'one'), said('bob', 'psst', { private: true })]
    await amy.expect(...expected, said('bob', '/two'), said('bob', 'three'), left('bob'))
    assert.equal(
      bob.output,
      '* Channels: general\n* You are in general now\namy: Hello\n* Channels: general\n',
    )
    assert.equal(bob.errorOutput, 'Error: direct: No such user.\n')
  }
})

test('everything read is sent before leaving', async (t) => {
  const room = await startChatmaster(t)
  const amy = await room.login('amy')
  const bob = chat(t, room.relay.ports[1] as number, 'bob')
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}`)
  bob.endInput(lines.join('\n'))
  await amy.expect(joined('bob'))
  for (const line of lines) await amy.expect(said('bob', line))
  await amy.expect(left('bob'))
  assert.equal(await bob.exitCode(), 0)
})

test('X2 a name that is taken asks for another: in a pipe the next line is the name', async (t) => {
  const room = await startChatmaster(t)
  const amy = await room.login('amy')
  const port = room.relay.ports[1] as number
  const bob = chat(t, port, 'amy')
  bob.type('a b', '', 'bob', 'Hi')
  bob.endInput()
  assert.equal(await bob.exitCode(), 0)
  await amy.expect(joined('bob'), said('bob', 'Hi'), left('bob'))
  assert.match(
    bob.errorOutput,
    /^Error: Username is already taken\. .*\nError: Username is not valid\. .*\n$/,
  )
  const nameless = chat(t, port, 'amy')
  nameless.endInput()
  assert.equal(await nameless.exitCode(), 1)
  assert.match(nameless.errorOutput, /There is no other name to try\.\n$/)
})

test('/quit leaves at once, whatever is in the pipe behind it, and signals leave properly', async (t) => {
  const room = await startChatmaster(t)
  const amy = await room.login('amy')
  const port = room.relay.ports[1] as number
  const bob = chat(t, port, 'bob')
  bob.type('before', '/quit', 'after')
  assert.equal(await bob.exitCode(), 0)
  await amy.expect(joined('bob'), said('bob', 'before'), left('bob'))
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const cyd = chat(t, port, 'cyd')
    await cyd.shows('You are in general now')
    cyd.child.kill(signal)
    assert.equal(await cyd.exitCode(), code)
    await amy.expect(joined('cyd'), left('cyd'))
  }
  await amy.nothingMore()
})

test('no relay, one that goes away and one that says why: one line and the exit code', async (t) => {
  const port = await freePort()
  const nobody = chat(t, port, 'bob')
  assert.equal(await nobody.exitCode(), 69)
  const unreachable = `Cannot join the chat at 127.0.0.1:${port}: connection refused; nothing listens there.\n`
  assert.equal(nobody.errorOutput, unreachable)
  for (const [words, expected] of [
    ['', /^Lost the connection to 127\.0\.0\.1:\d+: the relay closed it\.\n$/],
    ['Too \u001bslow.', /Disconnected from 127\.0\.0\.1:\d+: Too \^\[slow\.\n$/],
  ] as const) {
    const relay = new ChatmasterRelay(welcoming())
    const bob = chat(t, await relayWith(t, relay), 'bob')
    await bob.shows('You are in general now')
    if (words !== '') relay.guests[0]?.send('error', { error_type: 'connection', message: words })
    relay.guests[0]?.socket.end()
    assert.equal(await bob.exitCode(), 1)
    assert.match(bob.errorOutput, expected)
  }
})

test('X15 M3 nobody asks for members in a pipe, and what a relay sends comes out harmless', async (t) => {
  const relay = new ChatmasterRelay(welcoming())
  const bob = chat(t, await relayWith(t, relay), 'bob')
  await bob.shows('You are in general now')
  relay.guests[0]?.send('message', { username: 'e\u001b', message: '\u001b[2J\r\nx' })
  await bob.shows('^[[2J')
  bob.child.stdout.destroy()
  const talking = setInterval(() => relay.guests[0]?.send('message', { username: 'amy', message: 'Hi' }), 10)
  assert.equal(await bob.exitCode(), 0)
  clearInterval(talking)
  assert.equal(bob.output, '* Channels: general\n* You are in general now\ne^[: ^[[2J^M^Jx\n')
  assert.deepEqual(
    relay.packages.filter(({ data }) => data.command !== 'login'),
    [],
  )
})
