/**
 * Passwords, tokens and certificates at every dialect's way to ask for a name, byte by byte: off, reserved and closed, with what is
 * right, wrong, missing, expired and somebody else's. A healthy pair chats beside it all.
 */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { RawPeer } from '../../src/conform/raw-peer.js'
import { CLAIMS, type ClaimKind, type Why } from '../fixtures/access-claims.js'
import { fileOf, passwordFile, SECRET, token } from '../fixtures/access-files.js'
import { type AllDialects, startAllDialects } from '../fixtures/all-dialects.js'
import { ACCEPTED, frame, join, joining } from '../fixtures/framed-bytes.js'
import { FramedPeer } from '../fixtures/framed-peer.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { BINARY, binary, TEXT, text } from '../fixtures/websocket-bytes.js'
import { WebSocketPeer } from '../fixtures/websocket-peer.js'
import { startWebSocketRelay } from '../fixtures/websocket-relay.js'

const PASSWORD = 'correct horse'
/** For each way to ask two names of its own, so that no test waits until one is free. */
const KINDS = Object.entries(CLAIMS).map(([words, kind], index) => ({
  words,
  kind,
  known: `Known${index}`,
  other: `Other${index}`,
}))

const FILE = await passwordFile(
  Object.fromEntries([
    ...KINDS.flatMap(({ known, other }) => [
      [known, PASSWORD],
      [other, 'battery staple'],
    ]),
    ['Left', PASSWORD],
    ['Right', PASSWORD],
    ['Server', null],
  ]),
)
const SETTINGS = { accessFile: FILE, tokenKeyFile: fileOf(SECRET), wrongPasswordsPerMinute: '100000' }

/** A relay, and what ends before it does: nobody waits for those who are still there. */
interface Started extends AllDialects {
  readonly peers: { destroy(): void }[]
}

async function started(t: TestContext, access: string, more = {}): Promise<Started> {
  const peers: Started['peers'] = []
  const all = await startAllDialects({ ...SETTINGS, access, ...more })
  t.after(async () => {
    for (const peer of peers) peer.destroy()
    await all.relay.stop()
  })
  const connect = async (dialect: string) => {
    const peer = await all.connect(dialect)
    peers.push(peer.socket)
    return peer
  }
  return { ...all, connect, peers }
}

/** The pair, with their passwords. */
async function pairOn(all: Started): Promise<HealthyPair> {
  const pair = await HealthyPair.start({
    async join(name) {
      const peer = await FramedPeer.connect({ port: all.portOf('framed') })
      all.peers.push(peer)
      await peer.frame('the greeting')
      peer.send(join(`${name} ${PASSWORD}`))
      await peer.expect(ACCEPTED, joining(name))
      return peer
    },
  })
  return pair
}

async function opened(all: AllDialects, kind: ClaimKind): Promise<RawPeer> {
  const peer = await all.connect(kind.dialect)
  await kind.greeted(peer)
  return peer
}

/** What comes next is this. */
async function answered(peer: RawPeer, wanted: string): Promise<void> {
  const got = await peer.take(wanted.length, JSON.stringify(wanted))
  assert.equal(got.toString('latin1'), wanted)
}

async function refuses(peer: RawPeer, kind: ClaimKind, name: string, secret: string | null, why: Why) {
  peer.write(kind.ask(name, secret))
  await answered(peer, kind.refused(name, why))
}

async function accepts(peer: RawPeer, kind: ClaimKind, name: string, secret: string | null) {
  peer.write(kind.ask(name, secret))
  await answered(peer, kind.accepted(name))
}

for (const access of ['reserved', 'closed']) {
  test(`${access}: in every dialect a name is had with its password or a token for it, and with nothing else`, async (t) => {
    const all = await started(t, access)
    const pair = await pairOn(all)
    for (const { words, kind, known, other } of KINDS) {
      await t.test(words, async () => {
        const peer = await opened(all, kind)
        await refuses(peer, kind, known, null, 'missing')
        await refuses(peer, kind, known, 'incorrect horse', 'wrong')
        await refuses(peer, kind, known, 'battery staple', 'wrong')
        await refuses(peer, kind, known, await token(known, { expiresIn: -60 }), 'expired')
        await refuses(peer, kind, known, await token(other), 'otherName')
        await refuses(peer, kind, known, await token(known, { secret: SECRET.toUpperCase() }), 'wrong')
        await refuses(peer, kind, 'Server', PASSWORD, 'wrong')
        await accepts(peer, kind, known, PASSWORD)
        const second = await opened(all, kind)
        await accepts(second, kind, other, await token(other))
      })
    }
    await pair.stop()
  })
}

