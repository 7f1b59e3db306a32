/** The entry of a generator process: takes the parent's requests, one after the other, and answers them. */

import type { FromGenerator, FromParent, GeneratorRequest } from '../requests.js'
import { Generator } from './generator.js'

const generator = new Generator(send)
let earlier: Promise<void> = Promise.resolve()

process.on('message', (message: FromParent) => {
  if ('progressOf' in message) {
    generator.remoteProgress(message.progressOf, message.completed)
    return
  }
  const { id, request } = message
  earlier = earlier.then(() => answer(id, request))
})
// After `leave`, or when the parent is gone and there is nobody to report to.
process.on('disconnect', () => process.exit())

async function answer(id: number, request: GeneratorRequest): Promise<void> {
  try {
    send({ id, answer: await generator.handle(request) })
  } catch (error) {
    send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
  if (request.do === 'leave') process.disconnect()
}

function send(message: FromGenerator): void {
  if (process.connected) process.send?.(message)
}
