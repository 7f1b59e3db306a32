/**
 * How much later somebody on another node has a message than somebody on the sender's: both listen in this one process,
 * so that each message is compared with itself. Beside it, what NATS alone takes from one client to another at the same rate: on a
 * machine that does not run its programs at once, that has a long tail as well.
 */

import { build, type Histogram } from 'hdr-histogram-js'
import { monotonicUs } from '../load/clock.js'
import { type ChunkSink, LoadClient } from '../load/generator/load-client.js'
import { seededRandom } from '../load/generator/seeded-random.js'
import { readSequence, STAMP_BYTES, stampedText, stampTimeUs, writeStamp } from '../load/stamp.js'
import { targetByName } from '../load/targets/by-name.js'
import type { Target } from '../load/targets/target.js'
import { atMost, type Claim, exactly, explains } from '../outcomes/claim.js'
import { SERVER_CPU } from './load.js'
import { type Nodes, withNodes } from './nodes.js'

const MOST_EXTRA_MS = 2
const PAYLOAD_BYTES = 64
const SETTLE_MS = 2000
/** What a relay does most is compiled while it does it, which takes some seconds at this rate. */
const WARM_UP_SECONDS = 8
const FRAMED = targetByName('framed')
const NATS = targetByName('nats')
const SPIN_US = 1500
const SEED = 1
/** µs a millisecond. */
const MS = 1000

export interface LatencyOptions {
  readonly rate: number
  readonly seconds: number
  readonly natsUrl: string | null
}

/** When one message was read by somebody on the sender's node, and by somebody on another, after it was said; in µs. */
export class Latencies {
  readonly near: Histogram = newHistogram()
  readonly far: Histogram = newHistogram()
  /** Of each message the one less the other; where the other node was first, 0. */
  readonly extra: Histogram = newHistogram()
  /** Through NATS alone, with no relay. */
  readonly natsAlone: Histogram = newHistogram()
  /** Messages that one of the two did not get, or got again or in another order. */
  wrong = 0

  readonly #saidUs: number[] = []
  readonly #nearUs: number[] = []
  readonly #farUs: number[] = []

  said(atUs: number): void {
    this.#saidUs.push(atUs)
  }

  heard(isNear: boolean, sequence: number, atUs: number): void {
    const times = isNear ? this.#nearUs : this.#farUs
    if (sequence !== times.length) this.wrong++
    else times.push(atUs)
  }

  /** Everything that will come has come. @param unmeasured so many at first are left out */
  settle(unmeasured: number): void {
    const { length } = this.#saidUs
    this.wrong += length - this.#nearUs.length + length - this.#farUs.length
    for (let index = unmeasured; index < length; index++) {
      const said = this.#saidUs[index]
      const near = this.#nearUs[index]
      const far = this.#farUs[index]
      if (said === undefined || near === undefined || far === undefined) continue
      this.near.recordValue(Math.max(0, Math.round(near - said)))
      this.far.recordValue(Math.max(0, Math.round(far - said)))
      this.extra.recordValue(Math.max(0, Math.round(far - near)))
    }
  }
}

function newHistogram(): Histogram {
  return build({ lowestDiscernibleValue: 1, highestTrackableValue: 1e8, numberOfSignificantValueDigits: 3 })
}

export async function proveLatency(options: LatencyOptions, say: (line: string) => void): Promise<Claim[]> {
  const plan = {
    nodes: 2,
    workers: 0,
    listeners: [{ dialect: 'framed' }],
    isCluster: true,
    natsUrl: options.natsUrl,
    cpu: SERVER_CPU,
    serverArguments: [],
  }
  const latencies = await withNodes(plan, (nodes) => measureLatency(nodes, options))
  const { natsAlone, near, far } = latencies
  say(`NATS alone: ${words(natsAlone)}; same node: ${words(near)}; other node: ${words(far)}`)
  return latencyClaims(latencies, options.rate)
}

export function latencyClaims({ near, far, extra, natsAlone, wrong }: Latencies, rate: number): Claim[] {
  return [
    explains('NATS alone, p50 ms', natsAlone.getValueAtPercentile(50) / MS),
    explains('NATS alone, p99 ms', natsAlone.getValueAtPercentile(99) / MS),
    explains('same node, p50 ms', near.getValueAtPercentile(50) / MS),
    explains('same node, p99 ms', near.getValueAtPercentile(99) / MS),
    explains('other node, p50 ms', far.getValueAtPercentile(50) / MS),
    explains('other node, p99 ms', far.getValueAtPercentile(99) / MS),
    explains('extra of the same message, p50 ms', extra.getValueAtPercentile(50) / MS),
    atMost(
      `extra of the same message, p99 ms, ${rate} messages/s`,
      extra.getValueAtPercentile(99) / MS,
      MOST_EXTRA_MS,
    ),
    exactly('messages lost, doubled or out of order', wrong, 0),
  ]
}

