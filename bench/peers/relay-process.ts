/**
 * `relay-process native|handle|socket HOST PORT LOG-DIR`: the built relay natively over descriptors, over Node's TCP
 * handles or over public sockets, which its command line does not let one choose. It is what is built, not what is in `src/`.
 */

import { surviveEndings } from '../load/endings.js'

const DIST = new URL('../../dist/relay/', import.meta.url)
const [transport, host, port, logDir = 'off'] = process.argv.slice(2)

const { loadConfig }: typeof import('../../src/relay/config/load.js') = await import(`${DIST}config/load.js`)
const { Relay }: typeof import('../../src/relay/relay.js') = await import(`${DIST}relay.js`)
const { OperationalLog }: typeof import('../../src/relay/observe/operational-log.js') = await import(
  `${DIST}observe/operational-log.js`
)

const fanout = transport === 'native' ? 'native' : 'portable'
const flags = { listen: [`framed://${host}:${port}`], ops: 'off', logDir, fanout }
const config = loadConfig({ environment: {}, flags })
surviveEndings()
await Relay.start(config, new OperationalLog('warn', process.stdout), { useHandles: transport !== 'socket' })
