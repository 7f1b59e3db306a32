/**
 * A framed server of the tests' own, right in all that the kit asks for, but for the faults that it is told to have.
 * It shares nothing with the relay.
 */

import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** What the server does wrong. */
export type Fault =
  | 'greets without LIST'
  | 'greets everybody'
  | 'announces before the answer'
  | 'takes any name'
  | 'forgets names never'
  | 'lets two have one name'
  | 'answers two bytes'
  | 'no space after the bracket'
  | 'echoes'
  | 'passes empty messages on'
  | 'cuts long texts'
  | 'passes controls on'
  | 'unsorted list'
  | 'directs to everybody'
  | 'silent about leaving'
  | 'closes on unknown commands'
  | 'talks to the nameless'
  | 'tears frames'
  | 'one chunk is one frame'
  | 'no limit before a name'
  | 'goes without a word'
  | 'names are object keys'

const MAX = 0xffff

export async function startWrongFramed(t: TestContext, ...faults: readonly Fault[]): Promise<number> {
  const server = new WrongFramed(new Set(faults))
  const listener = createServer({ allowHalfOpen: true }, (socket) => server.accept(socket))
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  t.after(() => {
    listener.close()
    server.closeAll()
  })
  return (listener.address() as AddressInfo).port
}

interface Person {
  readonly socket: Socket
  name: string | null
  bytes: Buffer
  over: boolean
  written: Promise<void>
}

class WrongFramed {
  readonly #faults: ReadonlySet<Fault>
  readonly #people = new Set<Person>()
  readonly #everTaken = new Set<string>()

  constructor(faults: ReadonlySet<Fault>) {
    this.#faults = faults
  }

