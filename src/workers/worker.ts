/**
 * One worker: a relay that does what the supervisor says. Owns its beginning, its answers and its end; whatever is for the whole
 * machine (the ops endpoint, the admin socket, the address file, signals) is the supervisor's.
 *
 * When the supervisor is gone, however that came about, it ends as if it had been told to.
 */

import type { Program } from '../relay/admin/program.js'
import { ConfigError } from '../relay/config/load.js'
import type { Settings } from '../relay/config/settings.js'
import { OperationalLog } from '../relay/observe/operational-log.js'
import { Relay } from '../relay/relay.js'
import type { PreparedReload } from '../relay/reload.js'
import type {
  Assignment,
  OperatorAnswer,
  OperatorRequest,
  Question,
  Questions,
  ToSupervisor,
  ToWorker,
} from './messages.js'
import { failureOf } from './start-failure.js'
import { workerConfig } from './worker-config.js'

/** How often it says how many are connected, and how often while it ends. */
const AT_MS = 1_000
const AT_END_MS = 200

/** The channel to the supervisor, and this process. */
export interface WorkerProcess {
  send(message: ToSupervisor): void
  exit(code: number): void
}

type Answers = {
  [Asked in Question]: (asked: Questions[Asked]['asked']) => Promise<Questions[Asked]['answer']>
}

export class Worker {
  readonly #process: WorkerProcess
  #assignment: Assignment | null = null
  #log: OperationalLog | null = null
  #relay: Relay | null = null
  #starting: Promise<void> | null = null
  #prepared: PreparedReload | null = null
  /** Its share of the connections that there may be, where there is one. */
  #limit: number | null = null
  #ending: Promise<void> | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(process: WorkerProcess) {
    this.#process = process
  }

  heard(message: ToWorker): void {
    switch (message.kind) {
      case 'begin':
        this.#starting ??= this.#begin(message.assignment)
        break
      case 'ask':
        void this.#answer(message.id, message.question, message.asked)
        break
      case 'forget':
        this.#prepared = null
        break
      case 'reopen-logs':
        this.#relay?.reopenLogs()
        break
      case 'drain':
        void this.end()
    }
  }

  /** Everybody is told, and the process ends. Asking again changes nothing. */
  end(): Promise<void> {
    this.#ending ??= this.#end()
    return this.#ending
  }

  async #begin(assignment: Assignment): Promise<void> {
    this.#assignment = assignment
    const { number, of, settings, maxConnections, takesOver } = assignment
    try {
      const config = workerConfig(settings, number, of)
      const log = new OperationalLog(config.logLevel, process.stdout, { worker: number })
      this.#log = log
      const program: Program = { logLevel: log }
      const linesLost = () => log.linesLost
      const relay = await Relay.start(config, log, { reloadables: [log], program, takesOver, linesLost })
      this.#relay = relay
      if (maxConnections !== null) this.#limit = relay.limitConnections(maxConnections)
      const { listeningAt: listeners, fanout, connectionLimit: limit } = relay
      this.#process.send({ kind: 'opened', opened: { listeners, fanout, limit } })
      this.#tellAt(AT_MS)
      // Some are counted from when they are first asked for.
      await relay.metricValues()
    } catch (error) {
      this.#process.send({ kind: 'failed', failure: failureOf(error) })
      void this.end()
    }
  }

  async #end(): Promise<void> {
    await this.#starting?.catch(() => {})
    if (this.#relay !== null) {
      this.#tellAt(AT_END_MS)
      await this.#relay.stop()
    }
    this.#log?.flush(() => this.#process.exit(0))
    if (this.#log === null) this.#process.exit(0)
  }

  #tellAt(everyMs: number): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    const tell = () => {
      const { stage, readiness, parts } = this.#relay as Relay
      this.#process.send({ kind: 'at', stage, readiness, connections: parts.connections.size })
    }
    this.#timer = setInterval(tell, everyMs).unref()
    tell()
  }

  async #answer(id: number, question: Question, asked: unknown): Promise<void> {
    try {
      const answer = await (this.#answers[question] as (asked: unknown) => Promise<unknown>)(asked)
      this.#process.send({ kind: 'answer', id, answer })
    } catch (error) {
      this.#process.send({ kind: 'cannot', id, words: (error as Error).message })
    }
  }

  get #running(): Relay {
    if (this.#relay === null) throw new Error('it is starting')
    return this.#relay
  }

  readonly #answers: Answers = {
    metrics: async () => this.#running.metricValues(),
    operator: async (asked) => this.#answerOperator(asked),
    prepare: async (settings) => this.#prepare(settings),
    take: async () => {
      const before = this.#running.config.maxConnections
      const after = this.#prepared?.take().maxConnections ?? before
      this.#prepared = null
      // It has gone by its share so far, and not by an even one.
      if (after === before && this.#limit !== null) this.#running.limitConnections(this.#limit)
      return null
    },
    limit: async (most) => {
      this.#limit = this.#running.limitConnections(most)
      return this.#limit
    },
  }

  async #prepare(settings: Settings): Promise<{ problems: readonly string[] }> {
    const { number, of } = this.#assignment as Assignment
    try {
      this.#prepared = await this.#running.prepareReload(workerConfig(settings, number, of))
      return { problems: [] }
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      return { problems: error.problems }
    }
  }

  async #answerOperator({ method, path, body }: OperatorRequest): Promise<OperatorAnswer> {
    const init = body === '' ? { method } : { method, body }
    const response = await this.#running.answerOperator(new Request(`http://relay${path}`, init))
    return { status: response.status, text: await response.text() }
  }
}
