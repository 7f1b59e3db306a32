/** What operators see and do at the admin socket, with people of every dialect, and what hostile clients of it come to. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { connect as connectSocket, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type Embedded, embedded } from '../../embedding/embedded.js'
import { expectBytes, SPEECHES } from '../../embedding/speech.js'
import { adminSocketIn, ask, askRaw } from '../../fixtures/admin-socket.js'
import {
  ACCEPTED,
  direct,
  join,
  joining,
  leave,
  leaving,
  message,
  TAKEN,
} from '../../fixtures/framed-bytes.js'
import { HealthyPair } from '../../fixtures/healthy-pair.js'
import { sendto } from '../../fixtures/sendto-bytes.js'
import { openTcp, startRelay, untilTcpIs } from '../../fixtures/start-relay.js'

interface Administered extends Embedded {
  readonly path: string
}

async function administered(t: TestContext): Promise<Administered> {
  const path = adminSocketIn(t)
  return { ...(await embedded(t, { adminSocket: path, ops: '127.0.0.1:0' })), path }
}

/** What the operational log got of operators. */
function recordsOf({ said }: Embedded): object[] {
  return said.filter((record) => 'event' in record)
}

const irc = (command: string, nickname: string, room: string, text: string) =>
  `${JSON.stringify({ command, nickname, room, message: text })}\n`

test('who is here, in which rooms, and what goes on: in pages, and in one room', async (t) => {
  const relay = await administered(t)
  const amy = await relay.connect('framed')
  await amy.send(join('Amy')).expect(ACCEPTED, joining('Amy'))
  const cyd = await relay.connect('json-irc')
  await cyd.send(irc('/nick', 'Cyd', '', ''), irc('/join', 'Cyd', 'tea', ''))
  await cyd.line()
  await cyd.line()
  const dan = await relay.connect('sendto')
  await SPEECHES.at(-1)?.enter(dan, 'Dan')
  await amy.send(message('one'), message('two')).send(direct('Dan psst'))
  await dan.expect(sendto('Amy', 'psst'))

  const { status, json: who } = await ask(relay.path, 'GET', '/who')
  assert.equal(status, 200)
  assert.deepEqual([who.total, who.next], [3, null])
  const [first] = who.items
  assert.equal(first.port, amy.peer.socket.localPort)
  assert.ok(Math.abs(Date.parse(first.since) - Date.now()) < 60_000)
  assert.ok(first.idleSeconds >= 0 && first.idleSeconds < 60)
  assert.deepEqual(
    who.items.map(
      ({ name, dialect, address, status, rooms, roomCount, queuedBytes }: Record<string, unknown>) => [
        name,
        dialect,
        address,
        status,
        rooms,
        roomCount,
        queuedBytes,
      ],
    ),
    [
      ['Amy', 'framed', '127.0.0.1', 'online', ['general'], 1, 0],
      ['Cyd', 'json-irc', '127.0.0.1', 'online', ['tea'], 1, 0],
      ['Dan', 'sendto', '127.0.0.1', 'online', [], 0, 0],
    ],
  )
  const page = await ask(relay.path, 'GET', '/who?limit=1&after=Amy')
  assert.deepEqual([page.json.items[0].name, page.json.items.length, page.json.next], ['Cyd', 1, 'Cyd'])
  const tea = await ask(relay.path, 'GET', '/who?room=tea')
  assert.deepEqual([tea.json.items[0].name, tea.json.total], ['Cyd', 1])
  const none = await ask(relay.path, 'GET', '/who?room=Genral')
  assert.deepEqual([none.status, none.json], [404, { error: 'there is no room Genral', nearest: 'general' }])

  const { json: rooms } = await ask(relay.path, 'GET', '/rooms')
  assert.deepEqual(rooms.items, [
    {
      name: 'general',
      members: 1,
      membersHere: 1,
      messages: 2,
      // Her own coming.
      deliveries: 1,
      isPrivate: false,
      creator: null,
      isCongested: false,
    },
    {
      name: 'tea',
      members: 1,
      membersHere: 1,
      messages: 0,
      deliveries: 0,
      isPrivate: false,
      creator: 'Cyd',
      isCongested: false,
    },
  ])

  const { json: stats } = await ask(relay.path, 'GET', '/stats')
  assert.deepEqual([stats.state, stats.people, stats.rooms], ['ready', 3, 2])
  assert.equal(stats.connections.framed.messages, 3)
  assert.deepEqual([stats.connections.framed.open, stats.connections.chatroom.open], [1, 0])
  assert.deepEqual([stats.transports.tcp, stats.queues.behind, stats.faults], [3, 0, 0])
  assert.ok(stats.memory.rssBytes > 1e6 && stats.eventLoop.activeMs > 0 && stats.uptimeSeconds >= 0)
  const { json: top } = await ask(relay.path, 'GET', '/top')
  assert.deepEqual([top.rooms.length, top.readers.length, top.stats.people], [2, 0, 3])
  assert.deepEqual(recordsOf(relay), [], 'whoever only looks is not recorded')
})

