/** That a soak's claims are broken by whatever is not as it must be, and that its page says so. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { renderSvg } from '../../bench/load/report/svg-chart.js'
import { chartsOf, pointsOf } from '../../bench/soak/charts.js'
import { claimsOf, isHeld } from '../../bench/soak/claims.js'
import { page } from '../../bench/soak/page.js'
import { USUAL_PLAN } from '../../bench/soak/plan.js'
import { terminalText } from '../../bench/soak/publish.js'
import type { SoakResults } from '../../bench/soak/results.js'
import type { Sample } from '../../bench/soak/samples.js'

const NOTHING_WRONG = { lost: 0, duplicated: 0, reordered: 0, foreign: 0, wrongBytes: 0, example: null }

function sampleAt(index: number): Sample {
  return {
    seconds: index * 5,
    rssMib: 100,
    heapMib: 20,
    heapTakenMib: 40,
    externalMib: 4,
    retainedMib: 0,
    queuedMib: 0,
    descriptors: 140,
    sockets: 120,
    connections: 110,
    sessions: 105,
    rooms: 1,
    lagP99Ms: 12,
    lagMaxMs: index === 77 ? 90 : 20,
    cpuShare: 0.2,
  }
}

/** An hour of which everything is as it must be. */
function goodHour(): SoakResults {
  const counts = { connected: 40, reset: 3 }
  return {
    origin: {
      time: '2026-01-31T12:00:00.000Z',
      command: ['node'],
      versions: { parlance: '0.1.0', revision: 'abc', node: 'v20.19.0', libuv: '1' },
      machine: {
        cpu: 'a processor',
        cores: 2,
        memoryBytes: 2 ** 32,
        platform: 'linux',
        kernel: '6.1',
        architecture: 'x64',
      },
    },
    plan: USUAL_PLAN,
    seed: 7,
    seconds: 3600,
    checked: { deliveries: 5000, ...NOTHING_WRONG },
    storms: { deliveries: 100, ...NOTHING_WRONG },
    warmUpWrong: 0,
    latencyUs: { count: 5000, mean: 900, p50: 800, p90: 1500, p99: 4000, p999: 9000, max: 30_000 },
    presence: [
      { joined: 12, left: 12 },
      { joined: 12, left: 12 },
    ],
    expectedPresence: { joined: 12, left: 12 },
    did: {
      connected: counts.connected,
      accepted: 30,
      message: 70,
      direct: 20,
      edited: 2,
      renamed: 2,
      blocked: 1,
      reloadsTaken: 3,
      reloadsRefused: 1,
      answered: 40,
      operated: 12,
      ends: { full: 2, left: 35, reset: counts.reset },
      rejected: { taken: 4 },
      visits: { 'come and go': 20, renames: 1 },
    },
    troubles: [],
    troubleCount: 0,
    counted: {
      opened: counts.connected,
      deliveries: 6000,
      disconnects: { full: 2, left: 35, reset: counts.reset },
      rejected: { taken: 4 },
      events: {
        message: 70,
        direct: 20,
        edited: 2,
        joined: 30,
        left: 30,
        renamed: 2,
        blocked: 1,
        receipt: 5,
      },
      reloads: { taken: 3, refused: 1 },
      faults: 0,
      logLinesLost: 0,
      acceptErrors: 0,
      pauses: 1,
      congestions: 1,
    },
    recorded: {
      counts: {
        accepted: 32,
        blocked: 1,
        'closed left': 35,
        'closed reset': counts.reset,
        'rejected full': 2,
        direct: 20,
        edited: 2,
        joined: 30,
        left: 30,
        message: 70,
        renamed: 2,
      },
      rotatedFiles: 2,
      bytes: 2 ** 23,
      broken: 0,
    },
    before: { counts: { 'descriptors: socket': 8 }, heapMib: 15, externalMib: 6, rssMib: 80 },
    after: { counts: { 'descriptors: socket': 8 }, heapMib: 16, externalMib: 9, rssMib: 95 },
    samples: Array.from({ length: 720 }, (_, index) => sampleAt(index)),
    sampleFailures: 0,
    cpuShare: { relay: 0.2, bench: 0.18 },
    exitCode: 0,
  }
}

