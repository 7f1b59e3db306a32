/**
 * What can be known before a load is put on: options that would be ignored, files that cannot be written, descriptors that
 * are not there. Everything here throws an Error with the option, its value and what was expected.
 */

import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import type { Command } from 'commander'
import { largestShare } from './fleet.js'
import type { SharedOptions } from './options.js'
import { isLoopback, processesFor } from './resources.js'
import { targetByName } from './targets/by-name.js'

/** What a generator process opens besides its clients, and a server besides its connections. */
const GENERATOR_RESERVE = 64
const SERVER_RESERVE = { parlance: 256, ceiling: 16 }

/** Refuses those of these options that are on the command line. @param why follows it: `--pid: …` */
export function refuseGiven(command: Command, names: readonly string[], why: string): void {
  for (const option of command.options) {
    const name = option.attributeName()
    if (names.includes(name) && command.getOptionValueSource(name) === 'cli')
      throw new Error(`${option.long}: ${why}`)
  }
}

/** Options of servers and addresses that go against each other. */
export function refuseIgnored(command: Command, { spawn, target, host, bind }: SharedOptions): void {
  if (spawn === undefined) {
    refuseGiven(command, ['serverArg', 'pinServer'], 'only with --spawn, which starts a server')
  } else {
    const { mixture, defaultPort } = targetByName(target)
    refuseGiven(
      command,
      ['host', 'port', 'pid', 'metrics'],
      `not with --spawn ${spawn}, which starts a server of its own`,
    )
    const speaks = spawn === 'ceiling' ? target === 'framed' : (mixture ?? defaultPort) !== undefined
    if (!speaks) throw new Error(`--spawn ${spawn}: it does not speak ${target}`)
  }
  if (bind.length > 0) refuseGiven(command, ['sourceAddresses'], '--bind names the addresses')
  if (spawn === undefined && !isLoopback(host))
    refuseGiven(
      command,
      ['sourceAddresses'],
      `only for servers on 127.0.0.0/8, and ${host} is none: --bind names addresses`,
    )
}

/** Opens what is to be written at the end, and leaves what is there as it is. */
export function requireWritable({ json, html, svg }: SharedOptions): void {
  for (const [option, path] of Object.entries({ json, html })) {
    if (path === undefined) continue
    const isThere = existsSync(path)
    attempt(`--${option} ${path}`, () => closeSync(openSync(path, 'a')))
    if (!isThere) rmSync(path)
  }
  if (svg === undefined) return
  attempt(`--svg ${svg}`, () => {
    mkdirSync(svg, { recursive: true })
    accessSync(svg, constants.W_OK)
  })
}

function attempt(what: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    throw new Error(`${what}: cannot be written: ${(error as Error).message}`)
  }
}

/** Who is there at the same time, at most. */
export interface Headcount {
  clients: number
  /** Of them, those who speak: all in one process. */
  speaking: number
  /** Who comes and goes besides. */
  visitors: number
}

/**
 * Each client is a descriptor here and one at the server.
 * @param limitOf how many files a process may open; null where that is not known
 */
export function requireDescriptors(
  headcount: Headcount,
  options: SharedOptions,
  limitOf: (pid: number | 'self') => number | null = openFilesLimit,
): void {
  const { spawn, pid } = options
  const everyone = headcount.clients + headcount.visitors
  const here = limitOf('self')
  if (here !== null) requireHere(headcount, options, here)
  const there = spawn === undefined && pid !== undefined ? limitOf(pid) : null
  if (there === null || everyone <= there) return
  throw new Error(
    `--pid ${pid}: ${everyone} clients need as many file descriptors there, and it may open ${there}: start it with ulimit -n ${everyone + SERVER_RESERVE.parlance}`,
  )
}

/** In the largest generator process, and in a server that is started here and has the same limit. */
function requireHere(
  { clients, speaking, visitors }: Headcount,
  options: SharedOptions,
  limit: number,
): void {
  const { spawn } = options
  const processes = processesFor(options, clients)
  const share = largestShare(clients, speaking, processes) + Math.ceil(visitors / processes)
  const everyone = clients + visitors
  const wanted = share + GENERATOR_RESERVE
  const atServer = spawn === undefined ? 0 : everyone + SERVER_RESERVE[spawn]
  if (wanted <= limit && atServer <= limit) return
  const where = processes === 1 ? 'one process' : `one of ${processes} processes`
  const who =
    wanted > limit
      ? `${share} clients in ${where} need ${wanted} file descriptors`
      : `${everyone} clients need ${atServer} file descriptors at the server`
  const room = limit - GENERATOR_RESERVE
  const divides = atServer <= limit && speaking <= room
  const or = divides ? `, or divide the clients: --processes ${Math.ceil(everyone / room)}` : ''
  const enough = Math.max(wanted, atServer)
  throw new Error(`${who}, and a process may open ${limit} here: ulimit -n ${enough}${or}`)
}

/** Node raises its own soft limit to the hard one when it starts, and what it starts inherits that. */
function openFilesLimit(pid: number | 'self'): number | null {
  try {
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))
    return line === null ? null : line[1] === 'unlimited' ? Number.POSITIVE_INFINITY : Number(line[1])
  } catch {
    return null
  }
}
