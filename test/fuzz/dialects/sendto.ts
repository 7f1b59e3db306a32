/** The sendto page, for the fuzzer: messages and lines that are right, and everything that may come back. */

import assert from 'node:assert/strict'
import {
  header,
  list,
  login,
  logout,
  packet,
  packetLength,
  shown,
  sendto as toSomebody,
} from '../../fixtures/sendto-bytes.js'
import { expectedOf } from '../../fixtures/sendto-model.js'
import {
  assertText,
  type FuzzedDialect,
  linesOf,
  VISITOR,
  type Visit,
  WITNESS_NAMES,
  words,
} from '../relay/fuzzed-dialect.js'

const [LIST, SENDTO, RESPONSE] = [2, 3, 5]
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const ANSWERS = ['Success', 'Failure', 'Bad username', 'Bad message', 'Invalid command', 'EXIT']
const line = (...lines: string[]) => Buffer.from(lines.map((one) => `${one}\n`).join(''))

export const sendto: FuzzedDialect = {
  name: 'sendto',
  listeners: [''],
  seeds: [
    Buffer.concat([
      login(VISITOR),
      list(),
      toSomebody('Amy', 'Hi'),
      toSomebody(VISITOR, 'Hé\r\n'),
      logout(),
      list(),
      logout(),
    ]),
    Buffer.concat([
      login('Amy'),
      login(''),
      login(VISITOR),
      login('Gus'),
      toSomebody('nobody', 'x'),
      toSomebody('bob', ''),
    ]),
    Buffer.concat([
      toSomebody('Amy', 'x'),
      packet(9, 'x', 'x'),
      packet(1, 'x'.repeat(21)),
      login('x'.repeat(20)),
      login(VISITOR),
    ]),
    Buffer.concat([
      login(VISITOR),
      toSomebody('Eve', 'x'.repeat(300)),
      toSomebody('Dan', Buffer.of(0xff)),
      packet(5, '', '\0'),
    ]),
    Buffer.concat([login(VISITOR), header(3, 3, 65_535), Buffer.from('Amy'), Buffer.alloc(65_535, 'x')]),
    line(
      `login ${VISITOR}`,
      'list',
      'sendto Amy Hi how are you?',
      `sendto ${VISITOR} Hé`,
      'logout',
      'logout',
      'exit',
    ),
    line(
      'login',
      'login a b',
      'login Amy',
      'list x',
      'sendto',
      'sendto nobody',
      'x',
      '',
      `login ${VISITOR}`,
      `login ${VISITOR}`,
    ),
    line(`login ${VISITOR}\r`, `sendto ${'x'.repeat(21)} x`, 'sendto nobody x', 'sendto bob \x1b[2J', 'LIST'),
    Buffer.concat([
      line(`login ${VISITOR}`),
      Buffer.from('sendto Amy '),
      Buffer.alloc(65_536, 'x'),
      line('', 'list'),
    ]),
    Buffer.concat([Buffer.alloc(1030, 'x'), line('', 'list')]),
  ],
  words: [
    ...words(
      'Amy',
      'bob',
      'Cyd',
      'Dan',
      'Eve',
      VISITOR,
      'Gus',
      'login ',
      'list\n',
      'sendto ',
      'logout\n',
      'exit\n',
      '\n',
      '__proto__',
    ),
    ...[
      login(VISITOR),
      list(),
      toSomebody('Amy', 'x'),
      logout(),
      header(3, 3, 65_535),
      header(1, 20, 0),
      header(3, 3, 1),
    ],
  ],
  mostHeldBytes: 2 * 66_000,

  enter: login,
  say: () => null,
  direct: (to, text) => toSomebody(to, text),

  read(received, _listener, sent) {
    return speaksLines(sent) ? linesOf(received).map(lineKind) : packetsOf(received).map(packetKind)
  },

  /** The model of the page says to the byte what comes back, as long as nobody else says anything. */
  check({ sent, received, reason, isAllTaken, isDisturbed }: Visit) {
    if (isDisturbed || (!isAllTaken && reason === 'reset') || reason === 'refused') return
    const { answers } = expectedOf(sent, WITNESS_NAMES)
    if (received.equals(answers)) return
    const show = (bytes: Buffer) =>
      speaksLines(sent) ? bytes.toString().slice(0, 400) : packetsOf(bytes).map(shown).join('; ')
    assert.equal(show(received), show(answers))
    assert.fail('the bytes differ beyond what is shown')
  },
}

function speaksLines(sent: Buffer): boolean {
  const [first] = sent
  return first !== undefined && first >= 0x20 && first <= 0x7e
}

function packetsOf(received: Buffer): Buffer[] {
  const packets: Buffer[] = []
  for (let at = 0; at < received.length; ) {
    const length = packetLength(received.subarray(at))
    assert.ok(length !== undefined && at + length <= received.length, 'a torn message')
    packets.push(received.subarray(at, at + length))
    at += length
  }
  return packets
}

function packetKind(one: Buffer): string {
  const nameBytes = one[1] as number
  const name = one.toString('latin1', 4, 4 + nameBytes)
  const text = UTF8.decode(one.subarray(4 + nameBytes))
  if (one[0] === RESPONSE) {
    assert.ok(name === '' && text.length === 1 && text <= '\x02', shown(one))
    return `RESPONSE ${text.charCodeAt(0)}`
  }
  if (one[0] === LIST) {
    assert.ok(name === '' && text.split('\n').every((each) => /^[!-~]{1,32}$/.test(each)), shown(one))
    return 'LIST'
  }
  assert.equal(one[0], SENDTO, shown(one))
  assert.match(name, /^[!-~]{1,20}$/)
  assertText(text)
  return 'SENDTO'
}

function lineKind(text: string): string {
  assertText(text)
  if (ANSWERS.includes(text)) return text
  if (/^[!-~]{1,20}: ./su.test(text)) return 'told'
  assert.match(text, /^[!-~]{1,32}$/)
  return 'name'
}
