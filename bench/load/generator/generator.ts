/**
 * One generator process's clients and what is done with them. Owns the order of things inside the process;
 * connecting, counting, pacing and measuring are each in their own file.
 */

import type { FromGenerator, GeneratorAnswers, GeneratorRequest, JoinRequest, Loop } from '../requests.js'
import { targetByName } from '../targets/by-name.js'
import { ClosedLoop } from './closed-loop.js'
import { failuresOf, joinAll } from './crowd.js'
import { InFlight } from './in-flight.js'
import type { LoadClient } from './load-client.js'
import { OpenLoop } from './open-loop.js'
import { settle } from './settle.js'
import { Speaker } from './speaker.js'
import { Tally } from './tally.js'
import { MeasuredWindow } from './window.js'

/** What there is after joining; everything but `join` needs it. */
interface Crowd {
  plan: JoinRequest
  clients: LoadClient[]
  speakers: Speaker[]
  tally: Tally
  inFlight: InFlight
  expects: (receiver: number, sender: number) => boolean
  receiversOf: (sender: number) => number
}

export class Generator {
  readonly #send: (message: FromGenerator) => void
  #crowd: Crowd | null = null
  #closedLoop: ClosedLoop | null = null
  #openLoop: OpenLoop | null = null
  #window: MeasuredWindow | null = null
  #reportsProgress = false
  #reportIsDue = false

  constructor(send: (message: FromGenerator) => void) {
    this.#send = send
  }

  /** Does what a request says. @returns its answer */
  async handle(request: GeneratorRequest): Promise<GeneratorAnswers[GeneratorRequest['do']]> {
    if (request.do === 'join') return await this.#join(request)
    if (request.do === 'leave') return this.#leave()
    const crowd = this.#requireCrowd()
    switch (request.do) {
      case 'settle':
        return { quiet: await settle(crowd.tally, null, request.quietMs, request.deadlineMs) }
      case 'start':
        return this.#start(crowd, request.loop, request.sent)
      case 'open-window':
        this.#window = new MeasuredWindow(crowd.tally, crowd.speakers, this.#openLoop, crowd.plan.serverPid)
        return null
      case 'close-window': {
        if (this.#window === null) throw new Error('no window is open')
        return this.#window.close()
      }
      case 'hush':
        this.#hush()
        return { sent: crowd.speakers.map((speaker) => speaker.sent) }
      case 'drain': {
        const deliveries = request.sent.reduce(
          (sum, sent, sender) => sum + sent * crowd.receiversOf(sender),
          0,
        )
        return { quiet: await settle(crowd.tally, deliveries, request.stallMs, request.deadlineMs) }
      }
      case 'account':
        crowd.inFlight.stop()
        return { ...crowd.tally.account(request.sent, crowd.expects), failures: failuresOf(crowd.clients) }
    }
  }

  remoteProgress(process: number, completed: readonly number[]): void {
    this.#crowd?.inFlight.remoteCompleted(process, completed)
    this.#chunkRead()
  }

  async #join(plan: JoinRequest): Promise<GeneratorAnswers['join']> {
    const target = targetByName(plan.target)
    const expects = (receiver: number, sender: number) => target.echoesOwn || plan.first + receiver !== sender
    const receiversOf = Int32Array.from({ length: plan.senders }, (_, sender) => {
      const isOurs = plan.first <= sender && sender < plan.first + plan.clients
      return isOurs && !target.echoesOwn ? plan.clients - 1 : plan.clients
    })
    const inFlight = new InFlight(receiversOf, plan.first === 0 ? plan.otherProcesses : 0)
    const tally = new Tally(plan.clients, plan.senders, inFlight)
    const clients = await joinAll(plan, target, tally, this.#chunkRead)
    const speakers =
      plan.first === 0
        ? clients
            .slice(0, plan.senders)
            .map((client, sender) => new Speaker(sender, client, target, plan.payloadBytes))
        : []
    this.#crowd = {
      plan,
      clients,
      speakers,
      tally,
      inFlight,
      expects,
      receiversOf: (sender) => receiversOf[sender] as number,
    }
    return { failures: failuresOf(clients) }
  }

  #start(crowd: Crowd, loop: Loop, sent: readonly number[]): null {
    this.#hush()
    const speaks = crowd.speakers.length > 0
    if (loop.kind === 'closed') {
      crowd.inFlight.start(loop.inFlight, Uint32Array.from(sent))
      this.#reportsProgress = !speaks
      if (speaks) this.#closedLoop = new ClosedLoop(crowd.speakers, crowd.inFlight, loop.inFlight)
    } else if (speaks) {
      this.#openLoop = new OpenLoop(crowd.speakers, crowd.tally, loop.perSecond, loop.arrivals, loop.seed)
    }
    return null
  }

  #leave(): null {
    this.#hush()
    for (const client of this.#crowd?.clients ?? []) client.destroy()
    return null
  }

  #hush(): void {
    this.#closedLoop?.stop()
    this.#openLoop?.stop()
    this.#closedLoop = null
    this.#openLoop = null
  }

  readonly #chunkRead = (): void => {
    if (this.#closedLoop !== null) {
      this.#closedLoop.chunkRead()
    } else if (this.#openLoop !== null) {
      this.#openLoop.chunkRead()
    } else if (this.#reportsProgress && !this.#reportIsDue && this.#crowd?.inFlight.movedCount !== 0) {
      this.#reportIsDue = true
      setImmediate(this.#reportProgress)
    }
  }

  /** To the process that speaks; at most once a turn, and only when a message is complete here. */
  readonly #reportProgress = (): void => {
    this.#reportIsDue = false
    const inFlight = this.#crowd?.inFlight
    if (inFlight === undefined) return
    inFlight.takeMoved(() => {})
    this.#send({ completed: inFlight.localCompleted() })
  }

  #requireCrowd(): Crowd {
    if (this.#crowd === null) throw new Error('nobody has joined yet')
    return this.#crowd
  }
}
