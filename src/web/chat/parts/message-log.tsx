/**
 * What was said in a conversation. Only the rows in view are in the document. It stays at the end while somebody is there, and
 * otherwise where they read, and says how many are newer. One row is current: arrows, Page Up and Down, Home and End move it.
 *
 * The list itself is not live: rows come into the document as somebody scrolls. What is new is read out by `Announcements`.
 */

import { defaultRangeExtractor, type Range } from '@tanstack/virtual-core'
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useChat } from '../context.js'
import type { Conversation } from '../state/conversations.js'
import { useVirtualizer } from '../virtual-list.js'
import { RowContent } from './message-row.js'

/** What a row is thought to be high before it is drawn. */
const ROW_PX = 44
/** So near to the end counts as at the end. */
const END_PX = 80
const PAGE_ROWS = 10

export function MessageLog({ conversation }: { readonly conversation: Conversation }) {
  const { store } = useChat()
  const { rows } = conversation.log
  const list = useRef<HTMLDivElement>(null)
  /** The key of the current row. */
  const [current, setCurrent] = useState<number | null>(null)
  const firstKey = rows[0]?.key ?? 0
  const indexOf = (key: number | null) => (key === null ? -1 : key - firstKey)
  const currentIndex = useRef(-1)
  currentIndex.current = Math.min(indexOf(current), rows.length - 1)

  const getItemKey = useCallback((index: number) => rows[index]?.key ?? index, [rows])
  const estimateSize = useCallback(() => ROW_PX, [])
  const rangeExtractor = useCallback((range: Range) => {
    const indexes = defaultRangeExtractor(range)
    const at = currentIndex.current
    return at < 0 || indexes.includes(at) ? indexes : [...indexes, at].sort((a, b) => a - b)
  }, [])
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => list.current,
    estimateSize,
    getItemKey,
    rangeExtractor,
    overscan: 8,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: END_PX,
    paddingStart: 12,
    paddingEnd: 12,
  })
  useLayoutEffect(() => virtualizer.scrollToEnd(), [])

  /** The last row that was in view while somebody was at the end. */
  const seen = useRef(0)
  const isAtEnd = virtualizer.isAtEnd(END_PX) || virtualizer.scrollOffset === null
  const lastKey = rows.at(-1)?.key ?? 0
  if (isAtEnd) seen.current = lastKey
  const newer = lastKey - seen.current

  const moveTo = (index: number) => {
    const to = Math.max(0, Math.min(index, rows.length - 1))
    const row = rows[to]
    if (row === undefined) return
    setCurrent(row.key)
    virtualizer.scrollToIndex(to, { align: 'auto' })
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-key="${row.key}"]`)?.focus())
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const from = currentIndex.current < 0 ? rows.length : currentIndex.current
    const moves: Record<string, number> = {
      ArrowUp: from - 1,
      ArrowDown: from + 1,
      PageUp: from - PAGE_ROWS,
      PageDown: from + PAGE_ROWS,
      Home: 0,
      End: rows.length - 1,
    }
    const to = moves[event.key]
    if (to === undefined) return
    event.preventDefault()
    moveTo(to)
  }

  return (
    <div class="log">
      <div
        ref={list}
        class="rows"
        role="feed"
        id="messages"
        aria-label={
          conversation.kind === 'room'
            ? `Messages in ${conversation.name}`
            : `Private messages with ${conversation.name}`
        }
        tabIndex={currentIndex.current < 0 ? 0 : -1}
        onKeyDown={onKeyDown}
      >
        <div class="height" role="presentation" style={{ height: `${virtualizer.getTotalSize()}px` }}>
          {virtualizer.getVirtualItems().map(({ index, key, start }) => {
            const row = rows[index]
            if (row === undefined) return null
            const isCurrent = index === currentIndex.current
            return (
              <article
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                data-key={row.key}
                class={`row ${store.editing === row ? 'editing' : ''}`}
                style={{ transform: `translateY(${start}px)` }}
                tabIndex={isCurrent ? 0 : -1}
                aria-posinset={index + 1}
                aria-setsize={rows.length}
                onFocusIn={() => setCurrent(row.key)}
              >
                {row.key === conversation.newFrom && <p class="line new">New</p>}
                <RowContent {...{ row, before: rows[index - 1], conversation, isCurrent }} />
              </article>
            )
          })}
        </div>
      </div>
      {!isAtEnd && (
        <button type="button" class="to-end" onClick={() => virtualizer.scrollToEnd()}>
          ↓ {newer > 0 ? `${newer} newer` : 'To the newest'}
        </button>
      )}
    </div>
  )
}
