/** Three nodes over a real NATS: two in this process, one of its own. Everybody is in one place, whichever node they are connected to. */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { RawPeer } from '../../src/conform/raw-peer.js'
import type { Relay } from '../../src/relay/relay.js'
import { type AllDialects, startAllDialects } from '../fixtures/all-dialects.js'
import { type NatsServer, noNats, startNats } from '../fixtures/nats-server.js'
import { CLI, freePort } from '../fixtures/relay-process.js'
import { RunningProgram } from '../fixtures/running-program.js'
import { until } from '../fixtures/until.js'
import { chatmasterVoice } from '../fixtures/voices/chatmaster-voice.js'
import { chatroomVoice } from '../fixtures/voices/chatroom-voice.js'
import { framedVoice } from '../fixtures/voices/framed-voice.js'
import { jsonIrcVoice } from '../fixtures/voices/json-irc-voice.js'
import { sendtoVoice } from '../fixtures/voices/sendto-voice.js'
import type { Told, Voice, VoiceKind } from '../fixtures/voices/voice.js'

const KINDS: readonly VoiceKind[] = [framedVoice, chatroomVoice, jsonIrcVoice, chatmasterVoice, sendtoVoice]
/** Names of a node that is gone are free after so long at the latest. */
const NAMES_FREE_MS = 10_000

