/**
 * Requests of operators: the first line of an input is method and path, the rest the body. Whatever is asked is answered, in JSON,
 * and never with a fault of the relay's own.
 */

import assert from 'node:assert/strict'
import { Access } from '../../../src/relay/access/access.js'
import { Assembly } from '../../../src/relay/assembly.js'
import { SingleNode } from '../../../src/relay/backplane/single.js'
import { loadConfig } from '../../../src/relay/config/load.js'
import { Moderation } from '../../../src/relay/moderation.js'
import { operatorsOf } from '../../../src/relay/open-admin.js'
import type { Target } from '../engine/target.js'
import { assertText } from '../relay/fuzzed-dialect.js'
import { WatchedRecords } from '../relay/watched-records.js'

const STATUSES = [200, 202, 400, 404, 409, 413, 501]
const LF = 0x0a
const asked = (method: string, path: string, body?: unknown) =>
  Buffer.from(`${method} ${path}\n${body === undefined ? '' : JSON.stringify(body)}`)

export const admin: Target = {
  name: 'admin',
  ways: 1,
  seeds: [
    ...[
      '/who',
      '/who?room=general&limit=5&prefix=A&after=Amy',
      '/rooms?limit=1',
      '/stats',
      '/top?rooms=3&readersBy=queued',
      '/bans',
      '/log-level',
      '/history?since=1',
      '/nowhere',
    ].map((path) => asked('GET', path)),
    asked('POST', '/kick', { name: 'Amy', reason: 'x', by: 'op' }),
    asked('POST', '/say', { text: 'Good night', room: 'general' }),
    asked('POST', '/say', { text: '\x1b[2J' }),
    asked('POST', '/ban', { who: '192.0.2.0/24', duration: '30m', reason: 'x', here: true }),
    asked('POST', '/ban', { who: 'name:Mallory', duration: '99999w' }),
    asked('POST', '/unban', { who: '2001:db8::/32' }),
    asked('POST', '/log-level', { level: 'debug' }),
    asked('POST', '/reload', {}),
    asked('POST', '/drain', { by: 'op' }),
    asked('POST', '/kick', []),
    Buffer.from('POST /kick\n{"name":'),
    Buffer.from(`POST /say\n${'['.repeat(5000)}`),
    asked('DELETE', '/who'),
  ],
  words: [
    ...[
      'GET ',
      'POST ',
      'PUT ',
      '/who',
      '/rooms',
      '/stats',
      '/top',
      '/bans',
      '/kick',
      '/ban',
      '/unban',
      '/say',
      '/drain',
      '/history',
      '?',
      '&',
    ],
    ...[
      'limit=',
      'prefix=',
      'after=',
      'room=',
      'rooms=',
      'readers=',
      'since=',
      'until=',
      'order=newest',
      '=',
      '%0a',
      '%ff',
      '%',
    ],
    ...[
      '{"',
      '":"',
      '","',
      '"}',
      '"name"',
      '"who"',
      '"text"',
      '"duration"',
      '"by"',
      '"reason"',
      '"here":true',
      '30m',
      '192.0.2.7',
      'name:',
      'general',
      '\n',
    ],
  ].map((text) => Buffer.from(text)),
  covers: ['/dist/relay/admin/'],
  usualRuns: 60,
  async start() {
    const config = loadConfig({
      environment: {},
      flags: { listen: ['framed://127.0.0.1:0'], ops: 'off', logDir: 'off' },
    })
    const access = await Access.open({ config, now: () => performance.now(), failed: () => {} })
    const records = new WatchedRecords()
    const backplane = new SingleNode()
    const options = {
      useHandles: false,
      hooks: undefined,
      reservedNames: undefined,
      access,
      history: null,
      backplane,
    }
    const parts = new Assembly(config, options, records)
    const moderation = new Moderation(parts.hub, backplane, 'relay')
    let drains = 0
    const app = operatorsOf({
      config,
      parts,
      records,
      history: null,
      moderation,
      program: { drain: () => drains++ },
      state: () => 'ready',
    })
    return {
      async run(input) {
        const request = requestOf(input)
        if (request === null) return ['no request']
        const response = await app.fetch(request)
        const { status } = response
        const drained = status === 202
        assert.ok(STATUSES.includes(status), `answered with ${status}`)
        assert.equal(records.tally.faults, 0)
        assert.equal(drains > 0, drained)
        drains = 0
        let words = ''
        if (drained) await response.body?.cancel()
        else words = wordsIn(await response.text(), status)
        for (const { subject } of parts.gate.bans.list()) parts.gate.bans.remove(subject)
        if (status === 404) return ['404']
        return [`${request.method} ${new URL(request.url).pathname} ${status}${words}`]
      },
      stop: () => parts.stop(),
    }
  },
}

/** `null` for what no client of HTTP can send. */
function requestOf(input: Buffer): Request | null {
  const end = input.indexOf(LF)
  const [method = '', path = ''] = input.toString('latin1', 0, end < 0 ? input.length : end).split(' ')
  const body = end < 0 ? null : input.subarray(end + 1)
  try {
    const url = new URL(`http://admin${path.startsWith('/') ? '' : '/'}${path}`)
    return new Request(url, { method, ...(body !== null && body.length > 0 && method !== 'GET' && { body }) })
  } catch {
    return null
  }
}

/** An answer is JSON that may be shown. @returns what distinguishes refusals */
function wordsIn(text: string, status: number): string {
  const answer = JSON.parse(text) as { error?: string }
  if (status === 200) return ''
  assert.equal(typeof answer.error, 'string')
  assertText(answer.error as string)
  return status === 400
    ? ` ${(answer.error as string)
        .replace(/: .*/s, '')
        .slice(0, 16)
        .replace(/[^a-zA-Z]/g, '?')}`
    : ''
}
