/**
 * The supervisor's side of one worker's process: what it is asked and answers, where it is at, and that it has ended. Who replaces
 * it is `crew.ts`'s.
 */

import type { ChildProcess } from 'node:child_process'
import cluster, { type Worker } from 'node:cluster'
import type { Readable } from 'node:stream'
import type { Readiness } from '../relay/observe/ops-server.js'
import { followHandedOver } from './handed-over.js'
import type {
  Assignment,
  Opened,
  Question,
  Questions,
  StartFailure,
  ToSupervisor,
  ToWorker,
} from './messages.js'
import type { Sharer } from './shares.js'
import type { Watched } from './watch.js'
import { WholeLines } from './whole-lines.js'

/** A worker that is as busy as can be answers within a second. */
const ANSWER_MS = 5_000

/** It was asked, and has ended or does not answer. */
export class WorkerSilent extends Error {
  readonly code = 'ERR_WORKER_SILENT'
}

export interface LinkEvents {
  opened(link: WorkerLink): void
  failed(link: WorkerLink, failure: StartFailure): void
  /** @param how in words: its exit code, or the signal that ended it */
  ended(link: WorkerLink, how: string): void
  /** A record of its operational log, with the line feed. */
  said(line: string): void
}

interface Waiting {
  readonly answered: (answer: unknown) => void
  readonly failed: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

export class WorkerLink implements Sharer, Watched {
  readonly number: number
  readonly startedMs = performance.now()
  /** See `Watched`. */
  heardMs = this.startedMs
  isSilent = false
  /** What it runs with, as it was told at its start or by the last reload that it took. */
  assignment: Assignment
  /** Where it listens, once it does. */
  opened: Opened | null = null
  /** As it said last. */
  stage = 'starting'
  readiness: Readiness = { word: 'starting', isReady: false }
  connections = 0
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #hasEnded = false
  /** Why this side has ended it, where it has. */
  #killedFor: string | null = null

  /** Begins a process. */
  constructor(assignment: Assignment, events: LinkEvents) {
    this.number = assignment.number
    this.assignment = assignment
    this.#worker = cluster.fork()
    const { process: child } = this.#worker as { process: ChildProcess }
    const closeHandedOver = followHandedOver(child)
    const lines = new WholeLines((line) => events.said(line))
    ;(child.stdout as Readable).on('data', (chunk: Buffer) => lines.take(chunk))
    this.#worker.on('message', (message: ToSupervisor) => this.#heard(message, events))
    // What cannot be sent to it any more.
    this.#worker.on('error', () => {})
    child.once('close', (code, signal) => {
      this.#hasEnded = true
      closeHandedOver()
      for (const id of [...this.#waiting.keys()]) this.#fail(id, 'it has ended')
      events.ended(this, this.#killedFor ?? signal ?? `exit code ${code}`)
    })
  }

  get pid(): number {
    return this.#worker.process.pid as number
  }

  get isStarting(): boolean {
    return this.opened === null
  }

  get isReady(): boolean {
    return this.opened !== null && !this.#hasEnded && this.stage === 'ready'
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** See `Sharer`. */
  limit(most: number): Promise<number> {
    return this.ask('limit', most)
  }

  /** @throws WorkerSilent */
  ask<Asked extends Question>(
    question: Asked,
    asked: Questions[Asked]['asked'],
  ): Promise<Questions[Asked]['answer']> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId
      const timer = setTimeout(() => this.#fail(id, `no answer within ${ANSWER_MS} ms`), ANSWER_MS)
      this.#waiting.set(id, { answered: resolve as (answer: unknown) => void, failed: reject, timer })
      if (!this.tell({ kind: 'ask', id, question, asked })) this.#fail(id, 'it has ended')
    })
  }

  /** @returns whether it is there to hear it */
  tell(message: ToWorker): boolean {
    if (this.#hasEnded || !this.#worker.isConnected()) return false
    this.#worker.process.send(message, undefined, undefined, () => {})
    return true
  }

  /** At once, whatever it is at. @param reason what is said of it, where that is not the signal */
  kill(reason: string | null = null): void {
    this.#killedFor = reason
    this.#worker.process.kill('SIGKILL')
  }

  #heard(message: ToSupervisor, events: LinkEvents): void {
    this.heardMs = performance.now()
    this.isSilent = false
    switch (message.kind) {
      case 'here':
        this.tell({ kind: 'begin', assignment: this.assignment })
        break
      case 'opened':
        this.opened = message.opened
        this.stage = 'ready'
        this.readiness = { word: 'ready', isReady: true }
        events.opened(this)
        break
      case 'failed':
        events.failed(this, message.failure)
        break
      case 'at':
        this.stage = message.stage
        this.readiness = message.readiness
        this.connections = message.connections
        break
      case 'answer':
        this.#taken(message.id)?.answered(message.answer)
        break
      case 'cannot':
        this.#fail(message.id, message.words)
    }
  }

  #taken(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    clearTimeout(waiting?.timer)
    this.#waiting.delete(id)
    return waiting
  }

  #fail(id: number, words: string): void {
    this.#taken(id)?.failed(new WorkerSilent(`worker ${this.number}: ${words}`))
  }
}
