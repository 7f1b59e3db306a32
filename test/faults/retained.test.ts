/**
 * Heap snapshots of a relay before and after people came and went over every dialect, in a WebSocket too: 100,000 in a soak. Of its own
 * classes nothing has grown, and of everything else less than there were people. Rules R2, C12.
 */

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { RawPeer } from '../../src/conform/raw-peer.js'
import { CLAIMS, type ClaimKind } from '../fixtures/access-claims.js'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { countHeap, growth, type HeapCounts } from '../fixtures/heap-counts.js'
import { freePort } from '../fixtures/relay-process.js'
import { timesOf } from '../fixtures/soak.js'
import { BINARY, clientFrame, TEXT } from '../fixtures/websocket-bytes.js'
import { WebSocketPeer } from '../fixtures/websocket-peer.js'

const VISITS = timesOf(3_000, 100_000)
/** So many come before anything is counted: caches fill, and the compiler makes code. */
const WARM_UP = 1_000
const AT_ONCE = 40
/** What comes and goes by itself in a relay that does nothing: a timer, a scrape, a pair that chats. */
const A_FEW = 20

/** What V8 makes of code that runs often. */
const OF_THE_COMPILER: ReadonlySet<string> = new Set([
  'code',
  'hidden',
  'object shape',
  'synthetic',
  'native',
])

const SRC = new URL('../../src/', import.meta.url).pathname
const SNAPSHOTS = new URL('../fixtures/heap-snapshots.mjs', import.meta.url).href

/** Names of all classes of the relay. */
function ownClasses(): string[] {
  return readdirSync(join(SRC, 'relay'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap(
      (file) =>
        readFileSync(join(SRC, 'relay', file), 'utf8').match(/^(?:export )?(?:abstract )?class \w+/gm) ?? [],
    )
    .map((line) => line.replace(/^.* /, ''))
}

/** One person, from coming to going; the last few leave by a reset, and the others by ending their side. */
type Visit = (name: string, number: number) => Promise<void>

function overTcp(port: number, kind: ClaimKind): Visit {
  return async (name, number) => {
    const peer = await RawPeer.open('127.0.0.1', port, { timeoutMs: 20_000, quietMs: 50 })
    await kind.greeted(peer)
    peer.write(kind.ask(name, null))
    const accepted = kind.accepted(name)
    await peer.until(() => peer.received.includes(accepted, 0, 'latin1'), `${name} to be accepted`)
    if (number % 3 === 0) peer.reset()
    else peer.close()
  }
}

function overWebSocket(port: number, kind: ClaimKind): Visit {
  const opcode = kind.dialect === 'framed' || kind.dialect === 'sendto' ? BINARY : TEXT
  return async (name) => {
    const peer = await WebSocketPeer.connect({ port, subprotocol: kind.dialect })
    peer.send(clientFrame(opcode, kind.ask(name, null)))
    const accepted = kind.accepted(name)
    for (let heard = ''; !heard.includes(accepted); )
      heard += (await peer.frame(accepted)).payload.toString('latin1')
    peer.destroy()
  }
}

test('R2 C12 of people who come and go, in every dialect and in a WebSocket, nothing stays on the heap', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'parlance-heap-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const webPort = await freePort()
  // Of what can be referred to, few messages are kept, so that what they keep is not taken for what has leaked.
  const args = [
    '--listen',
    `ws://127.0.0.1:${webPort}`,
    '--recent-messages',
    '10',
    '--refused-names-per-address',
    '1000000',
  ]
  const env = { NODE_OPTIONS: `--import=${SNAPSHOTS}`, HEAP_SNAPSHOTS: folder }
  const trial = await FaultTrial.start(t, { args, env })
  const kinds = Object.values(CLAIMS)
  const visits: Visit[] = kinds.map((kind) => overTcp(trial.portOf(kind.dialect), kind))
  // Lines of sendto are for terminals, and in no WebSocket.
  for (const [name, kind] of Object.entries(CLAIMS))
    if (name !== 'sendto in lines') visits.push(overWebSocket(webPort, kind))
  let names = 0
  const come = async (people: number) => {
    const last = names + people
    const one = async () => {
      while (names < last) {
        const number = names++
        await (visits[number % visits.length] as Visit)(`visitor${number}`, number)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, one))
  }
  await come(WARM_UP)
  await gone(trial)
  const before = await countHeap(trial.pid, folder, 1)
  const sinceMs = performance.now()
  await come(VISITS)
  const tookMs = performance.now() - sinceMs
  await gone(trial)
  const after = await countHeap(trial.pid, folder, 2)
  t.diagnostic(`${VISITS} came and went in ${(tookMs / 1000).toFixed(1)} s; ${figures(before, after)}`)

  const objects = growth(before.objects, after.objects)
  const own = ownClasses().filter((name) => (objects.get(name) ?? 0) > A_FEW)
  assert.deepEqual(
    own.map((name) => `${name}: ${before.objects.get(name) ?? 0} before, ${after.objects.get(name)} now`),
    [],
  )
  // One of anything that stayed of each would be as many as there were people.
  const kindsGrown = growth(before.kinds, after.kinds)
  for (const counts of [objects, kindsGrown]) {
    for (const [name, more] of counts)
      if (counts === objects || !OF_THE_COMPILER.has(name))
        assert.ok(more < VISITS / 4, `${more} more of ${name} of ${VISITS} people`)
  }
  // While a snapshot is written nobody is served.
  await trial.assertAsBefore({ inTimeMs: 120_000 })
})

/** Nobody is here but the pair, and no connection of anybody else is still closing. */
async function gone(trial: FaultTrial): Promise<void> {
  const deadline = performance.now() + 30_000
  const here = async () => {
    const series = await trial.scrape()
    const connections = [...series].filter(([name]) => name.startsWith('parlance_connections{'))
    return connections.reduce((sum, [, value]) => sum + value, 0) + (series.get('parlance_sessions') ?? 0)
  }
  while ((await here()) > 4) assert.ok(performance.now() < deadline, `${await here()} are here`)
}

function figures(before: HeapCounts, after: HeapCounts): string {
  const all = (counts: ReadonlyMap<string, number>) =>
    [...counts.values()].reduce((sum, count) => sum + count, 0)
  return `${all(before.kinds)} things on the heap before, ${all(after.kinds)} after`
}