test('somebody who is kicked hears it as their dialect says it, the others that they left, and the name is free', async (t) => {
  const relay = await administered(t)
  const amy = await relay.connect('framed')
  await amy.send(join('Amy')).expect(ACCEPTED, joining('Amy'))
  const closing = (words: string): Record<string, string | Buffer> => ({
    framed: leave(words),
    chatroom: '500 SERVER ERROR\n',
    'json-irc': irc('', '', '', `Error: closing: ${words}`),
    chatmaster: `${JSON.stringify({ type: 'error', data: { error_type: 'connection', message: `Closing: ${words.replace('cafe', 'café')}.` } })}\n`,
    sendto: '',
  })
  for (const speech of SPEECHES) {
    const bob = await relay.connect(speech.dialect)
    await speech.enter(bob, 'Bob')
    if (speech.entered !== null) await amy.expect(joining('Bob'))
    const { status, json } = await ask(relay.path, 'POST', '/kick', {
      name: 'Bob',
      reason: 'no café',
      by: 'root',
    })
    assert.equal(status, 200)
    assert.deepEqual(
      [json.kicked.name, json.kicked.dialect, json.kicked.address],
      ['Bob', speech.dialect, '127.0.0.1'],
    )
    await bob.expect(closing('you were kicked: no cafe')[speech.dialect] as string)
    await bob.peer.closed()
    if (speech.entered !== null) await amy.expect(leaving('Bob'))
    assert.deepEqual(recordsOf(relay).at(-1), {
      level: 'warn',
      event: 'admin.kick',
      by: 'root',
      name: 'Bob',
      ip: '127.0.0.1',
      port: bob.peer.socket.localPort,
      dialect: speech.dialect,
      reason: 'no café',
      words: 'Bob was kicked',
    })
  }
  const silent = await relay.connect('framed')
  await silent.send(join('Bob')).expect(ACCEPTED, joining('Bob'))
  await ask(relay.path, 'POST', '/kick', { name: 'Bob' })
  await silent.expect(leave('you were kicked'))

  const nobody = await ask(relay.path, 'POST', '/kick', { name: 'Ami' })
  assert.deepEqual([nobody.status, nobody.json], [404, { error: 'nobody is called Ami', nearest: 'Amy' }])
  assert.equal((await ask(relay.path, 'POST', '/kick', { name: '__proto__' })).status, 404)
  const metrics = await (await fetch(`http://127.0.0.1:${relay.relay.opsPort}/metrics`)).text()
  assert.match(metrics, /^parlance_disconnects_total\{reason="kicked"\} 6$/m)
  assert.match(metrics, /^parlance_admin_actions_total\{action="kick"\} 6$/m)
})

test('who is banned is sent away and stays out, by address, network or name, until the time is over or the ban is ended', async (t) => {
  const relay = await administered(t)
  const amy = await relay.connect('framed')
  await amy.send(join('Amy')).expect(ACCEPTED, joining('Amy'))
  const bob = await relay.connect('framed')
  await bob.send(join('Bob')).expect(ACCEPTED, joining('Bob'))
  await amy.expect(joining('Bob'))

  const name = await ask(relay.path, 'POST', '/ban', { who: 'Bob', reason: 'spam', by: 'ops' })
  assert.deepEqual(
    [name.status, name.json],
    [200, { banned: { subject: 'name:Bob', until: null, reason: 'spam' }, sentAway: 1, isKept: false }],
  )
  await bob.expect(leave('you are banned'))
  await amy.expect(leaving('Bob'))
  const again = await relay.connect('framed')
  again.send(join('Bob'))
  assert.equal((await again.peer.take(4))[3], 1, 'JOIN is answered with a status that is not 0')

  const before = Date.now()
  const network = await ask(relay.path, 'POST', '/ban', { who: '127.0.0.0/8', duration: '30m' })
  const until = Date.parse(network.json.banned.until)
  assert.ok(until >= before + 1_800_000 && until < Date.now() + 1_800_001)
  assert.deepEqual([network.json.banned.subject, network.json.sentAway], ['127.0.0.0/8', 2])
  await amy.expect(leave('you are banned'))
  const late = await relay.connect('framed')
  await late.peer.closed()

  const { json: list } = await ask(relay.path, 'GET', '/bans')
  assert.deepEqual(
    list.bans.map(({ subject }: { subject: string }) => subject),
    ['name:Bob', '127.0.0.0/8'],
  )
  const ended = await ask(relay.path, 'POST', '/unban', { who: '127.0.0.0/8' })
  assert.deepEqual([ended.status, ended.json], [200, { unbanned: '127.0.0.0/8' }])
  assert.equal((await ask(relay.path, 'POST', '/unban', { who: '127.0.0.0/8' })).status, 404)
  const back = await relay.connect('framed')
  await back.send(join('Amy')).expect(ACCEPTED, joining('Amy'))

  for (const wrong of [
    { who: '300.1.1.1' },
    { who: 'a b' },
    { who: '' },
    { who: 'Bob', duration: '7 days' },
  ]) {
    const refused = await ask(relay.path, 'POST', '/ban', wrong)
    assert.deepEqual([refused.status, /expected/.test(refused.json.error)], [400, true], refused.text)
  }
  assert.deepEqual(
    recordsOf(relay).map((record) => (record as { event: string }).event),
    ['admin.ban', 'admin.ban', 'admin.unban'],
  )
})