/** @param nodes two of them */
export async function measureLatency(nodes: Nodes, options: LatencyOptions): Promise<Latencies> {
  const latencies = new Latencies()
  await measureNats(nodes, options, latencies)
  const [here, there] = nodes.servers
  if (here === undefined || there === undefined) throw new RangeError('two nodes are needed')
  const speaker = await join(FRAMED, here, 'speaker', QUIET)
  const near = await join(
    FRAMED,
    here,
    'near',
    sinkOf((sequence, at) => latencies.heard(true, sequence, at)),
  )
  const far = await join(
    FRAMED,
    there,
    'far',
    sinkOf((sequence, at) => latencies.heard(false, sequence, at)),
  )
  try {
    // Whoever speaks must know that somebody of the other node is there.
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    await speak(FRAMED, speaker, options, (at) => latencies.said(at))
    latencies.settle(options.rate * WARM_UP_SECONDS)
    return latencies
  } finally {
    for (const client of [speaker, near, far]) client.destroy()
  }
}

async function measureNats(nodes: Nodes, options: LatencyOptions, { natsAlone }: Latencies): Promise<void> {
  if (nodes.nats === null) throw new RangeError('these nodes have no NATS')
  const { hostname: host, port } = new URL(nodes.nats.url)
  const server = { host, port: Number(port) }
  const saidUs: number[] = []
  const hear = (sequence: number, atUs: number) => {
    if (sequence < options.rate * WARM_UP_SECONDS) return
    natsAlone.recordValue(Math.max(0, Math.round(atUs - (saidUs[sequence] as number))))
  }
  const speaker = await join(NATS, server, 'speaker', QUIET)
  const listener = await join(NATS, server, 'listener', sinkOf(hear))
  try {
    await speak(NATS, speaker, options, (at) => saidUs.push(at))
  } finally {
    for (const client of [speaker, listener]) client.destroy()
  }
}

const QUIET: ChunkSink = {
  beginChunk: () => {},
  endChunk: () => {},
  delivered: () => {},
  foreign: () => {},
  announced: () => {},
}

function sinkOf(heard: (sequence: number, atUs: number) => void): ChunkSink {
  let chunkUs = 0
  return {
    ...QUIET,
    beginChunk: () => {
      chunkUs = monotonicUs()
    },
    delivered: (_receiver, bytes, textAt) => heard(readSequence(bytes, textAt), chunkUs),
  }
}

function join(
  target: Target,
  { host, port }: { readonly host: string; readonly port: number },
  name: string,
  sink: ChunkSink,
): Promise<LoadClient> {
  return new Promise((resolve, reject) => {
    new LoadClient(
      {
        target,
        host,
        port,
        sourceAddress: undefined,
        name,
        room: undefined,
        receiver: 0,
        payloadBytes: PAYLOAD_BYTES,
        sink,
        chunkRead: () => {},
      },
      (client) => {
        if (client.isJoined) resolve(client)
        else reject(new Error(`${name} could not join: ${client.failure}`))
      },
      () => {},
    )
  })
}

/** At random moments, so that they do not meet the same place of a turn each time; then waits for what is under way. */
async function speak(
  target: Target,
  client: LoadClient,
  { rate, seconds }: LatencyOptions,
  said: (atUs: number) => void,
): Promise<void> {
  if (PAYLOAD_BYTES < STAMP_BYTES) throw new RangeError('the text has no room for its stamp')
  const { bytes, textAt } = target.template(stampedText(0, PAYLOAD_BYTES))
  const messages = Math.round(rate * (seconds + WARM_UP_SECONDS))
  const random = seededRandom(SEED)
  let dueUs = monotonicUs()
  for (let sequence = 0; sequence < messages; ) {
    const nowUs = monotonicUs()
    if (nowUs < dueUs) {
      const isFar = dueUs - nowUs > SPIN_US
      await new Promise((resolve) => (isFar ? setTimeout(resolve, 1) : setImmediate(resolve)))
      continue
    }
    const message = Buffer.from(bytes)
    writeStamp(message, textAt, sequence, stampTimeUs(nowUs))
    said(nowUs)
    client.socket.write(message)
    sequence++
    dueUs += (-Math.log(1 - random()) * 1e6) / rate
  }
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
}

function words(histogram: Histogram): string {
  const [half, most] = [50, 99].map((percentile) =>
    (histogram.getValueAtPercentile(percentile) / MS).toFixed(2),
  )
  return `p50 ${half} ms, p99 ${most} ms`
}
