/**
 * The client library against servers that are none: garbage, half answers, lines without an end, silence, one that reads nothing. Whatever
 * comes is an error of the library's own; nothing is left behind (an unhandled rejection fails the test that it comes in).
 */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocketServer } from 'ws'
import { ConnectionLostError, connect } from '../../../src/client/library/node.js'
import type { ConnectOptions, DialectName } from '../../../src/client/library/options.js'
import { DIALECTS } from './ways.js'

/** What each request of coming in is answered with, so that everything behind it is another's doing. */
const ACCEPTED: Record<DialectName, readonly string[]> = {
  framed: ['\x00\x00\x01\x00'],
  chatroom: ['200 OK\n'],
  'json-irc': [
    '{"command":"/nicknameSet","nickname":"Amy","room":"","message":""}',
    '{"command":"/joinSuccess","nickname":"Amy","room":"general","message":""}',
  ],
  chatmaster: ['{"type":"session","data":{"status":1,"channels":[]}}'],
}

/** Lets somebody in on `socket`. @param then is called with what is to come behind the last answer, and for each later request */
function letInOn(
  socket: Socket,
  dialect: DialectName,
  behind: string | Buffer,
  later: () => void = () => {},
): void {
  const answers = [...ACCEPTED[dialect]]
  socket.on('data', () => {
    const answer = answers.shift()
    if (answer === undefined) later()
    else socket.write(Buffer.from(answer, 'latin1'))
    if (answer !== undefined && answers.length === 0) socket.write(behind)
  })
}

async function serve(t: TestContext, onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    onSocket(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Long enough for a busy machine, and short enough to be waited for. */
const QUICK = { name: 'Amy', reconnect: false, answerTimeoutMs: 1000, connectTimeoutMs: 10_000 } as const

async function failure(url: string, options: Partial<ConnectOptions> = {}): Promise<ConnectionLostError> {
  const error = await connect(url, { ...QUICK, ...options }).catch((thrown: unknown) => thrown)
  assert.ok(error instanceof ConnectionLostError, String(error))
  return error
}

/** Somebody who was let in by a server that then says `bytes`. */
async function letIn(t: TestContext, dialect: DialectName, bytes: string | Buffer, end = false) {
  const port = await serve(t, (socket) => {
    letInOn(socket, dialect, bytes)
    if (end) socket.on('data', () => setTimeout(() => socket.end(), 30))
  })
  const chat = await connect(`${dialect}://127.0.0.1:${port}`, QUICK)
  t.after(() => chat.close())
  return chat
}

for (const dialect of DIALECTS) {
  test(`${dialect}: a server that never answers, one that closes at once, and one that says half an answer`, async (t) => {
    const silent = await serve(t, () => {})
    assert.match(
      (await failure(`${dialect}://127.0.0.1:${silent}`, { answerTimeoutMs: 200 })).message,
      /no answer within 200 ms/,
    )
    const closing = await serve(t, (socket) => socket.end())
    assert.match(
      (await failure(`${dialect}://127.0.0.1:${closing}`)).message,
      /the relay closed the connection|ECONNRESET/,
    )
    const resetting = await serve(t, (socket) => socket.once('data', () => socket.resetAndDestroy()))
    await failure(`${dialect}://127.0.0.1:${resetting}`)
    const half = await serve(t, (socket) => {
      socket.write((ACCEPTED[dialect][0] as string).slice(0, 2))
      socket.once('data', () => socket.end())
    })
    await failure(`${dialect}://127.0.0.1:${half}`)
  })

  test(`${dialect}: garbage, before and after the name is accepted`, async (t) => {
    const garbage = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7919) % 256))
    const port = await serve(t, (socket) => socket.write(garbage))
    await failure(`${dialect}://127.0.0.1:${port}`)
    const chat = await letIn(t, dialect, garbage)
    // Where garbage is no end of the stream by itself, the question that is not answered is.
    await assert.rejects(chat.list(), ConnectionLostError)
    assert.equal(chat.state, 'closed')
    const over = async () => {
      for await (const _ of chat);
    }
    await assert.rejects(over(), ConnectionLostError)
  })

  test(`${dialect}: answers that nobody has asked for, and events with the wrong fields, are passed over`, async (t) => {
    const unasked: Record<DialectName, string> = {
      framed: '\x03\x00\x03Bob\x00\x00\x01\x00\x00\x00\x01\x09\x09\x00\x00\x05\x00\x02no',
      chatroom:
        '200 OK\n500 SERVER ERROR\nSENT {}\nSEND {"sender":1}\nSEND []\nUSERBOARD 5\nROOMS {"rooms":"x"}\nJOIN {\nhello\n\n',
      'json-irc':
        '{"command":"listMembers","message":"a"}{}{"command":"/nickFail"}{"command":"/x","room":"y"}',
      chatmaster:
        '{"type":"session","data":{"status":0}}{"type":"x","data":{}}{"type":"error","data":{"error_type":"join"}}',
    }
    const answers: Record<DialectName, string> = {
      framed: '\x03\x00\x03Amy',
      chatroom: '200 OK\nUSERBOARD {"Amy":"AWAY"}\n',
      'json-irc': '{"COMMAND":"listMembers","Room":"general","message":"Amy"}',
      chatmaster:
        '{"type":"notification","data":{"event_type":"member_list","members":["Amy"]}}{"type":"error","data":{"error_type":"ping"}}',
    }
    const port = await serve(t, (socket) => {
      const answer = () => socket.write(Buffer.from(answers[dialect], 'latin1'))
      letInOn(socket, dialect, Buffer.from(unasked[dialect], 'latin1'), answer)
    })
    const chat = await connect(`${dialect}://127.0.0.1:${port}`, QUICK)
    t.after(() => chat.close())
    await delay(50)
    assert.deepEqual(await chat.list(), [{ name: 'Amy', status: 'ONLINE' }])
  })
}