describe('three nodes over NATS', { skip: noNats() ?? false }, () => {
  let nats: NatsServer
  let a: AllDialects
  let b: AllDialects
  let c: { readonly program: RunningProgram; readonly port: number }
  const ends: (() => unknown)[] = []

  before(async () => {
    nats = await startNats({ after: (end) => ends.push(end) })
    const port = await freePort()
    const args = ['serve', '--nats', nats.url, '--node', 'c', '--listen', `framed://127.0.0.1:${port}`]
    const program = new RunningProgram(process.execPath, [CLI, ...args, '--ops', 'off', '--log-dir', 'off'])
    ends.push(() => program.end())
    a = await startAllDialects({ nats: nats.url, node: 'a', ops: '127.0.0.1:0' })
    b = await startAllDialects({ nats: nats.url, node: 'b' })
    ends.push(
      () => a.relay.stop(),
      () => b.relay.stop(),
    )
    await program.shows('to join:')
    c = { program, port }
    await until(() => nodesOf(a.relay) === 2 && nodesOf(b.relay) === 2)
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  const nodesOf = ({ parts }: Relay) => parts.backplane.nodes().length
  /** Somebody of json-irc has a name first and enters a room afterwards, of which others hear in two messages. */
  const isInRoomAt = ({ relay }: AllDialects, name: string) =>
    [...(relay.parts.hub.session(name)?.rooms ?? [])].length > 0
  const isKnownTo = ({ relay }: AllDialects, name: string) => relay.parts.hub.isHere(name)
  const hasCome = (node: AllDialects, kind: VoiceKind, name: string) =>
    (kind === sendtoVoice ? isKnownTo : isInRoomAt)(node, name)
  let serial = 0
  const on = async (node: AllDialects, kind: VoiceKind, name = `person${++serial}`) => {
    const voice = kind.make(await node.connect(kind.dialect), name)
    await voice.join()
    return { voice, name, end: () => voice.peer.close() }
  }
  /** Until it is heard, or for seconds. */
  const heard = async (voice: Voice, wanted: readonly unknown[]): Promise<unknown[]> => {
    const all: unknown[] = []
    for (let tries = 0; tries < 400 && all.length < wanted.length; tries++) {
      all.push(...(await voice.heard()))
      await delay(5)
    }
    return all
  }
  const readiness = async () => {
    const response = await fetch(`http://127.0.0.1:${a.relay.opsPort}/readyz`)
    return `${response.status} ${(await response.text()).trim()}`
  }

  for (const from of KINDS) {
    it(`what somebody says over ${from.dialect} is heard in every dialect at another node`, async () => {
      const speaker = await on(a, from)
      // Who is told of the speaker's coming is nobody who listens afterwards.
      await until(() => hasCome(b, from, speaker.name))
      for (const kind of KINDS) {
        const listener = await on(b, kind)
        await until(() => hasCome(a, kind, listener.name))
        const to = listener.name
        const expect = async (event: Told) => {
          const wanted = kind.told(event)
          assert.deepEqual(await heard(listener.voice, wanted), wanted, `${event.kind} as ${kind.dialect}`)
        }
        if (speaker.voice.say !== undefined) {
          assert.equal(await speaker.voice.say(`to ${to}`), 'taken')
          await expect({ kind: 'message', name: speaker.name, text: `to ${to}`, to })
        }
        assert.equal(await speaker.voice.direct(to, 'alone'), 'taken')
        await expect({ kind: 'direct', name: speaker.name, text: 'alone', to })
        listener.end()
        await until(() => !isKnownTo(a, to))
      }
      speaker.end()
    })
  }

  it('N1 of many who want one name at all nodes at once, one has it', async () => {
    const { hub: hubA } = a.relay.parts
    const { hub: hubB } = b.relay.parts
    const joins = Array.from({ length: 40 }, async (_, i) => {
      const node = i % 2 === 0 ? a : b
      const peer = await node.connect('framed')
      await peer.take(1)
      peer.write(Buffer.from('\0\0\x06Wanted', 'latin1'))
      return peer
    })
    const peers = await Promise.all(joins)
    const holders = () =>
      [...hubA.sessions(), ...hubB.sessions()].filter((one) => one.name === 'Wanted' && one.node === null)
    await until(() => holders().length > 0)
    await delay(300)
    assert.equal(holders().length, 1)
    for (const peer of peers) peer.close()
    await until(() => !isKnownTo(a, 'Wanted') && !isKnownTo(b, 'Wanted'))
  })

  it('while NATS is gone everybody chats on at their own node, and afterwards with the others again', async () => {
    const [one, other, far] = [await on(a, framedVoice), await on(a, framedVoice), await on(b, framedVoice)]
    await until(() => isKnownTo(a, far.name) && isKnownTo(b, one.name) && isKnownTo(b, other.name))
    assert.equal(await readiness(), '200 ready')
    await nats.kill()
    await until(async () => (await readiness()) === '200 degraded')
    await heard(other.voice, [])
    assert.equal(await one.voice.say?.('among us'), 'taken')
    const wanted = framedVoice.told({ kind: 'message', name: one.name, text: 'among us', to: other.name })
    const last = async (voice: Voice) => {
      const all: unknown[] = []
      await until(async () => all.push(...(await voice.heard())) > 0)
      return all.slice(-wanted.length)
    }
    assert.deepEqual(await last(other.voice), wanted)
    // A name that nobody known here has is had meanwhile.
    const newcomer = await on(a, framedVoice)
    await delay(3_000)
    await nats.start()
    await until(async () => (await readiness()) === '200 ready')
    await until(() => isKnownTo(b, newcomer.name))
    await far.voice.heard()
    assert.equal(await newcomer.voice.say?.('back again'), 'taken')
    const again = framedVoice.told({ kind: 'message', name: newcomer.name, text: 'back again', to: far.name })
    assert.deepEqual((await heard(far.voice, again)).slice(-again.length), again)
    for (const { end } of [one, other, far, newcomer]) end()
  })

  it('a node that crashes leaves its names free within 10 s, and its people have left', async () => {
    const peer = await RawPeer.open('127.0.0.1', c.port, { timeoutMs: 20_000, quietMs: 50 })
    const voice = framedVoice.make(peer, 'Mortal')
    await voice.join()
    await until(() => isKnownTo(a, 'Mortal') && isKnownTo(b, 'Mortal'))
    const begun = performance.now()
    c.program.child.kill('SIGKILL')
    await until(() => !isKnownTo(a, 'Mortal') && !isKnownTo(b, 'Mortal'))
    const heir = await on(b, framedVoice, 'Mortal')
    const tookMs = performance.now() - begun
    assert.ok(tookMs < NAMES_FREE_MS, `${tookMs} ms`)
    await until(() => isKnownTo(a, 'Mortal'))
    heir.end()
    peer.close()
  })
})
