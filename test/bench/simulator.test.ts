/** The simulator's arithmetic, worked out by hand where that can be done, and how its coefficients come from measurements. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { coefficientsOf, type Measurements, slopeOf } from '../../bench/cluster/calibrate.js'
import type { IdleCrowd } from '../../bench/cluster/idle-crowd.js'
import { Latencies, latencyClaims } from '../../bench/cluster/latency.js'
import type { ClusterLoad } from '../../bench/cluster/load.js'
import { errorOf, predictionClaims, predictionOf } from '../../bench/cluster/prediction.js'
import { splitClaims } from '../../bench/cluster/split.js'
import type { Claim } from '../../bench/outcomes/claim.js'
import { firstBreak, nodesNeeded, usesOf } from '../../bench/simulator/breaks.js'
import { COEFFICIENT_NAMES, type Coefficients, readCoefficients } from '../../bench/simulator/coefficients.js'
import { nodesWith, simulate } from '../../bench/simulator/model.js'
import { evenRooms, hotRoom, type Scenario, USUAL_LIMITS, zipfRooms } from '../../bench/simulator/scenario.js'

const FREE = Object.fromEntries(COEFFICIENT_NAMES.map((name) => [name, 0])) as Coefficients

/** Nothing costs anything but what is named. */
function costs(named: Partial<Coefficients>): Coefficients {
  return { ...FREE, ...named }
}

function scenario(changes: Partial<Scenario>): Scenario {
  return {
    nodes: 1,
    clients: 1000,
    rooms: hotRoom(1000),
    messagesPerSecond: 10,
    textBytes: 64,
    joinsPerSecond: 0,
    announceUpTo: 10_000,
    natsServers: 1,
    limits: USUAL_LIMITS,
    ...changes,
  }
}

function near(actual: number, expected: number, share = 1e-3): void {
  assert.ok(Math.abs(actual / expected - 1) <= share, `${actual}, expected ${expected}`)
}

describe('one node', () => {
  it('has a delivery for each of the others, and nothing to publish', () => {
    const { rates, natsMessagesIn, natsBytesOut } = simulate(scenario({}), FREE)
    assert.equal(rates.messagesIn, 10)
    assert.equal(rates.deliveries, 10 * 999)
    assert.deepEqual([rates.publishedOps, rates.receivedOps, natsMessagesIn, natsBytesOut], [0, 0, 0, 0])
  })

  it('is as busy as its deliveries cost while there is time between them', () => {
    const prediction = simulate(scenario({ messagesPerSecond: 1 }), costs({ deliveryUs: 5 }))
    near(prediction.nodeCpuShare, 999 * 5e-6)
  })

  it('writes once a turn to each, and so is never busier than a whole core by writing alone', () => {
    const few = simulate(scenario({ messagesPerSecond: 1 }), costs({ writeUs: 5 }))
    near(few.rates.writes, 999, 0.01)
    const many = simulate(scenario({ messagesPerSecond: 10_000 }), costs({ writeUs: 5 }))
    // A turn is 999 writes of 5 µs, and the next one begins at once.
    near(many.turnMs, 4.995)
    near(many.rates.writes, 1e6 / 5)
    near(many.nodeCpuShare, 1)
  })

  it('is at its end when what cannot be put together takes more than a core', () => {
    const { nodeCpuShare } = simulate(scenario({ messagesPerSecond: 1000 }), costs({ deliveryUs: 2 }))
    near(nodeCpuShare, 1000 * 999 * 2e-6)
  })

  it('pays for connections on which nothing happens, and for who comes and goes', () => {
    const quiet = scenario({ messagesPerSecond: 1e-9, joinsPerSecond: 50, announceUpTo: 0 })
    near(simulate(quiet, costs({ idleConnectionUs: 10 })).nodeCpuShare, 0.01)
    near(simulate(quiet, costs({ ownJoinUs: 100 })).nodeCpuShare, 0.01)
  })

  it('tells a room of everybody who comes, up to a size, and beyond it once a second', () => {
    const coming = { messagesPerSecond: 1e-9, joinsPerSecond: 5 }
    near(simulate(scenario(coming), FREE).rates.deliveries, 2 * 5 * 1000)
    near(simulate(scenario({ ...coming, announceUpTo: 999 }), FREE).rates.deliveries, 1000)
  })
})