test('reserved: who is not in the file needs nothing, and what they show all the same is not looked at', async (t) => {
  const all = await started(t, 'reserved')
  for (const [index, { kind }] of KINDS.entries()) {
    const peer = await opened(all, kind)
    await accepts(peer, kind, `Free${index}`, null)
    const second = await opened(all, kind)
    await accepts(second, kind, `Too${index}`, 'anything at all')
  }
})

test('closed: unknown names are refused as known ones are, and strangers are not told who is here', async (t) => {
  const all = await started(t, 'closed')
  for (const [index, { kind }] of KINDS.entries()) {
    const peer = await opened(all, kind)
    await refuses(peer, kind, `Nobody${index}`, null, 'missing')
    await refuses(peer, kind, `Nobody${index}`, PASSWORD, 'wrong')
    await accepts(peer, kind, `Nobody${index}`, await token(`Nobody${index}`))
  }
  const [messages, lines, board] = await Promise.all(
    ['sendto', 'sendto', 'chatroom'].map((dialect) => all.connect(dialect)),
  )
  for (const [peer, ask, answer] of [
    [messages, Buffer.of(2, 0, 0, 0), '\x05\x00\x00\x01\x01'],
    [lines, 'list\n', 'Failure\n'],
    [board, 'USERBOARD\n', '500 SERVER ERROR\n'],
  ] as const) {
    peer?.write(ask)
    await answered(peer as RawPeer, answer)
  }
  messages?.write(Buffer.concat([CLAIMS.sendto?.ask('Known5', PASSWORD) as Buffer, Buffer.of(2, 0, 0, 0)]))
  // One who has only asked for it to be held is not here.
  const here = KINDS.flatMap(({ words }, index) => (words.includes('USERNAME') ? [] : [`Nobody${index}`]))
  const names = ['Known5', ...here].join('\n')
  const list = Buffer.concat([Buffer.of(2, 0, 0, names.length), Buffer.from(names)])
  await answered(messages as RawPeer, `\x05\x00\x00\x01\x00${list.toString('latin1')}`)
})

test('off: what is behind a name is what it always was, and a password nowhere is looked at', async (t) => {
  const all = await started(t, 'off')
  for (const [ask, answer, dialect] of [
    [frame(0, `Known0 ${PASSWORD}`), '\x00\x00\x01\x02', 'framed'],
    [`JOIN Known1 ${PASSWORD}\n`, '400 INVALID USERNAME\n', 'chatroom'],
    [`USERNAME Known1 ${PASSWORD}\n`, '500 SERVER ERROR\n', 'chatroom'],
    [`login Known2 ${PASSWORD}\n`, 'Bad username\n', 'sendto'],
  ] as const) {
    const peer = await all.connect(dialect)
    if (dialect === 'framed') await CLAIMS.framed?.greeted(peer)
    peer.write(ask)
    await answered(peer, answer)
  }
  for (const { kind, known } of KINDS) {
    const peer = await opened(all, kind)
    // Where the place for it says nothing otherwise, nothing is said of it.
    const isIgnored = ['json-irc', 'chatmaster'].includes(kind.dialect) || kind === CLAIMS.sendto
    await accepts(peer, kind, known, isIgnored ? 'wrong' : null)
  }
})

test('X6 a rename needs what a login needs, and one that is refused leaves the name as it was', async (t) => {
  const all = await started(t, 'reserved')
  const kind = CLAIMS.chatmaster as ClaimKind
  const peer = await opened(all, kind)
  peer.write(kind.ask('Free', null))
  await answered(peer, '{"type":"session","data":{"status":1,"channels":["general"]}}\n')
  const joined = { event_type: 'user_joined', username: 'Free', channel: 'general' }
  await answered(peer, `${JSON.stringify({ type: 'notification', data: joined })}\n`)
  const rename = (parameters: object) =>
    peer.write(JSON.stringify({ type: 'command', data: { command: 'rename', parameters } }))
  const refused = async (words: string) => {
    const data = { error_type: 'rename', message: words }
    await answered(peer, `${JSON.stringify({ type: 'error', data })}\n`)
  }
  rename({ username: 'Known0' })
  await refused('That name needs a password or a token.')
  rename({ username: 'Known0', password: 'wrong' })
  await refused('That is not the password of that name.')
  rename({ username: 'Known0', password: PASSWORD })
  const renamed = { event_type: 'user_rename', old_username: 'Free', new_username: 'Known0' }
  await answered(peer, `${JSON.stringify({ type: 'notification', data: renamed })}\n`)
})

