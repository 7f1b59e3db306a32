/** Where one can go: rooms, private conversations; and oneself, with status and the way out. */

import { useRef, useState } from 'preact/hooks'
import type { Status } from '../../../client/library/events.js'
import { useChat } from '../context.js'
import type { Conversation } from '../state/conversations.js'
import { STATUS_WORDS } from '../state/status-words.js'
import { Avatar } from './avatar.js'
import { Icon } from './icons.js'
import { ShownText } from './shown-text.js'

/** @param chosen called when somebody has gone somewhere */
export function RoomsPanel({ chosen }: { readonly chosen: () => void }) {
  const { store, actions } = useChat()
  const go = (room: string) => {
    if (room === store.room?.name && store.room !== null) store.show(store.room)
    else actions.enter(room)
    chosen()
  }
  return (
    <>
      <nav class="places" aria-label="Rooms and private messages">
        <div class="panel-head">
          <h2>Rooms</h2>
        </div>
        <ul>
          {store.rooms.map((room) => (
            <li key={room}>
              <PlaceButton
                label={room}
                isRoom
                conversation={store.conversations.find('room', room)}
                onClick={() => go(room)}
              />
            </li>
          ))}
        </ul>
        <NewRoom go={go} />
        <div class="panel-head">
          <h2>Private</h2>
        </div>
        <ul>
          {store.conversations.persons().map((conversation) => (
            <li key={conversation.name}>
              <PlaceButton
                label={conversation.name}
                conversation={conversation}
                onClick={() => {
                  store.show(conversation)
                  chosen()
                }}
              />
            </li>
          ))}
        </ul>
        {store.conversations.persons().length === 0 && (
          <p class="muted small padded">Choose somebody among the people to write to them alone.</p>
        )}
      </nav>
      <Oneself />
    </>
  )
}

interface PlaceProps {
  readonly label: string
  readonly isRoom?: boolean
  readonly conversation: Conversation | undefined
  readonly onClick: () => void
}

function PlaceButton({ label, isRoom = false, conversation, onClick }: PlaceProps) {
  const { store } = useChat()
  const isShown = conversation !== undefined && conversation === store.shown
  const unread = conversation?.unread ?? 0
  const isHere = isRoom && label === store.room?.name
  return (
    <button
      type="button"
      class={`place ${isShown ? 'shown' : ''} ${unread > 0 ? 'unread' : ''}`}
      aria-current={isShown ? 'page' : undefined}
      onClick={onClick}
    >
      {isRoom ? (
        <span class="hash" aria-hidden="true">
          #
        </span>
      ) : (
        <Avatar name={label} status={store.people.get(label)?.status} />
      )}
      <span class="label">
        <ShownText text={label} />
        {isHere && !isShown && <span class="hidden"> (you are here)</span>}
      </span>
      {unread > 0 && (
        <span class="badge">
          {unread > 99 ? '99+' : unread}
          <span class="hidden"> unread</span>
        </span>
      )}
    </button>
  )
}

function NewRoom({ go }: { readonly go: (room: string) => void }) {
  const [name, setName] = useState('')
  const field = useRef<HTMLInputElement>(null)
  return (
    <form
      class="new-room"
      onSubmit={(event) => {
        event.preventDefault()
        const room = name.trim()
        if (room === '') field.current?.focus()
        else {
          setName('')
          go(room)
        }
      }}
    >
      <label class="hidden" for="new-room">
        Name of a room to enter or to create
      </label>
      <input
        ref={field}
        id="new-room"
        type="text"
        value={name}
        maxLength={32}
        placeholder="Another room"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <button type="submit" class="tool" aria-label="Enter this room" title="Enter this room">
        <Icon name="add" />
      </button>
    </form>
  )
}

function Oneself() {
  const { store, actions } = useChat()
  return (
    <section class="oneself" aria-label="You">
      <Avatar name={store.name} status={store.status} />
      <div class="self-text">
        <strong>
          <ShownText text={store.name} />
        </strong>
        <label class="hidden" for="status">
          Your status
        </label>
        <select
          id="status"
          value={store.status}
          disabled={store.phase !== 'online'}
          onChange={(event) => actions.setStatus(event.currentTarget.value as Status)}
        >
          {Object.entries(STATUS_WORDS).map(([status, words]) => (
            <option key={status} value={status}>
              {words}
            </option>
          ))}
        </select>
      </div>
      <button
        type="button"
        class="tool"
        aria-label="Leave the chat"
        title="Leave"
        onClick={() => actions.leave()}
      >
        <Icon name="leave" />
      </button>
    </section>
  )
}
