/**
 * Hooks as clients feel them, byte by byte in every dialect: what is refused gets the page's own error and nobody else
 * anything, what is rewritten is what everybody gets; and there is no way round them.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { Gone, Leaving, MessageRequest, NameRequest, RelayHooks } from '../../src/index.js'
import { passwordFile } from '../fixtures/access-files.js'
import {
  ACCEPTED,
  direct,
  error,
  INVALID,
  join,
  joining,
  leaving,
  message,
  TAKEN,
} from '../fixtures/framed-bytes.js'
import { type Client, embedded } from './embedded.js'
import { expectBytes, SPEECHES, type Speech } from './speech.js'

/** Says no to `spam`, and has `b*d` said for `bad`. */
const MODERATION: RelayHooks = {
  onName: ({ name }) => name !== 'root',
  onJoin: ({ room, name }) => room !== 'staff' || name === 'boss',
  onMessage: ({ text }) => (text.includes('spam') ? false : text.replaceAll('bad', 'b*d')),
}

/** What everybody in the room is told of a newcomer is not what the test is about. */
async function together(speech: Speech, connect: (dialect: string) => Promise<Client>) {
  const amy = await connect(speech.dialect)
  await speech.enter(amy, 'amy')
  const bob = await connect(speech.dialect)
  await speech.enter(bob, 'bob')
  await expectBytes(amy, speech.entered?.('bob') ?? null)
  return { amy, bob }
}

for (const speech of SPEECHES) {
  const { dialect } = speech

  test(`${dialect}: a name that is refused is one that is not valid, and another one is free to be had`, async (t) => {
    const { relay, said, connect } = await embedded(t, { hooks: MODERATION })
    const client = await connect(dialect)
    await client.send(speech.askForName('root')).expect(speech.nameRefused('root'))
    assert.deepEqual(relay.people(), [])
    const other = await connect(dialect)
    await speech.enter(other, 'amy')
    assert.deepEqual(
      relay.people().map(({ name }) => name),
      ['amy'],
    )
    assert.deepEqual(said, [])
  })

  test(`${dialect}: what is refused gets the page's error and reaches nobody, what is rewritten is what arrives`, async (t) => {
    const { said, connect } = await embedded(t, { hooks: MODERATION })
    const { amy, bob } = await together(speech, connect)
    // In chatroom what is heard is a pattern.
    const star = dialect === 'chatroom' ? '[*]' : '*'
    if (speech.say !== null) {
      await bob.send(speech.say('bob', 'some spam')).expect(speech.sayRefused)
      bob.send(speech.say('bob', 'a bad word'))
      await expectBytes(bob, speech.taken)
      await expectBytes(amy, speech.heard('bob', `a b${star}d word`))
    }
    await bob.send(speech.tell('bob', 'amy', 'more spam')).expect(speech.tellRefused('amy'))
    bob.send(speech.tell('bob', 'amy', 'bad bad'))
    await expectBytes(bob, speech.takenAlone)
    await expectBytes(amy, speech.heardAlone('bob', 'amy', `b${star}d b${star}d`))
    assert.deepEqual(said, [])
  })

  test(`${dialect}: a hook that throws costs the request that it was asked about, and is said`, async (t) => {
    const fault = new Error('a fault of the program')
    const hooks: RelayHooks = {
      onMessage({ text }) {
        if (text.includes('spam')) throw fault
        return undefined
      },
    }
    const { relay, said, connect } = await embedded(t, { hooks, ops: '127.0.0.1:0' })
    const { amy, bob } = await together(speech, connect)
    const [refused, words] =
      speech.say === null
        ? [speech.tellRefused('amy'), speech.tell('bob', 'amy', 'spam')]
        : [speech.sayRefused, speech.say('bob', 'spam')]
    await bob.send(words).expect(refused)
    bob.send(speech.tell('bob', 'amy', 'Hi'))
    await expectBytes(amy, speech.heardAlone('bob', 'amy', 'Hi'))
    assert.deepEqual(
      said.map(({ level, hook, name, err }) => ({ level, hook, name, err })),
      [{ level: 'error', hook: 'onMessage', name: 'bob', err: fault }],
    )
    const metrics = await (await fetch(`http://127.0.0.1:${relay.opsPort}/metrics`)).text()
    assert.match(metrics, /^parlance_hook_faults_total 1$/m)
    assert.match(metrics, /^parlance_faults_total 0$/m)
  })
}

