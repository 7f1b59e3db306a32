/** The entry of the page: puts store, session and parts together, and draws once a frame however much happens in it. */

import { render } from 'preact'
import { connect } from '../../client/library/browser.js'
import { ChatProvider } from './context.js'
import { App } from './parts/app.js'
import { accessOf } from './state/access.js'
import { Announcer } from './state/announcer.js'
import { KEPT_ROWS } from './state/log.js'
import { type Connect, Session } from './state/session.js'
import { shownLine } from './state/shown-text.js'
import { ChatStore } from './state/store.js'

/** Of a longer message only the beginning is read aloud. */
const READ_CHARACTERS = 300

const root = document.querySelector('#chat') as HTMLElement
/** The relay writes here what it calls the room that everybody comes into, and whether names need a password. */
const defaultRoom = told('room') ?? 'general'
const access = accessOf(told('access'))
const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`

let isDue = false

function changed(): void {
  // In the background there are no frames, and the title is all that is seen.
  if (document.hidden) showTitle()
  if (isDue) return
  isDue = true
  requestAnimationFrame(() => {
    isDue = false
    draw()
  })
}

const store = new ChatStore(changed, Date.now)
const announcer = new Announcer(changed, (callback, delayMs) => setTimeout(callback, delayMs))
store.announce = (text) => announcer.say(shownLine(text.slice(0, READ_CHARACTERS)))
const options = {
  dialect: 'chatroom',
  defaultRoom,
  maxWaitingEvents: KEPT_ROWS,
  reconnect: { maxDelayMs: 10_000 },
} as const
const connectAs: Connect = (name, password, signal) =>
  connect(url, { ...options, name, signal, password: password === '' ? undefined : password })
const actions = new Session(store, connectAs, access)

function draw(): void {
  showTitle()
  render(
    <ChatProvider value={{ store, actions, access, announced: () => announcer.text }}>
      <App />
    </ChatProvider>,
    root,
  )
}

function told(what: string): string | undefined {
  return document.querySelector<HTMLMetaElement>(`meta[name="${what}"]`)?.content
}

function showTitle(): void {
  const { unread, shown } = store
  const title = shown === null ? 'parlance' : `${shownLine(shown.name)} · parlance`
  const wanted = unread === 0 ? title : `(${unread}) ${title}`
  if (document.title !== wanted) document.title = wanted
}

document.addEventListener('visibilitychange', () => store.setVisible(!document.hidden))
draw()
