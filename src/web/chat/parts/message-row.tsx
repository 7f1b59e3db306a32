/** One row of a conversation: a message with its sender, time and marks, or a line about what happened. */

import { useState } from 'preact/hooks'
import { useChat } from '../context.js'
import type { Conversation } from '../state/conversations.js'
import { type MessageRow, presenceWords, type Row } from '../state/log.js'
import { Avatar } from './avatar.js'
import { Icon } from './icons.js'
import { ShownText } from './shown-text.js'

/** Messages of one person within this stand under one name. */
const TOGETHER_MS = 5 * 60_000
/** Of a longer message only the beginning is shown at first. */
const FOLDED_CHARACTERS = 1_500

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'medium' })

interface RowProps {
  readonly row: Row
  readonly before: Row | undefined
  readonly conversation: Conversation
  /** Whether its buttons are in the order of Tab. */
  readonly isCurrent: boolean
}

export function RowContent({ row, before, conversation, isCurrent }: RowProps) {
  if (row.kind === 'day') return <p class="line day">{DAY.format(row.at)}</p>
  if (row.kind === 'message')
    return <Message {...{ row, conversation, isCurrent, isFirst: startsGroup(row, before) }} />
  return (
    <p class="line">
      <ShownText text={row.kind === 'presence' ? presenceWords(row) : row.text} />
    </p>
  )
}

/** Whether a message stands under a name of its own. */
function startsGroup(row: MessageRow, before: Row | undefined): boolean {
  return before?.kind !== 'message' || before.from !== row.from || row.at - before.at > TOGETHER_MS
}

interface MessageProps {
  readonly row: MessageRow
  readonly conversation: Conversation
  readonly isCurrent: boolean
  readonly isFirst: boolean
}

function Message({ row, conversation, isCurrent, isFirst }: MessageProps) {
  const { store, actions } = useChat()
  const tabIndex = isCurrent ? 0 : -1
  const mayTell = !row.own && conversation.kind === 'room'
  return (
    <div class={`message ${row.own ? 'own' : ''} ${isFirst ? 'first' : ''} ${row.state}`}>
      <div class="gutter">{isFirst ? <Avatar name={row.from} /> : <Time at={row.at} isShort />}</div>
      <div class="body">
        {isFirst && (
          <div class="who">
            {mayTell ? (
              <button
                type="button"
                class="name"
                tabIndex={tabIndex}
                title={`Write to ${row.from} in private`}
                onClick={() => store.showPerson(row.from)}
              >
                <ShownText text={row.from} />
              </button>
            ) : (
              <span class="name">
                <ShownText text={row.from} />
              </span>
            )}
            {row.own && <span class="tag">you</span>}
            <Time at={row.at} />
          </div>
        )}
        <MessageText text={row.text} tabIndex={tabIndex} />
        {row.edited && <span class="edited"> (edited)</span>}
        {row.own && <Mark row={row} conversation={conversation} />}
        {row.state === 'failed' && (
          <p class="problem small">
            Not sent: {row.why}{' '}
            {!row.isRepeated && (
              <button type="button" class="link" onClick={() => actions.sayAgain(conversation, row)}>
                Send again
              </button>
            )}
          </p>
        )}
      </div>
      {store.mayEdit(row) && (
        <button
          type="button"
          class="tool"
          aria-label="Edit this message"
          title="Edit"
          tabIndex={tabIndex}
          onClick={() => store.edit(row)}
        >
          <Icon name="edit" />
        </button>
      )}
    </div>
  )
}

function MessageText({ text, tabIndex }: { readonly text: string; readonly tabIndex: number }) {
  const [isOpen, setOpen] = useState(false)
  if (isOpen || text.length <= FOLDED_CHARACTERS)
    return (
      <span class="text">
        <ShownText text={text} />
      </span>
    )
  return (
    <span class="text">
      <ShownText text={`${text.slice(0, FOLDED_CHARACTERS)}…`} />{' '}
      <button type="button" class="link" tabIndex={tabIndex} onClick={() => setOpen(true)}>
        Show all {text.length.toLocaleString()} characters
      </button>
    </span>
  )
}

/** What has become of a message of one's own. */
function Mark({ row, conversation }: { readonly row: MessageRow; readonly conversation: Conversation }) {
  const words = markWords(row, conversation)
  if (words === null) return null
  return (
    <span class={`receipt ${row.receivedBy > 0 ? 'received' : ''}`} title={words}>
      <span aria-hidden="true">{row.state === 'sending' ? '◌' : row.receivedBy > 0 ? '✓✓' : '✓'}</span>
      <span class="hidden">{words}</span>
    </span>
  )
}

function markWords(row: MessageRow, { kind }: Conversation): string | null {
  if (row.state === 'failed') return null
  if (row.state === 'sending') return 'Sending'
  if (row.receivedBy === 0) return 'Sent'
  if (kind === 'person') return 'Received'
  return row.receivedBy === 1 ? 'Received by 1 person' : `Received by ${row.receivedBy} people`
}

/** @param isShort without what goes before or after the digits */
function Time({ at, isShort = false }: { readonly at: number; readonly isShort?: boolean }) {
  const time = TIME.format(at)
  return (
    <time dateTime={new Date(at).toISOString()} title={FULL.format(at)}>
      {isShort ? (/\p{Nd}.*\p{Nd}/u.exec(time)?.[0] ?? time) : time}
    </time>
  )
}
