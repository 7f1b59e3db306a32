/**
 * Orders as bytes between nodes: a byte for the kind, then its fields in their order. What is decoded may be carried out: names,
 * rooms and texts are such (N2, R3, M3), or it is `Damaged`.
 */

import { CLOSE_REASONS, type CloseReason } from '../../hub/close-reason.js'
import { isName, isRoomName, isText } from '../../hub/text.js'
import type { Order } from '../orders.js'
import { Damaged, type Reader, type Writer } from './bytes.js'

const KINDS: readonly Order['kind'][] = ['expel', 'say', 'ban', 'unban', 'congested', 'slow']

export function writeOrder(order: Order, writer: Writer): void {
  writer.byte(KINDS.indexOf(order.kind))
  switch (order.kind) {
    case 'expel':
      writer.text(order.name)
      writer.text(order.reason.label)
      writer.text(order.reason.words)
      break
    case 'say':
      writer.text(order.text)
      break
    case 'ban':
      writer.text(order.ban.subject)
      // There is no ban until 1970.
      writer.number(order.ban.untilMs ?? 0)
      writer.text(order.ban.reason)
      break
    case 'unban':
      writer.text(order.subject)
      break
    case 'congested':
      writeAll(order.rooms, writer)
      break
    case 'slow':
      writeAll(order.people, writer)
  }
}

/** @throws Damaged */
export function readOrder(reader: Reader): Order {
  const kind = KINDS[reader.byte()]
  if (kind === undefined) throw new Damaged('an order that there is not')
  switch (kind) {
    case 'expel':
      return { kind, name: fit(reader.text(), isName), reason: readReason(reader) }
    case 'say':
      return { kind, text: fit(reader.text(), isText) }
    case 'ban': {
      const subject = fit(reader.text(), isText)
      const untilMs = reader.number()
      return {
        kind,
        ban: { subject, untilMs: untilMs === 0 ? null : untilMs, reason: fit(reader.text(), isText) },
      }
    }
    case 'unban':
      return { kind, subject: fit(reader.text(), isText) }
    case 'congested':
      return { kind, rooms: readAll(reader, isRoomName) }
    case 'slow':
      return { kind, people: readAll(reader, isName) }
  }
}

const LABELS: ReadonlySet<string> = new Set(Object.values(CLOSE_REASONS).map(({ label }) => label))

function readReason(reader: Reader): CloseReason {
  return { label: fit(reader.text(), (label) => LABELS.has(label)), words: fit(reader.text(), isText) }
}

function writeAll(texts: readonly string[], writer: Writer): void {
  writer.number(texts.length)
  for (const text of texts) writer.text(text)
}

function readAll(reader: Reader, isFit: (text: string) => boolean): string[] {
  const count = reader.number()
  // Each has two bytes at least, so that a wrong number takes no memory.
  if (count > reader.left / 2) throw new Damaged('some are missing')
  return Array.from({ length: count }, () => fit(reader.text(), isFit))
}

function fit(text: string, isFit: (text: string) => boolean): string {
  if (!isFit(text)) throw new Damaged('what no order has')
  return text
}
