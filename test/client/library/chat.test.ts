/** The client library against the relay: every dialect over every carrier, and what some dialects have and others do not. */

import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  BadAddressError,
  ChatError,
  ClosedError,
  ConnectionLostError,
  connect,
  NameTakenError,
  RefusedError,
  UnsupportedError,
} from '../../../src/client/library/node.js'
import { freePort } from '../../fixtures/relay-process.js'
import { CARRIERS, DIALECTS, TLS_QUERY, Ways } from './ways.js'

let ways: Ways

before(async () => {
  ways = await Ways.start()
})
after(() => ways.relay.stop())

for (const dialect of DIALECTS) {
  for (const carrier of CARRIERS) {
    test(`${dialect} over ${carrier}: two people hear of each other, talk in public and in private, and leave`, async (t) => {
      const amy = await ways.join(t, dialect, carrier, 'Amy')
      const bob = await ways.join(t, dialect, carrier, 'Bob')
      assert.deepEqual(
        [bob.chat.name, bob.chat.room, bob.chat.state, bob.chat.dialect],
        ['Bob', 'general', 'online', dialect],
      )
      await amy.heard('joined', { name: 'Bob', room: 'general' })
      const said = await bob.chat.say('Hi, all [of] you')
      assert.equal(typeof said.id, bob.chat.can('ids') ? 'string' : 'object')
      await amy.heard('message', { from: 'Bob', text: 'Hi, all [of] you', room: 'general', id: said.id })
      await bob.chat.tell('Amy', 'psst')
      await amy.heard('direct', { from: 'Bob', text: 'psst' })
      await assert.rejects(bob.chat.tell('Nobody', 'psst'), RefusedError)
      assert.deepEqual(await bob.chat.list(), [
        { name: 'Amy', status: 'ONLINE' },
        { name: 'Bob', status: 'ONLINE' },
      ])
      // Many at once come whole and in order.
      await Promise.all(Array.from({ length: 200 }, (_, index) => bob.chat.say(`${index}`)))
      for (let index = 0; index < 200; index++) await amy.heard('message', { text: `${index}` })
      await bob.chat.close()
      await amy.heard('left', { name: 'Bob' })
      assert.equal(await bob.over, undefined)
      assert.equal(bob.chat.state, 'closed')
      assert.deepEqual(bob.events, [
        { ...(bob.events[0] as object), kind: 'state', state: 'closed', cause: null },
      ])
      for (const call of [bob.chat.say('x'), bob.chat.list(), bob.chat.join('den')])
        await assert.rejects(call, ClosedError)
      // The name is free again at once.
      await (await ways.join(t, dialect, carrier, 'Bob')).chat.close()
    })
  }
}

for (const dialect of DIALECTS) {
  test(`${dialect}: a name that is taken, or none, and a name and a text that would be more than one request`, async (t) => {
    const amy = await ways.join(t, dialect, 'tcp', 'Amy')
    const taken = await connect(ways.url(dialect, 'tcp'), { name: 'Amy' }).catch((error: unknown) => error)
    assert.ok(taken instanceof NameTakenError && taken instanceof ChatError)
    assert.deepEqual([taken.code, taken.wanted, taken.name], ['name-taken', 'Amy', 'NameTakenError'])
    for (const name of ['', 'A my', 'x'.repeat(33), 'Amé', 'Amy\nLEAVE', 'Amy"}'.repeat(20)])
      await assert.rejects(connect(ways.url(dialect, 'tcp'), { name }), RefusedError, name)
    for (const text of ['', 'a\nb', '\x1b[2J', 'x\0'])
      await assert.rejects(amy.chat.say(text), RefusedError, JSON.stringify(text))
    for (const name of ['', 'B ob', 'Bob\nLEAVE'])
      await assert.rejects(amy.chat.tell(name, 'Hi'), RefusedError)
    await assert.rejects(amy.chat.say('x'.repeat(70_000)), RefusedError)
    assert.deepEqual(amy.events, [])
    assert.equal((await amy.chat.list()).length, 1)
  })
}

