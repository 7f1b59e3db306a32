/**
 * Several workers on the same ports: who comes is spread over them, what is for the machine is there once, and whoever crashes is
 * replaced. One after the other on the same two workers, because beginning takes a second of the machine's.
 */

import assert from 'node:assert/strict'
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { certificateQuery } from '../fixtures/certificate.js'
import { join, joining, leaving, message, textOf } from '../fixtures/framed-bytes.js'
import type { FramedPeer } from '../fixtures/framed-peer.js'
import { noNats, startNats } from '../fixtures/nats-server.js'
import { textHeader } from '../fixtures/proxy-bytes.js'
import { CLI } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { framedOverWebSocket } from '../fixtures/websocket-peer.js'
import { isRunning, TestWorkers, until } from './start-workers.js'

const query = certificateQuery()

describe('two workers', { skip: noNats() ?? (query === null && 'there is no openssl') }, () => {
  let workers: TestWorkers
  const ends: (() => Promise<void>)[] = []
  before(async () => {
    const listen = [
      'framed://127.0.0.1:0',
      `framed+tls://127.0.0.1:0?${query}`,
      'framed://127.0.0.1:0?proxy=on',
      'ws://127.0.0.1:0',
    ]
    const settings = { listen, trustedProxies: ['127.0.0.1'], maxConnections: 1001, closeSpreadMs: 100 }
    const suite = { after: (end: () => Promise<void>) => void ends.push(end) }
    workers = new TestWorkers(suite, await startNats(suite), settings)
    await workers.start(2)
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })
  const connections = async () => [
    await workers.metric('parlance_worker_connections{worker="1"}'),
    await workers.metric('parlance_worker_connections{worker="2"}'),
  ]

  test('who comes is spread evenly, over each way in', async () => {
    const plain = [await workers.join('Ann'), await workers.join('Ben')]
    const overTls = [await workers.join('Cat', 1, { tls: true }), await workers.join('Dan', 1, { tls: true })]
    const proxied = [await workers.connect(2), await workers.connect(2)]
    for (const [index, peer] of proxied.entries()) {
      peer.send(textHeader({ address: '203.0.113.7', port: 1000 + index }), join(`Proxied${index}`))
      await peer.frame('the greeting')
      await peer.frame('the answer')
    }
    const wsPort = workers.places.listeners[3]?.port as number
    const overWs = [await framedOverWebSocket(wsPort), await framedOverWebSocket(wsPort)]
    for (const [index, peer] of overWs.entries()) {
      await peer.frame('the greeting')
      peer.send(join(`Web${index}`))
      await peer.frame('the answer')
    }
    await until(async () => (await connections()).join() === '4,4', 'four in each')
    assert.equal(await workers.metric('parlance_info{version="0.1.0",fanout="native"}'), 1)
    for (const peer of [...plain, ...overTls, ...proxied, ...overWs]) peer.destroy()
    await until(async () => (await connections()).join() === '0,0', 'all have gone')
  })

  test('whichever worker they have come to, everybody sees everybody, and nobody has a name twice', async () => {
    const lou = await workers.join('Lou')
    const max = await workers.join('Max')
    await lou.expect(joining('Max'))
    lou.send(message('over there'))
    await max.expect(message('[Lou] over there'))
    assert.equal(await workers.answerTo('Lou'), 1)
    assert.equal(await workers.answerTo('Lou'), 1)
    for (const peer of [lou, max]) peer.destroy()
  })

  test('one scrape has the sums of all, and what is for the machine once', async () => {
    const peers = [await workers.join('Eve'), await workers.join('Fay'), await workers.join('Gus')]
    await until(async () => (await workers.metric('parlance_connections{dialect="framed"}')) === 3, 'three')
    assert.equal(await workers.metric('parlance_connections_by_transport{transport="tcp"}'), 3)
    assert.equal(await workers.metric('parlance_max_connections'), 1001)
    assert.equal(await workers.metric('parlance_stage{stage="ready"}'), 1)
    assert.equal(await workers.metric('parlance_workers'), 2)
    assert.equal(await workers.metric('parlance_worker_ready{worker="2"}'), 1)
    const { text } = await workers.ops('/metrics')
    assert.equal(text.match(/^process_start_time_seconds /gm)?.length, 1)
    assert.equal(text.match(/^parlance_info\{/gm)?.length, 1)
    const [buckets] = text.match(/^parlance_flush_seconds_bucket\{le="\+Inf"\} \d+/m) ?? []
    const [count] = text.match(/^parlance_flush_seconds_count \d+/m) ?? []
    assert.equal(buckets?.split(' ')[1], count?.split(' ')[1])
    for (const peer of peers) peer.destroy()
  })

  test('an operator sees the people of all workers and reaches them', async () => {
    const peers = [await workers.join('Hal'), await workers.join('Ida'), await workers.join('Jon')]
    const namesOf = (page: unknown) => (page as { items: { name: string }[] }).items.map(({ name }) => name)
    const { json: first } = await workers.admin('GET', '/who?limit=2')
    assert.deepEqual(namesOf(first), ['Hal', 'Ida'])
    const { json: second } = await workers.admin('GET', '/who?limit=2&after=Ida')
    assert.deepEqual(namesOf(second), ['Jon'])
    for (const name of ['Hal', 'Ida']) {
      const { status, json } = await workers.admin('POST', '/kick', { name, reason: 'enough' })
      assert.equal(status, 200)
      assert.equal((json as { kicked: { name: string } }).kicked.name, name)
    }
    assert.equal((await workers.admin('POST', '/kick', { name: 'Zoe' })).status, 404)
    assert.equal((await workers.admin('GET', '/who?limit=x')).status, 400)
    const { json } = await workers.admin('GET', '/stats')
    const stats = json as { pid: number; workers: { worker: number; pid: number }[]; disconnects: object }
    assert.equal(stats.pid, workers.program.child.pid)
    assert.deepEqual(
      stats.workers.map(({ worker, pid }) => ({ worker, pid })),
      workers.places.workers,
    )
    assert.equal((stats.disconnects as { kicked: number }).kicked, 2)
    for (const peer of peers) peer.destroy()
  })

  test('a ban keeps somebody out at every worker, and ends at every one', async () => {
    const { json } = await workers.admin('POST', '/ban', { who: 'name:Mallory' })
    assert.equal((json as { banned: { subject: string } }).banned.subject, 'name:Mallory')
    // One at each worker.
    assert.deepEqual([await workers.answerTo('Mallory'), await workers.answerTo('Mallory')], [1, 1])
    assert.equal((await workers.admin('POST', '/unban', { who: 'Mallory' })).status, 200)
    for (const worker of ['one', 'the other'])
      await until(async () => (await workers.answerTo('Mallory')) === 0, `let in at ${worker}`)
  })

  test('a reload is taken by all of them, or by none', async () => {
    workers.configure({ logDirect: 'text', reservedNames: ['Queen'], room: 'tea' })
    const { json } = await workers.admin('POST', '/reload')
    const { state, live, waiting, workers: by } = json as Record<string, { key: string }[]>
    assert.equal(state, 'taken')
    assert.deepEqual(by, [1, 2])
    assert.deepEqual(live?.map(({ key }) => key).sort(), ['logDirect', 'reservedNames'])
    assert.deepEqual(
      waiting?.map(({ key }) => key),
      ['room'],
    )
    assert.deepEqual([await workers.answerTo('Queen'), await workers.answerTo('Queen')], [1, 1])

    workers.configure({ reservedNames: [], banFile: joinPath(workers.dir, 'nowhere') })
    const { json: refused } = await workers.admin('POST', '/reload')
    const outcome = refused as { state: string; problems: string[] }
    assert.equal(outcome.state, 'refused')
    assert.equal(outcome.problems.length, 1, 'said once')
    assert.match(outcome.problems[0] as string, /^banFile: .*nowhere/)
    assert.deepEqual([await workers.answerTo('Queen'), await workers.answerTo('Queen')], [1, 1])
    workers.configure({ banFile: 'off' })
    const refusals = () => workers.metric('parlance_reloads_total{outcome="refused"}')
    await until(async () => (await refusals()) === 1, 'counted once')
  })

  test('each writes logs of its own, opens them anew at SIGHUP, and parlance log shows all of them', async () => {
    const peers = [await workers.join('Kim'), await workers.join('Lea')]
    const logs = joinPath(workers.dir, 'logs')
    const has = (worker: number) => workers.logOf(worker, 'connections.log').includes('"name":"Kim"')
    await until(() => has(1) !== has(2), 'Kim in one of them')
    const reader = new RunningProgram(process.execPath, [CLI, 'log', logs, '--json'])
    assert.equal(await reader.exitCode(), 0)
    assert.equal(reader.errorOutput, '')
    const records = reader.output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const names = new Set(records.map(({ name }) => name))
    assert.ok(names.has('Kim') && names.has('Lea'))
    const times = records.map(({ time }) => Date.parse(time))
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    )
    for (const peer of peers) peer.destroy()

    const files = [1, 2].map((worker) => joinPath(logs, `worker-${worker}`, 'connections.log'))
    for (const file of files) renameSync(file, `${file}.old`)
    workers.program.child.kill('SIGHUP')
    for (const file of files) await until(() => existsSync(file), `${file} is there anew`)
  })

  test('fault 26: who crashes is replaced, and whoever is connected to others goes on', async () => {
    const peers: FramedPeer[] = []
    for (const name of ['Pia', 'Quin', 'Ray', 'Sue']) peers.push(await workers.join(name))
    await until(async () => (await connections()).join() === '2,2', 'two in each')
    const opened = 'parlance_connections_opened_total{dialect="framed"}'
    const before = (await workers.metric(opened)) as number
    const [lost, other] = [workers.pidOf(1), workers.pidOf(2)]
    process.kill(lost, 'SIGKILL')
    const isOver = (peer: FramedPeer) => peer.socket.destroyed || peer.socket.readableEnded
    await until(() => peers.filter(isOver).length === 2, 'those of one are gone')
    const left = peers.filter((peer) => !isOver(peer))
    const names = ['Pia', 'Quin', 'Ray', 'Sue']
    const gone = names.filter((_, index) => isOver(peers[index] as FramedPeer))
    left[0]?.send(message('still here'))
    await left[1]?.skipTo(message(`[${names[peers.indexOf(left[0] as FramedPeer)]}] still here`))
    // Before anybody is there in its place, the relay is ready, and who comes is taken.
    const { status, text } = await workers.ops('/readyz')
    assert.equal(status, 200)
    assert.match(text, /^(ready|degraded: 1 of 2 workers)$/m)
    const newcomer = await workers.join('Tom')
    // Whoever had come to it has left, and their names are free.
    for (const name of gone) await left[0]?.skipTo(leaving(name))
    for (const name of gone) await until(async () => (await workers.answerTo(name)) === 0, `${name} is free`)
    await until(() => workers.said('worker.ready').length === 3, 'it is replaced')
    const [said] = workers.said('worker.lost')
    assert.deepEqual([said?.worker, said?.pid, said?.reason, said?.delayMs], [1, lost, 'SIGKILL', 0])
    assert.notEqual(workers.pidOf(1), lost)
    assert.equal(workers.pidOf(2), other)
    assert.equal((await workers.ops('/readyz')).text, 'ready\n')
    // A scrape may be a second old.
    await until(async () => (await workers.metric('parlance_worker_restarts_total')) === 1, 'it is counted')
    assert.ok(((await workers.metric(opened)) as number) > before, 'what it had counted is kept')
    for (const peer of [...peers, newcomer]) peer.destroy()
  })

  test('at SIGTERM everybody is told, and nobody is left', async () => {
    const peers = [await workers.join('Uma'), await workers.join('Vic')]
    const pids = [1, 2].map((worker) => workers.pidOf(worker))
    workers.program.child.kill('SIGTERM')
    for (const peer of peers) assert.match(textOf((await peer.rest()).at(-1) as Buffer), /shutting down$/)
    assert.equal(await workers.program.exitCode(), 0)
    assert.deepEqual(pids.map(isRunning), [false, false])
    assert.deepEqual(
      workers
        .said('relay.drain')
        .filter(({ stage }) => stage === 'ended')
        .map(({ worker }) => worker)
        .sort(),
      [1, 2],
    )
    for (const worker of [1, 2])
      assert.ok(
        readFileSync(joinPath(workers.dir, 'logs', `worker-${worker}`, 'connections.log')).at(-1) === 0x0a,
      )
  })
})
