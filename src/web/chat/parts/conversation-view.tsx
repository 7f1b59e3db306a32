/** The conversation that is looked at: its head, what was said, what is wrong, and where to type. */

import { useChat } from '../context.js'
import type { Conversation } from '../state/conversations.js'
import { STATUS_WORDS } from '../state/status-words.js'
import { Composer } from './composer.js'
import { Icon } from './icons.js'
import { MessageLog } from './message-log.js'
import { ShownText } from './shown-text.js'

interface ViewProps {
  readonly conversation: Conversation
  /** Whether rooms and people are behind buttons. */
  readonly isNarrow: boolean
  readonly open: (what: 'rooms' | 'people' | 'keys') => void
}

export function ConversationView({ conversation, isNarrow, open }: ViewProps) {
  const { store } = useChat()
  const { kind, name } = conversation
  return (
    <main
      class="conversation"
      aria-label={kind === 'room' ? `Room ${name}` : `Private messages with ${name}`}
    >
      <header class="head">
        {isNarrow && (
          <button
            type="button"
            class="tool"
            aria-label={roomsLabel(store.unread)}
            onClick={() => open('rooms')}
          >
            <Icon name="rooms" />
            {store.unread > 0 && <span class="badge on-tool" aria-hidden="true" />}
          </button>
        )}
        <div class="title">
          <h1>
            {kind === 'room' && (
              <span class="hash" aria-hidden="true">
                #
              </span>
            )}
            <ShownText text={name} />
          </h1>
          <p class="muted small">
            <About conversation={conversation} />
          </p>
        </div>
        {kind === 'person' && <PersonTools conversation={conversation} />}
        {isNarrow && (
          <button
            type="button"
            class="tool"
            aria-label={`People in this room: ${store.people.count}`}
            onClick={() => open('people')}
          >
            <Icon name="people" />
          </button>
        )}
        {!isNarrow && (
          <button
            type="button"
            class="tool"
            aria-label="Keys"
            title="Keys (Alt+H)"
            onClick={() => open('keys')}
          >
            <Icon name="keys" />
          </button>
        )}
      </header>
      {store.phase !== 'online' && <Lost />}
      {store.hint !== null && (
        <p class="banner hint">
          <ShownText text={store.hint} />
          <button type="button" class="link" onClick={() => store.hintAt(null)}>
            Dismiss
          </button>
        </p>
      )}
      <MessageLog key={`${kind} ${name}`} conversation={conversation} />
      <Composer conversation={conversation} />
    </main>
  )
}

/** What is wrong with the connection, and what is done about it. */
function Lost() {
  const { store, actions } = useChat()
  const words = store.isNameTaken
    ? `Somebody is called ${store.name} at the moment, perhaps still your own lost connection. Trying again…`
    : 'The connection was lost. Trying again… What you type stays here.'
  return (
    <div class="banner">
      <span class="spinner" aria-hidden="true" />
      <p role="status">{words}</p>
      {store.isNameTaken && (
        <button type="button" class="link" onClick={() => actions.rename()}>
          Take another name
        </button>
      )}
    </div>
  )
}

function roomsLabel(unread: number): string {
  return unread === 0 ? 'Rooms and private messages' : `Rooms and private messages, ${unread} unread`
}

function About({ conversation: { kind, name } }: { readonly conversation: Conversation }) {
  const { store } = useChat()
  if (kind === 'room') {
    const { count } = store.people
    return <>{count === 1 ? 'Only you are here' : `${count.toLocaleString()} people`}</>
  }
  const person = store.people.get(name)
  const status = person === undefined ? 'Not in this room' : STATUS_WORDS[person.status]
  return (
    <>{store.blocked.has(name) ? `${status}, blocked by you` : `${status}. Only the two of you see this.`}</>
  )
}

function PersonTools({ conversation }: { readonly conversation: Conversation }) {
  const { store, actions } = useChat()
  const { name } = conversation
  const isBlocked = store.blocked.has(name)
  return (
    <>
      <button
        type="button"
        class="quiet small"
        disabled={store.phase !== 'online'}
        onClick={() => actions.setBlocked(name, !isBlocked)}
      >
        <Icon name="block" />
        {isBlocked ? 'Unblock' : 'Block'}
      </button>
      <button
        type="button"
        class="tool"
        aria-label="Close this conversation"
        title="Close"
        onClick={() => store.closePerson(conversation)}
      >
        <Icon name="close" />
      </button>
    </>
  )
}
