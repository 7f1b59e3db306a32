/** The entry of the live view: puts feed, history and page together. While it is paused, what comes is kept and not shown. */

import { render } from 'preact'
import { App, type View } from './app.js'
import { Feed } from './feed.js'
import { History } from './history.js'

const root = document.querySelector('#live') as HTMLElement
const dark = matchMedia('(prefers-color-scheme: dark)')
const history = new History()
let paused = false
let minutes = 3

function draw(): void {
  const view: View = {
    history,
    state: feed.state,
    paused,
    minutes,
    scheme: dark.matches ? 'dark' : 'light',
    pause(now) {
      paused = now
      draw()
    },
    look(now) {
      minutes = now
      draw()
    },
    tryNow: () => feed.tryNow(),
  }
  render(<App view={view} />, root)
}

function came(): void {
  if (!paused && !document.hidden) draw()
}

const feed = new Feed({
  open: () => new EventSource('/live/feed'),
  began(beginning) {
    history.begin(beginning)
  },
  sampled(sample) {
    history.add(sample)
    came()
  },
  changed: () => queueMicrotask(draw),
  later(callback, ms) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
})

dark.addEventListener('change', draw)
document.addEventListener('visibilitychange', came)
draw()
