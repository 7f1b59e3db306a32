/** Configuration files: each is a configuration, or everything that is wrong with it is said, a line each. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, loadConfig } from '../../../src/relay/config/load.js'
import type { Target } from '../engine/target.js'

const text = (...lines: string[]) => Buffer.from(`${lines.join('\n')}\n`)
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f]/
/** No file of this length costs more of a core. */
const MOST_MS = 3000

export const configFile: Target = {
  name: 'config-file',
  ways: 2,
  seeds: [
    text(
      'room: tea',
      'listen:',
      '  - framed://:1?bare=on',
      '  - ws://:2?origins=https://a.example',
      'maxConnections: 100',
    ),
    text('{"$schema":"x","room":"tea","listen":["sendto://[::1]:1"],"softLimitBytes":1,"hardLimitBytes":0}'),
    text(
      'rom: tea',
      'graceMs: 1e3',
      'deny: [192.0.2.0/24, x]',
      'trustedProxies: 10.0.0.0/8',
      'perAddress: off',
    ),
    text('room: &a [*a]'),
    text('a: 1', 'a: 2', '<<: *b', '? [x]', ': y', '--- !!binary x'),
    text(
      'listen: [framed+tls://:1?cert=/nowhere&key=/nowhere, "json-irc://:1?max-rooms=0", "x://", "framed://:99999"]',
    ),
    text(
      'nats: nats://user:secret@127.0.0.1:4222',
      'workers: 4',
      'node: a b',
      'shutdownMs: 1',
      'closeSpreadMs: 2',
    ),
    text('timeZone: Nowhere/At_All', 'logDir: "\\0"', 'access: closed', 'addressRate: 5/x'),
    text(
      'a: &a [x,x,x,x,x,x,x,x,x]',
      'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]',
      'c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]',
      'd: [*c,*c,*c,*c,*c,*c,*c,*c]',
    ),
    Buffer.alloc(0),
    text('- x'),
  ],
  words: [
    ...[
      'room: ',
      'listen: ',
      'framed://',
      'chatroom://',
      'json-irc://',
      'chatmaster://',
      'sendto://',
      'ws://',
      'wss://',
      ':1',
      '?',
      '&',
      '=',
      '[::1]',
    ],
    ...[
      'bare=on',
      'slow=drop-oldest',
      'proxy=on',
      'maxConnections: ',
      'graceMs: ',
      'deny: ',
      'allow: ',
      'history: ',
      'workers: ',
      'nats: ',
      'off',
      'auto',
    ],
    ...[
      '\n',
      '  - ',
      ': ',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '#',
      '&a ',
      '*a',
      '!!',
      '|',
      '>',
      '---',
      '<<: ',
      '%',
      '\t',
      'null',
      '.inf',
      '1e999',
      '0x1',
    ],
  ].map((word) => Buffer.from(word)),
  covers: ['/dist/relay/config/'],
  usualRuns: 20,
  start() {
    const folder = mkdtempSync(join(tmpdir(), 'parlance-fuzz-'))
    const paths = [join(folder, 'config.yaml'), join(folder, 'config.json')] as const
    return {
      run(input, way) {
        const file = paths[way] as string
        writeFileSync(file, input)
        const begun = process.cpuUsage()
        try {
          const config = loadConfig({ file, environment: {}, flags: {} })
          assert.ok(Object.isFrozen(config) && config.listen.every(({ port }) => port >= 0 && port <= 65_535))
          return ['taken']
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error
          assert.ok(error.problems.length > 0)
          for (const problem of error.problems) assert.doesNotMatch(problem, UNPRINTABLE)
          return error.problems.map((problem) => kindOf(problem, file))
        } finally {
          const tookMs = process.cpuUsage(begun).user / 1000
          if (tookMs > MOST_MS) assert.fail(`it takes ${Math.round(tookMs)} ms`)
        }
      },
      stop: () => rmSync(folder, { recursive: true }),
    }
  },
}

/** What is expected, which there are only so many kinds of; or what yaml says, without what it says it of. */
function kindOf(problem: string, file: string): string {
  const expected = /expected .*/s.exec(problem)?.[0]
  if (expected !== undefined) return expected.slice(0, 40)
  return problem
    .replace(file, '')
    .replace(/["'`].*/s, '')
    .replace(/\d+/g, 'n')
    .slice(0, 40)
}