test('an end of a line, an object or a message that never comes is given up on, and costs no more than its cap', async (t) => {
  const endless = async (dialect: DialectName, piece: string) => {
    const port = await serve(t, (socket) => {
      const more = () => {
        while (socket.writable && socket.write(piece));
      }
      letInOn(socket, dialect, piece)
      socket.on('drain', more).on('data', () => setTimeout(more, 50))
    })
    const chat = await connect(`${dialect}://127.0.0.1:${port}`, { ...QUICK, answerTimeoutMs: 20_000 })
    t.after(() => chat.close())
    const over = async () => {
      for await (const _ of chat);
    }
    await assert.rejects(over(), {
      name: 'ConnectionLostError',
      message: /the relay sent what is no|a line that is too long/,
    })
  }
  const before = process.memoryUsage().rss
  await endless('chatroom', 'SEND {"x":"'.padEnd(65_536, 'x'))
  await endless('json-irc', '{"command":"'.padEnd(65_536, 'x'))
  await endless('chatmaster', '{"type":"'.padEnd(65_536, 'x'))
  await endless('json-irc', '['.repeat(1000))
  await endless('json-irc', '{"a":'.repeat(1000))
  assert.ok(process.memoryUsage().rss - before < 256 * 1024 * 1024)
})

test('a chatmaster listener that compresses always is said to be none that we follow', async (t) => {
  const port = await serve(t, (socket) => socket.write(Buffer.from('789c4bcc050002000100', 'hex')))
  assert.match((await failure(`chatmaster://127.0.0.1:${port}`)).message, /the relay sent what is no package/)
})

test('what the relay says before it closes is in the error', async (t) => {
  const words: Record<DialectName, [bytes: string, said: RegExp]> = {
    framed: ['\x01\x00\x04done', /the relay said "done"/],
    chatroom: ['500 SERVER ERROR\n', /the relay said "500 SERVER ERROR"/],
    'json-irc': ['{"command":"","message":"Error: closing: done"}', /the relay said "done"/],
    chatmaster: [
      '{"type":"error","data":{"error_type":"connection","message":"Closing: done."}}',
      /the relay said "done"/,
    ],
  }
  for (const dialect of DIALECTS) {
    const [bytes, said] = words[dialect]
    const chat = await letIn(t, dialect, bytes, true)
    const over = async () => {
      for await (const _ of chat);
    }
    await assert.rejects(over(), said)
  }
})

