/**
 * What things cost, as `npm run bench:cluster -- --write-coefficients` measures them: the file that the simulator reads. A
 * file says when, where and by which command, so that a prediction can be traced to a machine.
 */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Provenance } from '../load/report/provenance.js'
import { writeJson } from '../load/report/publish.js'

export const COEFFICIENTS_PATH = fileURLToPath(new URL('coefficients.json', import.meta.url))

const cost = z.number().nonnegative()

const schema = z.strictObject({
  /** Of a node's core: a turn in which anything is done, beside what is done in it. */
  turnUs: cost,
  /** A message that a client sends, taken in and recorded. */
  messageUs: cost,
  /** One more message for one member in what is written anyway. */
  deliveryUs: cost,
  /** One write to one member, however many messages are in it. */
  writeUs: cost,
  /** A batch for one subject, and one more message in it, on the node that publishes. */
  publishBatchUs: cost,
  publishOpUs: cost,
  /** The same on each node that receives. */
  receiveBatchUs: cost,
  receiveOpUs: cost,
  /** Of NATS: a batch that comes in, each node that it goes to, and each byte handed out. */
  natsInUs: cost,
  natsOutUs: cost,
  natsByteUs: cost,
  /** Between nodes: around a batch, and around each message's text in it. */
  batchBytes: cost,
  opBytes: cost,
  /** Somebody who comes: the node that they come to, every other one, and NATS. Going is taken to cost the same. */
  ownJoinUs: cost,
  remoteJoinUs: cost,
  natsJoinUs: cost,
  natsJoinBytes: cost,
  /** Of a core a second, for a connection on which nothing happens. */
  idleConnectionUs: cost,
  /** The same for a node that is only there, and of NATS for each node. */
  nodeIdleUs: cost,
  natsNodeUs: cost,
  /** Resident: a node without anybody, one of its own people, one of another node's. */
  nodeBytes: cost,
  connectionBytes: cost,
  remoteSessionBytes: cost,
  /** How much later somebody on another node has a message, half of the times. */
  hopMs: cost,
})

export type Coefficients = Readonly<z.infer<typeof schema>>

export const COEFFICIENT_NAMES = schema.keyof().options

export interface CoefficientsFile {
  readonly measured: Provenance
  readonly coefficients: Coefficients
}

/** @throws Error that names the file, and what of it is not as expected */
export function readCoefficients(path: string = COEFFICIENTS_PATH): CoefficientsFile {
  const { measured, coefficients } = JSON.parse(readFileSync(path, 'utf8'))
  const checked = schema.safeParse(coefficients)
  if (!checked.success) throw new Error(`${path}: ${z.prettifyError(checked.error)}`)
  return { measured, coefficients: checked.data }
}

export function writeCoefficients(path: string, contents: CoefficientsFile): void {
  writeJson(path, contents)
}
