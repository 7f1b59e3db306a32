import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { FramedClient } from '../../src/client/framed-client.js'
import { CLI, freePort, type RelayProcess, startRelay } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { accepting, frame, ScriptedRelay } from '../fixtures/scripted-relay.js'

let relay: RelayProcess

before(async () => {
  relay = await startRelay()
})
after(() => relay.stop())

/** The line client, in a pipe. */
function chat(name: string, port: number = relay.port, env: NodeJS.ProcessEnv = {}): RunningProgram {
  return new RunningProgram(process.execPath, [CLI, 'chat', `127.0.0.1:${port}`, name], env)
}

/** Somebody else in the room, and the lines that they were shown. */
async function somebody(name: string): Promise<{ client: FramedClient; lines: string[] }> {
  const client = new FramedClient(relay)
  const lines: string[] = []
  client.on('line', (text) => lines.push(text))
  client.on('direct', (text) => lines.push(`direct ${text}`))
  await client.connect()
  assert.equal(await client.join(name), 'accepted')
  return { client, lines }
}

function within(): { signal: AbortSignal } {
  return { signal: AbortSignal.timeout(20_000) }
}

/** Resolves when `name` has left, with the lines that they said before. */
async function saidBy(name: string, { client, lines }: { client: FramedClient; lines: string[] }) {
  while (!lines.includes(`**${name} is leaving the chat**`)) await once(client, 'line', within())
  return lines.filter((line) => line.startsWith(`[${name}] `)).map((line) => line.slice(name.length + 3))
}

test('in a pipe lines go out and come in without prompt or colour, and the last one needs no line end', async () => {
  const amy = await somebody('Amy')
  const bob = chat('Bob', relay.port, { FORCE_COLOR: '1' })
  await bob.shows('**Bob is joining the chat**')
  amy.client.say('Hi')
  amy.client.direct('Bob', 'psst')
  await bob.shows('psst')
  bob.type('one', '', 'two')
  bob.endInput('three')
  assert.equal(await bob.exitCode(), 0)
  assert.deepEqual(await saidBy('Bob', amy), ['one', 'two', 'three'])
  // F1: what names the commands of the wire is not for whoever types.
  assert.deepEqual(bob.output.split('\n'), [
    '**Bob is joining the chat**',
    '[Amy] Hi',
    '(direct) [Amy] psst',
    '',
  ])
  assert.equal(bob.errorOutput, '')
  await amy.client.leave()
})

test('F8 F9 in a pipe the same commands hold, and what is none is not said', async () => {
  const amy = await somebody('Amy')
  const bob = chat('Bob')
  bob.type(
    '@Amy psst é',
    '/direct Amy and you',
    '/list',
    '@list',
    '/foo bar',
    '//foo bar',
    '/say @all',
    '@Zoe',
    '/direct Zoë Hi',
  )
  bob.type(`@Amy ${'x'.repeat(65_536)}`, '@Zoe Hi', '/help')
  bob.endInput('/quit\nnot this')
  assert.equal(await bob.exitCode(), 0)
  assert.deepEqual(await saidBy('Bob', amy), ['/foo bar', '@all'])
  assert.deepEqual(
    amy.lines.filter((line) => line.startsWith('direct')),
    ['direct [Bob] psst e', 'direct [Bob] and you'],
  )
  assert.equal(bob.output.match(/^On the relay: Amy, Bob$/gm)?.length, 2)
  const remarks = [
    /^-- There is no \/foo; \/\/foo says it\. \/help says more\.$/m,
    /^-- To one person it is @NAME TEXT\./m,
    /^-- Not sent: nobody can be called Zoë/m,
    /^-- Not sent: 65540 bytes do not fit one frame of 65535\.$/m,
    /^Error: No such user: Zoe$/m,
    /^-- \/direct NAME TEXT: to that person alone/m,
  ]
  for (const remark of remarks) assert.match(bob.errorOutput, remark)
  await amy.client.leave()
})