describe('several nodes', () => {
  it('have members of a room wherever chance puts them', () => {
    near(nodesWith(1, 10), 1)
    near(nodesWith(2, 10), 1.9)
    near(nodesWith(1000, 4), 4)
  })

  it('share the deliveries, and publish each message once to each other node that has members', () => {
    const prediction = simulate(scenario({ nodes: 4, clients: 1000, messagesPerSecond: 1 }), FREE)
    near(prediction.rates.deliveries, 999 / 4)
    near(prediction.natsMessagesIn, 1)
    near(prediction.natsMessagesOut, 3)
  })

  it('publish nothing of a room that is on one of them alone', () => {
    const alone = scenario({ nodes: 4, rooms: [{ members: 1, rooms: 1000 }] })
    assert.equal(simulate(alone, FREE).natsMessagesIn, 0)
  })

  it('put several messages of a room in one batch when turns are long, and NATS has fewer', () => {
    const busy = scenario({ nodes: 2, messagesPerSecond: 4000 })
    const slow = simulate(busy, costs({ writeUs: 10 }))
    // Turns of 500 writes, 5 ms; ten messages of each node in each.
    near(slow.turnMs, 5, 0.02)
    near(slow.natsMessagesIn, 2 * 200, 0.02)
    near(simulate(busy, FREE).natsMessagesIn, 4000)
  })

  it('count bytes around batches and messages, once for each node that gets them', () => {
    const { natsBytesOut } = simulate(
      scenario({ nodes: 3, messagesPerSecond: 1 }),
      costs({ batchBytes: 100, opBytes: 36 }),
    )
    near(natsBytesOut, 2 * (100 + 36 + 64))
  })

  it('have NATS servers that pass on what somebody at another one wants', () => {
    const one = simulate(scenario({ nodes: 6, messagesPerSecond: 6 }), FREE)
    const three = simulate(scenario({ nodes: 6, messagesPerSecond: 6, natsServers: 3 }), FREE)
    assert.ok(three.natsMessagesOut < one.natsMessagesOut / 2)
    assert.ok(three.natsMessagesOut * 3 > one.natsMessagesOut)
  })

  it('know everybody: memory is for their own people and for those of all others', () => {
    const { nodeBytes, snapshotMs } = simulate(
      scenario({ nodes: 4 }),
      costs({ nodeBytes: 1000, connectionBytes: 10, remoteSessionBytes: 2, remoteJoinUs: 4 }),
    )
    assert.equal(nodeBytes, 1000 + 250 * 10 + 750 * 2)
    assert.equal(snapshotMs, 3)
  })
})

describe('rooms', () => {
  it('of one size have everybody, the last ones in a smaller one', () => {
    assert.deepEqual(evenRooms(25, 10), [
      { members: 10, rooms: 2 },
      { members: 5, rooms: 1 },
    ])
  })

  it('by Zipf have everybody, the first twice as many as the second', () => {
    for (const [clients, rooms, exponent] of [
      [10_000, 100, 1],
      [1_000_000, 50_000, 1],
      [500, 500, 2],
      [10, 3, 0.5],
    ] as const) {
      const groups = zipfRooms(clients, rooms, exponent)
      assert.equal(
        groups.reduce((sum, group) => sum + group.members * group.rooms, 0),
        clients,
      )
    }
    const [first, second] = zipfRooms(10_000, 100, 1)
    near((first?.members ?? 0) / (second?.members ?? 0), 2)
    assert.throws(() => zipfRooms(10, 11, 1), /11 rooms: expected no more than there are clients, 10/)
  })
})

