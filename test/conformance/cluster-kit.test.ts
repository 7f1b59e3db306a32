/** The conformance kit on a cluster, its clients spread over three nodes: what somebody is promised holds for those at another node. */

import { after, before, describe, test } from 'node:test'
import { SUITES } from '../../src/conform/suites.js'
import { runKit } from '../fixtures/conform-kit.js'
import { noNats } from '../fixtures/nats-server.js'
import { startThreeNodes, type ThreeNodes } from '../fixtures/three-nodes.js'

/** Titles of checks of what is only with other options. */
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  framed: ['bare=on'],
  chatroom: ['push=bare'],
}

const EDIT_WINDOW_MS = 1000
const RECENT_MESSAGES = 250

describe('three nodes', { skip: noNats() ?? false }, () => {
  let cluster: ThreeNodes
  const ends: (() => void | Promise<void>)[] = []

  before(async () => {
    const settings = { editWindowMs: `${EDIT_WINDOW_MS}`, recentMessages: `${RECENT_MESSAGES}` }
    cluster = await startThreeNodes({ after: (end) => ends.push(end) }, settings)
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  for (const suite of SUITES.values()) {
    test(`the suite of the kit for ${suite.dialect}`, async (t) => {
      const [port, ...more] = cluster.portsOf(suite.dialect)
      const remembering = { editWindowMs: EDIT_WINDOW_MS, recentMessages: RECENT_MESSAGES }
      await runKit(t, suite, port as number, {
        more,
        settled: cluster.settled,
        without: WITHOUT[suite.dialect] ?? [],
        ...(suite.dialect === 'chatroom' ? remembering : {}),
      })
    })
  }
})
