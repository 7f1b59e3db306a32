/**
 * One generator process's clients and what is done with them. Owns the order of things inside the process;
 * connecting, counting, pacing and sampling are each in their own file.
 */

import type { FromGenerator, GeneratorAnswers, GeneratorRequest, JoinRequest } from '../requests.js'
import { stampedText } from '../stamp.js'
import { targetByName } from '../targets/by-name.js'
import type { MessageTemplate, Target } from '../targets/target.js'
import { Topology } from '../topology.js'
import { Churn } from './churn.js'
import { ClosedLoop } from './closed-loop.js'
import { Crowd, nameOf, roomNameOf } from './crowd.js'
import { InFlight } from './in-flight.js'
import { OpenLoop } from './open-loop.js'
import { Sampler } from './sampler.js'
import { settle } from './settle.js'
import { Speaker } from './speaker.js'
import { newLatencyHistogram, Tally } from './tally.js'

type Answer = GeneratorAnswers[GeneratorRequest['do']]
type StartRequest = Extract<GeneratorRequest, { do: 'start' }>

/** What there is after joining; everything but `join` needs it. */
class Load {
  readonly topology: Topology
  readonly target: Target
  readonly inFlight: InFlight
  readonly tally: Tally
  readonly crowd: Crowd
  readonly joinTimes = newLatencyHistogram()
  readonly receiversOf: Int32Array
  speakers: Speaker[] = []

  constructor(
    readonly plan: JoinRequest,
    chunkRead: () => void,
    deserted: (why: string) => void,
  ) {
    const topology = new Topology(plan.topology)
    this.topology = topology
    this.target = targetByName(plan.target)
    this.receiversOf = topology.receiversOfEach(plan)
    this.inFlight = new InFlight(
      this.receiversOf,
      plan.reporting.map((share) => topology.receiversOfEach(share)),
    )
    this.tally = new Tally(plan.clients, topology.senders, this.inFlight)
    const { target, tally, joinTimes } = this
    this.crowd = new Crowd({ plan, topology, target, tally, joinTimes, chunkRead, deserted })
  }

  /** The first process has all who speak. */
  makeSpeakers(): void {
    const { topology, plan, crowd } = this
    if (plan.first !== 0) return
    this.speakers = Array.from({ length: topology.senders }, (_, sender) => {
      const client = crowd.clients[topology.clientOf(sender)]
      if (client === undefined) throw new Error('the first process does not have all who speak')
      return new Speaker(sender, client, this.#templateOf(sender))
    })
  }

  #templateOf(sender: number): MessageTemplate {
    const { topology, plan, target } = this
    const text = stampedText(sender, plan.payloadBytes)
    const partner = topology.partnerOf(sender)
    if (partner === null) {
      return target.rooms === 'setup'
        ? target.template(text, roomNameOf(topology.roomOf(sender)))
        : target.template(text)
    }
    if (target.direct === undefined) throw new Error(`${target.name} has no direct messages`)
    return target.direct(text, nameOf(partner))
  }
}

export class Generator {
  readonly #send: (message: FromGenerator) => void
  #load: Load | null = null
  #sampler: Sampler | null = null
  #closedLoop: ClosedLoop | null = null
  #openLoop: OpenLoop | null = null
  #churn: Churn | null = null
  #reportsProgress = false
  #reportIsDue = false

  constructor(send: (message: FromGenerator) => void) {
    this.#send = send
  }

