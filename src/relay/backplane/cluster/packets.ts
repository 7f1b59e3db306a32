/**
 * What one node sends to others in one piece: who says it, as which incarnation, and one of a few kinds.
 *
 *     byte     byte  text  text         then what the kind has
 *     version  kind  node  incarnation
 *
 * | kind | on | says |
 * |---|---|---|
 * | `batch` | all, nodes and rooms | what people did, numbered: `first` is the number of its first record in this subject |
 * | `heads` | `all`, a peer | the number that comes next in these subjects: whoever is short of it has lost something |
 * | `hello` | `all` | a node begins, or has lost track: it wants to know everybody's people |
 * | `where` | a peer | it wants to know where it begins in these subjects |
 * | `order` | `all`, a peer | something to be done, not numbered |
 * | `resync` | a peer | it has lost track of this node's people |
 * | `snapshot` | a peer | all people of the node that says it, in several pieces, as of the number `next` of `all` |
 */

import { isRoomName } from '../../hub/text.js'
import type { Subject } from '../bus.js'
import type { Order } from '../orders.js'
import { Damaged, Reader, Writer } from './bytes.js'
import { type Op, readFlag, readOp, writeOp } from './ops.js'
import { readOrder, writeOrder } from './order-bytes.js'

export const VERSION = 1

/** Where a subject's numbers are. */
export interface Head {
  readonly subject: Subject
  readonly next: number
  /** Numbers below this were in use before, and whoever knows one of them has missed nothing. */
  readonly began: number
  /** From which number on the node that this is told is among those who are to hear it; `null` where that is not known. */
  readonly since: number | null
}

export interface Batch {
  readonly kind: 'batch'
  readonly first: number
  readonly ops: readonly Op[]
}

export interface Snapshot {
  readonly kind: 'snapshot'
  readonly next: number
  readonly index: number
  readonly isLast: boolean
  readonly ops: readonly Op[]
}

export type Body =
  | Batch
  | Snapshot
  | { readonly kind: 'heads'; readonly heads: readonly Head[] }
  | {
      readonly kind: 'hello'
      readonly next: number
      readonly people: number
      /** It has just been started, and has heard nothing of anybody. */
      readonly isNew: boolean
    }
  | { readonly kind: 'order'; readonly order: Order }
  | { readonly kind: 'resync' }
  | { readonly kind: 'where'; readonly subjects: readonly Subject[] }

export interface Packet {
  readonly node: string
  readonly incarnation: string
  readonly body: Body
}

const KINDS: readonly Body['kind'][] = ['batch', 'heads', 'hello', 'order', 'resync', 'snapshot', 'where']

/** It is of a node with another version of all this. */
export class OtherVersion extends Error {
  readonly code = 'version'
}

/** Everything up to what the kind has. */
export function beginPacket(writer: Writer, kind: Body['kind'], node: string, incarnation: string): void {
  writer.byte(VERSION)
  writer.byte(KINDS.indexOf(kind))
  writer.text(node)
  writer.text(incarnation)
}

export function packetBytes(node: string, incarnation: string, body: Body): Buffer {
  const writer = new Writer()
  beginPacket(writer, body.kind, node, incarnation)
  switch (body.kind) {
    case 'batch':
      writer.number(body.first)
      writeOps(body.ops, writer)
      break
    case 'heads':
      writer.number(body.heads.length)
      for (const { subject, next, began, since } of body.heads) {
        writer.text(subject)
        writer.number(next)
        writer.number(began)
        writer.number(since === null ? 0 : since + 1)
      }
      break
    case 'hello':
      writer.number(body.next)
      writer.number(body.people)
      writer.byte(body.isNew ? 1 : 0)
      break
    case 'order':
      writeOrder(body.order, writer)
      break
    case 'where':
      writer.number(body.subjects.length)
      for (const subject of body.subjects) writer.text(subject)
      break
    case 'snapshot':
      writer.number(body.next)
      writer.number(body.index)
      writer.byte(body.isLast ? 1 : 0)
      writeOps(body.ops, writer)
  }
  return writer.take()
}

/**
 * @param bytes lent until this returns
 * @throws Damaged, OtherVersion
 */
export function readPacket(bytes: Uint8Array): Packet {
  const reader = new Reader(bytes)
  if (reader.byte() !== VERSION) throw new OtherVersion(`version ${bytes[0]} where ${VERSION} was expected`)
  const kind = KINDS[reader.byte()]
  const node = reader.text()
  const incarnation = reader.text()
  if (!isRoomName(node) || !isRoomName(incarnation)) throw new Damaged('no node')
  const body = readBody(kind, reader)
  if (!reader.isAtEnd) throw new Damaged('it does not end')
  return { node, incarnation, body }
}

function readBody(kind: Body['kind'] | undefined, reader: Reader): Body {
  switch (kind) {
    case 'batch':
      return { kind, first: reader.number(), ops: readOps(reader) }
    case 'heads': {
      const heads: Head[] = []
      const count = reader.number()
      if (count > reader.left / 4) throw new Damaged('heads are missing')
      for (let index = 0; index < count; index++) {
        const subject = readSubject(reader)
        const next = reader.number()
        const began = reader.number()
        const since = reader.number()
        heads.push({ subject, next, began, since: since === 0 ? null : since - 1 })
      }
      return { kind, heads }
    }
    case 'hello':
      return { kind, next: reader.number(), people: reader.number(), isNew: readFlag(reader) }
    case 'order':
      return { kind, order: readOrder(reader) }
    case 'resync':
      return { kind }
    case 'snapshot': {
      const next = reader.number()
      const index = reader.number()
      return { kind, next, index, isLast: readFlag(reader), ops: readOps(reader) }
    }
    case 'where': {
      const subjects: Subject[] = []
      const count = reader.number()
      if (count > reader.left) throw new Damaged('subjects are missing')
      for (let index = 0; index < count; index++) subjects.push(readSubject(reader))
      return { kind, subjects }
    }
    case undefined:
      throw new Damaged('a kind that there is not')
  }
}

function readSubject(reader: Reader): Subject {
  const subject = reader.text()
  if (subject !== 'all' && !subject.startsWith('room.') && !subject.startsWith('node.')) {
    throw new Damaged('no subject')
  }
  return subject as Subject
}

function writeOps(ops: readonly Op[], writer: Writer): void {
  const hole = writer.hole()
  for (const op of ops) writeOp(op, writer)
  writer.fill(hole, ops.length)
}

/** To the end. The number in front says whether that is where it ended. */
function readOps(reader: Reader): Op[] {
  const count = reader.filled()
  const ops: Op[] = []
  while (!reader.isAtEnd) ops.push(readOp(reader))
  if (ops.length !== count) throw new Damaged('records are missing')
  return ops
}