test('in a pipe everything read is sent before leaving', async () => {
  const amy = await somebody('Amy')
  const bob = chat('Bob')
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}`)
  bob.endInput(lines.join('\n'))
  const said = saidBy('Bob', amy)
  assert.equal(await bob.exitCode(), 0)
  assert.deepEqual(await said, lines)
  await amy.client.leave()
})

test('lines that the relay sends before it closes are shown', async () => {
  const patient = new ScriptedRelay(
    ({ command }, socket) => {
      if (command === 0x00) socket.write(frame(0x00, '\x00'))
      if (command === 0x01) setTimeout(() => socket.end(frame(0x02, '[Amy] late')), 100)
    },
    (socket) => socket.write(frame(0x02, 'Welcome. JOIN us')),
  )
  const bob = chat('Bob', await patient.listen())
  bob.endInput('Hi')
  assert.equal(await bob.exitCode(), 0)
  assert.equal(bob.output, 'Welcome. JOIN us\n[Amy] late\n')
  await patient.close()
})

test('@exit leaves at once, whatever is in the pipe after it and though nobody closed it', async () => {
  const amy = await somebody('Amy')
  const bob = chat('Bob')
  bob.type('before', '@exit', 'after')
  assert.equal(await bob.exitCode(), 0)
  assert.deepEqual(await saidBy('Bob', amy), ['before'])
  await amy.client.leave()
})

test('a blank name is refused before connecting, in every dialect', async () => {
  const port = await freePort()
  const ASCII = 'printable ASCII characters without a space'
  const rules = {
    framed: `1 to 32 ${ASCII}`,
    chatroom: '3 to 30 letters and digits',
    'json-irc': `1 to 32 ${ASCII}`,
    chatmaster: `1 to 32 ${ASCII}`,
    sendto: `1 to 20 ${ASCII}`,
  }
  const refused = async (dialect: string, name: string, rule: string) => {
    const args = ['chat', '--dialect', dialect, `127.0.0.1:${port}`, name]
    const nobody = new RunningProgram(process.execPath, [CLI, ...args])
    assert.equal(await nobody.exitCode(), 64, dialect)
    assert.ok(
      nobody.errorOutput.startsWith(`parlance: the name is blank: a name is ${rule}`),
      nobody.errorOutput,
    )
    assert.equal(nobody.output, '')
  }
  await Promise.all([
    ...Object.entries(rules).map(([dialect, rule]) => refused(dialect, '  ', rule)),
    refused('framed', '', rules.framed),
  ])
})

test('F2 a name that is taken or not valid asks for another: in a pipe the next line is the name', async () => {
  const amy = await somebody('Amy')
  const bob = chat('Amy')
  bob.type('B b', '', 'Bob', 'Hi')
  bob.endInput()
  assert.equal(await bob.exitCode(), 0)
  assert.match(bob.errorOutput, /The name Amy is taken/)
  assert.match(bob.errorOutput, /The name "B b" cannot be used/)
  assert.match(bob.errorOutput, /A blank name/)
  assert.deepEqual(await saidBy('Bob', amy), ['Hi'])
  const nameless = chat('Amy')
  nameless.endInput('José')
  assert.equal(await nameless.exitCode(), 1)
  assert.match(nameless.errorOutput, /There is no other name to try/)
  await amy.client.leave()
})

test('/quit and @exit leave where a name is asked for, with 0', async () => {
  const amy = await somebody('Amy')
  const leaving = ['/quit', '@exit'].map(async (line) => {
    const bob = chat('Amy')
    bob.type('/help', line)
    assert.equal(await bob.exitCode(), 0)
    assert.match(bob.errorOutput, /Choose a name: a name is 1 to 32 .*\. \/quit leaves\.$/m)
  })
  await Promise.all(leaving)
  await amy.client.leave()
})

test('F15 somebody who takes longer than the login deadline to find a name is connected anew', async () => {
  let joins = 0
  const strict = new ScriptedRelay(({ command, text }, socket) => {
    if (command === 0x01) socket.end()
    if (command !== 0x00) return
    socket.write(frame(0x00, text === 'Amy' ? '\x01' : '\x00'))
    const farewell = Buffer.concat([frame(0x05, 'Too late'), frame(0x01, 'Too late')])
    if (joins++ === 0) setTimeout(() => socket.end(farewell), 100)
  })
  const bob = chat('Amy', await strict.listen())
  await bob.shows('taken')
  await once(strict.sockets[0] as NodeJS.EventEmitter, 'close')
  bob.type('Bob')
  bob.endInput()
  assert.equal(await bob.exitCode(), 0)
  assert.equal(strict.sockets.length, 2)
  assert.doesNotMatch(bob.errorOutput, /Too late/)
  await strict.close()
})

test('a lost connection is said on the error output, with the reason where the relay gave one', async () => {
  const careless = new ScriptedRelay(accepting())
  const bob = chat('Bob', await careless.listen())
  while (careless.frames.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  careless.sockets[0]?.end()
  assert.equal(await bob.exitCode(), 1)
  assert.match(bob.errorOutput, /^Lost the connection to 127\.0\.0\.1:\d+: the relay closed it\.\n$/)
  await careless.close()

  const polite = new ScriptedRelay(accepting())
  const cem = chat('Cem', await polite.listen())
  while (polite.frames.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  polite.sockets[0]?.end(frame(0x01, 'restarting \x1b[2J'))
  assert.equal(await cem.exitCode(), 1)
  assert.match(cem.errorOutput, /^Disconnected from 127\.0\.0\.1:\d+: restarting \^\[\[2J\.\n$/)
  await polite.close()

  // Other relays may end with an ERROR.
  const curt = new ScriptedRelay(accepting())
  const dan = chat('Dan', await curt.listen())
  while (curt.frames.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  curt.sockets[0]?.end(frame(0x05, 'Kicked \x1b[2J'))
  assert.equal(await dan.exitCode(), 1)
  assert.match(
    dan.errorOutput,
    /^Error: Kicked .*\nLost the connection to 127\.0\.0\.1:\d+: Kicked \^\[\[2J\.\n$/,
  )
  await curt.close()
})

test('no relay at the address is one line that names it and the reason', async () => {
  const port = await freePort()
  const bob = chat('Bob', port)
  bob.endInput('Hi')
  assert.equal(await bob.exitCode(), 69)
  assert.equal(
    bob.errorOutput,
    `Cannot join the chat at 127.0.0.1:${port}: connection refused; nothing listens there.\n`,
  )
})

test('M3 what a hostile relay sends does not reach the terminal as it is', async () => {
  const hostile = new ScriptedRelay(({ command }, socket) => {
    if (command === 0x01) socket.end()
    if (command !== 0x00) return
    const attacks = [frame(0x02, '[Amy] \x1b]0;x\x07'), frame(0x04, '\x9b2J'), frame(0x05, '\x1b[2J\0\0')]
    socket.write(Buffer.concat([frame(0x00, '\x00'), ...attacks]))
  })
  const bob = chat('Bob', await hostile.listen())
  bob.endInput()
  assert.equal(await bob.exitCode(), 0)
  assert.equal(bob.errorOutput, 'Error: ^[[2J\n')
  assert.equal(bob.output.split('\n')[0], '[Amy] ^[]0;x^G')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be gone
  assert.doesNotMatch(bob.output, /[\x00-\x08\x0b-\x1f\x7f-\x9f]/)
  await hostile.close()
})

test('M2 text outside ASCII is sent transliterated, and that is said once', async () => {
  const amy = await somebody('Amy')
  const bob = chat('Bob')
  bob.type('café', 'Привет', '\u200b')
  bob.endInput()
  assert.equal(await bob.exitCode(), 0)
  assert.deepEqual(await saidBy('Bob', amy), ['cafe', 'Privet'])
  assert.match(bob.errorOutput, /"café" was sent as "cafe"/)
  assert.doesNotMatch(bob.errorOutput, /Privet/)
  assert.match(bob.errorOutput, /Not sent: nothing in that line can be written in ASCII/)
  await amy.client.leave()
})

test('F6 F7 a line that cannot be relayed is answered and the chat goes on', async () => {
  const amy = await somebody('Amy')
  const bob = chat('Bob')
  bob.type('x'.repeat(65_536), 'y'.repeat(65_535), 'a\x07b', 'Hi')
  bob.endInput()
  assert.equal(await bob.exitCode(), 0)
  assert.deepEqual(await saidBy('Bob', amy), ['Hi'])
  assert.match(bob.errorOutput, /Not sent: 65536 bytes do not fit one frame of 65535/)
  assert.equal(bob.errorOutput.match(/^Error: /gm)?.length, 2)
  await amy.client.leave()
})

test('SIGINT and SIGTERM leave properly', async () => {
  const amy = await somebody('Amy')
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const bob = chat('Bob')
    await bob.shows('**Bob is joining the chat**')
    bob.child.kill(signal)
    assert.equal(await bob.exitCode(), code)
    await saidBy('Bob', amy)
    amy.lines.length = 0
  }
  await amy.client.leave()
})

test('a reader of the output that goes away ends the chat quietly', async () => {
  const amy = await somebody('Amy')
  const bob = chat('Bob')
  await bob.shows('**Bob is joining the chat**')
  bob.child.stdout.destroy()
  const talking = setInterval(() => amy.client.say('Hi'), 10)
  assert.equal(await bob.exitCode(), 0)
  clearInterval(talking)
  assert.equal(bob.errorOutput, '')
  await amy.client.leave()
})
