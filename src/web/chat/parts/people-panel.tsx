/** Who is in the room. To choose somebody is to write to them in private. One is current: arrows, Home and End move it. */

import { defaultRangeExtractor, type Range } from '@tanstack/virtual-core'
import { useCallback, useRef, useState } from 'preact/hooks'
import type { Person } from '../../../client/library/events.js'
import { useChat } from '../context.js'
import { STATUS_WORDS } from '../state/status-words.js'
import { useVirtualizer } from '../virtual-list.js'
import { Avatar } from './avatar.js'
import { ShownText } from './shown-text.js'

const ROW_PX = 46
/** Above this there is a field to find somebody. */
const FILTERED_FROM = 12

/** @param chosen called when somebody was chosen */
export function PeoplePanel({ chosen }: { readonly chosen: () => void }) {
  const { store } = useChat()
  const [filter, setFilter] = useState('')
  const wanted = filter.trim().toLowerCase()
  const all = store.people.sorted
  const people = wanted === '' ? all : all.filter(({ name }) => name.toLowerCase().includes(wanted))
  const [current, setCurrent] = useState(0)
  const at = Math.max(0, Math.min(current, people.length - 1))
  const currentIndex = useRef(0)
  currentIndex.current = at
  const list = useRef<HTMLDivElement>(null)
  const rangeExtractor = useCallback((range: Range) => {
    const indexes = defaultRangeExtractor(range)
    const index = currentIndex.current
    return index >= range.count || indexes.includes(index)
      ? indexes
      : [...indexes, index].sort((a, b) => a - b)
  }, [])
  const virtualizer = useVirtualizer({
    count: people.length,
    getScrollElement: () => list.current,
    estimateSize: useCallback(() => ROW_PX, []),
    rangeExtractor,
    overscan: 6,
  })

  const moveTo = (index: number) => {
    const to = Math.max(0, Math.min(index, people.length - 1))
    setCurrent(to)
    virtualizer.scrollToIndex(to, { align: 'auto' })
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-person="${to}"]`)?.focus())
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = {
      ArrowUp: at - 1,
      ArrowDown: at + 1,
      Home: 0,
      End: people.length - 1,
    }
    const to = moves[event.key]
    if (to === undefined) return
    event.preventDefault()
    moveTo(to)
  }

  return (
    <section class="people" aria-label="People in this room">
      <div class="panel-head">
        <h2>
          People <span class="count">{all.length.toLocaleString()}</span>
        </h2>
      </div>
      {all.length > FILTERED_FROM && (
        <div class="filter">
          <label class="hidden" for="filter">
            Find somebody by name
          </label>
          <input
            id="filter"
            type="search"
            value={filter}
            placeholder="Find somebody"
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => {
              setFilter(event.currentTarget.value)
              setCurrent(0)
            }}
          />
        </div>
      )}
      <div ref={list} class="people-list">
        <ul class="height" style={{ height: `${virtualizer.getTotalSize()}px` }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const person = people[index]
            if (person === undefined) return null
            return (
              <li
                key={person.name}
                style={{ transform: `translateY(${start}px)` }}
                aria-posinset={index + 1}
                aria-setsize={people.length}
              >
                <PersonButton
                  {...{ person, index, isCurrent: index === at, chosen, focused: setCurrent, onKeyDown }}
                />
              </li>
            )
          })}
        </ul>
        {people.length === 0 && <p class="muted small padded">Nobody here is called so.</p>}
      </div>
    </section>
  )
}

interface PersonProps {
  readonly person: Person
  readonly index: number
  readonly isCurrent: boolean
  readonly chosen: () => void
  readonly focused: (index: number) => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}

function PersonButton({
  person: { name, status },
  index,
  isCurrent,
  chosen,
  focused,
  onKeyDown,
}: PersonProps) {
  const { store } = useChat()
  const isOneself = name === store.name
  const words = [
    ...(isOneself ? ['you'] : []),
    ...(store.blocked.has(name) ? ['blocked'] : []),
    ...(status === 'ONLINE' ? [] : [STATUS_WORDS[status].toLowerCase()]),
  ]
  return (
    <button
      type="button"
      class="person"
      data-person={index}
      tabIndex={isCurrent ? 0 : -1}
      title={isOneself ? undefined : `Write to ${name} in private`}
      onFocus={() => focused(index)}
      onKeyDown={onKeyDown}
      onClick={() => {
        if (isOneself) return
        store.showPerson(name)
        chosen()
      }}
    >
      <Avatar name={name} status={status} />
      <span class="label">
        <ShownText text={name} />
        {words.length > 0 && <span class="muted small"> {words.join(', ')}</span>}
      </span>
    </button>
  )
}