  /** Does what a request says. @returns its answer */
  async handle(request: GeneratorRequest): Promise<Answer> {
    if (request.do === 'join') return await this.#join(request)
    if (request.do === 'leave') return this.#leave()
    const load = this.#load
    if (load === null) throw new Error('nobody has joined yet')
    const { tally, crowd, topology } = load
    switch (request.do) {
      case 'settle':
        return { quiet: await settle(tally, null, request.quietMs, request.deadlineMs) }
      case 'slow-down':
        return crowd.slowDown()
      case 'start':
        return this.#start(load, request)
      case 'open-window':
        this.#sampler?.enter('measuring')
        return null
      case 'close-window':
        this.#sampler?.enter('draining')
        return null
      case 'hush': {
        const churn = this.#hush()
        return { sent: load.speakers.map((speaker) => speaker.sent), churn }
      }
      case 'drain': {
        const { sent, stallMs, deadlineMs } = request
        const deliveries = sent.reduce(
          (sum, messages, sender) => sum + messages * (load.receiversOf[sender] as number),
          0,
        )
        return { quiet: await settle(tally, deliveries, stallMs, deadlineMs) }
      }
      case 'account': {
        load.inFlight.stop()
        const expects = (receiver: number, sender: number) =>
          topology.expects(load.plan.first + receiver, sender)
        return { ...tally.account(request.sent, expects), failures: crowd.failures() }
      }
    }
  }

  remoteProgress(process: number, completed: readonly number[]): void {
    this.#load?.inFlight.remoteCompleted(process, completed)
    this.#chunkRead()
  }

  async #join(plan: JoinRequest): Promise<GeneratorAnswers['join']> {
    const load = new Load(plan, this.#chunkRead, (why) => this.#send({ deserted: why }))
    this.#load = load
    const { tally, crowd, joinTimes } = load
    this.#sampler = new Sampler({
      tally,
      joinTimes,
      joined: () => crowd.joined,
      messages: () => load.speakers.reduce((sum, speaker) => sum + speaker.sent, 0),
      openLoop: () => this.#openLoop,
      serverPid: plan.serverPid,
      sampleMs: plan.sampleMs,
      send: (sample) => this.#send({ sample }),
    })
    await crowd.join()
    load.makeSpeakers()
    return { failures: crowd.failures() }
  }

  #start(load: Load, { loop, sent, churn }: StartRequest): null {
    this.#hush()
    this.#sampler?.enter('warming up')
    const { speakers, inFlight, tally, plan, target, topology, joinTimes } = load
    const speaks = speakers.length > 0
    if (loop?.kind === 'closed') {
      inFlight.start(loop.inFlight, Uint32Array.from(sent))
      this.#reportsProgress = !speaks
      if (speaks) this.#closedLoop = new ClosedLoop(speakers, inFlight, loop.inFlight)
    } else if (loop?.kind === 'open' && speaks) {
      this.#openLoop = new OpenLoop(speakers, tally, loop.perSecond, loop.arrivals, loop.seed)
    }
    if (churn !== null && plan.clients > 0) {
      this.#churn = new Churn({ churn, plan, target, topology, joinTimes })
    }
    return null
  }

  #leave(): null {
    this.#hush()
    this.#sampler?.stop()
    this.#load?.crowd.destroy()
    return null
  }

  /** @returns who came and went, where somebody did */
  #hush() {
    const counts = this.#churn?.stop() ?? null
    this.#closedLoop?.stop()
    this.#openLoop?.stop()
    this.#churn = null
    this.#closedLoop = null
    this.#openLoop = null
    return counts
  }

  readonly #chunkRead = (): void => {
    if (this.#closedLoop !== null) {
      this.#closedLoop.chunkRead()
    } else if (this.#openLoop !== null) {
      this.#openLoop.chunkRead()
    } else if (this.#reportsProgress && !this.#reportIsDue && this.#load?.inFlight.movedCount !== 0) {
      this.#reportIsDue = true
      setImmediate(this.#reportProgress)
    }
  }

  /** To the process that speaks; at most once a turn, and only when a message is complete here. */
  readonly #reportProgress = (): void => {
    this.#reportIsDue = false
    const inFlight = this.#load?.inFlight
    if (inFlight === undefined) return
    inFlight.takeMoved(() => {})
    this.#send({ completed: inFlight.localCompleted() })
  }
}
