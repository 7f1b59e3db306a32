/** The example clients against the relay, with each other and with a bare socket that splits its frames. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connect as join } from '../../src/client/library/node.js'
import { startAllDialects } from '../fixtures/all-dialects.js'
import { type RelayProcess, startRelay } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { frame, ScriptedRelay } from '../fixtures/scripted-relay.js'
import { noTmux, Terminal } from './tmux.js'

const EXAMPLES = [
  { language: 'Python', command: 'python3', file: 'python/chat.py' },
  { language: 'JavaScript', command: process.execPath, file: 'javascript/chat.mjs' },
] as const

type Example = (typeof EXAMPLES)[number]

const reason = spawnSync('python3', ['--version']).status === 0 ? null : 'python3 is not installed'
if (reason !== null && process.env.CI === 'true') throw new Error(reason)
if (reason !== null) console.error(`SKIPPED: ${reason}`)

const noTerminal = noTmux()
if (noTerminal !== null && process.env.CI === 'true') throw new Error(noTerminal)

function pathOf({ file }: Example): string {
  return fileURLToPath(new URL(`../../examples/${file}`, import.meta.url))
}

function run(example: Example, port: number, name: string): RunningProgram {
  return new RunningProgram(example.command, [pathOf(example), '127.0.0.1', String(port), name])
}

/** Somebody on a bare socket, whose bytes leave one at a time (F14). */
async function bare(port: number, name: string): Promise<{ socket: Socket; say: (text: string) => void }> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const send = (bytes: Buffer) => {
    for (const byte of bytes) socket.write(Buffer.from([byte]))
  }
  send(frame(0x00, name))
  await until(socket, `**${name} is joining the chat**`)
  return { socket, say: (text) => send(frame(0x02, text)) }
}

async function until(socket: Socket, text: string): Promise<void> {
  let seen = ''
  const signal = AbortSignal.timeout(10_000)
  while (!seen.includes(text)) {
    const [chunk] = (await once(socket, 'data', { signal })) as [Buffer]
    seen += chunk.toString('latin1')
  }
}

