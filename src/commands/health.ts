/**
 * `parlance health`: whether the relay of this machine or container is well, for health checks. Asks where the relay has
 * written that it listens: the ops endpoint, or where there is none a listener.
 */

import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Command } from 'commander'
import { formatAddress } from '../client/address.js'
import { failureWords } from '../client/failure-words.js'
import { EXIT_CODE } from '../exit-code.js'
import { reachableHost } from '../relay/config/host-port.js'
import { type ListenerPlace, type Place, type Places, readPlaces } from '../relay/observe/address-file.js'
import { oneLine } from '../relay/streams/printable.js'
import { type AddressFileFlag, addAddressFileFlag, addressFileOrComplain } from './address-file-flag.js'
import { milliseconds } from './milliseconds.js'

interface Flags extends AddressFileFlag {
  readonly timeoutMs: number
}

/** Less than the time that container engines give. */
const DEFAULT_TIMEOUT_MS = 4000

export function healthCommand(): Command {
  return addAddressFileFlag(new Command('health'))
    .option('--timeout-ms <MS>', 'how long to wait for an answer', milliseconds, DEFAULT_TIMEOUT_MS)
    .addHelpText(
      'after',
      `
Asks /healthz of the ops endpoint. Where that is off, connects to a listener and waits for the relay to end the
connection as it does with everybody who leaves: those are two records in connections.log.

Example:
  parlance serve --address-file /run/parlance.json &
  parlance health --address-file /run/parlance.json

Exit codes: 0 well, 1 not well, 64 wrong arguments.`,
    )
    .action(health)
}

async function health({ timeoutMs, ...flag }: Flags): Promise<void> {
  const addressFile = addressFileOrComplain(flag)
  if (addressFile === null) {
    process.exitCode = EXIT_CODE.usage
    return
  }
  try {
    process.stdout.write(`well: ${await ask(readPlaces(addressFile), timeoutMs)}\n`)
  } catch (error) {
    process.stderr.write(`parlance: not well: ${oneLine((error as Error).message)}\n`)
    process.exitCode = EXIT_CODE.notOk
  }
}

/** @returns what answered @throws in words why it is not well */
async function ask({ ops, listeners }: Places, timeoutMs: number): Promise<string> {
  if (ops !== null) return askOps(ops, timeoutMs)
  // A relay that is full says so to who speaks plainly, and nothing at all in TLS.
  const place = listeners.find(({ tls, proxy }) => !tls && !proxy) ?? listeners[0]
  if (place === undefined) throw new Error('it listens nowhere')
  return askListener(place, timeoutMs)
}

async function askOps(place: Place, timeoutMs: number): Promise<string> {
  const url = `http://${addressOf(place)}/healthz`
  let status: number
  try {
    status = (await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })).status
  } catch (error) {
    const { name, cause } = error as Error
    throw new Error(`${url}: ${name === 'TimeoutError' ? late(timeoutMs) : failureWords(cause ?? error)}`)
  }
  if (status !== 200) throw new Error(`${url}: ${status} instead of 200`)
  return url
}

/** The kernel alone takes connections of a relay that hangs: only the relay ends one after us. */
function askListener(place: ListenerPlace, timeoutMs: number): Promise<string> {
  const { dialect, port } = place
  // Before a PROXY header, TLS is not begun, and who goes without one is no client.
  const tls = place.tls && !place.proxy
  const words = `${dialect} at ${addressOf(place)}`
  return new Promise((resolve, reject) => {
    const at = { host: reachableHost(place.host), port }
    const socket: Socket = tls ? connectTls({ ...at, rejectUnauthorized: false }) : connect(at)
    let wrong: string | null = 'it ended the connection before there was one'
    const deadline = setTimeout(() => {
      wrong = late(timeoutMs)
      socket.destroy()
    }, timeoutMs)
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      wrong = null
      socket.end()
    })
    // A relay that is full may reset the connection, and is well.
    socket.once('error', (error) => {
      if (wrong !== null) wrong = failureWords(error)
    })
    socket.once('close', () => {
      clearTimeout(deadline)
      if (wrong === null) resolve(words)
      else reject(new Error(`${words}: ${wrong}`))
    })
    socket.resume()
  })
}

function addressOf({ host, port }: Place): string {
  return formatAddress({ host: reachableHost(host), port })
}

function late(timeoutMs: number): string {
  return `no answer within ${timeoutMs} ms`
}
