/** Row 14 of docs/faults.md: names that every object of JavaScript has, as nick, as room and as key of JSON, in each dialect that has them. Rules N4, R3. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RawPeer } from '../../src/conform/raw-peer.js'
import { CLAIMS } from '../fixtures/claims.js'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { listedNames, untilFree } from '../fixtures/listed-names.js'
import { comeIn, heardBy, isCarried, listenersOf, MARK } from '../fixtures/one-of-each.js'
import { ALL_VOICES } from '../fixtures/voices/all-voices.js'
import { chatmasterVoice } from '../fixtures/voices/chatmaster-voice.js'
import { chatroomVoice } from '../fixtures/voices/chatroom-voice.js'
import { jsonIrcVoice } from '../fixtures/voices/json-irc-voice.js'
import type { Told, VoiceKind } from '../fixtures/voices/voice.js'

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']

async function answerTo(peer: RawPeer, bytes: Uint8Array | string, wanted: RegExp): Promise<string> {
  peer.write(bytes)
  await peer.until(() => wanted.test(peer.received.toString('latin1')), `${wanted} to ${bytes}`)
  return (await peer.take(peer.received.length)).toString('latin1')
}

/** It is taken, for everybody. */
async function assertTaken(trial: FaultTrial, name: string): Promise<void> {
  for (const [dialect, { ask, refused }] of Object.entries(CLAIMS)) {
    const peer = await trial.open(dialect)
    await answerTo(peer, ask(name), refused)
    peer.close()
  }
}

function isAllowed({ dialect }: VoiceKind, name: string): boolean {
  return dialect !== 'chatroom' || /^[0-9A-Za-z]+$/.test(name)
}

test('row 14, N4: as nicks they are ordinary names: claimed once, listed, heard, reached, and free again', async (t) => {
  // One who asks who is there has no name all the while.
  const trial = await FaultTrial.start(t, { args: ['--login-deadline-ms', '600000'] })
  const listeners = await listenersOf(trial)
  const everybody = await trial.open('sendto')
  const board = await trial.open('chatroom')
  for (const kind of ALL_VOICES) {
    for (const name of NAMES) {
      const words = `${name} over ${kind.dialect}`
      for (const { voice } of listeners) assert.equal(await voice.direct(name, 'too early'), 'refused', words)
      if (!isAllowed(kind, name)) {
        const claim = CLAIMS[kind.dialect] as (typeof CLAIMS)[string]
        await answerTo(await trial.open(kind.dialect), claim.ask(name), claim.refused)
        continue
      }
      const voice = await comeIn(trial, kind, name)
      assert.deepEqual(
        (await listedNames(everybody)).filter((one) => one === name),
        [name],
      )
      await assertTaken(trial, name)
      // C9: a key of JSON like the others, and in the room unless they are in none.
      const listed = await answerTo(board, 'USERBOARD\n', /USERBOARD .*\n/)
      assert.equal(listed.includes(`"${name}":"ONLINE"`), voice.say !== undefined, words)
      const text = `${MARK}${words}`
      if (voice.say !== undefined) assert.equal(await voice.say(text), 'taken')
      for (const listener of listeners) {
        const { kind: to, name: target, expected } = listener
        const inRoom: Told = { kind: 'message', name, text, to: target }
        if (voice.say !== undefined && isCarried(to, inRoom)) expected.push(...to.told(inRoom))
        assert.equal(await voice.direct(target, text), 'taken', words)
        expected.push(...to.told({ kind: 'direct', name, text, to: target }))
        assert.deepEqual(await heardBy(listener), expected.splice(0), words)
        assert.equal(await listener.voice.direct(name, text), 'taken', words)
        const reached = kind.told({ kind: 'direct', name: target, text, to: name })
        assert.deepEqual(await heardBy({ voice, expected: reached }), reached, words)
      }
      voice.leave()
      await untilFree(everybody, name)
    }
  }
  await trial.assertAsBefore()
})

