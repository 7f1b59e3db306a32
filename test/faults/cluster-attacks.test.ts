/**
 * Three nodes under attack, while Left at one and Right at another chat and must miss nothing: a race for one name (row 12 of docs/faults.md), a stranger
 * in NATS who publishes garbage, huge and repeated packets in floods, and then as nodes that are and are not; a NATS that answers now and then;
 * a flood to a reader of another node who does not read. Rules N1, N3, M5, M6.
 */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { CLAIMS } from '../fixtures/claims.js'
import { ClusterTrial } from '../fixtures/cluster-trial.js'
import type { FaultTrial } from '../fixtures/fault-trial.js'
import { leaving, message } from '../fixtures/framed-bytes.js'
import { noNats } from '../fixtures/nats-server.js'
import { seeded } from '../fixtures/random.js'
import { timesOf } from '../fixtures/soak.js'
import { type Passed, StrangerInNats, saidBy, speakerOf } from '../fixtures/stranger-in-nats.js'

const CLAIMS_A_DIALECT = 100
const FLOODS = timesOf(10, 1000)
const PIECES_A_FLOOD = 1000
/** NATS takes no more in one piece. */
const HUGE_BYTES = 1024 * 1024
const STANDS_STILL = timesOf(6, 300)
const TEXT = 'x'.repeat(60_000)
const SETTINGS = ['--grace-ms', '1500', '--soft-limit-bytes', '65536', '--hard-limit-bytes', '262144']

const BATCH = 0
const HEADS = 1
const HELLO = 2
const RESYNC = 4
const WHERE = 6

