/**
 * What it costs everybody that an operator looks: a page of a thousand of ten thousand people, of ten thousand rooms, and
 * `top` over all of both. While one of them is made, nobody else is served.
 */

import { Access } from '../../src/relay/access/access.js'
import { Busiest } from '../../src/relay/admin/busiest.js'
import { peoplePage } from '../../src/relay/admin/people.js'
import { roomsPage } from '../../src/relay/admin/rooms.js'
import { Assembly } from '../../src/relay/assembly.js'
import { SingleNode } from '../../src/relay/backplane/single.js'
import type { ListenerSpec } from '../../src/relay/config/listener-url.js'
import { loadConfig } from '../../src/relay/config/load.js'
import type { Dialect } from '../../src/relay/dialects/dialect.js'
import { Connection } from '../../src/relay/net/connection.js'
import type { Transport } from '../../src/relay/net/transport.js'
import { Records } from '../../src/relay/records.js'
import type { Contest } from './contest.js'

const MANY = 10_000
const PAGE = 1000

export async function adminContests(): Promise<Contest[]> {
  const { hub, connections } = await crowded()
  let nowMs = 0
  const clock = { wall: () => 1_700_000_000_000, monotonic: () => nowMs }
  const busiest = new Busiest(() => hub.rooms.all(), connections, clock)
  const middle = { prefix: '', after: hub.names()[MANY / 2] as string, limit: PAGE }
  const text = (value: unknown) => JSON.stringify(value).length
  return [
    {
      name: `a page of ${PAGE} of ${MANY}`,
      contenders: [
        { name: 'people', units: PAGE, run: () => text(peoplePage(hub, clock, middle, null)) },
        { name: 'rooms', units: PAGE, run: () => text(roomsPage(hub, { ...middle, after: 'room-5' })) },
      ],
    },
    {
      name: `top of ${MANY}`,
      contenders: [
        {
          name: 'rooms',
          units: MANY,
          run: () => {
            nowMs += 1000
            return text(busiest.rooms('deliveries', 50))
          },
        },
        { name: 'readers', units: MANY, run: () => text(busiest.readers('queued', 50)) },
      ],
    },
  ]
}

/** A relay without a network, with ten thousand people who are each in a room of their own besides. */
async function crowded(): Promise<Assembly> {
  const config = loadConfig({
    environment: {},
    flags: { listen: ['framed://:0?greeting=off'], fanout: 'portable', announceUpTo: '0' },
  })
  const records = new Records({ log: { warn() {}, error() {} }, isHalfChanged: () => false })
  const failed = (error: unknown) => {
    throw error
  }
  const access = await Access.open({ config, now: () => performance.now(), failed })
  const options = {
    useHandles: false,
    hooks: undefined,
    reservedNames: undefined,
    access,
    history: null,
    backplane: new SingleNode(),
  }
  const parts = new Assembly(config, options, records)
  const spec = config.listen[0] as ListenerSpec
  const context = parts.contextOf(spec.dialect as Dialect, spec, 'tcp')
  for (let index = 0; index < MANY; index++) {
    const connection = new Connection(context, deaf(index))
    const name = `person-${index}`
    const frame = Buffer.from(`\0\0${String.fromCharCode(name.length)}${name}`, 'latin1')
    connection.received(frame, frame.length)
    const session = parts.hub.session(name)
    if (session === undefined) throw new Error(`${name} is not here`)
    parts.hub.join(session, `room-${index}`)
    connection.outbox.flush()
    connection.outbox.queuedBytes = index
  }
  parts.stop()
  return parts
}

/** Takes everything and says nothing. */
function deaf(index: number): Transport {
  return {
    remoteAddress: `192.0.2.${index % 256}`,
    remotePort: index,
    port: null,
    takenBytes: 0,
    kernelKey: '',
    openDescriptor: null,
    certificateName: null,
    presentedSecret: null,
    partialFrame: 0,
    heldBytes: 0,
    open() {},
    write: () => true,
    writeMany: () => true,
    writeRest: () => true,
    lastWords: () => null,
    pause() {},
    resume() {},
    end() {},
    destroy() {},
    reset() {},
  }
}