for (const dialect of ['chatroom', 'json-irc', 'chatmaster'] as const) {
  test(`${dialect}: rooms`, async (t) => {
    const amy = await ways.join(t, dialect, 'tcp', 'Amy')
    const bob = await ways.join(t, dialect, 'ws', 'Bob', { room: 'den' })
    assert.equal(bob.chat.room, 'den')
    assert.deepEqual(await amy.chat.rooms(), ['den', 'general'])
    assert.deepEqual(await bob.chat.list(), [{ name: 'Bob', status: 'ONLINE' }])
    if (amy.chat.can('listOtherRooms')) {
      assert.deepEqual(await amy.chat.list({ room: 'den' }), [{ name: 'Bob', status: 'ONLINE' }])
      await assert.rejects(amy.chat.list({ room: 'nowhere' }), RefusedError)
    } else await assert.rejects(amy.chat.list({ room: 'den' }), UnsupportedError)
    await amy.chat.join('den')
    assert.equal(amy.chat.room, 'den')
    await bob.heard('joined', { name: 'Amy', room: 'den' })
    await bob.chat.say('only here')
    await amy.heard('message', { text: 'only here', room: 'den' })
    // Where one is already there is nothing to do.
    await amy.chat.join('den')
    for (const room of ['', 'two words', 'x'.repeat(65)])
      await assert.rejects(amy.chat.join(room), RefusedError)
    await amy.chat.leave()
    assert.equal(amy.chat.room, 'general')
    await bob.heard('left', { name: 'Amy', room: 'den' })
    await bob.chat.say('alone')
    await bob.chat.tell('Amy', 'but you')
    assert.equal((await amy.heard('direct')).text, 'but you')
    assert.ok(!amy.events.some((event) => event.kind === 'message'))
  })
}

test('chatroom: ids, edits, receipts, statuses and blocks', async (t) => {
  const amy = await ways.join(t, 'chatroom', 'ws', 'Amy')
  const bob = await ways.join(t, 'chatroom', 'tcp', 'Bob')
  for (const feature of ['join', 'rooms', 'ids', 'edit', 'received', 'block', 'setStatus'] as const)
    assert.ok(amy.chat.can(feature), feature)
  const first = (await amy.chat.say('One')).id as string
  const second = (await amy.chat.tell('Bob', 'Two')).id as string
  await bob.heard('message', { id: first })
  await bob.heard('direct', { id: second })
  await bob.chat.received(first, second)
  for (const id of [first, second]) await amy.heard('receipt', { id, name: 'Bob' })
  await amy.chat.edit(first, 'Eins')
  await bob.heard('edited', { id: first, text: 'Eins', from: 'Amy' })
  await assert.rejects(bob.chat.edit(first, 'mine'), RefusedError)
  await assert.rejects(bob.chat.received('unknown'), RefusedError)
  await assert.rejects(amy.chat.edit(first, `${'x'.repeat(9000)}`), RefusedError)
  await bob.chat.setStatus('DO_NOT_DISTURB')
  await amy.heard('status', { name: 'Bob', status: 'DO_NOT_DISTURB' })
  assert.deepEqual(await amy.chat.list(), [
    { name: 'Amy', status: 'ONLINE' },
    { name: 'Bob', status: 'DO_NOT_DISTURB' },
  ])
  await assert.rejects(bob.chat.setStatus('AWAY' as 'ONLINE'), RefusedError)
  await bob.chat.block('Amy')
  await amy.heard('blocked', { name: 'Bob' })
  await assert.rejects(amy.chat.tell('Bob', 'why?'), RefusedError)
  await assert.rejects(bob.chat.block('Nobody'), RefusedError)
  await bob.chat.unblock('Amy')
  await amy.chat.say('thanks')
  await bob.heard('message', { text: 'thanks' })
})

for (const dialect of ['framed', 'json-irc', 'chatmaster'] as const) {
  test(`${dialect}: what it does not have is said to be so, and nothing is sent`, async (t) => {
    const { chat } = await ways.join(t, dialect, 'tcp', 'Amy')
    const calls = [
      chat.edit('x', 'y'),
      chat.received('x'),
      chat.block('Bob'),
      chat.unblock('Bob'),
      chat.setStatus('OFFLINE'),
    ]
    if (dialect === 'framed')
      calls.push(
        chat.join('den'),
        chat.leave(),
        chat.rooms().then(() => {}),
      )
    for (const call of calls) await assert.rejects(call, { name: 'UnsupportedError', code: 'unsupported' })
    for (const feature of ['edit', 'received', 'block', 'setStatus', 'ids'] as const)
      assert.equal(chat.can(feature), false)
  })
}

for (const dialect of ['framed', 'json-irc', 'chatmaster'] as const) {
  test(`${dialect}: what people of chatroom do is told as far as the dialect has it`, async (t) => {
    const amy = await ways.join(t, dialect, 'tcp', 'Amy')
    const zoe = await ways.join(t, 'chatroom', 'tcp', 'Zoe')
    const kim = await ways.join(t, 'chatmaster', 'tcp', 'Kim')
    await amy.heard('joined', { name: 'Kim' })
    const { id } = await zoe.chat.say('Hi')
    await amy.heard('message', { from: 'Zoe', text: 'Hi' })
    await zoe.chat.edit(id as string, 'Ho')
    if (dialect === 'chatmaster') await amy.heard('edited', { from: 'Zoe', text: 'Ho', id: null })
    else await amy.heard('message', { from: 'Zoe', text: '(edited) Ho' })
    await zoe.chat.block('Amy')
    await amy.heard('blocked', { name: 'Zoe' })
    await assert.rejects(amy.chat.tell('Zoe', 'why?'), RefusedError)
    await kim.chat.close()
    await amy.heard('left', { name: 'Kim' })
  })
}

