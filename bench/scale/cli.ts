/**
 * The command `bench:scale`: so many clients of all five dialects on relay processes of this machine, and a message to a
 * room of all of them. Exit status 1 when anybody does not get it exactly once, byte by byte.
 */

import { Command } from 'commander'
import { type Nodes, withNodes } from '../cluster/nodes.js'
import { openFilesLimit } from '../cluster/process-trees.js'
import { surviveEndings } from '../load/endings.js'
import { positiveNumber, positiveWhole, wholeNumber } from '../load/options.js'
import { requireWritable } from '../load/preflight.js'
import { provenance } from '../load/report/provenance.js'
import { writeJson } from '../load/report/publish.js'
import { SCALE_DIALECTS } from './dialects.js'
import { Generators } from './generators.js'
import { processesFor, requireNodes, type ScalePlan } from './plan.js'
import { scaleText } from './report.js'
import { runScale, type ScaleResult, USUAL_WAITS } from './run.js'

interface ScaleOptions {
  clients: number
  workers: number
  nodes: number
  nats?: string
  processes?: number
  joining: number
  payload: number
  idleSeconds: number
  serverArg: string[]
  json?: string
}

/** The shortest text that says which round it is of, and the longest that every dialect takes. */
const LEAST_PAYLOAD = 16
const MOST_PAYLOAD = 500

/** So many are on their way in at once that a machine which does other things as well may keep somebody waiting. */
const PATIENCE = ['--login-deadline-ms', '60000']

const program = new Command('scale')
  .description(
    'clients of all five dialects on relay processes of this machine, and a message to all of them',
  )
  .option('--clients <count>', 'how many', positiveWhole, 100_000)
  .option('--workers <count>', 'worker processes of one relay; 0 for none', wholeNumber, 0)
  .option('--nodes <count>', 'relays of their own, as nodes of one cluster', positiveWhole, 1)
  .option('--nats <url>', 'a NATS server that runs already (default: one is started where it is needed)')
  .option(
    '--processes <count>',
    'generator processes (default: as many as file descriptors ask for)',
    positiveWhole,
  )
  .option('--joining <count>', 'clients on their way in at once, per process', positiveWhole, 100)
  .option('--payload <bytes>', `size of the text, ${LEAST_PAYLOAD} to ${MOST_PAYLOAD}`, positiveWhole, 64)
  .option('--idle-seconds <seconds>', 'for which nobody says anything', positiveNumber, 5)
  .option(
    '--server-arg <argument>',
    'a further argument for the relay (repeatable)',
    (value: string, earlier: string[]) => [...earlier, value],
    [],
  )
  .option('--json <file>', 'write what was measured there')
  .parse()
const options = program.opts<ScaleOptions>()

async function run(): Promise<ScaleResult> {
  const { clients, workers, nodes, nats: natsUrl = null, payload } = options
  const openFiles = openFilesLimit()
  if (payload < LEAST_PAYLOAD || payload > MOST_PAYLOAD) {
    throw new RangeError(`--payload ${payload}: expected ${LEAST_PAYLOAD} to ${MOST_PAYLOAD}`)
  }
  if (clients < SCALE_DIALECTS.length * 2) {
    throw new RangeError(`--clients ${clients}: expected two of each dialect, ${SCALE_DIALECTS.length * 2}`)
  }
  requireNodes(clients, nodes * Math.max(1, workers), openFiles)
  const { processes = processesFor(clients, openFiles) } = options
  const plan = {
    nodes,
    workers,
    natsUrl,
    isCluster: natsUrl !== null || nodes > 1 || workers > 1,
    listeners: SCALE_DIALECTS.map(({ name }) => ({ dialect: name })),
    cpu: null,
    serverArguments: [...PATIENCE, ...options.serverArg],
  }
  return await withNodes(plan, (started) => runOn(started, clients, processes))
}

async function runOn(nodes: Nodes, clients: number, processes: number): Promise<ScaleResult> {
  const { host } = nodes.servers[0] as Nodes['servers'][number]
  const plan: ScalePlan = { clients, host, ports: nodes.servers.map(({ ports }) => ports) }
  const generators = new Generators(processes)
  try {
    const { joining, payload: payloadBytes, idleSeconds } = options
    const runOptions = { joining, payloadBytes, idleSeconds, waits: USUAL_WAITS }
    return await runScale(plan, nodes, generators, runOptions, console.log)
  } finally {
    await generators.end()
  }
}

surviveEndings()
try {
  const { json } = options
  requireWritable({ json } as Parameters<typeof requireWritable>[0])
  const result = await run()
  console.log(`\n${scaleText(result)}`)
  if (json !== undefined) writeJson(json, { ...provenance(), parameters: options, result })
  if (result.faults.length > 0) process.exitCode = 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