describe('what breaks first', () => {
  it('is what is nearest to its limit', () => {
    const planned = scenario({ nodes: 2, limits: { ...USUAL_LIMITS, nodeBytes: 2000 } })
    const [first] = usesOf(simulate(planned, costs({ nodeBytes: 1000, connectionBytes: 3 })), planned)
    assert.deepEqual(first, { what: 'memory of a node, bytes', value: 2500, limit: 2000 })
  })

  it('comes at so many clients', () => {
    const planned = scenario({ nodes: 2, limits: { ...USUAL_LIMITS, nodeConnections: 5000 } })
    const { clients, first } = firstBreak(planned, FREE)
    near(clients, 10_000)
    assert.equal(first.what, 'connections of a node')
  })

  it('says how many nodes keep within all limits, or that none do', () => {
    const planned = scenario({
      clients: 300_000,
      rooms: [{ members: 10, rooms: 30_000 }],
      messagesPerSecond: 1,
    })
    const needed = nodesNeeded(planned, FREE) as number
    assert.ok(needed >= 5 && needed <= 6, `${needed}`)
    // Everybody is known to every node, however many there are.
    assert.equal(nodesNeeded(planned, costs({ remoteSessionBytes: 1e6, connectionBytes: 1e6 })), null)
  })
})

/** Loads as they would be measured if `truth` were so: one room, of which each node has an equal part. */
function loadOf(truth: Coefficients, nodes: number, receivers: number, batch: number): ClusterLoad {
  const seconds = 10
  const messages = 100_000
  const batches = messages / batch
  const listeners = Array.from({ length: nodes }, (_, node) =>
    nodes === 1 ? receivers : node === 0 && receivers === nodes - 1 ? 0 : 1,
  )
  const cpuSecondsByNode = listeners.map((here, node) => {
    const told = messages * here * (truth.deliveryUs + truth.writeUs / batch)
    const speaks = messages * truth.messageUs + batches * truth.turnUs
    const publishes = nodes === 1 ? 0 : batches * truth.publishBatchUs + messages * truth.publishOpUs
    const receives = batches * (truth.receiveBatchUs + truth.turnUs) + messages * truth.receiveOpUs
    return (told + (node === 0 ? speaks + publishes : receives)) / 1e6
  })
  const bytes = batches * truth.batchBytes + messages * (truth.opBytes + 64)
  const natsUs =
    batches * (truth.natsInUs + (nodes - 1) * truth.natsOutUs) + bytes * (nodes - 1) * truth.natsByteUs
  return {
    cpuSecondsByNode,
    natsCpuSeconds: natsUs / 1e6,
    idle: { cpuShareByNode: cpuSecondsByNode.map(() => 0), natsCpuShare: 0 },
    traffic: {
      messagesIn: batches,
      bytesIn: bytes,
      messagesOut: batches * (nodes - 1),
      bytesOut: bytes * (nodes - 1),
    },
    load: {
      seconds,
      messagesPerSecond: messages / seconds,
      deliveries: messages * receivers,
      deliveriesPerChunk: batch,
      account: { lost: 0, duplicated: 0, reordered: 0, foreign: 0, failures: {} },
    },
  } as unknown as ClusterLoad
}

function latenciesOf(extraUs: number): Latencies {
  const latencies = new Latencies()
  for (let index = 0; index < 100; index++) {
    latencies.said(1e6 + index * 1000)
    latencies.heard(true, index, 1e6 + index * 1000 + 200)
    latencies.heard(false, index, 1e6 + index * 1000 + 200 + extraUs)
  }
  latencies.settle(0)
  return latencies
}

function crowdOf(clients: number): IdleCrowd {
  return {
    clients,
    joinSeconds: 1,
    joinCpuSecondsByNode: [0, 0],
    joinNatsCpuSeconds: 0,
    joinTraffic: null,
    deliveries: 0,
    idleCpuShareByNode: [0, 0],
    bytesByNode: [0, 0],
  }
}

