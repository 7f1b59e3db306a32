/** A small sendto server of the tests that can be told to get one thing wrong. Serves messages and lines. */

import { createServer, type Server, type Socket } from 'node:net'
import { parseCommand } from '../../src/relay/dialects/sendto/commands.js'
import { list, packet, packetLength } from '../fixtures/sendto-bytes.js'

/** What it gets wrong, and the rule that this breaks. */
export const WRONGS = {
  'answers twice': 'S1',
  'says nothing to what is malformed': 'S1',
  'takes any name': 'S2',
  'gives a name to two': 'S2',
  'logs in again': 'S2',
  'lists for members alone': 'S3',
  'lists in the order of arrival': 'S3',
  'ends a list with a line feed': 'S3',
  'takes empty texts': 'S4',
  'lets controls pass': 'S4',
  'says ok to nobody': 'S4',
  'closes on logout': 'S5',
  'keeps the name after logout': 'S5',
  'closes on an unknown type': 'S6',
  'names nobody': 'S7',
  'speaks no lines': 'S8',
  'stays after exit': 'S8',
  'ends without EXIT': 'S8',
} as const

export type Wrong = keyof typeof WRONGS

const [OK, FAILURE, MALFORMED] = [0, 1, 2]
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\ufffd]/
const WORDS = ['Success', 'Failure', 'Malformed packet']

interface Client {
  readonly socket: Socket
  readonly lines: boolean
  name: string | null
}

export function wrongSendto(wrong: Wrong | null): Server {
  const people = new Map<string, Client>()
  const is = (what: Wrong) => wrong === what

  const login = (client: Client, name: string): number => {
    if (!/^[!-~]{1,20}$/.test(name) && !is('takes any name')) return MALFORMED
    if (client.name !== null && !is('logs in again')) return FAILURE
    if (people.has(name) && !is('gives a name to two')) return FAILURE
    client.name = name
    people.set(name, client)
    return OK
  }
  const leave = (client: Client) => {
    if (client.name !== null && people.get(client.name) === client) people.delete(client.name)
    client.name = null
  }
  const logout = (client: Client): number => {
    if (client.name === null) return FAILURE
    if (is('closes on logout')) client.socket.end()
    if (is('keeps the name after logout')) client.name = null
    else leave(client)
    return OK
  }
  const say = (client: Client, to: string, bytes: Buffer): number => {
    if (client.name === null) return FAILURE
    const text = bytes.toString('utf8').replace(/[\r\n\0]+$/, '')
    if (text === '' && !is('takes empty texts')) return MALFORMED
    if (CONTROL.test(text) && !is('lets controls pass')) return MALFORMED
    const receiver = people.get(to)
    if (receiver === undefined) return is('says ok to nobody') ? OK : FAILURE
    const name = is('names nobody') ? '' : client.name
    receiver.socket.write(receiver.lines ? `${name}: ${text}\n` : packet(3, name, text))
    return OK
  }
  const names = () => {
    const all = [...people.keys()]
    if (!is('lists in the order of arrival')) all.sort((a, b) => (a < b ? -1 : 1))
    return all.join('\n') + (is('ends a list with a line feed') ? '\n' : '')
  }

  const message = (client: Client, type: number, name: string, text: Buffer) => {
    const { socket } = client
    const respond = (status: number | undefined) => {
      if (status === MALFORMED && is('says nothing to what is malformed')) return
      socket.write(packet(5, '', Buffer.of(status as number)))
      if (is('answers twice')) socket.write(packet(5, '', Buffer.of(status as number)))
    }
    const plain = name.replace(/[\r\n\0]+$/, '')
    if (type < 1 || type > 4) {
      if (is('closes on an unknown type')) socket.end()
      respond(MALFORMED)
    } else if (name.length > 20) respond(MALFORMED)
    else if (type === 1) respond(login(client, plain))
    else if (type === 3) respond(say(client, plain, text))
    else if (type === 4) respond(logout(client))
    else if (client.name === null && is('lists for members alone')) respond(FAILURE)
    else socket.write(list(names()))
  }

  const line = (client: Client, raw: string) => {
    const { socket } = client
    const command = parseCommand(raw.replace(/[\r\0]+$/, ''))
    const answer = (status: number | undefined, malformed: string) =>
      socket.write(`${status === MALFORMED ? malformed : WORDS[status as number]}\n`)
    if (command.kind === 'wrong') socket.write(`${command.words}\n`)
    else if (command.kind === 'login') answer(login(client, command.name), 'Bad username')
    else if (command.kind === 'logout') answer(logout(client), '')
    else if (command.kind === 'list') socket.write(`${names()}\n`)
    else if (command.kind === 'exit') {
      leave(client)
      if (!is('ends without EXIT')) socket.write('EXIT\n')
      if (!is('stays after exit')) socket.end()
    } else {
      const bytes = Buffer.from(command.text)
      answer(bytes.length > 65_535 ? MALFORMED : say(client, command.name, bytes), 'Bad message')
    }
  }

  return createServer((socket) => {
    let client: Client | null = null
    let bytes: Buffer = Buffer.alloc(0)
    const gone = () => client !== null && leave(client)
    socket.on('error', gone).on('close', gone).on('end', gone)
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      const printable = (bytes[0] as number) >= 0x20 && (bytes[0] as number) <= 0x7e
      client ??= { socket, lines: printable && !is('speaks no lines'), name: null }
      while (bytes.length > 0 && socket.writable) {
        const length = client.lines ? bytes.indexOf(0x0a) + 1 : (packetLength(bytes) ?? 0)
        if (length === 0 || length > bytes.length) return
        const one = bytes.subarray(0, length)
        bytes = bytes.subarray(length)
        const text = 4 + (one[1] ?? 0)
        if (client.lines) line(client, one.toString('utf8').slice(0, -1))
        else message(client, one[0] as number, one.toString('latin1', 4, text), one.subarray(text))
      }
    })
  })
}