test('row 14, N4 R3: as rooms they are ordinary rooms: unknown before, entered, talked in, listed, and gone with the last', async (t) => {
  const trial = await FaultTrial.start(t)
  const outsiders = await listenersOf(trial)
  const bob = await comeIn(trial, chatroomVoice, 'bob')
  const amy = await comeIn(trial, jsonIrcVoice, 'amy')
  const cyd = await comeIn(trial, chatmasterVoice, 'cyd')
  const irc = (command: string, room: string, message = '') =>
    JSON.stringify({ command, nickname: '', room, message })
  const master = (name: string, parameters: object | null) =>
    JSON.stringify({ type: 'command', data: { command: name, parameters } })
  for (const room of NAMES) {
    await answerTo(bob.peer, `USERBOARD ${room}\n`, /^500 SERVER ERROR$/m)
    await answerTo(amy.peer, irc('/broadcast', room, 'x'), /"message":"Error: /)
    await answerTo(amy.peer, irc('/roomMembers', room), /"message":"Error: /)
    await answerTo(
      amy.peer,
      irc('/join', room),
      new RegExp(`"/joinSuccess","nickname":"amy","room":"${room}"`),
    )
    await answerTo(
      cyd.peer,
      master('join', { channel: room }),
      new RegExp(`"username":"cyd","channel":"${room}"`),
    )
    await answerTo(bob.peer, `ENTER ${room}\n`, /^200 OK$/m)
    await answerTo(amy.peer, irc('/roomMembers', room), /"message":"amy\\nbob\\ncyd"/)
    await answerTo(amy.peer, irc('/listRooms', ''), new RegExp(`"message":"(.*\\\\n)?${room}`))
    await answerTo(cyd.peer, master('channels', null), new RegExp(`"channels":\\[[^\\]]*"${room}"`))
    await answerTo(bob.peer, 'ROOMS\n', new RegExp(`ROOMS .*"${room}"`))
    await answerTo(
      bob.peer,
      `USERBOARD ${room}\n`,
      /USERBOARD \{"amy":"ONLINE","bob":"ONLINE","cyd":"ONLINE"\}/,
    )
    for (const [speaker, said] of [
      [amy, irc('/broadcast', room, `${MARK}amy`)],
      [cyd, JSON.stringify({ type: 'message', data: { message: `${MARK}cyd` } })],
      [bob, `SEND {"sender":"bob","header":"@everyone","timestamp":"","message":"${MARK}bob"}\n`],
    ] as const) {
      speaker.peer.write(said)
      const words = new RegExp(`"${MARK}${speaker === amy ? 'amy' : speaker === cyd ? 'cyd' : 'bob'}"`)
      for (const other of [amy, bob, cyd]) if (other !== speaker) await answerTo(other.peer, '', words)
    }
    await answerTo(
      amy.peer,
      irc('/leaveRoom', room),
      new RegExp(`"/leaveRoom","nickname":"amy","room":"${room}"`),
    )
    await answerTo(cyd.peer, master('leave', null), /"username":"cyd","channel":"general"/)
    await answerTo(bob.peer, 'ENTER general\n', /^200 OK$/m)
    await answerTo(bob.peer, `USERBOARD ${room}\n`, /^500 SERVER ERROR$/m)
  }
  for (const outsider of outsiders) assert.deepEqual(await heardBy(outsider), [], 'nobody else hears of it')
  await trial.assertAsBefore()
})

test('row 14, N4: as keys of JSON they mean nothing, and what is in them is not there', async (t) => {
  const trial = await FaultTrial.start(t)
  const extra = NAMES.map((name) => `"${name}":"x"`).join()
  const sent = '"sender":"bob","header":"@everyone","timestamp":"","message":"~"'
  const said = '"type":"message","data":{"message":"~"}'
  const told = '"command":"/direct","nickname":"","room":"amy","message":"~"'
  const bob = await comeIn(trial, chatroomVoice, 'bob')
  const amy = await comeIn(trial, jsonIrcVoice, 'amy')
  const cyd = await comeIn(trial, chatmasterVoice, 'cyd')
  for (const [peer, request, answer] of [
    // Beside what is asked for they change nothing.
    [bob.peer, `SEND {${extra},${sent}}\n`, /^200 SENT$/m],
    [amy.peer, `{${extra},${told}}`, /"nickname":"amy","room":"amy","message":"~"/],
    [
      cyd.peer,
      `{${extra},"type":"command","data":{${extra},"command":"channels","parameters":{${extra}}}}`,
      /channel_list/,
    ],
    // Alone they say nothing, before and after.
    ...NAMES.flatMap((name) => [
      [bob.peer, `SEND {"${name}":{${sent}}}\n`, /^400 MESSAGE FAILED$/m] as const,
      [bob.peer, 'SEND {}\n', /^400 MESSAGE FAILED$/m] as const,
      [bob.peer, `EDIT {"${name}":{"message_id":"x","message":"~"}}\n`, /^400 EDIT FAILED$/m] as const,
      [bob.peer, `RECEIVED {"${name}":{"message_id":"x"}}\n`, /^500 SERVER ERROR$/m] as const,
      [amy.peer, `{"${name}":"/direct"}`, /"command":"","nickname":"","room":"","message":"Error: /] as const,
      [cyd.peer, `{"type":"message","data":{"${name}":{"message":"~"}}}`, /"error_type":"message"/] as const,
      [cyd.peer, `{"type":"command","data":{"command":"${name}"}}`, /"Unknown command\."/] as const,
      [cyd.peer, `{"type":"${name}","data":{}}`, /"Unknown command\."/] as const,
    ]),
  ] as const) {
    await answerTo(peer, request, answer)
  }
  for (const name of NAMES) {
    const irc = await trial.open('json-irc')
    await answerTo(irc, `{"${name}":{${told}}}`, /"message":"Error: /)
    await irc.closed()
    const master = await comeIn(trial, chatmasterVoice, 'dan')
    await answerTo(master.peer, `{"${name}":{${said}}}`, /"Not a package\."/)
    await master.peer.closed()
  }
  await trial.assertAsBefore()
  assert.equal(trial.logs.all('chat').filter(({ text }) => text === MARK).length, 1)
})
