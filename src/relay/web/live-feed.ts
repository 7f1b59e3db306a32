/**
 * Sends the samples of the live view to who looks at it, as Server-Sent Events: first all that there are, then each as it is
 * taken. Owns when samples are taken, and its viewers: there are only so many, one who does not read is let go, and all are at the end of the relay.
 *
 *     retry: 2000
 *
 *     event: samples
 *     data: {"fields":["at","connections",…],"samples":[[1764370000000,12,…],…]}
 *
 *     event: sample
 *     data: [1764370001000,12,…]
 *
 *     event: end                           the relay goes
 *     data: {}
 */

import type { Context } from 'hono'
import { LIVE_FIELDS, type LiveSample, type LiveSamples } from '../observe/live-samples.js'

/** Each is a descriptor, and what a browser shows to one person. */
const MAX_VIEWERS = 32
/** What may wait for one viewer besides the samples that there are: some minutes of single ones. */
const MAX_WAITING_BYTES = 64 * 1024
const RETRY_MS = 2000

/** A proxy in between is asked not to wait until it has enough to pass on. */
const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
}

const encoder = new TextEncoder()

type Bytes = Uint8Array<ArrayBuffer>
type Viewer = ReadableStreamDefaultController<Bytes>

export class LiveFeed {
  readonly #source: LiveSamples
  readonly #viewers = new Set<Viewer>()
  readonly #stopListening: () => void
  /** What the next viewer is sent first: made once a second, however many come. */
  #first: Bytes | null = null
  #ended = false

  constructor(source: LiveSamples) {
    this.#source = source
    this.#stopListening = source.onSample((sample) => this.#send(sample))
    source.start()
  }

  get viewerCount(): number {
    return this.#viewers.size
  }

  /** Answers `GET /live/feed`. */
  feed(context: Context): Response {
    if (this.#ended || this.#viewers.size >= MAX_VIEWERS)
      return context.text('Too many are looking already, or the relay ends.\n', 503, { 'Retry-After': '10' })
    // The head of an answer to HEAD has no body that would be read, and nobody who looks.
    const isHead = context.req.method === 'HEAD'
    return isHead ? context.body(null, 200, HEADERS) : context.body(this.#stream(), 200, HEADERS)
  }

  /** Says goodbye to everybody, and resolves when that is on its way. Nobody is served after that. */
  async close(): Promise<void> {
    this.#ended = true
    this.#stopListening()
    this.#source.stop()
    for (const viewer of this.#viewers) {
      viewer.enqueue(eventBytes('end', {}))
      viewer.close()
    }
    // What is in a stream is written in the same turn.
    if (this.#viewers.size > 0) await new Promise(setImmediate)
    this.#viewers.clear()
  }

  #stream(): ReadableStream<Bytes> {
    this.#first ??= eventBytes('samples', { fields: LIVE_FIELDS, samples: this.#source.samples }, RETRY_MS)
    const first = this.#first
    let viewer: Viewer
    const source = {
      start: (controller: Viewer) => {
        viewer = controller
        viewer.enqueue(first)
        this.#viewers.add(viewer)
      },
      cancel: () => {
        this.#viewers.delete(viewer)
      },
    }
    const highWaterMark = first.length + MAX_WAITING_BYTES
    return new ReadableStream(source, { highWaterMark, size: (chunk?: Bytes) => chunk?.length ?? 0 })
  }

  #send(sample: LiveSample): void {
    this.#first = null
    if (this.#viewers.size === 0) return
    const bytes = eventBytes('sample', sample)
    for (const viewer of this.#viewers) {
      if ((viewer.desiredSize ?? 0) > 0) {
        viewer.enqueue(bytes)
      } else {
        this.#viewers.delete(viewer)
        viewer.error(new Error('a viewer of the live view does not read'))
      }
    }
  }
}

function eventBytes(event: string, data: unknown, retryMs?: number): Bytes {
  const retry = retryMs === undefined ? '' : `retry: ${retryMs}\n\n`
  return encoder.encode(`${retry}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
}
