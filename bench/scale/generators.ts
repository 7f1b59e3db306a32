/** The generator processes as the parent sees them: started, asked, and ended. */

import { type ChildProcess, fork } from 'node:child_process'
import { extname, join } from 'node:path'
import type { FromScaleGenerator, ScaleAnswers, ScaleRequest } from './requests.js'

/** `.ts` by tsx in a bench, `.js` in a test. */
const KIND = extname(import.meta.filename)
const ENTRY = join(import.meta.dirname, `process${KIND}`)
const EXIT_MS = 5000

type Kind = ScaleRequest['do']
type Request<K extends Kind> = Extract<ScaleRequest, { do: K }>

export class Generators {
  /** Told how many are in, over all processes. */
  onJoined: (joined: number) => void = () => {}

  readonly #all: Generator[]

  constructor(processes: number) {
    this.#all = Array.from({ length: processes }, () => new Generator())
    for (const one of this.#all) {
      one.onJoined = () => this.onJoined(this.#all.reduce((sum, { joined }) => sum + joined, 0))
    }
  }

  get pids(): number[] {
    return this.#all.flatMap(({ pid }) => (pid === undefined ? [] : [pid]))
  }

  /** Asks each what `request` makes for it. @returns the answers, in order */
  async askEach<K extends Kind>(request: (index: number) => Request<K>): Promise<ScaleAnswers[K][]> {
    return await Promise.all(this.#all.map((one, index) => one.ask<K>(request(index))))
  }

  async askAll<K extends Kind>(request: Request<K>): Promise<ScaleAnswers[K][]> {
    return await this.askEach<K>(() => request)
  }

  /** The first one has all who speak. */
  async askFirst<K extends Kind>(request: Request<K>): Promise<ScaleAnswers[K]> {
    return await (this.#all[0] as Generator).ask<K>(request)
  }

  async end(): Promise<void> {
    await Promise.all(this.#all.map((one) => one.end()))
  }
}

class Generator {
  joined = 0
  onJoined: () => void = () => {}

  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>()
  #lastId = 0

  constructor() {
    const loader = KIND === '.ts' ? ['--import', import.meta.resolve('tsx')] : []
    this.#child = fork(ENTRY, { execArgv: loader })
    this.#child.on('message', (message: FromScaleGenerator) => this.#onMessage(message))
    this.#child.on('exit', (code, signal) => this.#rejectAll(`a generator ended (${signal ?? code})`))
    this.#child.on('error', (error) => this.#rejectAll(error.message))
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  ask<K extends Kind>(request: Request<K>): Promise<ScaleAnswers[K]> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      if (!this.#child.connected) {
        reject(new Error('a generator is gone'))
        return
      }
      this.#waiting.set(id, { resolve, reject })
      this.#child.send({ id, request })
    })
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = new Promise((resolve) => this.#child.once('exit', resolve))
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), EXIT_MS)
    this.ask<'leave'>({ do: 'leave' }).catch(() => {})
    await exited
    clearTimeout(timer)
  }

  #onMessage(message: FromScaleGenerator): void {
    if ('joined' in message) {
      this.joined = message.joined
      this.onJoined()
      return
    }
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if ('error' in message) waiting?.reject(new Error(message.error))
    else waiting?.resolve(message.answer as never)
  }

  #rejectAll(reason: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(reason))
    this.#waiting.clear()
  }
}