test('C1 a name that was held with its password is joined without it, and nobody else has it meanwhile', async (t) => {
  const all = await started(t, 'closed')
  const [holder, other] = await Promise.all([all.connect('chatroom'), all.connect('chatroom')])
  holder.write(`USERNAME Known1 ${PASSWORD}\n`)
  await answered(holder, '200 OK\n')
  other.write(`JOIN Known1 ${PASSWORD}\n`)
  await answered(other, '400 INVALID USERNAME\n')
  holder.write('JOIN\nUSERBOARD\n')
  await answered(holder, '200 OK\n200 OK\nUSERBOARD {"Known1":"ONLINE"}\n')
})

test('a reload takes up another mode and other names; who is here stays, and a mistake changes nothing', async (t) => {
  const all = await started(t, 'off')
  const kind = CLAIMS.framed as ClaimKind
  const first = await opened(all, kind)
  await accepts(first, kind, 'Known0', null)
  await answered(first, frame(2, '**Known0 is joining the chat**').toString('latin1'))
  const { relay } = all
  await relay.reload({ ...relay.config, access: 'closed' })
  const second = await opened(all, kind)
  await refuses(second, kind, 'Known1', null, 'missing')
  await accepts(second, kind, 'Known1', PASSWORD)
  const broken = fileOf('Known2 hunter22\n')
  await assert.rejects(
    relay.reload({ ...relay.config, accessFile: broken }),
    /line 1: "Known2": expected behind the name/,
  )
  const third = await opened(all, kind)
  await accepts(third, kind, 'Known2', PASSWORD)
  for (const name of ['Known1', 'Known2'])
    await answered(first, frame(2, `**${name} is joining the chat**`).toString('latin1'))
})

test('S5 whoever has logged out is a stranger again, and needs the password again', async (t) => {
  const all = await started(t, 'closed')
  const peer = await all.connect('sendto')
  peer.write(`login Known1 ${PASSWORD}\nlogout\nlist\nlogin Known1\nlogin Known1 ${PASSWORD}\nlist\n`)
  await answered(peer, 'Success\nSuccess\nFailure\nFailure\nSuccess\nKnown1\n')
})

test('closed: nobody stays without a name, in sendto neither; whoever logs out has as long again', async (t) => {
  const all = await started(t, 'closed', { loginDeadlineMs: '300' })
  const [stranger, member] = await Promise.all([all.connect('sendto'), all.connect('sendto')])
  member.write(`login Known1 ${PASSWORD}\n`)
  await answered(member, 'Success\n')
  await stranger.closed()
  member.write('list\nlogout\n')
  await answered(member, 'Known1\nSuccess\n')
  await member.closed()
})

test('requests behind one whose password is being checked wait for it, at every split', async (t) => {
  const all = await started(t, 'closed')
  for (const [index, { kind }] of KINDS.slice(0, 4).entries()) {
    const peer = await opened(all, kind)
    const ask = Buffer.concat([
      kind.ask(`Known${index}`, 'wrong'),
      kind.ask(`Known${index}`, null),
      kind.ask(`Known${index}`, PASSWORD),
    ])
    for (const byte of ask) peer.write(Buffer.of(byte))
    await answered(peer, kind.refused(`Known${index}`, 'wrong') + kind.refused(`Known${index}`, 'missing'))
    await answered(peer, kind.accepted(`Known${index}`))
  }
})

test('over WebSocket a secret may come with the handshake: in a header, as a subprotocol, or in the address', async (t) => {
  const relay = await startWebSocketRelay({ ...SETTINGS, access: 'closed' })
  const peers: WebSocketPeer[] = []
  t.after(async () => {
    for (const peer of peers) peer.destroy()
    await relay.stop()
  })
  const encoded = Buffer.from(PASSWORD).toString('base64url')
  const ways = {
    Known0: { headers: { Authorization: `Bearer ${await token('Known0')}` } },
    Known1: { subprotocol: `chatroom, secret.${encoded}` },
    Known2: { subprotocol: `secret.${encoded}, chatroom` },
    Known3: { target: `/?token=${encodeURIComponent(PASSWORD)}` },
  }
  for (const [name, way] of Object.entries(ways)) {
    const peer = await WebSocketPeer.connect({ port: relay.port, subprotocol: 'chatroom', ...way })
    peers.push(peer)
    // What comes with the name counts more.
    peer.send(text(`JOIN ${name} incorrect horse`), text(`JOIN ${name}`))
    await peer.expect(TEXT, '500 SERVER ERROR\n200 OK\n')
  }
  const stranger = await WebSocketPeer.connect({ port: relay.port, subprotocol: 'framed' })
  peers.push(stranger)
  await stranger.frame('the greeting')
  stranger.send(binary(join('Known4')), binary(join(`Known4 ${PASSWORD}`)))
  const refused = Buffer.from(CLAIMS.framed?.refused('Known4', 'missing') as string, 'latin1')
  await stranger.expect(BINARY, Buffer.concat([refused, ACCEPTED, joining('Known4')]))
})
