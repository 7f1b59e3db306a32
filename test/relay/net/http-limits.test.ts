/** What the connections of an HTTP server ask for, one thing at a time: requests behind an answer without an end, and none behind an answer. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { HTTP_LIMITS, limit, OneAtATime } from '../../../src/relay/net/http-limits.js'
import { RawHttp, requestOf, statusesIn } from '../../fixtures/raw-http.js'

const REST_MS = 300
const REQUEST = requestOf('GET', '/')

async function serving(t: TestContext, answer: RequestListener) {
  const server = createServer(HTTP_LIMITS, new OneAtATime(REST_MS).answering(answer))
  limit(server)
  const sockets: Socket[] = []
  server.on('connection', (socket: Socket) => sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const peer = await RawHttp.open({ port })
  t.after(() => peer.destroy())
  return { peer, sockets }
}

test('requests behind an answer that has no end are the end of the connection, and are not read on and on', async (t) => {
  let answers = 0
  const { peer, sockets } = await serving(t, (_, response) => {
    answers++
    response.write('begun')
  })
  peer.send(REQUEST)
  await peer.until(() => peer.came.includes('begun'), 'the beginning of the answer')
  const many = REQUEST.repeat(10_000)
  for (let count = 0; count < 20; count++) peer.send(many)
  assert.deepEqual(statusesIn(await peer.rest()), [200])
  const read = sockets[0]?.bytesRead ?? 0
  assert.ok(read < 256 * 1024, `${read} bytes`)
  assert.equal(answers, 1)
})

test('who has had an answer has so long for the next request, whatever they send meanwhile', async (t) => {
  const { peer } = await serving(t, (_, response) => response.end('ok'))
  for (let round = 0; round < 3; round++) {
    peer.send(REQUEST)
    assert.equal((await peer.answer()).status, 200)
  }
  const trickle = setInterval(() => peer.socket.writable && peer.send('\r\n'), 20)
  t.after(() => clearInterval(trickle))
  assert.deepEqual(statusesIn(await peer.rest()), [])
})
