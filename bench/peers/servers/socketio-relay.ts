/** `socketio-relay HOST PORT`: clients join rooms; what is said goes to everyone else in the rooms of who said it. */

import { createServer } from 'node:http'
import { Server } from 'socket.io'

const [host = '127.0.0.1', port = '0'] = process.argv.slice(2)
const http = createServer()
const io = new Server(http, { transports: ['websocket'], serveClient: false })

io.on('connection', (socket) => {
  let room = ''
  socket.on('join', async (name: string, joined: () => void) => {
    await socket.join(name)
    room = name
    joined()
  })
  socket.on('message', (text: string) => {
    socket.to(room).emit('message', text)
  })
})

http.listen({ host, port: Number(port), backlog: 4096 })
