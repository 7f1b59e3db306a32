// Talks to a relay in a container from outside, with an encoder of its own: what the relay's own code believes
// about frames is not asked. `talk CHAT_PORT OPS_PORT PAGE_PORT` lets two people chat, and asks the ops server and for the page;
// `stay CHAT_PORT` has a dozen join, says so, and tells with which words the relay ends their connections; `crowd CHAT_PORT N` has
// N join, and one more be refused.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const JOIN = 0x00
const LEAVE = 0x01
const MESSAGE = 0x02
const LIST = 0x03
const DIRECT = 0x04

const encode = (command, text) =>
  Buffer.from([command, text.length >> 8, text.length & 0xff, ...Buffer.from(text)])

/** A relay just started may not listen yet, and a published port may accept before it does: try until it greets. */
async function greeted(port, deadline = Date.now() + 60_000) {
  for (;;) {
    const client = new Client(connect(port, '127.0.0.1'))
    try {
      await client.expect(MESSAGE, /./)
      return client
    } catch (error) {
      if (Date.now() > deadline) throw error
      await sleep(200)
    }
  }
}

class Client {
  #socket
  #frames = []
  #buffer = Buffer.alloc(0)
  #wake = () => {}
  #ended = false

  constructor(socket) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#take(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#ended = true
      this.#wake()
    })
  }

  #take(chunk) {
    this.#buffer = Buffer.concat([this.#buffer, chunk])
    while (this.#buffer.length >= 3 && this.#buffer.length >= 3 + this.#buffer.readUInt16BE(1)) {
      const end = 3 + this.#buffer.readUInt16BE(1)
      this.#frames.push({ command: this.#buffer[0], text: this.#buffer.toString('latin1', 3, end) })
      this.#buffer = this.#buffer.subarray(end)
    }
    this.#wake()
  }

  send(command, text) {
    this.#socket.write(encode(command, text))
  }

  /** The next frame, which has to be this one. Waits for at most 5 s. */
  async expect(command, text) {
    const late = sleep(5_000, 'late', { ref: false })
    while (this.#frames.length === 0) {
      if (this.#ended) throw new Error(`the connection ended instead of ${text}`)
      const woken = new Promise((resolve) => {
        this.#wake = resolve
      })
      if ((await Promise.race([woken, late])) === 'late') throw new Error(`nothing came instead of ${text}`)
    }
    const frame = this.#frames.shift()
    assert.equal(frame.command, command, `frame ${frame.command} "${frame.text}"`)
    assert.match(frame.text, text)
    return frame.text
  }

  async join(name) {
    this.send(JOIN, name)
    await this.expect(JOIN, /^\0$/)
    await this.expect(MESSAGE, new RegExp(`^\\*\\*${name} is joining the chat\\*\\*$`))
  }

  /** The words of the relay's LEAVE, whatever came before it. */
  async ending() {
    if (!this.#ended) await once(this.#socket, 'close')
    const last = this.#frames.at(-1)
    assert.equal(last?.command, LEAVE, 'the last frame is LEAVE')
    return last.text
  }
}

async function talk(chatPort, opsPort, pagePort) {
  const bob = await greeted(chatPort)
  const amy = await greeted(chatPort)
  await bob.join('Bob')
  await amy.join('Amy')
  await bob.expect(MESSAGE, /^\*\*Amy is joining the chat\*\*$/)
  bob.send(MESSAGE, 'Hi')
  const heard = await amy.expect(MESSAGE, /^\[Bob\] Hi$/)
  amy.send(DIRECT, 'Bob psst')
  const direct = await bob.expect(DIRECT, /^\[Amy\] psst$/)
  bob.send(LIST, '')
  const names = await bob.expect(LIST, /^Amy Bob$/)
  console.log(`chat: Amy heard "${heard}", Bob alone "${direct}", here are ${names}`)

  for (const path of ['/healthz', '/readyz']) {
    const answer = await fetch(`http://127.0.0.1:${opsPort}${path}`)
    assert.equal(answer.status, 200, path)
  }
  const metrics = await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text()
  const series = metrics.split('\n').filter((line) => /^parlance_\S+ [0-9.e+]+$/.test(line))
  assert.notEqual(series.length, 0, 'a metric of the relay')
  console.log(`ops: /healthz and /readyz answer 200, /metrics has ${series.length} series of the relay's own`)

  const page = await (await fetch(`http://127.0.0.1:${pagePort}/`)).text()
  const [, script] = /<script type="module" [^>]*src="([^"]+)"/.exec(page) ?? []
  const bytes = (await (await fetch(`http://127.0.0.1:${pagePort}${script}`)).arrayBuffer()).byteLength
  assert.ok(bytes > 10_000, `the page's script ${script} has ${bytes} bytes`)
  console.log(`page: it is there, and so is its script, of ${bytes} bytes`)

  bob.send(LEAVE, '')
  await amy.expect(MESSAGE, /^\*\*Bob is leaving the chat\*\*$/)
  amy.send(LEAVE, '')
}

async function joined(chatPort, count) {
  const clients = []
  for (let i = 0; i < count; i++) {
    const client = await greeted(chatPort)
    await client.join(`guest-${i}`)
    clients.push(client)
  }
  return clients
}

async function stay(chatPort) {
  const clients = await joined(chatPort, 12)
  console.log('joined')
  const words = new Set(await Promise.all(clients.map((client) => client.ending())))
  console.log(`left: the last frame of each of ${clients.length} was LEAVE "${[...words].join('", "')}"`)
}

async function crowd(chatPort, most) {
  await joined(chatPort, most)
  const refused = new Client(connect(chatPort, '127.0.0.1'))
  console.log(`crowd: ${most} are in, the next one is refused with "${await refused.ending()}"`)
}

const [what, ...numbers] = process.argv.slice(2)
await { talk, stay, crowd }[what](...numbers.map(Number))
process.exit()
