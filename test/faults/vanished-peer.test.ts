/**
 * Row 7 of docs/faults.md: peers whose link is cut: their packets are dropped, and nobody says so. Some are being sent to all the time, some never, and
 * some once: at the moment at which it takes longest, and when they have been asked in vain for a while. They are in a network namespace of their
 * own, which takes root and `ip`.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { vanishingTimes } from '../../src/relay/net/vanishing.js'
import { certificateQuery } from '../fixtures/certificate.js'
import { FarSpace } from '../fixtures/far-space.js'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { join, joining, message } from '../fixtures/framed-bytes.js'
import { FramedPeer } from '../fixtures/framed-peer.js'
import { KEEP_ALIVE, type KernelTimer, kernelTimerOf, noKernelTimers } from '../fixtures/kernel-timers.js'
import { noNetworkSpaces } from '../fixtures/network-spaces.js'
import { freePort } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { timesOf } from '../fixtures/soak.js'
import { until } from '../fixtures/until.js'

const PEOPLE = fileURLToPath(new URL('../fixtures/vanishing.py', import.meta.url))
/** The least that `vanishedMs` may be, and in a soak what it is when nobody sets it. */
const VANISHED_MS = timesOf(15_000, 30_000)
const { keepAliveMs: KEEP_ALIVE_MS, silentMs } = vanishingTimes(VANISHED_MS)
/** Just before the kernel asks whether a quiet peer is there. */
const JUST_BEFORE_SECONDS = 0.4
/** Nobody is gone who has not been given time to answer. */
const LEAST_MS = Math.min(silentMs, 10_000)
/** How often it has asked in vain, of ten times. */
const ASKED = 5
const DEADLINE_MS = 20_000
/** In a room of its own for each, because whoever leaves is told to those who stay. */
const ROOMS = ['busy', 'quiet', 'later', 'asked'] as const

interface Vanishing {
  /** Of the room too. */
  readonly name: string
  readonly kind: string
  readonly port: number
  readonly url: string
}

/** Somebody near who is in the room with one who vanishes, and says nothing yet. */
class Witness {
  readonly room: string
  readonly peer: FramedPeer
  /** Since then nothing was heard of the one who vanishes. */
  readonly #joinedMs = Date.now()
  readonly #port: number

  private constructor(room: string, port: number, peer: FramedPeer) {
    this.room = room
    this.#port = port
    this.peer = peer
  }

  static async join({ name, kind, port }: Vanishing, host: string): Promise<Witness> {
    const peer = await FramedPeer.connect({ host, port, tls: kind === 'tls' })
    peer.send(join(`near-${name}`))
    await peer.skipTo(joining(`near-${name}`))
    return new Witness(name, port, peer)
  }

  /** Of the one who vanishes, in the kernel of the relay. */
  get timer(): KernelTimer | undefined {
    return kernelTimerOf(this.#port, (remotePort) => remotePort !== this.peer.socket.localPort)
  }

  /** Whether the kernel is about to ask for the first time. */
  get isLastMoment(): boolean {
    const { timer } = this
    if (timer === undefined || Date.now() - this.#joinedMs < KEEP_ALIVE_MS - 1000) return false
    return timer.probes > 0 || timer.seconds < JUST_BEFORE_SECONDS
  }

  end(): void {
    this.peer.destroy()
  }
}

const obstacle = noNetworkSpaces() ?? noKernelTimers()

test('row 7: a peer whose packets are dropped is gone in time as vanished, being sent to or not, with TLS and without', {
  skip: obstacle ?? false,
}, async (t) => {
  const space = new FarSpace(t)
  const certificate = certificateQuery()
  const kinds = certificate === null ? ['plain'] : ['plain', 'tls']
  const vanishing: Vanishing[] = []
  for (const room of ROOMS) {
    for (const kind of kinds) {
      const [name, port] = [`${room}-${kind}`, await freePort()]
      const [scheme, query] = kind === 'tls' ? ['framed+tls', `&${certificate}`] : ['framed', '']
      vanishing.push({ name, kind, port, url: `${scheme}://${space.host}:${port}?room=${name}${query}` })
    }
  }
  const trial = await FaultTrial.start(t, {
    args: ['--vanished-ms', `${VANISHED_MS}`],
    also: vanishing.map(({ url }) => url),
  })
  const person = (work: string, port: number, name: string, kind: string) =>
    [PEOPLE, work, space.host, `${port}`, name, kind] as const
  await Promise.all(
    vanishing.map(({ name, kind, port }) =>
      space.run('python3', ...person('idle', port, name, kind)).shows('joined'),
    ),
  )
  const near: { end(): unknown }[] = []
  t.after(() => Promise.all(near.map((one) => one.end())))
  for (const { name, kind, port } of vanishing) {
    if (!name.startsWith('busy')) continue
    const program = new RunningProgram('python3', person('talk', port, `talker-${kind}`, kind))
    near.push(program)
    await program.shows('joined')
  }
  const witnesses: Witness[] = []
  for (const room of ['asked', 'later']) {
    for (const one of vanishing.filter(({ name }) => name.startsWith(room)))
      witnesses.push(await Witness.join(one, space.host))
  }
  near.push(...witnesses)
  // What those who are to vanish were told last has been acknowledged.
  await until(() => witnesses.every(({ timer }) => timer?.kind === KEEP_ALIVE), DEADLINE_MS, 20)
  const cutAt = Date.now()
  space.cut()
  const says = witnesses.map(async (witness) => {
    const isLater = witness.room.startsWith('later')
    const isTime = () => (isLater ? witness.isLastMoment : (witness.timer?.probes ?? 0) >= ASKED)
    await until(isTime, VANISHED_MS, 20)
    witness.peer.send(message('Are you there?'))
    t.diagnostic(`${witness.room}: sent to after ${((Date.now() - cutAt) / 1000).toFixed(1)} s`)
  })
  await Promise.all(says)
  const closed = await trial.logs.untilAll(
    'connections',
    vanishing.map(
      ({ name }) =>
        (record) =>
          record.event === 'closed' && record.name === name,
    ),
    2 * VANISHED_MS,
  )
  for (const { name, reason, time } of closed) {
    assert.equal(reason, 'vanished', `${name}`)
    const ms = Date.parse(`${time}`) - cutAt
    t.diagnostic(`${name}: gone after ${(ms / 1000).toFixed(1)} s`)
    assert.ok(ms > LEAST_MS && ms < VANISHED_MS, `${name}: ${ms} ms`)
  }
  const gone = trial.logs.records('connections').filter(({ event }) => event === 'closed')
  assert.equal(gone.length, vanishing.length, 'nobody else')
  await Promise.all(near.map((one) => one.end()))
  await trial.assertAsBefore()
})
