/** That a soak sees what a relay does wrong over time: a message lost, doubled, out of order or changed, a record too few, memory that grows. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Checker } from '../../bench/soak/checker.js'
import { grownBy, growthOf } from '../../bench/soak/growth.js'
import { atRest, differencesOf } from '../../bench/soak/held.js'
import { LogCounts } from '../../bench/soak/log-counts.js'
import { mixedLength } from '../../bench/soak/numbered.js'
import { type Member, membersOf, Senders } from '../../bench/soak/senders.js'

/** One of each dialect: framed, chatroom, json-irc, chatmaster, sendto. */
const PEOPLE = 5
const FRAMED = 0
const SENDTO = 4

class Talk {
  readonly senders = new Senders(membersOf(PEOPLE), 1, mixedLength)
  readonly checker = new Checker(this.senders)
  #timeUs = 1000

  /** Says the next message of a sender. @returns what its receivers get, by receiver */
  say(sender: number): Map<number, Buffer> {
    const { senders } = this
    const sequence = senders.sent[sender] as number
    const text = senders.next(sender, this.#timeUs++)
    const name = senders.nameOf(sender, sequence)
    const units = new Map<number, Buffer>()
    const isDirect = senders.partnerOf(sender) !== null
    for (const member of senders.members) {
      if (senders.expects(member.number, sender))
        units.set(member.number, heardBytes(member, name, text, isDirect))
    }
    return units
  }

  hear(receiver: number, unit: Buffer): void {
    const { wire } = (this.senders.members[receiver] as Member).dialect
    this.checker.take(receiver, wire, unit, 0, unit.length)
  }

  hearAll(units: ReadonlyMap<number, Buffer>): void {
    for (const [receiver, unit] of units) this.hear(receiver, unit)
  }
}

/** As the pages of the dialects say, with an id and a time of the relay's. */
function heardBytes({ name: to, dialect }: Member, name: string, text: string, isDirect: boolean): Buffer {
  switch (dialect.wire.name) {
    case 'framed': {
      const payload = Buffer.from(`[${name}] ${text}`)
      return Buffer.concat([Buffer.of(isDirect ? 4 : 2, payload.length >> 8, payload.length & 255), payload])
    }
    case 'chatroom':
      return Buffer.from(
        `SEND {"sender":"${name}","header":"@${isDirect ? to : 'everyone'}","timestamp":"9:05 am","messageId":"x1","message":"${text}"}\n`,
      )
    case 'json-irc':
      return Buffer.from(
        `{"command":"/${isDirect ? 'direct' : 'broadcast'}","nickname":"${name}","room":"${isDirect ? to : 'general'}","message":"${text}"}\n`,
      )
    case 'chatmaster':
      return Buffer.from(
        `{"type":"message","data":{"message":"${text}","username":"${name}"${isDirect ? ',"private":true' : ''}}}\n`,
      )
    default:
      return Buffer.concat([
        Buffer.of(3, name.length, text.length >> 8, text.length & 255),
        Buffer.from(name),
        Buffer.from(text),
      ])
  }
}

describe('what is said', () => {
  it('is right where everybody gets everything once, in order and whole', () => {
    const talk = new Talk()
    for (let sender = 0; sender < talk.senders.count; sender++) {
      for (let times = 0; times < 3; times++) talk.hearAll(talk.say(sender))
    }
    const { deliveries, example, ...wrong } = talk.checker.counts()
    assert.equal(deliveries, talk.senders.due)
    assert.equal(example, null)
    assert.deepEqual(wrong, { lost: 0, duplicated: 0, reordered: 0, foreign: 0, wrongBytes: 0 })
  })

  it('is seen to be lost, in the midst and at the end', () => {
    const talk = new Talk()
    talk.hearAll(talk.say(FRAMED))
    const inTheMidst = talk.say(FRAMED)
    inTheMidst.delete(1)
    talk.hearAll(inTheMidst)
    talk.hearAll(talk.say(FRAMED))
    const last = talk.say(FRAMED)
    last.delete(2)
    talk.hearAll(last)
    assert.equal(talk.checker.counts().lost, 2)
  })

  it('is seen to come twice, at once and later', () => {
    const talk = new Talk()
    const first = talk.say(FRAMED)
    talk.hearAll(first)
    talk.hear(1, first.get(1) as Buffer)
    talk.hearAll(talk.say(FRAMED))
    talk.hear(2, first.get(2) as Buffer)
    assert.equal(talk.checker.wrong, 2)
    assert.equal(talk.checker.counts().duplicated, 2)
  })

  it('is seen to be out of order, and not taken for lost', () => {
    const talk = new Talk()
    const [first, second] = [talk.say(FRAMED), talk.say(FRAMED)]
    talk.hear(3, second.get(3) as Buffer)
    talk.hear(3, first.get(3) as Buffer)
    for (const receiver of [1, 2]) {
      talk.hear(receiver, first.get(receiver) as Buffer)
      talk.hear(receiver, second.get(receiver) as Buffer)
    }
    const { lost, reordered } = talk.checker.counts()
    assert.deepEqual({ lost, reordered }, { lost: 0, reordered: 1 })
  })

  it('is seen to be changed by a byte, in each dialect and in its sender’s name', () => {
    for (const receiver of [1, 2, 3]) {
      const talk = new Talk()
      const units = talk.say(FRAMED)
      const unit = units.get(receiver) as Buffer
      const textAt = unit.indexOf('~')
      unit[textAt + 15] = 0x21
      talk.hearAll(units)
      const { wrongBytes, lost, example } = talk.checker.counts()
      assert.deepEqual({ wrongBytes, lost }, { wrongBytes: 1, lost: 0 })
      assert.match(example ?? '', /!/)
    }
    const talk = new Talk()
    const units = talk.say(1)
    const unit = units.get(FRAMED) as Buffer
    unit.write('member2', unit.indexOf('member1'))
    talk.hearAll(units)
    assert.equal(talk.checker.counts().wrongBytes, 1)
  })

  it('is seen by whom it is not for', () => {
    const talk = new Talk()
    // A direct message of the first one, whose partner is told; and then somebody else is.
    const [[partner, unit]] = [...talk.say(PEOPLE + FRAMED)] as [[number, Buffer]]
    talk.hear(partner, unit)
    const stranger = [1, 2, 3].find((number) => number !== partner) as number
    const text = unit.subarray(unit.indexOf('~')).toString('latin1')
    const { name } = talk.senders.members[FRAMED] as Member
    const toStranger = talk.senders.members[stranger] as Member
    talk.hear(stranger, heardBytes(toStranger, name, text.slice(0, mixedLength(PEOPLE + FRAMED, 0)), true))
    assert.equal(talk.checker.counts().foreign, 1)
  })

  it('goes on in the sequence of a slot from guest to guest, each by their own name', () => {
    const talk = new Talk()
    const sender = 2 * PEOPLE
    const first = talk.senders.takeSlot('anna')
    assert.equal(talk.senders.takeSlot('otto'), null)
    assert.ok(first !== null)
    assert.equal(first.sender, sender)
    const said = talk.say(sender)
    talk.senders.giveBack(first)
    talk.senders.takeSlot('otto')
    const next = talk.say(sender)
    assert.match(String(said.get(1)), /"sender":"anna"/)
    assert.match(String(next.get(1)), /"sender":"otto"/)
    talk.hearAll(said)
    talk.hearAll(next)
    const { deliveries, example, ...wrong } = talk.checker.counts()
    assert.equal(deliveries, talk.senders.due)
    assert.deepEqual(wrong, { lost: 0, duplicated: 0, reordered: 0, foreign: 0, wrongBytes: 0 })
  })

  it('does not count what newcomers were told of an earlier time', () => {
    const earlier = new Talk()
    const old = [earlier.say(FRAMED), earlier.say(FRAMED)]
    const talk = new Talk()
    for (const units of old) talk.hearAll(units)
    talk.checker.begin()
    talk.hearAll(talk.say(FRAMED))
    const { deliveries, example, ...wrong } = talk.checker.counts()
    assert.equal(deliveries, 3)
    assert.equal(example, null)
    assert.deepEqual(wrong, { lost: 0, duplicated: 0, reordered: 0, foreign: 0, wrongBytes: 0 })
  })

  it('is told to the partner of whoever is in no room', () => {
    const talk = new Talk()
    assert.equal(talk.senders.partnerOf(SENDTO)?.number, FRAMED)
    assert.deepEqual([...talk.say(SENDTO).keys()], [FRAMED])
  })
})

describe('memory', () => {
  const hour = Array.from({ length: 720 }, (_, sample) => sample)

  it('that breathes does not grow', () => {
    const growth = growthOf(hour.map((sample) => 60 + 20 * Math.sin(sample / 7) + (sample > 600 ? 0.5 : 0)))
    assert.ok(growth !== null)
    assert.ok(Math.abs(grownBy(growth)) < 2, `${grownBy(growth)}`)
    assert.ok(growth.most > 79)
  })

  it('that a flood has raised for a while does not grow', () => {
    const growth = growthOf(hour.map((sample) => (sample > 560 && sample < 640 ? 200 : 60)))
    assert.ok(growth !== null)
    assert.equal(grownBy(growth), 0)
  })

  it('that leaks is seen, however it breathes meanwhile', () => {
    const growth = growthOf(hour.map((sample) => 60 + 20 * Math.sin(sample / 7) + sample / 9))
    assert.ok(growth !== null)
    assert.ok(grownBy(growth) > 30, `${grownBy(growth)}`)
  })

  it('of too short a time says nothing', () => {
    assert.equal(growthOf([1, 2, 3, 4, 5, 6, 7, 8]), null)
  })

  it('is looked at until it comes down no further, however it does', async () => {
    const seen = [187, 160, 160, 162, 131, 133, 132, 140, 90]
    const looks = seen.values()
    const look = async () => ({ counts: {}, heapMib: 10, externalMib: 4, rssMib: looks.next().value ?? 0 })
    assert.equal((await atRest(look)).rssMib, 131)
    assert.deepEqual([...looks], [90])
  })

  it('and descriptors that are more than before are named', () => {
    const before = { counts: { 'descriptors: socket': 8, rooms: 1 }, heapMib: 10, externalMib: 4, rssMib: 60 }
    const after = {
      counts: { 'descriptors: socket': 9, rooms: 1, 'handles: Timeout': 1 },
      heapMib: 10,
      externalMib: 4,
      rssMib: 60,
    }
    assert.deepEqual(differencesOf(before, after), [
      'descriptors: socket: 8 before, 9 after',
      'handles: Timeout: 0 before, 1 after',
    ])
    assert.deepEqual(differencesOf(after, before), [])
  })
})

describe('records', () => {
  function directory(t: TestContext): string {
    const path = mkdtempSync(join(tmpdir(), 'parlance-soak-test-'))
    t.after(() => rmSync(path, { recursive: true, force: true }))
    return path
  }

  const CLOSED = '{"event":"closed","reason":"reset"}\n'
  const SUM = '{"event":"closed","reason":"reset","count":40}\n'

  it('are counted once, whatever becomes of their file, and sums for what they stand for', (t) => {
    const path = directory(t)
    const logs = new LogCounts(path, 'general')
    const name = 'connections-2026-01-31T23-59-59-999Z-1.log'
    writeFileSync(join(path, name), CLOSED + SUM)
    writeFileSync(join(path, 'connections.log'), CLOSED)
    writeFileSync(join(path, 'somebody-else.log'), 'nothing')
    logs.countRotated()
    rmSync(join(path, name))
    writeFileSync(join(path, `${name}.gz`), gzipSync(CLOSED + SUM))
    logs.countRotated()
    writeFileSync(join(path, 'connections-2026-02-01T23-59-59-999Z-1.log.gz'), gzipSync(CLOSED))
    logs.countRest()
    assert.equal(logs.of('closed reset'), 43)
    assert.equal(logs.rotatedFiles, 2)
    assert.equal(logs.broken, 0)
  })

  it('that are torn or none are counted as broken, and rooms are told apart', (t) => {
    const logs = new LogCounts(directory(t), 'general')
    logs.count('{"event":"joined","room":"general"}\n{"event":"left","room":"den"}\nnonsense\n{"event":"jo')
    assert.equal(logs.broken, 2)
    assert.deepEqual(logs.presence, { joined: 1, left: 0 })
    assert.equal(logs.of('left'), 1)
  })
})
