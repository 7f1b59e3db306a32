/** Where the relay listens, and where it says so. */

import { z } from 'zod'
import { parseNetwork } from '../../addresses/network.js'
import { DIALECTS } from '../../dialects/registry.js'
import { type HostPort, parseHostPort, writtenHostPort } from '../host-port.js'
import { type ListenerSpec, listenerUrls, WEB_PORT } from '../listener-url.js'
import { pathOrOff, type Setting } from './kinds.js'

const hostPortOrOff = z.string().transform((text, context): HostPort | 'off' => {
  if (text === 'off') return 'off'
  const parsed = parseHostPort(text)
  if (parsed !== null) return parsed
  context.addIssue('not an address')
  return z.NEVER
})

const network = z.string().refine((text) => parseNetwork(text) !== null, {
  error: 'expected an address or a network, such as 10.0.0.0/8',
})

export const LISTENING_SETTINGS = {
  listen: {
    schema: listenerUrls,
    expected: 'a list of listener URLs such as framed://:9000',
    help: 'listen for a dialect, as DIALECT://HOST:PORT?OPTION=VALUE, or for browsers, as ws://HOST:PORT; may be given several times',
    fallback: [
      ...[...DIALECTS.values()].map((dialect) => `${dialect.name}://:${dialect.defaultPort}`),
      `ws://:${WEB_PORT}`,
    ],
    placeholder: 'URL',
    list: true,
    write: (specs: readonly ListenerSpec[]) => specs.map(({ url }) => url),
  },
  trustedProxies: {
    schema: z.array(network),
    expected: 'a list of addresses and networks such as 10.0.0.0/8',
    help: 'who may say, on a listener with proxy=on, whom a connection is for; everybody else is refused there',
    fallback: [],
    placeholder: 'NETWORK',
    list: true,
    live: true,
  },
  ops: {
    schema: hostPortOrOff,
    expected: 'HOST:PORT or off',
    help: 'serve /metrics, /healthz and /readyz',
    fallback: '127.0.0.1:9464',
    placeholder: 'HOST:PORT|off',
    write: (value: HostPort | 'off') => (value === 'off' ? value : writtenHostPort(value)),
  },
  addressFile: {
    schema: pathOrOff('a file'),
    expected: 'a file or off',
    help: 'say in this file, as JSON, where the relay listens, for as long as it does; parlance health looks there',
    fallback: 'off',
    placeholder: 'FILE|off',
  },
} as const satisfies Record<string, Setting>
