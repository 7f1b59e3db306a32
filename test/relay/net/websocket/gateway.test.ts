/** That HTTP costs those who chat nothing: neither descriptors nor the end of the relay wait for whoever only holds on. */

import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import test from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { takeSocket } from '../../../../src/relay/net/websocket/take-socket.js'
import { onEachTransport, untilTcpIs } from '../../../fixtures/start-relay.js'
import { BINARY, binary, PONG, ping } from '../../../fixtures/websocket-bytes.js'
import { openSocket, WebSocketPeer } from '../../../fixtures/websocket-peer.js'

const closedWithin = async (sockets: readonly Socket[], count: number) => {
  const deadline = Date.now() + 10_000
  const closed = () => sockets.filter((socket) => socket.destroyed || socket.readableEnded).length
  while (closed() < count && Date.now() < deadline) await delay(5)
  return closed()
}

onEachTransport((start) => {
  test('those who only hold HTTP connections make room for each other, and for those who chat', async (t) => {
    const idle: Socket[] = []
    const peers: WebSocketPeer[] = []
    // Before the relay, which would wait for their close frames.
    t.after(() => {
      for (const one of [...idle, ...peers]) one.destroy()
    })
    const relay = await start(t, { also: ['ws://127.0.0.1:0'], settings: { maxConnections: '16' } })
    const port = relay.ports[1] as number
    for (let count = 0; count < 12; count++) {
      const socket = await openSocket(port)
      socket.on('error', () => {})
      socket.resume()
      // Some of them begin to say something.
      if (count % 2 === 0) socket.write('GET / HTTP/1.1\r\nHost: relay.test\r\nX-Slow: ')
      idle.push(socket)
    }
    // A quarter of sixteen stay: the last four.
    assert.equal(await closedWithin(idle, 8), 8)
    assert.ok(idle.slice(8).every((socket) => !socket.destroyed))
    for (let count = 0; count < 16; count++) {
      const peer = await WebSocketPeer.connect({ port, subprotocol: 'framed' })
      peers.push(peer)
      assert.equal((await peer.frame('the greeting')).opcode, BINARY)
    }
  })

  test('the end of the relay waits for nobody who holds an HTTP connection', async (t) => {
    const relay = await start(t, { also: ['ws://127.0.0.1:0'] })
    const port = relay.ports[1] as number
    const idle = await Promise.all(Array.from({ length: 5 }, () => openSocket(port)))
    for (const socket of idle) socket.on('error', () => {}).resume()
    idle[0]?.write('GET / HTTP/1.1\r\n')
    const begun = performance.now()
    await relay.relay.stop()
    assert.ok(performance.now() - begun < 2000)
    assert.equal(await closedWithin(idle, 5), 5)
    await untilTcpIs(0)
  })

  test('a WebSocket that is broken in the middle of anything leaves nothing behind', async (t) => {
    const relay = await start(t, { also: ['ws://127.0.0.1:0'] })
    const port = relay.ports[1] as number
    const frame = binary(Buffer.of(0, 0, 3, 0x41, 0x6d, 0x79))
    for (let at = 0; at <= frame.length; at++) {
      const peer = await WebSocketPeer.connect({ port, subprotocol: 'framed', behind: frame.subarray(0, at) })
      if (at % 3 === 0) peer.socket.resetAndDestroy()
      else if (at % 3 === 1) peer.destroy()
      else peer.socket.end()
    }
    const amy = await WebSocketPeer.connect({ port, subprotocol: 'framed' })
    await amy.frame('the greeting')
    amy.send(ping('still here'))
    await amy.expect(PONG, 'still here')
    amy.destroy()
  })
})

/** An HTTP server that answers one upgrade with `upgraded`. */
async function upgrading(upgraded: (socket: Socket, server: Server) => void) {
  const server = createServer()
  server.on('upgrade', (_request, socket) => upgraded(socket as Socket, server))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port }
}

test('a handle that is taken out of its socket is the HTTP server’s no more, and nothing refers to the socket', async (t) => {
  let taken: (socket: Socket) => void = () => {}
  const isTaken = new Promise<Socket>((resolve) => {
    taken = resolve
  })
  const handles: object[] = []
  const { server, port } = await upgrading((socket) => {
    handles.push((socket as unknown as { _handle: object })._handle)
    const transport = takeSocket(socket, true, 60_000)
    t.after(() => transport.destroy())
    taken(socket)
  })
  t.after(() => server.close())
  const client = await openSocket(port)
  t.after(() => client.destroy())
  client.write('GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  const socket = await isTaken
  await delay(10)
  const [handle = {}] = handles
  for (const key of Reflect.ownKeys(handle)) assert.notEqual(Reflect.get(handle, key), socket, String(key))
  assert.equal(await new Promise((resolve) => server.getConnections((_error, count) => resolve(count))), 0)
})