describe('the example clients', { skip: reason ?? false }, () => {
  let relay: RelayProcess

  before(async () => {
    relay = await startRelay()
  })
  after(() => relay.stop())

  test('they chat with each other and with a bare socket', async () => {
    const [python, javascript] = EXAMPLES
    const amy = run(python, relay.port, 'Amy')
    await amy.shows('**Amy is joining the chat**')
    const bob = run(javascript, relay.port, 'Bob')
    await amy.shows('**Bob is joining the chat**')
    const cem = await bare(relay.port, 'Cem')
    await amy.shows('**Cem is joining the chat**')

    amy.type('Hi from Python')
    await bob.shows('[Amy] Hi from Python')
    bob.type('Hi from JavaScript')
    await amy.shows('[Bob] Hi from JavaScript')
    const heard = until(cem.socket, '[Amy] good bye')
    cem.say('Hi from Cem')
    await Promise.all([amy.shows('[Cem] Hi from Cem'), bob.shows('[Cem] Hi from Cem')])

    amy.endInput('good bye')
    await heard
    assert.equal(await amy.exitCode(), 0)
    await bob.shows('**Amy is leaving the chat**')
    bob.type('@exit')
    assert.equal(await bob.exitCode(), 0)
    cem.socket.destroy()
    assert.ok(!amy.output.includes('[Amy]') && !bob.output.includes('[Bob]'), 'nobody hears themselves')
    assert.equal(amy.errorOutput + bob.errorOutput, '')
  })

  for (const example of EXAMPLES) {
    test(`F2 ${example.language}: on a terminal a name that is taken or not valid asks for another`, {
      skip: noTerminal ?? false,
    }, async (t) => {
      const cem = await bare(relay.port, 'Cem')
      t.after(() => cem.socket.destroy())
      const terminal = new Terminal(120, 20)
      t.after(() => terminal.close())
      const heard = until(cem.socket, '[Dia] Hi')
      terminal.run(`'${example.command}' '${pathOf(example)}' 127.0.0.1 ${relay.port} Cem`)
      await terminal.shows(/^the name .Cem. is taken, type another one:$/)
      terminal.run('no good')
      await terminal.shows(/^the name .no good. is not valid, type another one:$/)
      terminal.run('Dia')
      await terminal.shows('**Dia is joining the chat**')
      terminal.run('Hi')
      await heard
      terminal.run('@exit')
      await terminal.endsIn('shell>')
    })

    test(`F2 ${example.language}: in a pipe a refused name is the end, and no line is taken for a name`, async () => {
      const cem = await bare(relay.port, 'Cem')
      const refused = async (name: string) => {
        const client = run(example, relay.port, name)
        client.type('Eve')
        client.endInput('Hi')
        assert.equal(await client.exitCode(), 1)
        return client.errorOutput
      }
      assert.match(await refused('Cem'), /^the name .Cem. is taken\n$/)
      assert.match(await refused('no good'), /^the name .no good. is not valid\n$/)
      const silence = once(cem.socket, 'data', { signal: AbortSignal.timeout(100) })
      await assert.rejects(silence, { name: 'AbortError' })
      cem.socket.destroy()
    })

    test(`${example.language}: without arguments it says how it is used`, async () => {
      const client = new RunningProgram(example.command, [pathOf(example)])
      assert.equal(await client.exitCode(), 1)
      assert.match(client.errorOutput, /HOST PORT NAME/)
      assert.equal(client.output, '')
    })

    test(`F14 ${example.language}: frames split at every byte and glued together come out whole`, async () => {
      const long = `[Amy] ${'x'.repeat(60_000)}`
      const lines = Buffer.concat([frame(0x02, '[Amy] 1'), frame(0x02, ''), frame(0x02, '[Amy] 2')])
      const scripted = new ScriptedRelay(({ command }, socket) => {
        if (command === 0x01) socket.end()
        if (command !== 0x00) return
        socket.setNoDelay(true)
        socket.write(Buffer.concat([frame(0x02, 'Commands'), frame(0x00, '\x00'), frame(0x02, long)]))
        let at = 0
        const timer = setInterval(() => {
          socket.write(lines.subarray(at, ++at))
          if (at === lines.length) clearInterval(timer)
        }, 1)
      })
      const client = run(example, await scripted.listen(), 'Bob')
      await client.shows('[Amy] 2')
      client.endInput('hi')
      assert.equal(await client.exitCode(), 0)
      assert.deepEqual(client.output.split('\n'), ['Commands', long, '[Amy] 1', '', '[Amy] 2', ''])
      assert.deepEqual(
        scripted.frames.map(({ command, text }) => `${command} ${text}`),
        ['0 Bob', '2 hi', '1 '],
      )
      await scripted.close()
    })

    test(`M3 ${example.language}: what a terminal would act on is not printed, and a lost relay is said`, async () => {
      const scripted = new ScriptedRelay(({ command }, socket) => {
        if (command !== 0x00) return
        socket.end(
          Buffer.concat([frame(0x00, '\x00'), frame(0x02, '[Amy] \x1b[2J\x07\x9b'), frame(0x05, 'oh')]),
        )
      })
      const client = run(example, await scripted.listen(), 'Bob')
      assert.equal(await client.exitCode(), 1)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be gone
      assert.doesNotMatch(client.output, /[\x00-\x08\x0b-\x1f\x7f-\x9f]/)
      assert.match(client.output, /^\[Amy\] \?\[2J\?/)
      assert.match(client.output, /^Error: oh$/m)
      assert.match(client.errorOutput, /the connection was lost/)
      await scripted.close()
    })
  }
})

describe('the example bots', () => {
  const bot = (file: string, ...args: readonly string[]) => {
    const path = fileURLToPath(new URL(`../../examples/javascript/${file}`, import.meta.url))
    return new RunningProgram(process.execPath, [path, ...args])
  }

  test('the echo bot echoes, in private and in its room, and Ctrl-C ends it in good order', async (t) => {
    const relay = await startAllDialects()
    t.after(() => relay.relay.stop())
    const url = `chatroom://127.0.0.1:${relay.portOf('chatroom')}`
    const amy = await join(url, { name: 'Amy', room: 'tea' })
    t.after(() => amy.close())
    const echo = bot('echo-bot.mjs', url, 'Echo', 'tea')
    t.after(() => echo.end())
    await echo.shows('Echo is in tea')
    const refused = bot('echo-bot.mjs', url, 'Echo')
    assert.equal(await refused.exitCode(), 1)
    assert.match(refused.errorOutput, /^the name "Echo" is taken\n$/)
    await amy.tell('Echo', 'psst é')
    await amy.say('Echo Hi')
    await amy.say('not for you')
    const heard: string[] = []
    for await (const event of amy) {
      if (event.kind === 'direct' || event.kind === 'message')
        heard.push(`${event.kind} ${event.from} ${event.text}`)
      if (heard.length === 2) break
    }
    assert.deepEqual(heard, ['direct Echo psst é', 'message Echo Hi'])
    echo.child.kill('SIGINT')
    assert.equal(await echo.exitCode(), 0)
    for await (const event of amy) if (event.kind === 'left' && event.name === 'Echo') break
    assert.equal(echo.errorOutput, '')
  })

  test('the bridge bot carries from room to room and from dialect to dialect, both ways, and SIGTERM ends it', async (t) => {
    const relay = await startAllDialects()
    t.after(() => relay.relay.stop())
    const chatroom = `chatroom://127.0.0.1:${relay.portOf('chatroom')}`
    const jsonIrc = `json-irc://127.0.0.1:${relay.portOf('json-irc')}`
    const amy = await join(chatroom, { name: 'Amy', room: 'tea' })
    const bob = await join(jsonIrc, { name: 'Bob', room: 'coffee' })
    t.after(() => Promise.all([amy.close(), bob.close()]))
    const bridge = bot('bridge-bot.mjs', chatroom, 'BridgeA', 'tea', jsonIrc, 'BridgeB', 'coffee')
    t.after(() => bridge.end())
    await bridge.shows('tea <-> coffee')
    for (let i = 0; i < 20; i++) await amy.say(`Grüße ${i} 🙂`)
    let next = 0
    for await (const event of bob) {
      if (event.kind === 'message') assert.equal(event.text, `[Amy] Gru?e ${next++} ?`)
      if (next === 20) break
    }
    await bob.say('x'.repeat(600))
    for await (const event of amy) {
      if (event.kind !== 'message') continue
      assert.equal(event.text, `[Bob] ${'x'.repeat(494)}`)
      break
    }
    bridge.child.kill('SIGTERM')
    assert.equal(await bridge.exitCode(), 0)
    assert.equal(bridge.errorOutput, '')
  })

  test('without arguments they say how they are used', async () => {
    for (const file of ['echo-bot.mjs', 'bridge-bot.mjs']) {
      const program = bot(file)
      assert.equal(await program.exitCode(), 1)
      assert.match(program.errorOutput, /^usage: .* URL NAME/)
    }
  })
})
