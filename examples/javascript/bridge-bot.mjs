#!/usr/bin/env node
/**
 * A bridge bot: what is said in one room is said in another, on the same relay or on two, in whatever dialects. It is there twice,
 * so on one relay it needs two names:
 *
 *     node bridge-bot.mjs chatroom://127.0.0.1:8000 BridgeA tea json-irc://127.0.0.1:1025 BridgeB coffee
 */

import { ChatError, connect, RefusedError } from 'parlance-relay/client'

const [urlA, nameA, roomA, urlB, nameB, roomB] = process.argv.slice(2)
if (roomB === undefined) {
  console.error('usage: bridge-bot.mjs URL NAME ROOM URL NAME ROOM')
  process.exit(1)
}

/** What our two selves say is not carried back. */
const ourselves = new Set([nameA, nameB])

try {
  const a = await connect(urlA, { name: nameA, room: roomA })
  const b = await connect(urlB, { name: nameB, room: roomB }).catch(async (error) => {
    await a.close()
    throw error
  })
  const close = () => Promise.all([a.close(), b.close()])
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, close)
  console.log(`${a.room} <-> ${b.room}`)
  // Where one side is lost for good, the other has nothing left to do.
  await Promise.all([carry(a, b), carry(b, a)]).finally(close)
} catch (error) {
  if (!(error instanceof ChatError)) throw error
  console.error(error.message)
  process.exitCode = 1
}

/** One way. Waiting for each message keeps the order, and never has more on its way than the other side takes. */
async function carry(from, to) {
  for await (const event of from) {
    if (event.kind === 'missed') console.error(`${event.count} messages were not carried from ${from.room}`)
    if (event.kind !== 'message' || ourselves.has(event.from)) continue
    try {
      await say(to, `[${event.from}] ${event.text}`)
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      console.error(`not carried to ${to.room}: ${error.message}`)
    }
  }
}

/** Some dialects are ASCII, and some take no more than 500 characters: what they refuse is spelled plainly, and shorter. */
async function say(chat, text) {
  try {
    await chat.say(text)
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    const plain = text
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .replace(/[^\t\x20-\x7e]/gu, '?')
    await chat.say(plain.slice(0, 500))
  }
}