  accept(socket: Socket): void {
    socket.setNoDelay(true)
    const person: Person = {
      socket,
      name: null,
      bytes: Buffer.alloc(0),
      over: false,
      written: Promise.resolve(),
    }
    this.#people.add(person)
    const list = this.#has('greets without LIST') ? '' : ' LIST,'
    this.#send(person, 2, `Welcome: JOIN, LEAVE, MESSAGE,${list} DIRECT`)
    if (this.#has('greets everybody')) this.#toAll(2, `Welcome: JOIN, LEAVE, MESSAGE, LIST, DIRECT`, person)
    socket.on('data', (chunk) => this.#feed(person, chunk))
    socket.on('end', () => this.#end(person))
    socket.on('close', () => this.#end(person))
    socket.on('error', () => {})
  }

  closeAll(): void {
    for (const { socket } of this.#people) socket.destroy()
  }

  #has(fault: Fault): boolean {
    return this.#faults.has(fault)
  }

  #feed(person: Person, chunk: Buffer): void {
    person.bytes = this.#has('one chunk is one frame') ? chunk : Buffer.concat([person.bytes, chunk])
    while (!person.over && person.bytes.length >= 3) {
      const length = person.bytes.readUInt16BE(1)
      if (person.name === null && length > 1021 && !this.#has('no limit before a name')) {
        if (!this.#has('goes without a word')) {
          this.#send(person, 5, 'Too long a frame')
          this.#send(person, 1, 'too long a frame')
        }
        this.#end(person)
        return
      }
      if (person.bytes.length < 3 + length) return
      const command = person.bytes[0] as number
      const text = person.bytes.toString('latin1', 3, 3 + length)
      person.bytes = this.#has('one chunk is one frame') ? Buffer.alloc(0) : person.bytes.subarray(3 + length)
      this.#answer(person, command, text.replace(/[\r\n\0]+$/, ''))
    }
  }

  #answer(person: Person, command: number, text: string): void {
    const { name } = person
    if (command === 1) this.#end(person)
    else if (command === 0) this.#join(person, text)
    else if (command > 4) {
      this.#send(person, 5, `Unsupported command ${command}`)
      if (this.#has('closes on unknown commands')) this.#end(person)
    } else if (name === null) {
      if (!this.#has('talks to the nameless')) this.#send(person, 5, 'Join first')
      else if (command === 2) this.#toAll(2, `[?] ${text}`, person)
      else this.#send(person, command, 'Amy')
    } else if (command === 3) {
      const names = [...this.#people].flatMap((one) => one.name ?? [])
      if (!this.#has('unsorted list')) names.sort((a, b) => (a < b ? -1 : 1))
      this.#send(person, 3, names.join(' '))
    } else if (!/^[\t -~]*$/.test(text) && !this.#has('passes controls on'))
      this.#send(person, 5, 'ASCII only')
    else if (command === 2) this.#message(person, name, text)
    else this.#direct(person, name, text)
  }

  #join(person: Person, name: string): void {
    if (person.name !== null) {
      this.#send(person, 5, `Already joined as ${person.name}`)
      return
    }
    const two = this.#has('answers two bytes') ? '\0' : ''
    const taken =
      [...this.#people].some((one) => one.name === name) ||
      (this.#has('forgets names never') && this.#everTaken.has(name)) ||
      (this.#has('names are object keys') && name in {})
    if (!/^[!-~]{1,32}$/.test(name) && !this.#has('takes any name')) this.#send(person, 0, `\x02${two}`)
    else if (taken && !this.#has('lets two have one name')) this.#send(person, 0, `\x01${two}`)
    else {
      person.name = name
      this.#everTaken.add(name)
      const announce = () => this.#toAll(2, `**${name} is joining the chat**`)
      if (this.#has('announces before the answer')) announce()
      this.#send(person, 0, `\0${two}`)
      if (!this.#has('announces before the answer')) announce()
    }
  }

  #message(person: Person, name: string, text: string): void {
    const line = `[${name}]${this.#has('no space after the bracket') ? '' : ' '}${text}`
    if (line.length > MAX && !this.#has('cuts long texts')) {
      this.#send(person, 5, `Message too long: at most ${MAX - name.length - 3}`)
    } else if (text !== '' || this.#has('passes empty messages on')) {
      this.#toAll(2, line.slice(0, MAX), this.#has('echoes') ? undefined : person)
    }
  }

  #direct(person: Person, name: string, payload: string): void {
    const [, to, text] = /^@?(\S+) (.+)$/s.exec(payload) ?? []
    const other = [...this.#people].find((one) => one.name === to)
    if (to === undefined || text === undefined) this.#send(person, 5, 'Whom? What?')
    else if (this.#has('directs to everybody')) this.#toAll(4, `[${name}] ${text}`)
    else if (other === undefined) this.#send(person, 5, `No such user: ${to}`)
    else this.#send(other, 4, `[${name}] ${text}`)
  }

  #end(person: Person): void {
    if (person.over) return
    person.over = true
    this.#people.delete(person)
    person.written = person.written.then(() => void person.socket.end())
    if (person.name !== null && !this.#has('silent about leaving')) {
      this.#toAll(2, `**${person.name} is leaving the chat**`)
    }
  }

  #toAll(command: number, text: string, except?: Person): void {
    for (const one of this.#people) if (one.name !== null && one !== except) this.#send(one, command, text)
  }

  #send(person: Person, command: number, text: string): void {
    const header = Buffer.of(command, text.length >> 8, text.length & 0xff)
    const payload = Buffer.from(text, 'latin1')
    const pieces = this.#has('tears frames') ? [header, payload] : [Buffer.concat([header, payload])]
    const { socket } = person
    for (const piece of pieces) {
      if (!this.#has('tears frames')) {
        if (!socket.writableEnded) socket.write(piece)
        continue
      }
      // A turn for each piece, or both would be read at once.
      person.written = person.written.then(async () => {
        if (!socket.writableEnded) socket.write(piece)
        await new Promise((resolve) => setTimeout(resolve, 2))
      })
    }
  }
}
