/** The dialect of docs/adding-a-dialect.md: that the page shows what runs, and that it is a dialect like the others. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { loadConfig } from '../../../src/relay/config/load.js'
import type { Dialect } from '../../../src/relay/dialects/dialect.js'
import { Relay } from '../../../src/relay/relay.js'
import { ACCEPTED, join, joining, leaving, message } from '../../fixtures/framed-bytes.js'
import { FramedPeer } from '../../fixtures/framed-peer.js'
import { lines } from '../../fixtures/minimal-dialect/lines.js'

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8')

test('the page shows the whole of the fixture', () => {
  const page = read('docs/adding-a-dialect.md')
  const shown = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code)
  // In the page it stands in a folder of dialects/, beside the others.
  const fixture = read('test/fixtures/minimal-dialect/lines.ts')
    .replaceAll('../../../src/relay/dialects/', '../')
    .replaceAll('../../../src/relay/', '../../')
  assert.equal(shown.join('\n'), fixture)
})

class LineClient {
  readonly #socket: Socket
  #text = ''
  #ended = false
  #wake: () => void = () => {}

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1')
    this.#socket.on('data', (chunk) => {
      this.#text += chunk.toString()
      this.#wake()
    })
    this.#socket.on('error', () => {})
    this.#socket.on('close', () => {
      this.#ended = true
      this.#wake()
    })
  }

  send(bytes: string | Buffer): void {
    this.#socket.write(bytes)
  }

  async expect(text: string): Promise<void> {
    while (this.#text.length < text.length && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    assert.equal(this.#text.slice(0, text.length), text)
    this.#text = this.#text.slice(text.length)
  }

  async expectEnd(): Promise<void> {
    while (!this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    assert.equal(this.#text, '')
  }

  destroy(): void {
    this.#socket.destroy()
  }
}

async function start(t: TestContext, settings: Record<string, string> = {}) {
  const flags = { listen: ['framed://127.0.0.1:0?greeting=off'], ops: 'off', logDir: 'off', ...settings }
  const config = loadConfig({ environment: {}, flags })
  const spec = {
    ...(config.listen[0] as (typeof config.listen)[number]),
    dialect: lines as Dialect,
    options: {},
  }
  const relay = await Relay.start({ ...config, listen: [...config.listen, spec] }, pino({ level: 'silent' }))
  const [framedPort, port] = relay.listeningAt.map((at) => at.port) as [number, number]
  const clients: { destroy(): void }[] = []
  t.after(async () => {
    for (const client of clients) client.destroy()
    await relay.stop()
  })
  return {
    relay,
    line: () => {
      const client = new LineClient(port)
      clients.push(client)
      return client
    },
    framed: async (name: string) => {
      const peer = await FramedPeer.connect({ port: framedPort })
      clients.push(peer)
      peer.send(join(name))
      await peer.expect(ACCEPTED, joining(name))
      return peer
    },
  }
}

test('it shares names and rooms with everybody else, both ways', async (t) => {
  const relay = await start(t)
  const amy = await relay.framed('Amy')
  const bob = relay.line()
  bob.send('Amy\nno name\nBob\r\nhé')
  await bob.expect(
    '* that name is taken\n* a name is 1 to 32 printable characters without a space\n* Bob is here\n',
  )
  await amy.expect(joining('Bob'))
  bob.send('llo\n\n')
  await amy.expect(message('[Bob] hello'))
  amy.send(message('hi Bob'))
  await bob.expect('Amy: hi Bob\n')
  const cyd = relay.line()
  cyd.send('Cyd\n')
  await bob.expect('* Cyd is here\n')
  await cyd.expect('* Cyd is here\n')
  await amy.expect(joining('Cyd'))
  cyd.send('/quit\nnot this\n')
  await bob.expect('* Cyd is gone\n')
  await amy.expect(leaving('Cyd'))
  await cyd.expectEnd()
})

test('what is wrong is said, what is too long ends, and nobody else notices', async (t) => {
  const relay = await start(t)
  const amy = await relay.framed('Amy')
  const bob = relay.line()
  bob.send('Bob\n')
  await bob.expect('* Bob is here\n')
  await amy.expect(joining('Bob'))
  bob.send(Buffer.from([0xff, 0xfe, 0x0a]))
  bob.send('\x1b[2J\n')
  await bob.expect('* that was no text\n* that was no text\n')
  bob.send('x'.repeat(5000))
  await bob.expect('* closing: a frame was too long\n')
  await bob.expectEnd()
  await amy.expect(leaving('Bob'))
  const silent = relay.line()
  silent.send('y'.repeat(2000))
  await silent.expect('* closing: a frame was too long\n')
  amy.send(message('still here'))
  const cyd = relay.line()
  cyd.send('Cyd\n')
  await amy.expect(joining('Cyd'))
})

test('deadlines and the end of the relay reach it without a line of its own', async (t) => {
  const relay = await start(t, { loginDeadlineMs: '200', closeSpreadMs: '0' })
  const bob = relay.line()
  bob.send('Bob\n')
  await bob.expect('* Bob is here\n')
  const nobody = relay.line()
  await nobody.expect('* closing: no name was accepted in time\n')
  await nobody.expectEnd()
  await relay.relay.stop()
  await bob.expect('* closing: the relay is shutting down\n')
  await bob.expectEnd()
})