test('a relay that reads nothing: `say` waits, what waits is bounded, and waiting can be given up', async (t) => {
  const port = await serve(t, (socket) => {
    letInOn(socket, 'framed', '')
    socket.once('data', () => socket.pause())
  })
  const chat = await connect(`framed://127.0.0.1:${port}`, QUICK)
  const text = 'x'.repeat(60_000)
  let said = 0
  const saying = (async () => {
    for (;;) {
      await chat.say(text)
      said++
    }
  })()
  saying.catch(() => {})
  let before = -1
  while (said !== before) {
    before = said
    await delay(100)
  }
  assert.ok(said > 0 && said * text.length < 64 * 1024 * 1024, `${said}`)
  const signal = AbortSignal.timeout(50)
  await assert.rejects(chat.say(text, { signal }), { name: 'TimeoutError' })
  assert.equal(chat.state, 'online')
  await chat.close()
  await assert.rejects(saying)
})

test('a relay that has gone silent is noticed', async (t) => {
  const port = await serve(t, (socket) => letInOn(socket, 'chatroom', ''))
  const chat = await connect(`chatroom://127.0.0.1:${port}`, { ...QUICK, heartbeatMs: 50 })
  const over = async () => {
    for await (const _ of chat);
  }
  await assert.rejects(over(), /no answer within 1000 ms/)
})

test('a WebSocket server that answers nothing, closes with a reason, sends the wrong kind or too much', async (t) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  t.after(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  await once(server, 'listening')
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  assert.match((await failure(url, { answerTimeoutMs: 200 })).message, /no answer within 200 ms/)
  server.once('connection', (socket) => socket.close(1013, 'full'))
  assert.match((await failure(url)).message, /closed with 1013: full/)
  server.once('connection', (socket) => socket.terminate())
  assert.match((await failure(url)).message, /closed with 1006/)
  server.once('connection', (socket) => socket.send(Buffer.alloc(5 * 1024 * 1024)))
  assert.match((await failure(url)).message, /payload size/i)
  // What a text dialect says may come as bytes.
  server.once('connection', (socket) => socket.on('message', () => socket.send(Buffer.from('200 OK\n'))))
  const chat = await connect(url, QUICK)
  assert.equal(chat.state, 'online')
  await chat.close()
})

test('servers that do not close are left, also one that goes on talking', async (t) => {
  const port = await serve(t, (socket) => {
    letInOn(socket, 'chatroom', '')
    const timer = setInterval(() => socket.write('hello\n'), 100)
    socket.on('close', () => clearInterval(timer))
  })
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  t.after(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  await once(server, 'listening')
  server.once('connection', (socket) => {
    socket.once('message', () => socket.send('200 OK\n', () => socket.pause()))
  })
  const web = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  const chats = await Promise.all([`chatroom://127.0.0.1:${port}`, web].map((url) => connect(url, QUICK)))
  const began = performance.now()
  await Promise.all(chats.map((chat) => chat.close()))
  assert.ok(performance.now() - began < 15_000)
})

test('connecting can be given up at every stage, and leaves no connection', async (t) => {
  const ends: Promise<unknown>[] = []
  const silent = await serve(t, (socket) => ends.push(once(socket.resume(), 'close')))
  for (const url of [
    `chatroom://127.0.0.1:${silent}`,
    `ws://127.0.0.1:${silent}`,
    `chatroom+tls://127.0.0.1:${silent}`,
  ])
    await assert.rejects(connect(url, { name: 'Amy', signal: AbortSignal.timeout(400) }), {
      name: 'TimeoutError',
    })
  assert.equal(ends.length, 3)
  await Promise.all(ends)
  assert.match(
    (await failure(`ws://127.0.0.1:${silent}`, { connectTimeoutMs: 300 })).message,
    /no connection within 300 ms/,
  )
})
