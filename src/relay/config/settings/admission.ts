/** Who may come in, and how long somebody may take. */

import { z } from 'zod'

import { EXPECTED_NETWORK, parseNetwork } from '../../addresses/network.js'
import { EXPECTED_PATTERN, isNamePattern } from '../../hub/name-patterns.js'
import { DAY_MS, listOf, live, numberOrOff, pathOrOff, type Setting, wholeNumber } from './kinds.js'

const MOST = 10_000_000

function networks(help: string): Setting<string[]> {
  const isNetwork = (text: string) => parseNetwork(text) !== null
  return listOf(isNetwork, 'addresses and networks', EXPECTED_NETWORK, 'NETWORK', help)
}

export const ADMISSION_SETTINGS = {
  maxConnections: {
    schema: z.union([z.literal('auto'), z.int().min(1).max(MOST)]),
    expected: 'auto or a whole number from 1 to 10000000',
    help: 'refuse connections above this; auto is what the file descriptor limit allows, and no more can be had',
    fallback: 'auto',
    placeholder: 'N|auto',
    numeric: true,
    live: true,
  },
  maxConnectionsPerAddress: live(
    numberOrOff(
      1,
      MOST,
      'connections',
      'refuse connections above this from one address, of any kind; an IPv6 address counts for its /64',
    ),
  ),
  connectionsPerSecondPerAddress: live(
    numberOrOff(
      1,
      MOST,
      'connections a second',
      'refuse connections from one address that come faster; as many as ten seconds bring may come at once',
    ),
  ),
  connectionsPerSecond: live(
    numberOrOff(
      1,
      MOST,
      'connections a second',
      'refuse connections that come faster, from wherever; as many as ten seconds bring may come at once',
    ),
  ),
  allow: live(networks('let nobody in but who comes from these addresses or networks')),
  deny: live(networks('let nobody in who comes from these addresses or networks')),
  banFile: {
    schema: pathOrOff('a file'),
    expected: 'a file or off',
    help: 'keep out the addresses, networks and names in this file, a line for each; parlance admin ban writes there',
    fallback: 'off',
    placeholder: 'FILE|off',
    live: true,
  },
  reservedNames: live(
    listOf(
      isNamePattern,
      'names and patterns of names',
      EXPECTED_PATTERN,
      'NAME',
      'let nobody have these names or such that look like them, with * for any characters',
    ),
  ),
  refusedNamesPerAddress: live(
    wholeNumber(
      1,
      MOST,
      10_000,
      'names',
      'beyond so many refused names of one address, and another one each second, send away whoever is refused, and log sums',
    ),
  ),
  loginDeadlineMs: live(
    wholeNumber(1, DAY_MS, 10_000, 'milliseconds', 'close a connection that has no name by then'),
  ),
  frameDeadlineMs: live(
    wholeNumber(1, DAY_MS, 10_000, 'milliseconds', 'close a connection whose frame takes longer to arrive'),
  ),
  vanishedMs: wholeNumber(
    15_000,
    DAY_MS,
    30_000,
    'milliseconds',
    'a client whose link is cut or whose machine is off is gone by then, and its name free',
  ),
  pingMs: live(
    wholeNumber(
      1,
      DAY_MS,
      7_000,
      'milliseconds',
      'ask a WebSocket client that says nothing for so long whether it is there; whoever has not answered two such questions, each after as long, is gone',
    ),
  ),
} as const satisfies Record<string, Setting>
