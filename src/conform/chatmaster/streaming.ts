/** Packages on the wire: how they are cut, what is none, and compression. Rules X11 and X12, and the limits. */

import { setTimeout as delay } from 'node:timers/promises'
import { deflateSync } from 'node:zlib'
import type { Check } from '../check.js'
import { CheckFailure } from '../failure.js'
import { chatmasterCheck as check } from './chatmaster-check.js'
import type { Party } from './party.js'
import type { Person } from './person.js'
import { command, joined, MAX_PACKAGE_BYTES, message, packed, said, shown } from './wire.js'

/** What is no package. */
const NO_PACKAGES: readonly [what: string, text: string][] = [
  ['an empty object', '{}'],
  ['an object without data', '{"type":"message"}'],
  ['an object without a type', '{"data":{}}'],
  ['data that is null', '{"type":"message","data":null}'],
  ['data that is an array', '{"type":"message","data":[]}'],
  ['data that is a string', '{"type":"message","data":"Hi"}'],
  ['a type that is a number', '{"type":1,"data":{}}'],
  ['an array', '[]'],
  ['a trailing comma', '{"type":"message","data":{"message":"Hi"},}'],
  ['single quotes', "{'type':'message','data':{}}"],
  ['60,000 brackets', `{"type":${'['.repeat(60_000)}`],
  ['five levels', '{"type":"x","data":{"a":{"b":{"c":{}}}}}'],
]

const NEITHER: readonly [what: string, bytes: Buffer][] = [
  ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a byte order mark', Buffer.from('\ufeff{}')],
  ['a frame', Buffer.from('0000034261640a', 'hex')],
]

/** A package of exactly so many bytes that is none of the page's types. */
function packageOf(bytes: number): string {
  const around = '{"type":"filler","data":{"x":""}}'
  return `{"type":"filler","data":{"x":"${'y'.repeat(bytes - around.length)}"}}`
}

async function compressedPair(party: Party): Promise<[Person, Person]> {
  const amy = await party.join()
  const bob = await party.connectCompressed()
  await party.enter(bob)
  await amy.expect(joined(bob.name))
  return [amy, bob]
}

async function inPieces(person: Person, pieces: Iterable<Uint8Array>): Promise<void> {
  for (const piece of pieces) {
    person.peer.write(piece)
    await delay(1)
  }
}

