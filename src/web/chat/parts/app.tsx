/** The whole page: the way in, or the chat with its panels and keys; and what is read aloud. */

import { useEffect, useLayoutEffect, useState } from 'preact/hooks'
import { useChat } from '../context.js'
import type { ChatStore } from '../state/store.js'
import { ConversationView } from './conversation-view.js'
import { Drawer } from './drawer.js'
import { PeoplePanel } from './people-panel.js'
import { RoomsPanel } from './rooms-panel.js'
import { Shortcuts } from './shortcuts.js'
import { Welcome } from './welcome.js'

/** Below this the panels are dialogs; chat.css has the same. */
const NARROW = '(max-width: 859px)'

/** How often rooms are asked for while somebody looks. */
const ROOMS_MS = 30_000

type Opened = 'rooms' | 'people' | 'keys' | null

export function App() {
  const { store, announced } = useChat()
  const isInside = store.shown !== null && (store.phase === 'online' || store.phase === 'reconnecting')
  return (
    <>
      {isInside ? <Inside /> : <Welcome />}
      {/* Polite, and by the Announcer never flooded. */}
      <div class="hidden" role="log" aria-live="polite" aria-label="New messages">
        {announced()}
      </div>
    </>
  )
}

function Inside() {
  const { store, actions } = useChat()
  const isNarrow = useMedia(NARROW)
  const [opened, setOpened] = useState<Opened>(null)
  /** A dialog says so a moment after it was closed: another one may be open by then. */
  const closed = (what: Opened) => () => setOpened((now) => (now === what ? null : now))
  const closeRooms = closed('rooms')
  const closePeople = closed('people')

  // Keys do what is on the screen, from the moment when it is there.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const done =
        event.altKey && !event.ctrlKey && !event.metaKey ? altKey(event, store, isNarrow, setOpened) : false
      if (done) event.preventDefault()
      else if (event.key === 'Escape' && opened === null && store.room !== null && !event.defaultPrevented)
        store.show(store.room)
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [isNarrow, opened])
  // Nobody tells of new rooms.
  useEffect(() => {
    if (opened === 'rooms') actions.listRooms()
    const timer = setInterval(() => {
      if (!document.hidden && store.phase === 'online') actions.listRooms()
    }, ROOMS_MS)
    return () => clearInterval(timer)
  }, [opened])

  if (store.shown === null) return null
  return (
    <div class="chat">
      <Drawer label="Rooms" side="left" isOver={isNarrow} isOpen={opened === 'rooms'} close={closeRooms}>
        <RoomsPanel chosen={closeRooms} />
      </Drawer>
      <ConversationView conversation={store.shown} isNarrow={isNarrow} open={setOpened} />
      <Drawer label="People" side="right" isOver={isNarrow} isOpen={opened === 'people'} close={closePeople}>
        <PeoplePanel chosen={closePeople} />
      </Drawer>
      {opened === 'keys' && <Shortcuts close={closed('keys')} />}
    </div>
  )
}

/** @returns whether the key did something. By its place on the keyboard: with Alt some keyboards type other characters. */
function altKey(
  { code }: KeyboardEvent,
  store: ChatStore,
  isNarrow: boolean,
  open: (what: Opened) => void,
): boolean {
  if (code === 'KeyH') open('keys')
  else if (code === 'KeyM') focusOn('#message')
  else if (code === 'KeyL') focusOn('#messages [tabindex="0"]', '#messages')
  else if (code === 'KeyP' && isNarrow) open('people')
  else if (code === 'KeyP') focusOn('#filter', '.person[tabindex="0"]')
  else if (code === 'KeyR' && isNarrow) open('rooms')
  else if (code === 'KeyR') focusOn('.place.shown', '.place')
  else if (code === 'ArrowUp') step(store, -1)
  else if (code === 'ArrowDown') step(store, 1)
  else return false
  return true
}

/** The first of them that is there. */
function focusOn(...selectors: readonly string[]): void {
  for (const selector of selectors) {
    const found = document.querySelector<HTMLElement>(selector)
    if (found === null) continue
    found.focus()
    return
  }
}

/** The conversation above or below in the list: the room that one is in, then the private ones. */
function step(store: ChatStore, by: number): void {
  const { room, shown } = store
  const all = [...(room === null ? [] : [room]), ...store.conversations.persons()]
  const at = shown === null ? 0 : all.indexOf(shown)
  const next = all[(at + by + all.length) % all.length]
  if (next !== undefined) store.show(next)
}

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const list = matchMedia(query)
    const changed = () => setMatches(list.matches)
    changed()
    list.addEventListener('change', changed)
    return () => list.removeEventListener('change', changed)
  }, [query])
  return matches
}