/** What may be wrong with an hour, one at a time. */
const FAULTS: readonly (readonly [what: string, change: (hour: SoakResults) => Partial<SoakResults>])[] = [
  ['a message is lost', ({ checked }) => ({ checked: { ...checked, lost: 1 } })],
  ['one comes twice', ({ checked }) => ({ checked: { ...checked, duplicated: 1 } })],
  ['one is out of order', ({ storms }) => ({ storms: { ...storms, reordered: 1 } })],
  ['one is changed', ({ checked }) => ({ checked: { ...checked, wrongBytes: 1 } })],
  ['something is wrong in the warm-up', () => ({ warmUpWrong: 1 })],
  ['a going is not told', () => ({ presence: [{ joined: 12, left: 11 }] })],
  ['a visit is not answered', () => ({ troubleCount: 1, troubles: ['edits: no answer'] })],
  [
    'somebody is cut off who must not be',
    ({ counted }) => changed(counted, { disconnects: { ...counted.disconnects, slow: 1 } }),
  ],
  ['somebody is not cut off', ({ did }) => ({ did: { ...did, ends: { ...did.ends, slow: 1 } } })],
  ['a connection is not counted', ({ counted }) => changed(counted, { opened: 39 })],
  [
    'a message is counted that nobody has said',
    ({ counted }) => changed(counted, { events: { ...counted.events, message: 71 } }),
  ],
  [
    'an end is not recorded',
    ({ recorded }) => ({ recorded: { ...recorded, counts: { ...recorded.counts, 'closed reset': 2 } } }),
  ],
  ['a record is torn', ({ recorded }) => ({ recorded: { ...recorded, broken: 1 } })],
  ['a descriptor stays', ({ after }) => ({ after: { ...after, counts: { 'descriptors: socket': 9 } } })],
  ['buffers do not come back', ({ after }) => ({ after: { ...after, externalMib: 11 } })],
  ['resident memory does not come back', ({ after }) => ({ after: { ...after, rssMib: 105 } })],
  ['the heap does not come back', ({ after }) => ({ after: { ...after, heapMib: 40 } })],
  [
    'resident memory grows',
    ({ samples }) => ({ samples: samples.map((one, nth) => ({ ...one, rssMib: 100 + nth / 8 })) }),
  ],
  [
    'the heap grows',
    ({ samples }) => ({ samples: samples.map((one, nth) => ({ ...one, heapMib: 20 + nth / 20 })) }),
  ],
  ['a scrape is not answered', () => ({ sampleFailures: 1 })],
  ['a reload is not taken', ({ counted }) => changed(counted, { reloads: { taken: 2, refused: 1 } })],
  ['a fault of the relay costs a connection', ({ counted }) => changed(counted, { faults: 1 })],
  ['it has to be killed', () => ({ exitCode: null })],
]

function changed(
  counted: SoakResults['counted'],
  change: Partial<SoakResults['counted']>,
): Partial<SoakResults> {
  return { counted: { ...counted, ...change } }
}

describe('an hour', () => {
  it('holds where everything is as it must be, and the page says how it was', () => {
    const hour = goodHour()
    assert.ok(isHeld(claimsOf(hour)), terminalText(hour))
    const text = page(hour, [...chartsOf(hour).keys()])
    assert.doesNotMatch(text, /Not everything held|A draft/)
    assert.match(page({ ...hour, seconds: 60 }, []), /A draft/)
    assert.match(text, /for 60 minutes: 100 people/)
    assert.match(text, /none lost, none twice, none out of order/)
    assert.match(text, /\| ended as `left` \| 35 \| 35 \|/)
    assert.match(text, /--minutes 60 --seed 7 --write/)
    assert.match(text, /!\[[^\]]+\]\(soak-memory\.svg\)/)
    assert.doesNotMatch(terminalText(hour), /BROKEN/)
  })

  it('holds when V8 gives back later what it has taken for the heap', () => {
    const hour = goodHour()
    const samples = hour.samples.map((one, nth) => ({
      ...one,
      rssMib: 100 + nth / 8,
      heapTakenMib: 40 + nth / 8,
    }))
    assert.ok(isHeld(claimsOf({ ...hour, samples })))
  })

  for (const [what, change] of FAULTS) {
    it(`does not hold when ${what}`, () => {
      const hour = { ...goodHour(), ...change(goodHour()) }
      assert.ok(!isHeld(claimsOf(hour)))
      assert.match(terminalText(hour), /BROKEN/)
      assert.match(page(hour, []), /Not everything held/)
    })
  }

  it('is drawn with no more points than there is room for, and no peak is lost', () => {
    const { samples } = goodHour()
    const points = pointsOf(samples, ({ lagMaxMs }) => lagMaxMs)
    assert.equal(points.length, 180)
    assert.equal(Math.max(...points.map(([, most]) => most)), 90)
    for (const chart of chartsOf(goodHour()).values()) assert.match(renderSvg(chart), /^<svg/)
  })
})
