/**
 * What somebody of one node did, as it is told to the others: its records, and their bytes. People are numbers, which their
 * node gives them when they come and never again; 0 is nobody, and then a record says itself who speaks.
 *
 *     byte  number  then what the kind has, in the order of its fields below
 *     kind  who
 *
 * What is decoded is what the hub may be told: names, rooms, statuses and texts are such (N2, R3, M3), or it is `Damaged`.
 */

import type { Status } from '../../hub/events.js'
import { isName, isRoomName, isText } from '../../hub/text.js'
import { Damaged, type Reader, type Writer } from './bytes.js'

/** Somebody of any node. */
export interface PersonRef {
  /** `null` for the node that says this. */
  readonly node: string | null
  readonly number: number
}

/** Who is where: for every node. */
export type PresenceOp =
  | {
      readonly kind: 'came'
      readonly who: number
      readonly name: string
      readonly dialect: string
      readonly refersToMessages: boolean
    }
  | { readonly kind: 'renamed'; readonly who: number; readonly name: string }
  | {
      readonly kind: 'joined'
      readonly who: number
      readonly room: string
      /** Whether they have made the room, and when. */
      readonly isFounder: boolean
      readonly founding: number
      readonly isPrivate: boolean
    }
  | { readonly kind: 'left'; readonly who: number; readonly room: string; readonly reason: string }
  | { readonly kind: 'gone'; readonly who: number; readonly reason: string }
  | { readonly kind: 'status'; readonly who: number; readonly status: Status }
  | { readonly kind: 'visibility'; readonly who: number; readonly room: string; readonly isPrivate: boolean }
  | { readonly kind: 'blocked'; readonly who: number; readonly name: string }
  | { readonly kind: 'unblocked'; readonly who: number; readonly name: string }

/** What is said: for the nodes whose people it is said to. Which room it is follows from the subject. */
export type SpokenOp =
  | (Spoken & { readonly kind: 'message' })
  | (Spoken & { readonly kind: 'direct'; readonly people: readonly PersonRef[] })
  | {
      readonly kind: 'edited'
      readonly who: number
      readonly id: string
      readonly at: number
      readonly text: string
    }
  | { readonly kind: 'receipt'; readonly who: number; readonly id: string; readonly at: number }

/** With name and dialect: whoever says it may be gone when it arrives. */
interface Spoken {
  readonly who: number
  readonly id: string
  readonly at: number
  readonly name: string
  readonly dialect: string
  readonly text: string
  readonly saidAt: string | null
}

export type Op = PresenceOp | SpokenOp

const KINDS: readonly Op['kind'][] = [
  'came',
  'renamed',
  'joined',
  'left',
  'gone',
  'status',
  'visibility',
  'blocked',
  'unblocked',
  'message',
  'direct',
  'edited',
  'receipt',
]
const CODES: ReadonlyMap<string, number> = new Map(KINDS.map((kind, code) => [kind, code]))
const STATUSES: readonly Status[] = ['online', 'offline', 'do-not-disturb']

export function writeOp(op: Op, writer: Writer): void {
  writer.byte(CODES.get(op.kind) as number)
  writer.number(op.who)
  switch (op.kind) {
    case 'came':
      writer.text(op.name)
      writer.text(op.dialect)
      writer.byte(op.refersToMessages ? 1 : 0)
      break
    case 'joined':
      writer.text(op.room)
      writer.number(op.founding)
      writer.byte((op.isFounder ? 1 : 0) | (op.isPrivate ? 2 : 0))
      break
    case 'left':
      writer.text(op.room)
      writer.text(op.reason)
      break
    case 'gone':
      writer.text(op.reason)
      break
    case 'status':
      writer.byte(STATUSES.indexOf(op.status))
      break
    case 'visibility':
      writer.text(op.room)
      writer.byte(op.isPrivate ? 1 : 0)
      break
    case 'renamed':
    case 'blocked':
    case 'unblocked':
      writer.text(op.name)
      break
    case 'message':
      writeSpoken(op, writer)
      break
    case 'direct':
      writeSpoken(op, writer)
      writer.number(op.people.length)
      for (const { node, number } of op.people) {
        writer.text(node ?? '')
        writer.number(number)
      }
      break
    case 'edited':
      writer.text(op.id)
      writer.number(op.at)
      writer.text(op.text)
      break
    case 'receipt':
      writer.text(op.id)
      writer.number(op.at)
  }
}

