// A chat client: node chat.mjs HOST PORT NAME. Type lines to talk, @exit to leave.

import { connect } from 'node:net'
import { createInterface } from 'node:readline'

const JOIN = 0
const LEAVE = 1
const MESSAGE = 2
const DIRECT = 4
const ERROR = 5
const HEADER = 3 // one byte command, two bytes length, big-endian
const MAX_PAYLOAD = 65535

function send(socket, command, text = '') {
  // The protocol is ASCII: "é" goes out as "?".
  const payload = Buffer.from(text.replace(/[^\0-\x7f]/gu, '?'))
  if (payload.length > MAX_PAYLOAD) return console.error('too long, not sent')
  const frame = Buffer.alloc(HEADER + payload.length)
  frame[0] = command
  frame.writeUInt16BE(payload.length, 1)
  payload.copy(frame, HEADER)
  socket.write(frame)
}

// TCP is a stream of bytes: a frame may come in pieces, or several at once. Keep what is not whole yet.
async function* frames(socket) {
  let bytes = Buffer.alloc(0)
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, chunk])
    while (bytes.length >= HEADER) {
      const end = HEADER + bytes.readUInt16BE(1)
      if (bytes.length < end) break
      yield { command: bytes[0], payload: bytes.subarray(HEADER, end) }
      bytes = bytes.subarray(end)
    }
  }
}

function show({ command, payload }) {
  // Never print control characters from the network: a terminal would obey them.
  const text = payload.toString().replace(/\p{C}/gu, '?')
  if (command === MESSAGE) console.log(text)
  else if (command === DIRECT) console.log(`(direct) ${text}`)
  else if (command === ERROR) console.log(`Error: ${text}`)
  else if (command === LEAVE) console.log(`the relay says goodbye: ${text}`)
}

async function talk(socket, lines) {
  for await (const line of lines) {
    if (line === '@exit') break
    send(socket, MESSAGE, line)
  }
  leaving = true
  send(socket, LEAVE) // the relay closes the connection then, and the loop below ends
}

if (process.argv.length !== 5) {
  console.error('usage: node chat.mjs HOST PORT NAME')
  process.exit(1)
}
let leaving = false
let [host, port, name] = process.argv.slice(2)
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const socket = connect(Number(port), host)
try {
  send(socket, JOIN, name)
  for await (const frame of frames(socket)) {
    if (frame.command !== JOIN) {
      show(frame)
    } else if (frame.payload[0] === 0) {
      void talk(socket, lines) // accepted: type and read at the same time
    } else {
      // 1 is already taken, 2 not a valid name; the connection stays.
      const why = `the name ${JSON.stringify(name)} is ${frame.payload[0] === 1 ? 'taken' : 'not valid'}`
      if (!process.stdin.isTTY) {
        console.error(why) // lines that are piped in are to be said: none of them is a name
        process.exit(1)
      }
      console.error(`${why}, type another one:`)
      const next = await lines.next()
      if (next.done) process.exit(1)
      name = next.value
      send(socket, JOIN, name)
    }
  }
} catch (error) {
  console.error(error.message)
}
if (!leaving) console.error('the connection was lost')
process.exit(leaving ? 0 : 1)
