/** One visit: an input in one of the ways in which it can come, and all that is asked afterwards. */

import type { Transport } from '../../../src/relay/net/transport.js'
import { Random } from '../../fixtures/random.js'
import { CUTTINGS, type Cutting, piecesOf } from '../engine/pieces.js'
import { seedOf } from '../engine/target.js'
import { type FuzzRelay, turn } from './fuzz-relay.js'
import { type FuzzedDialect, VISITOR, type Visit, WITNESS_NAMES, WITNESSES } from './fuzzed-dialect.js'
import type { MemoryTransport } from './memory-transport.js'

/** What is said to a visitor now and then, in letters that not every dialect has. */
const SAID = 'Zoë says \t"你好" \\ 👋'
/** No input costs the relay more of a core, whatever is in it. */
const MOST_MS = 5000
/** Between so many pieces others have their turn; the rest follow at once. */
const MOST_TURNS = 8
const DIALECTS = Object.keys(WITNESSES) as (keyof typeof WITNESSES)[]

/** How an input comes. */
export interface Manner {
  readonly listener: number
  readonly cutting: Cutting
  /** Further places to cut at. */
  readonly cuts: readonly number[]
  /** What lies over the bytes, if something does. */
  readonly over?: (inner: MemoryTransport) => Transport
}

/** In how many ways an input comes over so many listeners. */
export function waysOver(listeners: number): number {
  return listeners * CUTTINGS.length
}

export function mannerOf(way: number, listeners: number, cuts: readonly number[] = []): Manner {
  const cutting = CUTTINGS[Math.floor(way / listeners) % CUTTINGS.length] as Cutting
  return { listener: way % listeners, cutting, cuts }
}

/** @param mostHeldBytes as in `FuzzedDialect` @throws whatever is wrong, but for what came back */
export async function visited(
  relay: FuzzRelay,
  input: Buffer,
  { listener, cutting, cuts, over }: Manner,
  dialect: Pick<FuzzedDialect, 'fill' | 'mostHeldBytes'>,
): Promise<Visit> {
  const begun = process.cpuUsage()
  const random = new Random(seedOf(input) ^ 0x5bd1e995)
  const [isNarrow, breaks, waits] = [random.below(4) === 0, random.below(3) === 0, random.below(2) === 0]
  const by = random.below(4) === 0 ? random.pick(DIALECTS) : null
  const transport = relay.visit(listener, isNarrow, over)
  const pieces = cutAt(piecesOf(input, cutting), cuts)
  const speaksBefore = by === null ? -1 : random.below(pieces.length + 1)
  let received: Buffer = Buffer.alloc(0)
  let isAllTaken = true
  for (const [index, piece] of pieces.entries()) {
    if (index === speaksBefore && by !== null) await relay.speak(by, VISITOR, SAID)
    if (transport.isPaused) await relay.ready(transport)
    if (transport.isPaused || transport.state !== 'open') {
      isAllTaken = false
      break
    }
    if (dialect.fill === undefined) transport.deliver(piece)
    else {
      await relay.rest(transport)
      received = Buffer.concat([received, transport.received()])
      transport.deliver(dialect.fill(piece, received))
    }
    if (relay.heldBytes > dialect.mostHeldBytes)
      throw new Error(`${relay.heldBytes} bytes are held of ${input.length}`)
    if (waits && index < MOST_TURNS) await turn()
  }
  if (!(await relay.ready(transport))) isAllTaken = false
  if (speaksBefore === pieces.length && by !== null) await relay.speak(by, VISITOR, SAID)
  await relay.rest(transport)
  if (breaks || transport.isPaused) transport.break()
  else transport.finish()
  await relay.rest(transport)
  received = Buffer.concat([received, transport.received()])
  const heard = relay.hear()
  const reason = relay.left(transport)
  for (const name of [VISITOR, 'Gus', ...(random.below(16) === 0 ? namesIn(input) : [])]) {
    if (relay.isTaken(name) && !WITNESS_NAMES.includes(name))
      throw new Error(`${JSON.stringify(name)} is taken by nobody`)
  }
  const { user, system } = process.cpuUsage(begun)
  const tookMs = (user + system) / 1000
  if (tookMs > MOST_MS) throw new Error(`an input takes ${Math.round(tookMs)} ms of a core`)
  return { listener, sent: input, received, reason, isAllTaken, heard, isDisturbed: by !== null }
}

/** Whatever could have become somebody's name. */
function namesIn(input: Buffer): string[] {
  return (
    input
      .toString('latin1')
      .match(/[!-~]{1,32}/g)
      ?.slice(0, 50) ?? []
  )
}

function cutAt(pieces: readonly Buffer[], cuts: readonly number[]): readonly Buffer[] {
  if (cuts.length === 0) return pieces
  let begins = 0
  return pieces.flatMap((piece) => {
    const inside = cuts
      .filter((cut) => cut > begins && cut < begins + piece.length)
      .map((cut) => cut - begins)
    begins += piece.length
    const at = [0, ...inside, piece.length]
    return at.slice(1).map((end, index) => piece.subarray(at[index], end))
  })
}
