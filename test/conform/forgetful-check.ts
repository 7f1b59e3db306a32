/** Run as a program with a port: a check that lets go of a wait, one that is fine, and the report of both. */

import { setTimeout as delay } from 'node:timers/promises'
import type { Suite } from '../../src/conform/check.js'
import { LineReport } from '../../src/conform/report.js'
import { runSuite } from '../../src/conform/run-suite.js'

const suite: Suite = {
  dialect: 'none',
  checks: [
    {
      rule: 'Z1',
      title: 'forgets',
      async run(context) {
        const peer = await context.connect()
        void peer.take(1)
        await delay(700)
      },
    },
    { rule: 'Z2', title: 'is fine', run: async () => {} },
  ],
  handshake: { request: 'none', hello: () => '', isKnownBy: () => false },
  messages: { isBinary: () => true, request: (bytes) => bytes.length, answer: (bytes) => bytes.length },
  strictServer: async () => {},
}
const port = Number(process.argv[2])
const options = { host: '127.0.0.1', port, timeoutMs: 500, quietMs: 10, slow: false, only: null }
const report = new LineReport({ verbose: false })
for await (const result of runSuite(suite, options)) process.stdout.write(report.rule(result))