test('what is said to everybody comes once, also to who is in several rooms and who is in none', async (t) => {
  const relay = await administered(t)
  const clients = new Map<string, Awaited<ReturnType<Embedded['connect']>>>()
  for (const speech of SPEECHES) {
    const name = `${speech.dialect.replace('-', '')}X`
    const client = await relay.connect(speech.dialect)
    await speech.enter(client, name)
    for (const [dialect, other] of clients) {
      const entered = SPEECHES.find((one) => one.dialect === dialect)?.entered
      if (speech.entered !== null && entered) await other.expect(entered(name))
    }
    clients.set(speech.dialect, client)
  }
  const jsonIrc = clients.get('json-irc')
  await jsonIrc?.send(irc('/join', 'jsonircX', 'tea', ''))
  await jsonIrc?.line()
  // Somebody in a room that nobody else is in, and nobody anywhere.
  const lone = await relay.connect('json-irc')
  await lone.send(irc('/nick', 'Lone', '', ''), irc('/join', 'Lone', 'den', ''))
  await lone.line()
  await lone.line()
  const roomless = await relay.connect('json-irc')
  await roomless.send(irc('/nick', 'Out', '', ''))
  await roomless.line()

  const heard = async (text: string, room: string) => {
    for (const speech of SPEECHES) {
      const client = clients.get(speech.dialect) as NonNullable<typeof jsonIrc>
      if (speech.dialect === 'chatroom') {
        const line = await client.line()
        assert.match(line, /^SEND \{"sender":"relay","header":"@everyone","timestamp":/)
        assert.equal(JSON.parse(line.slice('SEND '.length)).message, text)
      } else if (speech.dialect === 'sendto') await client.expect(sendto('relay', text))
      else await expectBytes(client, speech.heard('relay', text))
    }
    await lone.expect(irc('/broadcast', 'relay', room, text))
    await roomless.expect(irc('/direct', 'relay', 'Out', text))
  }
  const all = await ask(relay.path, 'POST', '/say', { text: 'back at 5', by: 'ops' })
  assert.deepEqual([all.status, all.json], [200, { told: 7 }])
  await heard('back at 5', 'den')
  // Had anything come twice, this would not be what comes next.
  await ask(relay.path, 'POST', '/say', { text: 'now' })
  await heard('now', 'den')

  const den = await ask(relay.path, 'POST', '/say', { text: 'den only', room: 'den' })
  assert.deepEqual(den.json, { told: 1 })
  await lone.expect(irc('/broadcast', 'relay', 'den', 'den only'))
  assert.equal((await ask(relay.path, 'POST', '/say', { text: 'x', room: 'dem' })).json.nearest, 'den')
  for (const text of ['', 'esc\x1b[2J', 'two\nlines', 'x'.repeat(65_536), '\ud800']) {
    assert.equal((await ask(relay.path, 'POST', '/say', { text })).status, 400)
  }
  assert.deepEqual(
    recordsOf(relay).map((record) => [
      (record as { event: string }).event,
      (record as { text: string }).text,
    ]),
    [
      ['admin.say', 'back at 5'],
      ['admin.say', 'now'],
      ['admin.say', 'den only'],
    ],
  )
  // Nobody else can speak like that.
  const thief = await relay.connect('framed')
  await thief.send(join('relay')).expect(TAKEN)
})

test('an end that an operator asks for goes on to its end under their eyes', async (t) => {
  const relay = await administered(t)
  const amy = await relay.connect('framed')
  await amy.send(join('Amy')).expect(ACCEPTED, joining('Amy'))
  const drained = ask(relay.path, 'POST', '/drain', { by: 'ops' })
  await amy.expect(leave('the relay is shutting down'))
  assert.match((await ask(relay.path, 'GET', '/stats')).json.state, /^(closing|flushing)$/)
  amy.peer.end()
  const { status, text } = await drained
  assert.equal(status, 202)
  const steps = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal(steps[0].connections, 1)
  assert.deepEqual(steps.at(-1), { state: 'ended', connections: 0 })
  await relay.relay.close()
  assert.equal(relay.relay.state, 'closed')
  assert.ok(!existsSync(relay.path))
})

test('a log and a configuration that are not the relay’s are not its to change', async (t) => {
  const relay = await administered(t)
  for (const method of ['GET', 'POST']) {
    const { status, json } = await ask(relay.path, method, '/log-level')
    assert.deepEqual([status, json.error.slice(0, 31)], [501, 'this relay is part of a program'])
  }
  const { status, json } = await ask(relay.path, 'POST', '/reload')
  assert.deepEqual([status, json.error.slice(0, 31)], [501, 'this relay has its configuratio'])
})

test('two relays have a socket each, and a second one on the same is refused', async (t) => {
  const relay = await administered(t)
  await assert.rejects(embedded(t, { adminSocket: relay.path }), {
    name: 'StartError',
    code: 'EADDRINUSE',
    key: 'adminSocket',
  })
  assert.equal((await ask(relay.path, 'GET', '/stats')).status, 200)
})

test('hostile clients are answered in words or ended, while others chat and ask', async (t) => {
  const path = adminSocketIn(t)
  const relay = await startRelay(t, { settings: { adminSocket: path } })
  const pair = await HealthyPair.start(relay)
  const before = openTcp()
  const refused: [method: string, route: string, body: unknown, status: number, words: RegExp][] = [
    ['GET', '/', undefined, 404, /^GET \/: expected one of GET \/who, /],
    ['DELETE', '/who', undefined, 404, /^DELETE \/who: expected/],
    ['GET', '/kick', undefined, 404, /^GET \/kick: expected/],
    ['GET', `/${'x'.repeat(4000)}`, undefined, 404, /^GET \/x{99}: expected/],
    ['GET', '/%1b%5b2J', undefined, 404, /^GET \/\\u001b\[2J: expected/],
    ['GET', '/who?limit=999999999999', undefined, 400, /^limit: "999999999999": expected/],
    ['POST', '/kick', 'no json', 400, /^expected a body of JSON$/],
    ['POST', '/kick', '[]', 400, /^a list: expected a JSON object$/],
    ['POST', '/kick', '['.repeat(60_000), 400, /^expected a body of JSON$/],
    ['POST', '/kick', `{"name":${'['.repeat(9000)}${']'.repeat(9000)}}`, 400, /^name: a list: expected/],
    ['POST', '/kick', `{"name":"${'x'.repeat(200_000)}"}`, 413, /^expected a body of at most 163840 bytes$/],
    ['POST', '/say', '{"text":"a\\u009bb"}', 400, /^text: "a\\u009bb": expected/],
    ['POST', '/log-level', '{"level":"loud"}', 501, /^this relay is part/],
  ]
  for (const [method, route, body, status, words] of refused) {
    const answer = await ask(path, method, route, body)
    assert.equal(answer.status, status, `${method} ${route.slice(0, 40)}: ${answer.text.slice(0, 200)}`)
    assert.match(answer.json.error, words)
  }
  assert.match(await askRaw(path, '\x00\x01\x02 hello\r\n\r\n'), /^HTTP\/1\.1 400 /)
  assert.match(await askRaw(path, `GET /who HTTP/1.1\r\nx: ${'y'.repeat(20_000)}`), /^HTTP\/1\.1 431 /)
  // Without waiting for answers: the first is answered, and that is all.
  const many = await askRaw(path, 'GET /stats HTTP/1.1\r\nHost: relay\r\n\r\n'.repeat(50))
  assert.equal(many.split('HTTP/1.1 200').length - 1, 1)
  // Those beyond the limit are closed, and do not wait; those who are here and say nothing cost a place each.
  const idle: Socket[] = []
  for (let index = 0; index < 40; index++) idle.push(connectSocket(path).on('error', () => {}))
  await Promise.all(idle.slice(-20).map((socket) => new Promise((resolve) => socket.once('close', resolve))))
  for (const socket of idle) socket.destroy()
  // Asks for much and never reads.
  const deaf = connectSocket(path).on('error', () => {})
  deaf.pause()
  deaf.write('GET /who?limit=1000 HTTP/1.1\r\nHost: relay\r\n\r\n')
  await pair.settle()
  let status = 0
  // The places of those who have gone may not be free yet.
  for (let attempt = 0; status !== 200 && attempt < 100; attempt++) {
    status = await ask(path, 'GET', '/stats').then(
      (answer) => answer.status,
      () => 0,
    )
  }
  assert.equal(status, 200)
  deaf.destroy()
  assert.ok((await pair.stop()) > 0)
  await untilTcpIs(before)
})