test('onName is asked about those who have shown their password, once each, and about nobody else', async (t) => {
  const asked: string[] = []
  const { connect } = await embedded(t, {
    access: 'closed',
    accessFile: await passwordFile({ amy: 'correct horse', root: 'correct horse' }),
    hooks: {
      onName: (request) => {
        asked.push(JSON.stringify(request))
        return request.name !== 'root'
      },
    },
  })
  const client = await connect('framed')
  client.send(join('amy'), join('amy wrong horse'), join('root correct horse'), join('amy correct horse'))
  const words = ['that name needs a password or a token', 'that is not the password of that name'].map(error)
  await client.expect(...words.flatMap((word) => [word, TAKEN]), INVALID, ACCEPTED, joining('amy'))
  assert.deepEqual(
    asked.map((request) => (JSON.parse(request) as NameRequest).name),
    ['root', 'amy'],
  )
  assert.doesNotMatch(asked.join(''), /horse/)
})

test('C8 chatroom: an edit is asked about like a message, and a refused one leaves the message as it was', async (t) => {
  const asked: MessageRequest[] = []
  const hooks: RelayHooks = {
    onMessage(request) {
      asked.push(request)
      return MODERATION.onMessage?.(request)
    },
  }
  const { connect } = await embedded(t, { hooks })
  const chatroom = SPEECHES.find(({ dialect }) => dialect === 'chatroom') as Speech
  const { amy, bob } = await together(chatroom, connect)
  const idIn = (text: string) => /"messageId":"([^"]+)"/.exec(text)?.[1] ?? assert.fail(text)

  bob.send(chatroom.say?.('bob', 'Hi') as string)
  const id = idIn(await expectBytes(bob, chatroom.taken))
  await expectBytes(amy, chatroom.heard('bob', 'Hi'))
  const edit = (message: string, of = id) => `EDIT ${JSON.stringify({ message_id: of, message })}\n`
  await bob.send(edit('spam after all')).expect('400 EDIT FAILED\n')
  await bob.send(edit('bad after all')).expect('200 MESSAGE UPDATED\n')
  const told = (of: string) =>
    `EDIT {"message_id":"${of}","message":"b*d after all","sender":"bob","edited":true}\n`
  await amy.expect(told(id))

  bob.send(chatroom.tell('bob', 'amy', 'Hi'))
  const alone = idIn(await expectBytes(bob, chatroom.takenAlone))
  await expectBytes(amy, chatroom.heardAlone('bob', 'amy', 'Hi'))
  await bob.send(edit('bad after all', alone)).expect('200 MESSAGE UPDATED\n')
  await amy.expect(told(alone))
  // Somebody else's message is not asked about.
  await amy.send(edit('spam', id)).expect('400 EDIT FAILED\n')

  const { port } = asked[0] as MessageRequest
  const bobs = { name: 'bob', dialect: 'chatroom', address: '127.0.0.1', port }
  assert.deepEqual(asked, [
    { ...bobs, kind: 'room', room: 'general', to: [], id: null, text: 'Hi', saidAt: '1:02 pm' },
    { ...bobs, kind: 'edit', room: 'general', to: [], id, text: 'spam after all', saidAt: null },
    { ...bobs, kind: 'edit', room: 'general', to: [], id, text: 'bad after all', saidAt: null },
    { ...bobs, kind: 'direct', room: null, to: ['amy'], id: null, text: 'Hi', saidAt: '1:02 pm' },
    { ...bobs, kind: 'edit', room: null, to: ['amy'], id: alone, text: 'bad after all', saidAt: null },
  ])
})

test('X6 chatmaster: another name is asked about like the first one', async (t) => {
  const asked: (string | null)[][] = []
  const onName = ({ name, formerName }: NameRequest) => {
    asked.push([formerName, name])
    return name !== 'root'
  }
  const { connect } = await embedded(t, { hooks: { onName } })
  const chatmaster = SPEECHES.find(({ dialect }) => dialect === 'chatmaster') as Speech
  const bob = await connect('chatmaster')
  await chatmaster.enter(bob, 'bob')
  const rename = (username: string) =>
    `${JSON.stringify({ type: 'command', data: { command: 'rename', parameters: { username } } })}\n`
  await bob
    .send(rename('root'))
    .expect('{"type":"error","data":{"error_type":"rename","message":"Username is not valid."}}\n')
  await bob
    .send(rename('rob'))
    .expect(
      '{"type":"notification","data":{"event_type":"user_rename","old_username":"bob","new_username":"rob"}}\n',
    )
  // One that is taken is not asked about: nobody could decide otherwise.
  await bob
    .send(rename('rob'))
    .expect('{"type":"error","data":{"error_type":"rename","message":"Username is already taken."}}\n')
  assert.deepEqual(asked, [
    [null, 'bob'],
    ['bob', 'root'],
    ['bob', 'rob'],
  ])
})

