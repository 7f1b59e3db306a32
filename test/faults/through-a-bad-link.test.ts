/**
 * Every dialect, over TCP and over WebSocket, through a link that is slow, cuts everything to bytes, stands still, breaks off or ends on one side;
 * rows 3, 4, 5 and 7 of docs/faults.md. Where nothing is lost, both are told the same bytes as without the proxy; where something is, up to
 * there, and the connection has one end, with one record and one count. Rules F10, M5, M6, W3.
 */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { CheckFailure } from '../../src/conform/failure.js'
import { RawPeer } from '../../src/conform/raw-peer.js'
import { SUITES } from '../../src/conform/suites.js'
import { WebSocketCarrier } from '../../src/conform/websocket/carrier.js'
import { openWebSocket } from '../../src/conform/websocket/opening.js'
import { converse, Transcript, VOICE_KINDS } from '../fixtures/bad-link-conversation.js'
import { type Direction, FaultProxy, type Link } from '../fixtures/fault-proxy.js'
import { FaultTrial } from '../fixtures/fault-trial.js'
import {
  delayed,
  endAfter,
  type Fault,
  resetAfter,
  split,
  stalled,
  trickle,
} from '../fixtures/link-policies.js'
import type { LogRecord } from '../fixtures/log-dir.js'
import { timesOf } from '../fixtures/soak.js'
import { until } from '../fixtures/until.js'
import type { Voice, VoiceKind } from '../fixtures/voices/voice.js'

const OPTIONS = { timeoutMs: 30_000, quietMs: 50 }
/** At so many places of the conversation a link breaks. */
const PLACES = timesOf(1, 40)
/** Over WebSocket, one dialect of binary messages and one of text are tried each time, all in a soak. */
const OVER_WEB_SOCKET = timesOf(2, VOICE_KINDS.length)

/** A dialect, and what its bytes go over. */
interface Carried {
  readonly words: string
  readonly kind: VoiceKind
  readonly overWebSocket: boolean
}

const CARRIED: readonly Carried[] = [
  ...VOICE_KINDS.map((kind) => ({ words: kind.dialect, kind, overWebSocket: false })),
  ...VOICE_KINDS.slice(0, OVER_WEB_SOCKET).map((kind) => ({
    words: `${kind.dialect} over WebSocket`,
    kind,
    overWebSocket: true,
  })),
]

type Faults = Partial<Readonly<Record<Direction, readonly Fault[]>>>

/** What is wrong, and loses nothing. The client's direction carries the chatter of two more people, and has to keep up with it. */
const LOSSLESS: Readonly<Record<string, Faults>> = {
  'nothing is wrong': {},
  'cut to bytes': { toRelay: [split()], toClient: [split(16)] },
  'a trickle to the relay': { toRelay: [trickle(8000)] },
  'a trickle to the client': { toClient: [trickle(60_000)] },
  'late, both ways': { toRelay: [delayed(3)], toClient: [delayed(3)] },
  'late, and cut to threes': { toRelay: [delayed(1), split(3)], toClient: [delayed(2), split(30)] },
}

interface Loss {
  readonly words: string
  readonly direction: Direction
  /** Behind so many bytes of that direction. */
  readonly fault: (bytes: number) => Fault
  /** What the relay takes it for. */
  readonly reasons: readonly string[]
}

/** A reset that is read together with bytes is an end to libuv. */
const RESET = ['reset', 'ended']

const LOSSY: readonly Loss[] = [
  { words: 'a reset on the way to the relay', direction: 'toRelay', fault: resetAfter, reasons: RESET },
  { words: 'a reset on the way to the client', direction: 'toClient', fault: resetAfter, reasons: RESET },
  { words: 'an end on the way to the relay', direction: 'toRelay', fault: endAfter, reasons: ['ended'] },
  // She believes that it is over, and goes.
  { words: 'an end on the way to the client', direction: 'toClient', fault: endAfter, reasons: RESET },
]

