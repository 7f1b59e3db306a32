/** The line client of json-irc through pipes, on the relay and on the conformance kit's strict server; and its parts. */

import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { MyRooms } from '../../src/client/json-irc/my-rooms.js'
import { errorOf, shownObject } from '../../src/client/json-irc/shown-object.js'
import { LineStyle } from '../../src/client/line-style.js'
import { ClientTrial } from '../../src/conform/client-trial.js'
import { jsonIrcSuite } from '../../src/conform/json-irc/suite.js'
import { FramedPeer } from '../fixtures/framed-peer.js'
import { JsonIrcPeer, joined, left, sent, told } from '../fixtures/json-irc-peer.js'
import { CLI, freePort, type RelayProcess, startRelay } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'

let relay: RelayProcess

before(async () => {
  relay = await startRelay('', 'json-irc')
})
after(() => relay.stop())

function chat(name: string, port: number = relay.port): RunningProgram {
  return new RunningProgram(process.execPath, [
    CLI,
    'chat',
    '--dialect',
    'json-irc',
    `127.0.0.1:${port}`,
    name,
  ])
}

/** Somebody else, in these rooms. */
async function somebody(name: string, ...rooms: string[]): Promise<JsonIrcPeer> {
  const peer = new JsonIrcPeer(await FramedPeer.connect({ port: relay.port }))
  await peer.ask(sent('/nick', { nickname: name }), told('/nicknameSet', name, '', `nickname set to ${name}`))
  await peer.enter(name, ...rooms)
  return peer
}

test('in a pipe what is read is carried out in order, and the end of input leaves', async () => {
  const amy = await somebody('amy', 'tea')
  const bob = chat('bob')
  bob.type('/join tea', 'Hi', '', '/direct amy psst', '/join milk', 'in milk', '/join tea', '//slash')
  bob.type('@amy and you', '/say @amy is here')
  bob.endInput('/leave')
  assert.equal(await bob.exitCode(), 0)
  await amy.expect(
    joined('bob', 'tea'),
    told('/broadcast', 'bob', 'tea', 'Hi'),
    told('/direct', 'bob', 'amy', 'psst'),
    told('/broadcast', 'bob', 'tea', '/slash'),
    told('/direct', 'bob', 'amy', 'and you'),
    told('/broadcast', 'bob', 'tea', '@amy is here'),
    left('bob', 'tea'),
  )
  assert.equal(
    bob.output,
    ['tea', 'milk', 'tea'].map((room) => `**successfully joined room ${room}**\n`).join('') +
      '**bob has left room tea**\n',
  )
  assert.equal(bob.errorOutput, '')
  amy.wire.destroy()
})

test('what comes is shown with its room where that is not the current one', async () => {
  const bob = chat('bob')
  bob.type('/join milk', '/join tea')
  await bob.shows('joined room tea')
  const amy = await somebody('amy', 'tea', 'milk')
  for (const room of ['tea', 'milk']) amy.send(sent('/broadcast', { room, message: `in ${room}` }))
  amy.send(sent('/direct', { room: 'bob', message: 'psst' }), sent('/leaveRoom', { room: 'milk' }))
  await bob.shows('has left room milk')
  bob.type('/rooms', '/members', '/members milk', '/leave milk', '/leave', '/leave', '/members')
  bob.endInput('lost words')
  assert.equal(await bob.exitCode(), 0)
  assert.deepEqual(bob.output.split('\n').slice(2), [
    '**amy has joined room tea**',
    '**amy has joined room milk**',
    '[amy] in tea',
    'milk: [amy] in milk',
    '(direct) [amy] psst',
    '**amy has left room milk**',
    'Rooms: general, milk, tea',
    'In tea: amy, bob',
    'In milk: bob',
    '**bob has left room milk**',
    '**bob has left room tea**',
    'On the relay: amy, bob',
    '',
  ])
  assert.match(bob.errorOutput, /^-- You are in no room\.\n-- Not sent: you are in no room\..*\n$/)
  amy.wire.destroy()
})

test('errors of the relay go to the error output, and a room that cannot be joined is not the current one', async () => {
  const bob = chat('bob')
  bob.type('/join tea', `/join ${'r'.repeat(65)}`)
  await bob.shows('a room name is')
  bob.type(
    '/direct nobody Hi',
    '/nonsense',
    '/join',
    '/direct amy',
    '/members nowhere',
    'still in tea',
    '/members',
  )
  bob.endInput()
  assert.equal(await bob.exitCode(), 0)
  assert.match(bob.output, /In tea: bob\n$/)
  assert.match(bob.errorOutput, /Error: a room name is 1 to 64/)
  assert.match(bob.errorOutput, /Error: no such user: nobody/)
  assert.match(bob.errorOutput, /-- There is no \/nonsense; \/\/nonsense says it\./)
  assert.match(bob.errorOutput, /-- Like this: \/join ROOM/)
  assert.match(bob.errorOutput, /-- Like this: \/direct NAME TEXT/)
  assert.match(bob.errorOutput, /Error: there is no such room/)
})

