/** `ws-relay HOST PORT`: what is said on a WebSocket goes to everyone else whose path is the same. */

import { WebSocket, WebSocketServer } from 'ws'

const [host = '127.0.0.1', port = '0'] = process.argv.slice(2)
const rooms = new Map<string, Set<WebSocket>>()
const server = new WebSocketServer({ host, port: Number(port), backlog: 4096, perMessageDeflate: false })

server.on('connection', (socket, request) => {
  const name = request.url ?? '/'
  const room = rooms.get(name) ?? new Set()
  rooms.set(name, room.add(socket))
  socket.on('message', (data, isBinary) => {
    for (const client of room) {
      if (client !== socket && client.readyState === WebSocket.OPEN) client.send(data, { binary: isBinary })
    }
  })
  socket.on('close', () => room.delete(socket))
  socket.on('error', () => {})
})