test('rooms: whoever may not enter one is told as the page does, and stays where they are', async (t) => {
  const asked: string[] = []
  const gone: string[] = []
  const hooks: RelayHooks = {
    onJoin(request) {
      asked.push(`${request.name} ${request.room}`)
      return MODERATION.onJoin?.(request)
    },
    onLeave: ({ name, room, reason }: Leaving) => void gone.push(`${name} ${room} ${reason}`),
    onGone: ({ name, reason }: Gone) => void gone.push(`${name} ${reason}`),
  }
  const listen = [
    'framed://127.0.0.1:0?greeting=off&room=staff',
    'json-irc://127.0.0.1:0',
    'chatmaster://127.0.0.1:0',
    'chatroom://127.0.0.1:0',
  ]
  const { relay, connect } = await embedded(t, { hooks, listen })
  const [, , jsonIrc, chatmaster] = SPEECHES as [Speech, Speech, Speech, Speech]

  const framed = await connect('framed')
  await framed.send(join('amy')).expect(INVALID)
  await framed.send(join('boss')).expect(ACCEPTED, joining('boss'))

  const irc = await connect('json-irc')
  await jsonIrc.enter(irc, 'ian')
  await irc
    .send('{"command":"/join","nickname":"ian","room":"staff","message":""}\n')
    .expect(
      '{"command":"/join","nickname":"","room":"staff","message":"Error: you may not enter that room"}\n',
    )

  const cat = await connect('chatmaster')
  await cat
    .send(chatmaster.askForName('cat'))
    .expect(
      '{"type":"request","data":{"request":"login"}}\n',
      '{"type":"session","data":{"status":1,"channels":["general","staff"]}}\n',
      '{"type":"notification","data":{"event_type":"user_joined","username":"cat","channel":"general"}}\n',
    )
  const into = (channel: string) =>
    `${JSON.stringify({ type: 'command', data: { command: 'join', parameters: { channel } } })}\n`
  await cat
    .send(into('staff'))
    .expect('{"type":"error","data":{"error_type":"join","message":"Channel is not valid."}}\n')
  assert.deepEqual(relay.rooms(), [
    { name: 'general', isPrivate: false, members: ['cat', 'ian'] },
    { name: 'staff', isPrivate: false, members: ['boss'] },
  ])
  await cat
    .send(into('tea'))
    .expect('{"type":"notification","data":{"event_type":"user_joined","username":"cat","channel":"tea"}}\n')
  // C17.
  const cid = await connect('chatroom')
  await cid.send('JOIN cid\n').expect('200 OK\n')
  await cid.send('ENTER staff\n').expect('500 SERVER ERROR\n')
  await cid.send('ENTER den\n').expect('200 OK\n')
  // Each is asked once, also where a dialect has to know before it leaves the room before.
  assert.deepEqual(asked, [
    'amy staff',
    'boss staff',
    'ian general',
    'ian staff',
    'cat general',
    'cat staff',
    'cat tea',
    'cid general',
    'cid staff',
    'cid den',
  ])
  assert.deepEqual(gone, ['cat general left', 'cid general left'])

  cat.peer.close()
  await framed.send(Buffer.of(1, 0, 0)).peer.closed()
  while (relay.people().length > 2) await turn()
  assert.deepEqual(gone.slice(2).sort(), ['boss left', 'boss staff left', 'cat ended', 'cat tea ended'])
})

test('S5 sendto: who is in no room is gone all the same', async (t) => {
  const gone: Gone[] = []
  const { connect, relay } = await embedded(t, { hooks: { onGone: (one) => void gone.push(one) } })
  const sendto = SPEECHES.at(-1) as Speech
  const bob = await connect('sendto')
  await sendto.enter(bob, 'bob')
  const [here] = relay.people()
  assert.deepEqual(here, {
    name: 'bob',
    dialect: 'sendto',
    node: null,
    address: '127.0.0.1',
    port: bob.peer.socket.localPort,
    status: 'online',
    rooms: [],
  })
  await bob.send(Buffer.of(4, 0, 0, 0)).expect(Buffer.of(5, 0, 0, 1, 0))
  const { name, dialect, address, port } = here
  assert.deepEqual(gone, [{ name, dialect, address, port, reason: 'left' }])
})