test('a name that is taken asks for another one, and the end of input then is exit code 1', async () => {
  const amy = await somebody('amy')
  const second = chat('amy')
  second.endInput('two words\namelie\n/members')
  assert.equal(await second.exitCode(), 0)
  assert.match(second.errorOutput, /The name "amy" cannot be had: that nickname is taken\./)
  assert.match(second.errorOutput, /The name "two words" cannot be had/)
  assert.equal(second.output, 'On the relay: amelie, amy\n')
  const third = chat('amy')
  third.endInput()
  assert.equal(await third.exitCode(), 1)
  assert.match(third.errorOutput, /There is no other name to try\./)
  amy.wire.destroy()
})

test('a text beyond ASCII is sent in ASCII, and that is said', async () => {
  const amy = await somebody('amy', 'tea')
  const bob = chat('bob')
  bob.endInput('/join tea\ncafé\n\u200b\u200b\n')
  assert.equal(await bob.exitCode(), 0)
  await amy.expect(joined('bob', 'tea'), told('/broadcast', 'bob', 'tea', 'cafe'))
  assert.match(bob.errorOutput, /-- sent in ASCII: cafe/)
  amy.wire.destroy()
})

test('what no object can hold is said to be too long, and the chat goes on', async () => {
  const amy = await somebody('amy', 'tea')
  const bob = chat('amy')
  bob.type(
    'x'.repeat(70_000),
    'bob',
    '/join tea',
    'x'.repeat(70_000),
    '"'.repeat(33_000),
    `/join ${'x'.repeat(70_000)}`,
  )
  bob.endInput('Hi')
  assert.equal(await bob.exitCode(), 0)
  await amy.expect(joined('bob', 'tea'), told('/broadcast', 'bob', 'tea', 'Hi'))
  assert.equal(bob.errorOutput.match(/^-- Not sent: that is too long for one message\.$/gm)?.length, 3)
  assert.match(bob.errorOutput, /x" cannot be had: a name is 1 to 32/)
  amy.wire.destroy()
})

test('nobody there is 69, a relay that dies is 1, a blank name is 64', async () => {
  const nowhere = chat('bob', await freePort())
  assert.equal(await nowhere.exitCode(), 69)
  assert.match(nowhere.errorOutput, /Cannot join the chat at 127\.0\.0\.1:\d+: connection refused/)
  const mortal = await startRelay('', 'json-irc')
  const bob = chat('bob', mortal.port)
  bob.type('/join tea')
  await bob.shows('joined room tea')
  await mortal.kill()
  assert.equal(await bob.exitCode(), 1)
  assert.match(bob.errorOutput, /Lost the connection to 127\.0\.0\.1:\d+: /)
  assert.equal(await chat(' ').exitCode(), 64)
})

test('a relay that shuts down says so', async () => {
  const mortal = await startRelay('', 'json-irc')
  const bob = chat('bob', mortal.port)
  bob.type('/join tea')
  await bob.shows('joined room tea')
  await mortal.stop()
  assert.equal(await bob.exitCode(), 1)
  assert.match(bob.errorOutput, /Lost the connection to .*: closing: the relay is shutting down\.\n$/)
})

test('an error that was about something else is not why the connection ended', async (t) => {
  const server = createServer((socket) => {
    socket.on('data', (chunk) => {
      if (!String(chunk).includes('/nick')) return
      socket.write(
        told('/nicknameSet', 'bob', '', '') + told('/direct', '', 'amy', 'Error: no such user: amy'),
      )
      socket.end(told('/broadcast', 'amy', 'tea', 'Hi'))
    })
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const bob = chat('bob', (server.address() as { port: number }).port)
  assert.equal(await bob.exitCode(), 1)
  assert.match(bob.errorOutput, /Lost the connection to .*: the relay closed it\.\n$/)
})

test('what speaks something else is not followed', async (t) => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
    0,
    '127.0.0.1',
  )
  t.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const bob = chat('bob', (server.address() as { port: number }).port)
  assert.equal(await bob.exitCode(), 1)
  assert.match(bob.errorOutput, /not json-irc \(not-an-object\)/)
})

test('who thinks about another name for longer than the relay waits is connected anew', async (t) => {
  let connections = 0
  const server = createServer((socket) => {
    connections++
    socket.on('data', (chunk) => {
      const { command, nickname } = JSON.parse(String(chunk))
      if (command === '/close') socket.end()
      else if (nickname !== 'amy') socket.write(told('/nicknameSet', nickname, '', ''))
      else {
        socket.write(told('/nickFail', nickname, '', 'that nickname is taken'))
        socket.end(told('', '', '', 'Error: closing: no name was accepted in time'))
      }
    })
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const amy = chat('amy', (server.address() as { port: number }).port)
  await amy.shows('cannot be had')
  // The end of the connection may be on its way still: then the name goes unheard, and the program says so.
  await new Promise((resolve) => setTimeout(resolve, 300))
  amy.type('bob')
  amy.endInput()
  assert.equal(await amy.exitCode(), 0, amy.errorOutput)
  assert.equal(connections, 2)
  assert.ok(!amy.errorOutput.includes('in time'), amy.errorOutput)
})

test('M3 what a foreign relay sends cannot harm a terminal', async (t) => {
  const server = createServer((socket) => {
    socket.on('data', () => {
      socket.write('{"Command":"/nicknameSet","Nickname":"bob","Room":"","Message":""}')
      socket.end(
        `${JSON.stringify({ command: '/broadcast', nickname: '\x1b[2J', room: 'a\nb', message: '\x9b2J' })}`,
      )
    })
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const bob = chat('bob', (server.address() as { port: number }).port)
  await bob.exitCode()
  assert.equal(bob.output, 'a^Jb: [^[[2J] \\u{9b}2J\n')
})

test('the strict server of the conformance kit finds no mistake in it', async () => {
  const lines: string[] = []
  let ended = () => {}
  const done = new Promise<void>((resolve) => {
    ended = resolve
  })
  const trial = await ClientTrial.listen({
    suite: jsonIrcSuite,
    host: '127.0.0.1',
    port: 0,
    print: (line) => lines.push(line),
    ended,
  })
  const bob = chat('Amy', trial.port)
  await bob.shows('cannot be had')
  bob.type(
    'bob',
    '/join tea',
    'Hi',
    '/direct Amy psst',
    '/direct bob note',
    '/direct nobody x',
    '/rooms',
    '/members',
  )
  bob.type('/join milk', '/members tea', '/members nowhere', 'in milk', '/leave', '/leave tea', '/quit')
  assert.equal(await bob.exitCode(), 0)
  await done
  const mistakes = trial.mistakes
  await trial.stop()
  assert.equal(mistakes, 0, lines.join('\n'))
  for (const rule of ['J2', 'J3', 'J4', 'J5', 'J6', 'J7']) {
    assert.ok(
      lines.some((line) => line.includes(`summary: ok ${rule}`)),
      `${rule} in\n${lines.join('\n')}`,
    )
  }
  for (const text of [
    '[Amy] Hello bob: "{}" \\ is text',
    '(direct) [Amy] Just between us, bob',
    'In tea: Amy, Zed, bob',
  ]) {
    assert.ok(bob.output.includes(text), `${text} in\n${bob.output}`)
  }
})

test('the current room is the one last joined or asked for that was not refused or left', () => {
  const rooms = new MyRooms()
  assert.equal(rooms.current, '')
  rooms.ask('a')
  rooms.ask('b')
  assert.equal(rooms.current, 'b')
  rooms.joined('a')
  assert.equal(rooms.current, 'b')
  rooms.refused('b')
  assert.equal(rooms.current, 'a')
  rooms.ask('c')
  rooms.joined('c')
  rooms.ask('a')
  assert.equal(rooms.current, 'a')
  // Being there already: an error is about something else.
  rooms.refused('a')
  assert.equal(rooms.current, 'a')
  rooms.left('a')
  assert.equal(rooms.current, 'c')
  rooms.joined('d')
  assert.equal(rooms.current, 'd')
  rooms.clear()
  assert.equal(rooms.current, '')
})

test('J3 J9 answers and errors as they are shown', () => {
  const style = new LineStyle({ isTTY: false } as NodeJS.WriteStream)
  const show = (command: string, nickname: string, room: string, message: string) =>
    shownObject({ command, nickname, room, message }, 'tea', style)
  assert.equal(show('/joinSuccess', 'bob', '', 'general\ntea'), 'Rooms: general, tea')
  assert.equal(show('/roomMembers', 'bob', '', 'amy\n'), 'On the relay: amy')
  assert.equal(show('listMembers', 'bob', 'general', ''), 'In general: ')
  assert.equal(show('/new', 'x', '', 'thing'), '/new thing')
  assert.equal(errorOf({ command: '', nickname: '', room: '', message: 'Error: x' }), 'x')
  assert.equal(errorOf({ command: '', nickname: 'amy', room: '', message: 'Error: x' }), null)
})