describe('three nodes under attack', { skip: noNats() ?? false }, () => {
  const ends: (() => Promise<void>)[] = []
  let trial: ClusterTrial
  before(async () => {
    trial = await ClusterTrial.start({ after: (end) => void ends.push(end) }, { pair: false, args: SETTINGS })
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })
  const [BOTH, NOBODY] = [['Left', 'Right'], []] as const
  const over = async () => {
    const { heard, longestMs } = await trial.assertAsBefore()
    await trial.areKnown(NOBODY)
    return `a pair: ${heard} messages each way, ${longestMs.toFixed(0)} ms at most`
  }

  it('row 12, N1 N3: of 500 who want one name at once, over all dialects and nodes, exactly one has it', async (t) => {
    await trial.startPair()
    const claimants = await Promise.all(
      Object.entries(CLAIMS).flatMap(([dialect, claim]) =>
        Array.from({ length: CLAIMS_A_DIALECT }, async (_, index) => {
          const node = trial.nodes[index % trial.nodes.length] as FaultTrial
          return { claim, peer: await node.open(dialect) }
        }),
      ),
    )
    for (const { claim, peer } of claimants) peer.write(claim.ask('Sought'))
    const winners: string[] = []
    for (const { claim, peer } of claimants) {
      const came = () => peer.received.toString('latin1')
      await peer.until(() => claim.accepted.test(came()) || claim.refused.test(came()), 'an answer', 40_000)
      if (claim.accepted.test(came())) winners.push(came())
    }
    assert.equal(winners.length, 1)
    await trial.areKnown([...BOTH, 'Sought'])
    t.diagnostic(await over())
  })

  it('M5 M6: a stranger in NATS floods with garbage, huge packets and repeats: nothing is lost, and nothing is heard twice', async (t) => {
    const random = seeded(t)
    await trial.startPair()
    const stranger = await StrangerInNats.connect(trial.nats.url)
    const passed = (await stranger.overhear(200)).filter(({ bytes }) =>
      [BATCH, HEADS, RESYNC, WHERE].includes(bytes[1] as number),
    )
    const huge = Buffer.alloc(HUGE_BYTES)
    random.fill(huge.subarray(0, 4096))
    for (let flood = 0; flood < FLOODS; flood++) {
      for (let index = 0; index < PIECES_A_FLOOD; index++) {
        const { subject, bytes } = random.pick(passed)
        stranger.publish(subject, index % 2 === 0 ? bytes : damaged(bytes, random.below(4), random))
      }
      stranger.publish(random.pick(passed).subject, huge)
      await stranger.flush()
    }
    await stranger.leave()
    for (const node of trial.nodes) await node.reaches('parlance_cluster_unread_total{cause="damaged"}', 1)
    for (const index of trial.nodes.keys()) assert.equal(await trial.lostAt(index), 0)
    t.diagnostic(await over())
  })

  it('N1: a stranger in NATS speaks as nodes that are there and that are not: afterwards all nodes agree, and nobody was sent away', async () => {
    await trial.startPair()
    const stranger = await StrangerInNats.connect(trial.nats.url)
    const passed = await stranger.overhear(200)
    // The pair cannot be told apart from what is said in its name: it is silent meanwhile, and must be there in the end.
    await trial.pair.stop()
    for (const { subject, bytes } of passed) {
      const { node, incarnation } = speakerOf(bytes)
      stranger.publish(subject, saidBy('ghost', bytes))
      stranger.publish(subject, saidBy(node, bytes, `${incarnation}z`))
    }
    for (const { bytes } of onePerNode(passed)) stranger.publish('all', withNobody(bytes))
    await stranger.leave()
    await trial.areReady()
    await trial.areKnown(BOTH)
    for (const node of trial.nodes) await untilIs(node, 'parlance_cluster_nodes', 2)
    await over()
  })

  it('M5 M6: a NATS that stands still again and again: nothing is lost, and all of it comes in time', async (t) => {
    await trial.startPair()
    for (let times = 0; times < STANDS_STILL; times++) {
      trial.nats.pause()
      await delay(400)
      trial.nats.resume()
      await delay(100)
    }
    for (const index of trial.nodes.keys()) assert.equal(await trial.readinessOf(index), 'ready')
    t.diagnostic(await over())
  })

  it('M6: a flood to a reader of another node who does not read: that one is cut off, and nobody else notices', async (t) => {
    await trial.startPair()
    const [a, b] = trial.nodes as readonly [FaultTrial, FaultTrial]
    const series = 'parlance_disconnects_total{reason="slow"}'
    const cutBefore = await b.metric(series)
    const slow = await b.join('Slow')
    slow.socket.pause()
    const flooder = await a.join('Flood')
    await trial.areKnown([...BOTH, 'Flood', 'Slow'])
    let isCut = false
    const told = flooder.skipTo(leaving('Slow')).then(() => {
      isCut = true
    })
    let said = 0
    for (; !isCut; said++) {
      flooder.send(message(`${said} ${TEXT}`))
      if (flooder.socket.writableNeedDrain) {
        await Promise.race([told, new Promise((resolve) => flooder.socket.once('drain', resolve))])
      }
      await delay(1)
    }
    await told
    await b.reaches(series, cutBefore + 1)
    slow.destroy()
    t.diagnostic(`${said} messages of 60 KB; ${await over()}`)
  })
})

/** Cut off, lengthened, or with a byte that is another one. */
function damaged(bytes: Uint8Array, how: number, random: { below(below: number): number }): Uint8Array {
  if (how === 0) return bytes.subarray(0, random.below(bytes.length))
  if (how === 1) return Buffer.concat([bytes, Buffer.of(0)])
  if (how === 2) return Buffer.alloc(random.below(200), 0xff)
  const other = Uint8Array.from(bytes)
  // The version.
  other[0] = 99
  return other
}

/** Of each node one packet. */
function onePerNode(passed: readonly Passed[]): Passed[] {
  return [...new Map(passed.map((one) => [speakerOf(one.bytes).node, one])).values()]
}

/** A node says that it begins, and has nobody. */
function withNobody(bytes: Uint8Array): Uint8Array {
  const said = saidBy(speakerOf(bytes).node, bytes)
  const head = said.subarray(0, 4 + (said[2] as number) + (said[3 + (said[2] as number)] as number))
  return Buffer.concat([Buffer.of(head[0] as number, HELLO), head.subarray(2), Buffer.of(0, 0, 1)])
}

async function untilIs(node: FaultTrial, series: string, value: number): Promise<void> {
  const deadline = performance.now() + 40_000
  while ((await node.metric(series)) !== value) {
    assert.ok(performance.now() < deadline, `${series} is ${await node.metric(series)}`)
    await delay(250)
  }
}
