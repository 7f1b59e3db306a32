#!/usr/bin/env node
/**
 * An echo bot: gives back what it is told in private, and what is said in its room with its name in front. Uses the client
 * library that comes with the relay, so it works in every dialect and over every connection:
 *
 *     node echo-bot.mjs chatroom://127.0.0.1:8000 Echo
 *     node echo-bot.mjs ws://127.0.0.1:8080 Echo tea
 */

import { ChatError, connect } from 'parlance-relay/client'

const [url, name, room] = process.argv.slice(2)
if (url === undefined || name === undefined) {
  console.error('usage: echo-bot.mjs URL NAME [ROOM]')
  process.exit(1)
}

try {
  const chat = await connect(url, { name, ...(room === undefined ? {} : { room }) })
  // Leaves in good order, which ends the loop below.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => chat.close())
  console.log(`${chat.name} is in ${chat.room}`)
  for await (const event of chat) {
    if (event.kind === 'direct') await answer(() => chat.tell(event.from, event.text))
    else if (event.kind === 'message' && event.text.startsWith(`${name} `))
      await answer(() => chat.say(event.text.slice(name.length + 1)))
    else if (event.kind === 'state') console.log(event.state)
  }
} catch (error) {
  if (!(error instanceof ChatError)) throw error
  console.error(error.message)
  process.exitCode = 1
}

/** Whoever has gone in the meantime, or has blocked us, need not be answered. */
async function answer(say) {
  try {
    await say()
  } catch (error) {
    if (!(error instanceof ChatError)) throw error
    console.error(`not said: ${error.message}`)
  }
}