interface Told {
  readonly amy: readonly string[]
  readonly bob: readonly string[]
}

/** A whole conversation over a good link, and how many bytes it took at least: of the handshake, and with all that follows. */
interface Healthy extends Told {
  readonly handshake: Readonly<Record<Direction, number>>
  readonly whole: Readonly<Record<Direction, number>>
}

/** Bob, who is there all the time on a link of his own, and whoever comes as Amy. */
class Scene {
  readonly proxy: FaultProxy
  readonly #trial: FaultTrial
  readonly #carried: Carried
  readonly #bob: Voice
  readonly #toldBob: Transcript
  /** When Amy last came: earlier connections may have had the same port. */
  #sinceMs = 0

  private constructor(
    trial: FaultTrial,
    proxy: FaultProxy,
    carried: Carried,
    bob: Voice,
    toldBob: Transcript,
  ) {
    this.proxy = proxy
    this.#trial = trial
    this.#carried = carried
    this.#bob = bob
    this.#toldBob = toldBob
  }

  static async open(t: TestContext, trial: FaultTrial, carried: Carried): Promise<Scene> {
    const { kind, overWebSocket } = carried
    const proxy = await FaultProxy.open(t, {
      port: overWebSocket ? trial.webPort : trial.portOf(kind.dialect),
    })
    const peer = await trial.open(kind.dialect)
    const toldBob = new Transcript(kind.dialect)
    toldBob.attach(peer)
    const bob = kind.make(peer, 'Bob')
    await bob.join()
    await bob.heard()
    toldBob.take()
    return new Scene(trial, proxy, carried, bob, toldBob)
  }