test('M3 what a hook may not answer is refused and said: controls, nothing, what is endless, no text, a promise', async (t) => {
  const answers: unknown[] = [
    'esc\x1b[2J',
    'line\nfeed',
    '\u009b',
    '\ud800',
    '',
    'x'.repeat(65_536),
    'é'.repeat(32_768),
    7,
    null,
    {},
    10n,
    // Not even to be shown.
    () => new Proxy({}, { get: () => assert.fail('looked at') }),
    { toString: 7, toJSON: () => undefined },
    () => Promise.reject(new Error('nobody waits for it')),
  ]
  let next: unknown
  const hooks = { onMessage: () => (typeof next === 'function' ? next() : next) } as unknown as RelayHooks
  const { said, connect } = await embedded(t, { hooks })
  const { amy, bob } = await together(SPEECHES[0] as Speech, connect)
  for (const answer of answers) {
    next = answer
    await bob.send(message('Hi')).expect(error('Message refused'))
  }
  assert.equal(said.length, answers.length)
  for (const { hook, err } of said) {
    assert.equal(hook, 'onMessage')
    assert.match(err?.message ?? '', /^onMessage: .{1,202}: expected /s)
  }
  assert.match(said[0]?.err?.message ?? '', /^onMessage: "esc\\u001b\[2J": expected 1 to 65535 bytes of text/)
  assert.match(
    said.at(-1)?.err?.message ?? '',
    /^onMessage: a promise: expected a string, true, false or nothing$/,
  )
  // What may pass: as long as anybody may say, in characters that the reader's dialect has not.
  for (const [answer, heard] of [
    [true, 'Hi'],
    [undefined, 'Hi'],
    ['tab\tbed', 'tab\tbed'],
    ['Zoë', 'Zoe'],
  ]) {
    next = answer
    await bob.send(message('Hi')).expect()
    await amy.expect(message(`[bob] ${heard}`))
  }
  next = 'x'.repeat(65_535)
  bob.send(message('Hi'))
  await amy.expect(message(`[bob] ${'x'.repeat(65_529)}`), message(`[bob] ${'x'.repeat(6)}`))
})

test('M5 what a hook lets pass, has rewritten or refused stays in order', async (t) => {
  const { connect } = await embedded(t, { hooks: MODERATION })
  const { amy, bob } = await together(SPEECHES[0] as Speech, connect)
  const heard: Buffer[] = []
  const sent: Buffer[] = []
  const refused: Buffer[] = []
  for (let n = 0; n < 200; n++) {
    const word = ['fine', 'bad', 'spam'][n % 3] as string
    const alone = n % 2 === 0
    sent.push(alone ? direct(`amy ${word} ${n}`) : message(`${word} ${n}`))
    if (word === 'spam') refused.push(error('Message refused'))
    else heard.push((alone ? direct : message)(`[bob] ${word.replace('bad', 'b*d')} ${n}`))
  }
  bob.send(...sent)
  await amy.expect(...heard)
  await bob.expect(...refused)
})

for (const [how, fail] of [
  ['throws', () => assert.fail('too late')],
  // Nobody waits for it; but were it nobody's, it would end the process.
  ['rejects', () => Promise.reject(new Error('too late'))],
] as const)
  test(`a hook that is told of somebody who leaves, and ${how}, changes nothing`, async (t) => {
    const { relay, said, connect } = await embedded(t, { hooks: { onLeave: fail, onGone: fail } })
    const { amy, bob } = await together(SPEECHES[0] as Speech, connect)
    bob.peer.close()
    await amy.expect(leaving('bob'))
    assert.deepEqual(
      relay.people().map(({ name }) => name),
      ['amy'],
    )
    assert.deepEqual(
      said.map(({ hook, name }) => [hook, name]),
      [
        ['onLeave', 'bob'],
        ['onGone', 'bob'],
      ],
    )
    assert.deepEqual([said[0]?.err?.message, said[1]?.err?.message], ['too late', 'too late'])
    // The name is free.
    await (SPEECHES[0] as Speech).enter(await connect('framed'), 'bob')
  })

test('from inside a hook nothing is changed: that is refused, and costs what the hook was asked about', async (t) => {
  let act: () => unknown = () => undefined
  const hooks: RelayHooks = {
    onMessage() {
      act()
      return undefined
    },
  }
  const { relay, said, connect } = await embedded(t, { hooks })
  const { amy, bob } = await together(SPEECHES[0] as Speech, connect)
  for (const forbidden of [() => relay.say('general', 'Hi'), () => relay.disconnect('amy')]) {
    act = forbidden
    await bob.send(message('Hi')).expect(error('Message refused'))
  }
  assert.deepEqual(
    said.map(({ err }) => (err as Error & { code: string }).code),
    ['ERR_IN_HOOK', 'ERR_IN_HOOK'],
  )
  // To look is allowed, and what is put off happens.
  act = () => {
    assert.deepEqual(relay.rooms()[0]?.members, ['amy', 'bob'])
    setImmediate(() => relay.say('general', 'somebody said something'))
  }
  bob.send(message('Hi'))
  await amy.expect(message('[bob] Hi'), message('[relay] somebody said something'))
  // So does an end that a hook asks for, once the request is done.
  act = () => relay.close()
  bob.send(message('the last word'))
  await amy.expect(message('[bob] the last word'))
  await amy.peer.closed()
})