export const STREAMING: readonly Check[] = [
  check('X11', 'a package may be cut at every byte', async (party) => {
    const [amy, bob] = await party.people(2)
    const bytes = packed(message('cut'), bob.compressed)
    for (let at = 1; at < bytes.length; at += 5) {
      await inPieces(bob, [bytes.subarray(0, at), bytes.subarray(at)])
      await amy.expect(said(bob.name, 'cut'))
    }
    await inPieces(
      bob,
      Array.from(bytes, (byte) => Buffer.of(byte)),
    )
    await amy.expect(said(bob.name, 'cut'))
  }),
  check('X11', 'packages may be glued, with any white space between', async (party) => {
    const bob = await party.connectPlain()
    await party.enter(bob)
    const amy = await party.join()
    await bob.expect(joined(amy.name))
    const texts = Array.from({ length: 200 }, (_, index) => `#${index}`)
    const spaces = ['', ' ', '\n', '\r\n', '\t \n\n']
    bob.peer.write(
      texts.map((text, index) => JSON.stringify(message(text)) + spaces[index % spaces.length]).join(''),
    )
    for (const text of texts) await amy.expect(said(bob.name, text))
  }),
  ...NO_PACKAGES.map(([what, text]) =>
    check('X11', `${what}: an error of type package, then the end`, async (party) => {
      const bob = await party.join()
      bob.send(text)
      await bob.expectEnd()
    }),
  ),
  ...NEITHER.map(([what, bytes]) =>
    check('X11', `${what} in place of a login: an error of type package, then the end`, async (party) => {
      const bob = await party.connect()
      bob.peer.write(bytes)
      await bob.expectEnd()
    }),
  ),
  check('X11', 'a package of 64 KiB is taken, and one byte more ends the connection', async (party) => {
    const bob = await party.join()
    bob.send(packageOf(MAX_PACKAGE_BYTES))
    await bob.expectError('filler')
    bob.send(packageOf(MAX_PACKAGE_BYTES + 1))
    await bob.expectEnd()
  }),
  check('X12', 'whoever sends compressed packages gets compressed answers', async (party) => {
    const bob = await party.connectCompressed()
    if (!bob.heardCompressed) throw new CheckFailure('a compressed answer', 'a plain one')
    await party.enter(bob)
    if (!bob.heardCompressed) throw new CheckFailure('a compressed notification', 'a plain one')
  }),
  check('X12', 'whoever sends plain packages gets plain answers', async (party) => {
    const bob = await party.connectPlain()
    await party.enter(bob)
    if (bob.heardCompressed) throw new CheckFailure('a plain notification', 'a compressed one')
  }),
  check('X12', 'plain and compressed people hear each other', async (party) => {
    const [amy, bob] = await compressedPair(party)
    bob.send(message('one'))
    await amy.expect(said(bob.name, 'one'))
    amy.send(message('two'))
    await bob.expect(said(amy.name, 'two'))
  }),
  check('X12', 'compressed packages may be glued, and cut at every byte', async (party) => {
    const [amy, bob] = await compressedPair(party)
    const texts = Array.from({ length: 50 }, (_, index) => `#${index}`)
    bob.send(...texts.map((text) => message(text)))
    for (const text of texts) await amy.expect(said(bob.name, text))
    const bytes = packed(message('cut'), true)
    for (let at = 1; at < bytes.length; at += 3) {
      await inPieces(bob, [bytes.subarray(0, at), bytes.subarray(at)])
      await amy.expect(said(bob.name, 'cut'))
    }
    await inPieces(
      bob,
      Array.from(bytes, (byte) => Buffer.of(byte)),
    )
    await amy.expect(said(bob.name, 'cut'))
  }),
  check('X12', 'packages may be compressed at any level', async (party) => {
    const [amy, bob] = await compressedPair(party)
    for (const level of [0, 1, 9]) {
      bob.peer.write(deflateSync(JSON.stringify(message(`level ${level}`)), { level }))
      await amy.expect(said(bob.name, `level ${level}`))
    }
  }),
  check('X12', 'a package that inflates past 64 KiB is too large, and ends the connection', async (party) => {
    const [, bob] = await compressedPair(party)
    bob.send(packageOf(MAX_PACKAGE_BYTES))
    await bob.expectError('filler')
    bob.send(packageOf(MAX_PACKAGE_BYTES + 1))
    await expectTooLarge(bob)
  }),
  check('X12', 'a package of 65 KB that would be 64 MiB is too large', async (party) => {
    const bob = await party.connectCompressed()
    bob.peer.write(deflateSync(Buffer.alloc(64 * 1024 * 1024, 0x20)))
    await expectTooLarge(bob)
  }),
  check('X12', 'a wrong checksum is an error of type package, then the end', async (party) => {
    const [, bob] = await compressedPair(party)
    const bytes = packed(command('channels'), true)
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 0xff
    bob.peer.write(bytes)
    await bob.expectEnd()
  }),
  check('X12', 'what stands behind a compressed package and is none ends the connection', async (party) => {
    const [, bob] = await compressedPair(party)
    bob.peer.write(Buffer.concat([packed(command('channels'), true), Buffer.from('garbage')]))
    await bob.listed()
    await bob.expectEnd()
  }),
]

async function expectTooLarge(person: Person): Promise<void> {
  const came = await person.expectEnd()
  if (came.data.message !== 'Package too large.') throw new CheckFailure('Package too large.', shown(came))
}