  /** Over a link on which nothing is lost. @param meanwhile is told of the link as soon as there is one */
  async whole(meanwhile = async (_: Link) => {}): Promise<Healthy> {
    const { peer, link, toldAmy } = await this.#connect()
    const during = meanwhile(link)
    await this.#upgrade(peer, toldAmy)
    const handshake = { toRelay: link.toRelay.passed, toClient: 0 }
    const amy = this.#carried.kind.make(peer, 'Amy')
    await converse({ amy, bob: this.#bob })
    await during
    assert.equal(link.toRelay.lost + link.toClient.lost, 0)
    const heard = toldAmy.take()
    const whole = { toRelay: link.toRelay.passed, toClient: heard.join('').length }
    this.proxy.heal()
    amy.leave()
    assert.match(await this.#recordedEnd(link), /^(ended|reset)$/)
    return { amy: heard, bob: await this.#heardByBob(), handshake, whole }
  }

  /** One that does not come to its end. */
  async brokenOff(): Promise<Told & { readonly reason: string }> {
    const { peer, link, toldAmy } = await this.#connect()
    const cut = async () => {
      await this.#upgrade(peer, toldAmy)
      await converse({ amy: this.#carried.kind.make(peer, 'Amy'), bob: this.#bob })
    }
    await assert.rejects(cut, CheckFailure)
    peer.close()
    const reason = await this.#recordedEnd(link)
    this.proxy.heal()
    return { reason, amy: toldAmy.take(), bob: await this.#heardByBob() }
  }

  close(): void {
    this.#bob.leave()
  }

  async #connect(): Promise<{ peer: RawPeer; link: Link; toldAmy: Transcript }> {
    this.#sinceMs = Date.now()
    const peer = await RawPeer.open('127.0.0.1', this.proxy.port, OPTIONS)
    const toldAmy = new Transcript(this.#carried.kind.dialect)
    // Before anything can come; over WebSocket once it is open.
    if (!this.#carried.overWebSocket) toldAmy.attach(peer)
    return { peer, link: await this.proxy.nextLink(), toldAmy }
  }

  async #upgrade(peer: RawPeer, told: Transcript): Promise<void> {
    const { overWebSocket, kind } = this.#carried
    if (!overWebSocket) return
    const suite = SUITES.get(kind.dialect)
    assert.ok(suite !== undefined)
    await openWebSocket(peer, { authority: `127.0.0.1:${this.#trial.webPort}`, path: '/' }, kind.dialect)
    told.attach(peer)
    peer.carry(new WebSocketCarrier(suite.messages))
  }

  /** Everything up to an answer that Bob gets now. */
  async #heardByBob(): Promise<string[]> {
    await this.#bob.heard()
    return this.#toldBob.take()
  }

  /** How the relay has recorded the end of this link's connection: once. One that is reset at once has no port. */
  async #recordedEnd(link: Link): Promise<string> {
    const isIt = ({ event, port, name, time }: LogRecord) =>
      event === 'closed' &&
      (port === link.port || port === 0) &&
      name !== 'Bob' &&
      Date.parse(`${time}`) >= this.#sinceMs
    const records = (await this.#trial.logs.until('connections', isIt)).filter(isIt)
    assert.equal(records.length, 1)
    return String(records[0]?.reason)
  }
}

/** The link stands still in the middle of everything, again and again, until something waits there. */
async function stallsAgainAndAgain(proxy: FaultProxy, link: Link): Promise<void> {
  for (const direction of ['toRelay', 'toClient', 'toRelay', 'toClient'] as const) {
    proxy.use(direction, stalled)
    await until(() => link[direction].waitingBytes > 0)
    proxy.use(direction)
  }
}

/** What is told up to where the link broke is what would have been told, and then that she left, if she came. */
function assertBeginning({ amy, bob }: Told, healthy: Healthy): void {
  assert.deepEqual(amy, healthy.amy.slice(0, amy.length))
  const isOfAmy = (unit: string) => unit.includes('Amy')
  const came = bob.filter((unit) => isOfAmy(unit) && /joining|entered|joined/.test(unit)).length
  const left = bob.filter((unit) => isOfAmy(unit) && /leaving|left/.test(unit)).length
  assert.ok(came === left && came <= 1, `Amy came ${came} times and left ${left} times: ${bob}`)
}

test('rows 3, 4, 5, 7: every dialect through a bad link', async (t) => {
  const trial = await FaultTrial.start(t, { web: '' })
  for (const carried of CARRIED) {
    await t.test(carried.words, async (t) => {
      const scene = await Scene.open(t, trial, carried)
      const healthy = await scene.whole()
      assert.ok(healthy.amy.length > 5 && healthy.bob.length > 5)

      for (const [words, { toRelay = [], toClient = [] }] of Object.entries(LOSSLESS)) {
        await t.test(`M5 W3 ${words}: the same bytes`, async () => {
          scene.proxy.use('toRelay', ...toRelay)
          scene.proxy.use('toClient', ...toClient)
          const { amy, bob } = await scene.whole()
          assert.deepEqual({ amy, bob }, { amy: healthy.amy, bob: healthy.bob })
        })
      }

      await t.test('M5 W3 it stands still and goes on: the same bytes', async () => {
        const { amy, bob } = await scene.whole((link) => stallsAgainAndAgain(scene.proxy, link))
        assert.deepEqual({ amy, bob }, { amy: healthy.amy, bob: healthy.bob })
      })

      for (const { words, direction, fault, reasons } of LOSSY) {
        await t.test(`F10 M6 ${words}: what was said up to there, and one end`, async () => {
          const [from, to] = [healthy.handshake[direction], healthy.whole[direction]]
          for (let place = 0; place < PLACES; place++) {
            const bytes = from + Math.floor(((to - from) * (place + 0.5)) / PLACES)
            scene.proxy.use(direction, fault(bytes))
            const broken = await scene.brokenOff()
            assert.ok(reasons.includes(broken.reason), `${broken.reason} behind ${bytes} bytes`)
            assertBeginning(broken, healthy)
          }
        })
      }
      scene.close()
    })
  }
  await trial.assertAsBefore()
})