test('signals: before, while connecting, and with a call; none keeps a listener', async (t) => {
  const controller = new AbortController()
  const { signal } = controller
  const url = ways.url('chatroom', 'tcp')
  const amy = await connect(url, { name: 'Amy', signal })
  t.after(() => amy.close())
  for (let i = 0; i < 20; i++) await amy.list({ signal })
  assert.equal(getEventListeners(signal, 'abort').length, 0)
  const asked = amy.list({ signal })
  controller.abort(new Error('enough'))
  await assert.rejects(asked, /enough/)
  await assert.rejects(amy.say('x', { signal }), /enough/)
  await assert.rejects(connect(url, { name: 'Bob', signal }), /enough/)
  // The chat goes on: the signal was for connecting.
  assert.equal(amy.state, 'online')
  assert.deepEqual((await amy.list()).length, 1)
})

test('addresses that cannot be read are told with what was expected', async () => {
  const cases: readonly [url: string, words: RegExp, options?: { dialect: 'framed' }][] = [
    ['127.0.0.1:9000', /expected SCHEME:\/\/HOST:PORT|is not a scheme/],
    ['http://127.0.0.1', /"http" is not a scheme; expected one of ws:\/\/, wss:\/\/, framed:\/\//],
    ['sendto://127.0.0.1', /"sendto" is not a scheme/],
    ['chatroom://', /there is no host|expected SCHEME/],
    ['chatroom://127.0.0.1:8000/x', /nothing goes behind the port, and "\/x" is there/],
    ['chatroom://127.0.0.1:8000?push=bare', /nothing goes behind the port/],
    ['chatroom://127.0.0.1:99999', /expected SCHEME/],
    ['chatroom://amy:secret@127.0.0.1', /there is no user/],
    ['ws://127.0.0.1:8080/#x', /and no # in it/],
    ['chatroom://127.0.0.1', /says chatroom, and the option dialect says framed/, { dialect: 'framed' }],
  ]
  for (const [url, words, options] of cases) {
    const error = await connect(url, { name: 'Amy', ...options }).catch((thrown: unknown) => thrown)
    assert.ok(error instanceof BadAddressError, url)
    assert.match(error.message, words)
  }
})

test('options that would take a bound away are refused, with their name and value', async () => {
  const url = ways.url('chatroom', 'tcp')
  for (const [options, words] of [
    [{ name: 5 }, /^name: 5: expected text$/],
    [{ maxWaitingEvents: Number.NaN }, /^maxWaitingEvents: NaN: expected a number, 1 or more$/],
    [{ answerTimeoutMs: 0 }, /^answerTimeoutMs: 0: expected a number, 1 to 2147483647$/],
    [{ connectTimeoutMs: 2 ** 31 }, /^connectTimeoutMs: 2147483648/],
    [{ heartbeatMs: '5' }, /^heartbeatMs: 5: expected a number/],
    [{ reconnect: { attempts: -1 } }, /^reconnect.attempts: -1/],
    [{ reconnect: { minDelayMs: Number.NaN } }, /^reconnect.minDelayMs: NaN/],
  ] as const)
    await assert.rejects(connect(url, { name: 'Amy', ...(options as object) }), {
      name: 'TypeError',
      message: words,
    })
})

test('a relay whose messages have no ids (push=bare), and one whose room has another name', async (t) => {
  const own = await Ways.start(['chatroom://127.0.0.1:0?push=bare'], { room: 'lobby' })
  t.after(() => own.relay.stop())
  const amy = await own.join(t, 'chatroom', 'tcp', 'Amy', { defaultRoom: 'lobby' })
  const bob = await own.join(t, 'chatroom', 'tcp', 'Bob', { defaultRoom: 'lobby', room: 'den' })
  await bob.chat.leave()
  assert.equal(bob.chat.room, 'lobby')
  await bob.chat.say('all')
  await amy.heard('message', { text: 'all', id: null, room: 'lobby' })
  await bob.chat.tell('Amy', 'you')
  await amy.heard('direct', { text: 'you', id: null })
  assert.equal((await amy.chat.list()).length, 2)
})

test('whatever the options of its listeners, a relay is followed', async (t) => {
  const own = await Ways.start([
    'framed://127.0.0.1:0?style=colon&greeting=join',
    'json-irc://127.0.0.1:0?list-reply=joinSuccess&members-reply=roomMembers',
    'chatmaster://[::1]:0?status=boolean&notifications=nested',
  ])
  t.after(() => own.relay.stop())
  const amy = await own.join(t, 'framed', 'tcp', 'Amy')
  const bob = await own.join(t, 'json-irc', 'tcp', 'Bob')
  const ipv6 = own.url('chatmaster', 'tcp').replace('127.0.0.1', '[::1]')
  const cem = await connect(ipv6, { name: 'Cem' })
  t.after(() => cem.close())
  await amy.heard('joined', { name: 'Cem' })
  for (const chat of [amy.chat, bob.chat, cem]) assert.equal((await chat.list()).length, 3)
  assert.deepEqual([await bob.chat.rooms(), await cem.rooms()], [['general'], ['general']])
  await bob.chat.say('a: [b] **c**')
  await amy.heard('message', { from: 'Bob', text: 'a: [b] **c**' })
  await amy.chat.tell('Bob', 'x')
  await bob.heard('direct', { from: 'Amy', text: 'x' })
  await cem.join('den')
  await amy.heard('left', { name: 'Cem' })
  await assert.rejects(cem.tell('Nobody', 'x'), RefusedError)
})

test('what keeps a connection from being opened at all is an error like any other', async () => {
  const url = ways.url('chatroom', 'tcp').replace('chatroom', 'chatroom+tls')
  const error = await connect(url, {
    name: 'Amy',
    ca: '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----',
  }).catch((thrown: unknown) => thrown)
  assert.ok(error instanceof ConnectionLostError, String(error))
})

test('nobody there: the cause is that of the system', async () => {
  const port = await freePort()
  for (const url of [`framed://127.0.0.1:${port}`, `ws://127.0.0.1:${port}`]) {
    const error = await connect(url, { name: 'Amy' }).catch((thrown: unknown) => thrown)
    assert.ok(error instanceof ConnectionLostError, String(error))
    assert.equal((error.cause as NodeJS.ErrnoException).code, 'ECONNREFUSED')
    assert.equal(error.code, 'connection-lost')
  }
})

test('a certificate that is not trusted is not believed, over TLS and wss', {
  skip: TLS_QUERY === null,
}, async (t) => {
  t.mock.method(process, 'emitWarning', () => {})
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  t.after(() => delete process.env.NODE_TLS_REJECT_UNAUTHORIZED)
  for (const carrier of ['tls', 'wss'] as const) {
    const error = await connect(ways.url('chatroom', carrier), { name: 'Amy' }).catch(
      (thrown: unknown) => thrown,
    )
    assert.ok(error instanceof ConnectionLostError, String(error))
    assert.match((error.cause as NodeJS.ErrnoException).code ?? '', /SELF_SIGNED/)
  }
})

test('a listener that is none of the dialect, or refuses the upgrade', async () => {
  const [framed, chatroom, web] = [
    ways.url('framed', 'tcp'),
    ways.url('chatroom', 'tcp'),
    ways.url('chatroom', 'ws'),
  ]
  const swapped = chatroom.replace('chatroom', 'chatmaster')
  await assert.rejects(connect(swapped, { name: 'Amy', answerTimeoutMs: 500 }), ConnectionLostError)
  await assert.rejects(
    connect(web.replace(/\d+$/, new URL(framed).port), { name: 'Amy', connectTimeoutMs: 500 }),
    ConnectionLostError,
  )
  await assert.rejects(
    connect(web.replace('ws', 'framed'), { name: 'Amy', answerTimeoutMs: 500 }),
    ConnectionLostError,
  )
})

test('closing twice is closing once; a loop that was left can be taken up again', async (t) => {
  const amy = await connect(ways.url('chatroom', 'tcp'), { name: 'Amy' })
  const bob = await ways.join(t, 'chatroom', 'tcp', 'Bob')
  await bob.chat.say('1')
  for await (const event of amy) if (event.kind === 'message') break
  await bob.chat.say('2')
  for await (const event of amy) {
    assert.equal(event.kind === 'message' && event.text, '2')
    break
  }
  await assert.rejects(
    Promise.all(
      [amy, amy].map(async (chat) => {
        for await (const _ of chat) break
      }),
    ),
    /one loop at a time/,
  )
  await Promise.all([amy.close(), amy.close()])
  await amy.close()
  await delay(1)
  assert.equal(amy.state, 'closed')
})
