/**
 * The generator processes as the parent sees them: started, asked, and ended. Knows how the clients are
 * divided among them, and nothing of what is measured.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { extname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type {
  FromGenerator,
  GeneratorAnswers,
  GeneratorRequest,
  GeneratorSample,
  JoinRequest,
} from './requests.js'
import type { Share } from './topology.js'

/** `.ts` by tsx in a bench, `.js` in a test. */
const KIND = extname(import.meta.filename)
const ENTRY = join(import.meta.dirname, `generator/process${KIND}`)

/** One process is best as long as it can: its closed loop needs no word from another process. */
export const MAX_CLIENTS_PER_PROCESS = 6000

const EXIT_MS = 3000

export interface FleetOptions {
  processes: number
  /** The core to keep the processes on; null to let them roam. */
  cpu: number | null
  nodeArguments: readonly string[]
}

export type JoinAllRequest = Omit<JoinRequest, 'do' | 'first' | 'clients' | 'reporting'>

type Answer<Kind extends GeneratorRequest['do']> = GeneratorAnswers[Kind]
type Request<Kind extends GeneratorRequest['do']> = Extract<GeneratorRequest, { do: Kind }>

export class Fleet {
  /** Takes every sample of every process, by the number of the process. */
  onSample: (process: number, sample: GeneratorSample) => void = () => {}

  readonly #members: Member[]
  /** Rejects when the server is gone. */
  readonly #deserted: Promise<never>

  constructor(options: FleetOptions) {
    this.#members = Array.from({ length: options.processes }, () => new Member(options))
    for (const [index, member] of this.#members.entries()) {
      member.onSample = (sample) => this.onSample(index, sample)
    }
    const [speaking, ...others] = this.#members
    for (const [index, member] of others.entries()) {
      member.onProgress = (completed) => speaking?.tell(index, completed)
    }
    this.#deserted = new Promise<never>((_, reject) => {
      if (speaking !== undefined)
        speaking.onDeserted = (why) => reject(new Error(`the server is gone: ${why}`))
    })
    // It may happen while nobody waits.
    this.#deserted.catch(() => {})
  }

  get processes(): number {
    return this.#members.length
  }

  /** Divides the clients as evenly as it goes; the first process has those who speak. */
  async join(request: JoinAllRequest): Promise<Answer<'join'>[]> {
    const { clients, roomSenders, directSenders } = request.topology
    const shares = sharesOf(clients, Math.max(roomSenders, directSenders), this.#members.length)
    return await Promise.all(
      this.#members.map((member, index) =>
        member.ask<'join'>({
          ...request,
          ...(shares[index] as Share),
          do: 'join',
          reporting: index === 0 ? shares.slice(1) : [],
          serverPid: index === 0 ? request.serverPid : null,
        }),
      ),
    )
  }

  /**
   * Asks all at once. @returns the answers, the speaking process's first
   * @throws Error as soon as the server is gone: everybody in the process that speaks has lost the connection
   */
  async askAll<Kind extends GeneratorRequest['do']>(request: Request<Kind>): Promise<Answer<Kind>[]> {
    const answers = Promise.all(this.#members.map((member) => member.ask<Kind>(request)))
    return await Promise.race([answers, this.#deserted])
  }

  /** Waits. @throws Error as `askAll` does */
  async during(seconds: number): Promise<void> {
    const ending = new AbortController()
    try {
      await Promise.race([sleep(seconds * 1000, undefined, { signal: ending.signal }), this.#deserted])
    } finally {
      ending.abort()
    }
  }

  /** Asks the speaking process last, when all others have answered. */
  async askSpeakingLast<Kind extends GeneratorRequest['do']>(request: Request<Kind>): Promise<void> {
    const [speaking, ...others] = this.#members
    await Promise.all(others.map((member) => member.ask<Kind>(request)))
    await speaking?.ask<Kind>(request)
  }

  /** Asks the speaking process alone. */
  async askSpeaking<Kind extends GeneratorRequest['do']>(request: Request<Kind>): Promise<Answer<Kind>> {
    return await (this.#members[0] as Member).ask<Kind>(request)
  }

  /** Ends the processes: those that are idle by their own hand, the rest by force. */
  async end(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.end()))
  }
}

/** How many clients the largest process gets. */
export function largestShare(clients: number, speaking: number, processes: number): number {
  return Math.max(...sharesOf(clients, speaking, processes).map((share) => share.clients))
}

/** As even as it goes with all who speak in the first. */
function sharesOf(clients: number, speaking: number, processes: number): Share[] {
  const firstShare = Math.min(clients, Math.max(speaking, Math.ceil(clients / processes)))
  const rest = clients - firstShare
  const even = Math.ceil(rest / Math.max(1, processes - 1))
  return Array.from({ length: processes }, (_, index) => {
    if (index === 0) return { first: 0, clients: firstShare }
    const first = Math.min(firstShare + (index - 1) * even, clients)
    return { first, clients: Math.min(even, clients - first) }
  })
}

class Member {
  onSample: (sample: GeneratorSample) => void = () => {}
  onProgress: (completed: number[]) => void = () => {}
  onDeserted: (why: string) => void = () => {}

  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>()
  #lastId = 0
  #ended = false

  constructor({ cpu, nodeArguments }: FleetOptions) {
    const loader = KIND === '.ts' ? ['--import', import.meta.resolve('tsx')] : []
    const nodeOptions = [...loader, ...nodeArguments]
    this.#child =
      cpu === null
        ? fork(ENTRY, { execArgv: nodeOptions })
        : fork(ENTRY, { execPath: 'taskset', execArgv: ['-c', `${cpu}`, process.execPath, ...nodeOptions] })
    this.#child.on('message', (message: FromGenerator) => this.#onMessage(message))
    this.#child.on('exit', (code, signal) => this.#onExit(`a generator ended (${signal ?? code})`))
    this.#child.on('error', (error) => this.#onExit(error.message))
  }

  ask<Kind extends GeneratorRequest['do']>(request: Request<Kind>): Promise<Answer<Kind>> {
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

  tell(progressOf: number, completed: readonly number[]): void {
    this.#child.send({ progressOf, completed })
  }

  async end(): Promise<void> {
    this.#ended = true
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = new Promise((resolve) => this.#child.once('exit', resolve))
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), EXIT_MS)
    if (this.#child.connected) this.#child.send({ id: 0, request: { do: 'leave' } })
    await exited
    clearTimeout(timer)
  }

  #onMessage(message: FromGenerator): void {
    if ('completed' in message) {
      this.onProgress(message.completed)
      return
    }
    if ('sample' in message) {
      this.onSample(message.sample)
      return
    }
    if ('deserted' in message) {
      this.onDeserted(message.deserted)
      return
    }
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if ('error' in message) waiting?.reject(new Error(message.error))
    else waiting?.resolve(message.answer as never)
  }

  #onExit(reason: string): void {
    if (!this.#ended) for (const { reject } of this.#waiting.values()) reject(new Error(reason))
    this.#waiting.clear()
  }
}
