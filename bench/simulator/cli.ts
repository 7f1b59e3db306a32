/** The command `simulate`: what a cluster would need for so many clients, and what would break first. */

import { Command, InvalidArgumentError } from 'commander'
import { table } from '../load/report/table.js'
import { firstBreak, isWithin, nodesNeeded, type Use, usesOf } from './breaks.js'
import { COEFFICIENTS_PATH, readCoefficients } from './coefficients.js'
import { type Prediction, simulate } from './model.js'
import { evenRooms, hotRoom, type RoomGroup, type Scenario, USUAL_LIMITS, zipfRooms } from './scenario.js'

interface SimulateOptions {
  nodes?: number
  clients: number
  hot?: boolean
  roomSize?: number
  rooms?: number
  zipf: number
  messages: number
  text: number
  sessionMinutes: number
  announceUpTo: number
  natsServers: number
  connections: number
  memoryGib: number
  natsCores: number
  natsGigabits: number
  coefficients: string
  json?: boolean
}

const SECONDS = 60
const GIB = 2 ** 30

const program = new Command('simulate')
  .description('what a cluster would need, by the coefficients that were measured')
  .option('--nodes <count>', 'relay processes (default: as many as it takes)', amount)
  .option('--clients <count>', 'how many, such as 1e6', amount, 1e6)
  .option('--hot', 'everybody is in one room')
  .option('--room-size <members>', 'rooms of this size', amount)
  .option(
    '--rooms <count>',
    'so many rooms, the first the largest (default: one for every 20 clients)',
    amount,
  )
  .option('--zipf <exponent>', 'how much larger the first ones are', amount, 1)
  .option('--messages <rate>', 'messages a second of all together', amount, 1000)
  .option('--text <bytes>', 'size of a text', amount, 64)
  .option('--session-minutes <minutes>', 'how long somebody stays', amount, 30)
  .option('--announce-up-to <members>', 'as the setting announceUpTo', amount, 10_000)
  .option('--nats-servers <count>', 'in the NATS cluster', amount, 3)
  .option('--connections <count>', 'limit: of a node', amount, USUAL_LIMITS.nodeConnections)
  .option('--memory-gib <size>', 'limit: memory of a node', amount, USUAL_LIMITS.nodeBytes / GIB)
  .option('--nats-cores <count>', 'limit: cores of a NATS server', amount, USUAL_LIMITS.natsCores)
  .option(
    '--nats-gigabits <rate>',
    'limit: network of a NATS server',
    amount,
    USUAL_LIMITS.natsBitsPerSecond / 1e9,
  )
  .option('--coefficients <file>', 'as bench:cluster writes them', COEFFICIENTS_PATH)
  .option('--json', 'say it as JSON')
  .parse()
const options = program.opts<SimulateOptions>()

function amount(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value < 1e12))
    throw new InvalidArgumentError('a number above 0 is expected, such as 1e6')
  return value
}

function roomsOf({ clients, hot, roomSize, rooms, zipf }: SimulateOptions): RoomGroup[] {
  if (hot === true) return hotRoom(clients)
  if (roomSize !== undefined) return evenRooms(clients, roomSize)
  return zipfRooms(clients, rooms ?? Math.max(1, Math.round(clients / 20)), zipf)
}

function show(scenario: Scenario, prediction: Prediction, uses: readonly Use[]): void {
  const { rates } = prediction
  const facts: [string, string][] = [
    ['nodes', figure(scenario.nodes)],
    ['clients of each', figure(prediction.nodeConnections)],
    ['largest room', figure(Math.max(...scenario.rooms.map(({ members }) => members)))],
    ['deliveries/s of a node', figure(rates.deliveries)],
    ['  writes/s', figure(rates.writes)],
    ['from turn to turn, ms', figure(prediction.turnMs)],
    ['half of the largest room has a message after ms', figure(prediction.middleMs)],
    ['NATS subjects', figure(prediction.natsSubjects)],
    ['messages/s into a NATS server', figure(prediction.natsMessagesIn)],
    ['  and out of it', figure(prediction.natsMessagesOut)],
    ['  Mbit/s out of it', figure(prediction.natsBitsPerSecond / 1e6)],
  ]
  console.log(table(['', 'predicted'], facts))
  const rows = uses.map((use) => [
    use.what,
    figure(use.value),
    figure(use.limit),
    `${figure((use.value / use.limit) * 100)}%`,
    isWithin(use) ? '' : 'BREAKS',
  ])
  console.log(`\n${table(['', 'predicted', 'limit', 'used', ''], rows)}`)
}

function figure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3)
}

try {
  const { measured, coefficients } = readCoefficients(options.coefficients)
  const { clients, messages, text, sessionMinutes, announceUpTo, natsServers } = options
  const scenario: Scenario = {
    nodes: options.nodes ?? 1,
    clients,
    rooms: roomsOf(options),
    messagesPerSecond: messages,
    textBytes: text,
    joinsPerSecond: clients / (sessionMinutes * SECONDS),
    announceUpTo,
    natsServers,
    limits: {
      ...USUAL_LIMITS,
      nodeConnections: options.connections,
      nodeBytes: options.memoryGib * GIB,
      natsCores: options.natsCores,
      natsBitsPerSecond: options.natsGigabits * 1e9,
    },
  }
  const needed = options.nodes === undefined ? nodesNeeded(scenario, coefficients) : options.nodes
  // Where no number of nodes will do, what stands in the way shows with as many as the connections ask for.
  const nodes = needed ?? Math.ceil(clients / options.connections)
  const planned = { ...scenario, nodes }
  const prediction = simulate(planned, coefficients)
  const uses = usesOf(prediction, planned)
  const first = firstBreak(planned, coefficients)
  if (options.json === true) {
    console.log(JSON.stringify({ measured, scenario: planned, prediction, uses, first }, null, 2))
  } else {
    console.log(`coefficients of ${measured.time}, ${measured.machine.cpu}`)
    if (needed === null) console.log('no number of nodes will do:')
    show(planned, prediction, uses)
    console.log(
      `\nwith these nodes the first to break, at ${first.clients.toLocaleString('en-US')} clients: ${first.first.what}`,
    )
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