function writeSpoken(op: Spoken, writer: Writer): void {
  writer.text(op.id)
  writer.number(op.at)
  writer.text(op.name)
  writer.text(op.dialect)
  writer.text(op.text)
  writer.byte(op.saidAt === null ? 0 : 1)
  if (op.saidAt !== null) writer.text(op.saidAt)
}

/** @throws Damaged */
export function readOp(reader: Reader): Op {
  const kind = KINDS[reader.byte()]
  if (kind === undefined) throw new Damaged('a kind that there is not')
  const who = reader.number()
  switch (kind) {
    case 'came':
      return {
        kind,
        who,
        name: readName(reader),
        dialect: readWord(reader),
        refersToMessages: readFlag(reader),
      }
    case 'joined': {
      const room = readRoom(reader)
      const founding = reader.number()
      const flags = reader.byte()
      if (flags > 3) throw new Damaged('flags that there are not')
      return { kind, who, room, founding, isFounder: (flags & 1) !== 0, isPrivate: (flags & 2) !== 0 }
    }
    case 'left':
      return { kind, who, room: readRoom(reader), reason: readWord(reader) }
    case 'gone':
      return { kind, who, reason: readWord(reader) }
    case 'status': {
      const status = STATUSES[reader.byte()]
      if (status === undefined) throw new Damaged('a status that there is not')
      return { kind, who, status }
    }
    case 'visibility':
      return { kind, who, room: readRoom(reader), isPrivate: readFlag(reader) }
    case 'renamed':
    case 'blocked':
    case 'unblocked':
      return { kind, who, name: readName(reader) }
    case 'message':
      return { kind, who, ...readSpoken(reader) }
    case 'direct': {
      const spoken = readSpoken(reader)
      const people: PersonRef[] = []
      // Each has two bytes at least, so that a wrong number takes no memory.
      const count = reader.number()
      if (count > reader.left / 2) throw new Damaged('people are missing')
      for (let index = 0; index < count; index++) {
        const node = reader.text()
        people.push({ node: node === '' ? null : node, number: reader.number() })
      }
      return { kind, who, ...spoken, people }
    }
    case 'edited':
      return { kind, who, id: readWord(reader), at: reader.number(), text: readText(reader) }
    case 'receipt':
      return { kind, who, id: readWord(reader), at: reader.number() }
  }
}

function readSpoken(reader: Reader): Omit<Spoken, 'who'> {
  return {
    id: readWord(reader),
    at: reader.number(),
    name: readName(reader),
    dialect: readWord(reader),
    text: readText(reader),
    saidAt: readFlag(reader) ? readText(reader) : null,
  }
}

/** @throws Damaged */
export function readFlag(reader: Reader): boolean {
  const flag = reader.byte()
  if (flag > 1) throw new Damaged('a flag that is neither')
  return flag === 1
}

function readName(reader: Reader): string {
  const name = reader.text()
  if (!isName(name)) throw new Damaged('no name')
  return name
}

function readRoom(reader: Reader): string {
  const room = reader.text()
  if (!isRoomName(room)) throw new Damaged('no room name')
  return room
}

/** Ids, dialects, close reasons. */
function readWord(reader: Reader): string {
  const word = reader.text()
  if (!isRoomName(word)) throw new Damaged('no word')
  return word
}

function readText(reader: Reader): string {
  const text = reader.text()
  if (!isText(text)) throw new Damaged('no text')
  return text
}