describe('coefficients', () => {
  it('come out of the loads that they would make', () => {
    const truth = costs({
      turnUs: 8,
      messageUs: 12,
      deliveryUs: 0.1,
      writeUs: 5,
      publishBatchUs: 15,
      publishOpUs: 2,
      receiveBatchUs: 20,
      receiveOpUs: 3,
      natsInUs: 4,
      natsOutUs: 3,
      batchBytes: 90,
      opBytes: 40,
    })
    const pair = (nodes: number, receivers: number): [ClusterLoad, ClusterLoad] => [
      loadOf(truth, nodes, receivers, 1),
      loadOf(truth, nodes, receivers, 64),
    ]
    const measured: Measurements = {
      crowd: pair(1, 1000),
      one: pair(1, 1),
      two: pair(2, 2),
      four: pair(4, 4),
      latencies: latenciesOf(300),
      few: { ...crowdOf(1000), bytesByNode: [54e6, 51e6] },
      idle: {
        ...crowdOf(3000),
        bytesByNode: [62e6, 53e6],
        joinCpuSecondsByNode: [0.6, 0.03],
        joinNatsCpuSeconds: 0.15,
        joinTraffic: { messagesIn: 0, bytesIn: 0, messagesOut: 0, bytesOut: 450_000 },
        deliveries: 30_000,
        idleCpuShareByNode: [0.03, 0],
      },
    }
    const found = coefficientsOf(measured)
    for (const name of COEFFICIENT_NAMES) {
      if (truth[name] > 0) near(found[name], truth[name], 0.02)
    }
    near(found.ownJoinUs, 200 - 10 * 5.1, 0.01)
    assert.deepEqual([found.remoteJoinUs, found.natsJoinUs, found.idleConnectionUs], [10, 50, 10])
    assert.deepEqual([found.nodeBytes, found.connectionBytes, found.remoteSessionBytes], [50e6, 4000, 1000])
    near(found.hopMs, 0.3)
  })

  it('cannot be told apart where batches were as large', () => {
    assert.throws(() => slopeOf([2, 1], [4, 4]), /batches of 4 and 4: expected the second to be larger/)
  })

  it('are in the file that the simulator reads', () => {
    const { coefficients } = readCoefficients()
    assert.ok(coefficients.writeUs > 0)
  })
})

function brokenOf(claims: readonly Claim[]): string[] {
  return claims.filter(({ holds }) => !holds).map(({ what }) => what)
}

describe('what the bench claims', () => {
  const truth = costs({ messageUs: 10, deliveryUs: 0.1, writeUs: 5 })
  const loads = (factor: number, lost = 0): ClusterLoad[] =>
    [1, 64].map((batch) => {
      const load = loadOf(truth, 1, 1000, batch)
      return {
        ...load,
        cpuSecondsByNode: load.cpuSecondsByNode.map((cpu) => cpu * factor),
        load: { ...load.load, account: { ...load.load.account, lost } },
      }
    })

  it('holds up to a tenth more with two nodes, and three hundredths with one', () => {
    assert.deepEqual(brokenOf(splitClaims([loads(1)], [loads(1.02)], [loads(1.09)])), [])
    assert.equal(brokenOf(splitClaims([loads(1)], [loads(1.04)], [loads(1.09)])).length, 2)
    assert.equal(brokenOf(splitClaims([loads(1)], [loads(1)], [loads(1.11)])).length, 2)
  })

  it('is broken by one message that is lost', () => {
    assert.deepEqual(brokenOf(splitClaims([loads(1)], [loads(1)], [loads(1, 1)])), ['deliveries wrong'])
  })

  it('holds for what NATS makes later by no more than 2 ms, and for no message that is lost or doubled', () => {
    assert.deepEqual(brokenOf(latencyClaims(latenciesOf(1900), 1000)), [])
    assert.equal(brokenOf(latencyClaims(latenciesOf(2100), 1000)).length, 1)
    const doubled = latenciesOf(100)
    doubled.heard(false, 99, 2e6)
    assert.deepEqual(brokenOf(latencyClaims(doubled, 1000)), ['messages lost, doubled or out of order'])
    const lost = latenciesOf(100)
    lost.said(3e6)
    lost.settle(0)
    assert.deepEqual(brokenOf(latencyClaims(lost, 1000)), ['messages lost, doubled or out of order'])
  })

  it('is broken by a prediction that misses by more than a fifth', () => {
    const measured = loadOf(truth, 1, 1000, 1)
    const rate = measured.load.messagesPerSecond
    const pair = (factor: number) => {
      const predicted = predictionOf(truth, 1, 1001, rate)
      const share = (measured.cpuSecondsByNode[0] ?? 0) / measured.load.seconds
      return { nodes: 1, rate, measured, predicted: { ...predicted, nodeCpuShare: share * factor } }
    }
    assert.deepEqual(brokenOf(predictionClaims([pair(0.85)])), [])
    assert.equal(brokenOf(predictionClaims([pair(1.25)])).length, 1)
    near(errorOf([1.25, 1]), 0.25)
    near(errorOf([0.75, 1]), 0.25)
  })
})
