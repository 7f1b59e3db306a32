/**
 * `top` as a program: looks once a second, shows it on the whole screen, and gives the terminal back however it ends. Without a
 * terminal it shows once, or writes a line of JSON for each look. What is shown where is `top-view.ts`'s.
 */

import { constants } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { Screen } from '../../client/chatmaster/screen.js'
import { SIGNALLED } from '../../client/console-program.js'
import { Suspension } from '../../client/suspension.js'
import { EXIT_CODE } from '../../exit-code.js'
import type { AdminClient } from './admin-client.js'
import { AdminError } from './admin-error.js'
import { ratesBetween } from './rates.js'
import { writeJson, writeLines } from './terminal-or-pipe.js'
import { type Look, nextOrders, type Orders, plainLines, topFrame } from './top-view.js'

export interface TopFlags {
  readonly json?: true
  readonly once?: true
}

const EVERY_MS = 1000
/** More fit no screen. */
const MOST_ROWS = 200
const FIRST_ORDERS: Orders = { rooms: 'messages', readers: 'queued' }

export async function top(client: AdminClient, { json, once }: TopFlags): Promise<void> {
  const isTerminal =
    process.stdout.isTTY === true && process.stdin.isTTY === true && process.env.TERM !== 'dumb'
  if (json) await writeLooks(client, once === true)
  else if (once || !isTerminal) writeLines(plainLines(await secondLook(client, FIRST_ORDERS)))
  else await fillScreen(client)
}

/** Until whoever reads has had enough. */
async function writeLooks(client: AdminClient, once: boolean): Promise<void> {
  let before = await look(client, FIRST_ORDERS)
  do {
    await delay(EVERY_MS)
    const now = await look(client, FIRST_ORDERS)
    writeJson({ ...now, perSecond: ratesBetween(before.stats, now.stats) })
    before = now
  } while (!once)
}

/** The first one has no rates. */
async function secondLook(client: AdminClient, orders: Orders) {
  const before = await look(client, orders)
  await delay(EVERY_MS)
  const now = await look(client, orders)
  return { now, before, orders, isPaused: false, trouble: null }
}

function look(client: AdminClient, orders: Orders): Promise<Look> {
  return client.get<Look>('/top', {
    rooms: MOST_ROWS,
    readers: MOST_ROWS,
    roomsBy: orders.rooms,
    readersBy: orders.readers,
  })
}

function fillScreen(client: AdminClient): Promise<void> {
  return new Promise((resolve, reject) => new TopScreen(client, resolve, reject).begin())
}

class TopScreen {
  readonly #client: AdminClient
  readonly #done: () => void
  readonly #failed: (error: unknown) => void
  readonly #screen: Screen
  readonly #suspension: Suspension
  #orders = FIRST_ORDERS
  #before: Look | null = null
  #now: Look | null = null
  #isPaused = false
  /** Why there is nothing new, or `null`. */
  #trouble: string | null = null
  #isLooking = false
  #timer: NodeJS.Timeout | null = null
  #isOver = false

  constructor(client: AdminClient, done: () => void, failed: (error: unknown) => void) {
    this.#client = client
    this.#done = done
    this.#failed = failed
    this.#screen = new Screen(process.stdin, process.stdout, process.stderr, {
      key: (name) => this.#key(name),
      text: (text) => this.#text(text),
      pasteCut() {},
      redraw: () => this.#draw(),
      gone: this.#hungUp,
    })
    const again = () => {
      this.#screen.close()
      this.#screen.open()
      this.#draw()
    }
    this.#suspension = new Suspension(() => this.#screen.close(), again)
  }

  begin(): void {
    process.on('SIGINT', this.#interrupted).on('SIGTERM', this.#terminated).on('SIGHUP', this.#hungUp)
    this.#screen.open()
    this.#draw()
    this.#timer = setInterval(() => this.#look(), EVERY_MS)
    this.#look()
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#isPaused || this.#isOver) return
    this.#isLooking = true
    try {
      const now = await look(this.#client, this.#orders)
      this.#before = this.#now
      this.#now = now
      this.#trouble = null
    } catch (error) {
      // Where there never was anything to be seen, there is no reason to stay; a relay that starts again is shown again.
      if (error instanceof AdminError && this.#now !== null) this.#trouble = error.message
      else this.#end(() => this.#failed(error))
    } finally {
      this.#isLooking = false
    }
    this.#draw()
  }

  #key(name: string): void {
    if (name === 'CTRL_C' || name === 'CTRL_D' || name === 'ESCAPE') this.#end(this.#done)
    else if (name === 'CTRL_Z') this.#suspension.stop()
    else if (name === 'CTRL_L') {
      this.#screen.forget()
      this.#draw()
    }
  }

  #text(text: string): void {
    for (const letter of text) {
      if (letter === 'q') this.#end(this.#done)
      if (letter === 'p' || letter === ' ') this.#isPaused = !this.#isPaused
      const orders = nextOrders(this.#orders, letter)
      if (orders !== this.#orders) {
        this.#orders = orders
        this.#isPaused = false
        this.#look()
      }
    }
    this.#draw()
  }

  #draw(): void {
    if (this.#isOver) return
    const { columns, rows } = this.#screen.size
    const shown = {
      now: this.#now,
      before: this.#before,
      orders: this.#orders,
      isPaused: this.#isPaused,
      trouble: this.#trouble,
    }
    this.#screen.draw(topFrame(shown, { columns, rows }))
  }

  #end(then: () => void): void {
    if (this.#isOver) return
    this.#isOver = true
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#screen.release()
    this.#suspension.release()
    process.off('SIGINT', this.#interrupted).off('SIGTERM', this.#terminated).off('SIGHUP', this.#hungUp)
    then()
  }

  readonly #interrupted = () => this.#endWith(EXIT_CODE.interrupted)
  readonly #terminated = () => this.#endWith(SIGNALLED + constants.signals.SIGTERM)
  readonly #hungUp = () => this.#endWith(SIGNALLED + constants.signals.SIGHUP)

  #endWith(code: number): void {
    process.exitCode = code
    this.#end(this.#done)
  }
}
