/** Reads TAP version 14 strictly, as far as the kit writes it: plans, test points, subtests and diagnostics. */

import assert from 'node:assert/strict'

export interface TapPoint {
  readonly ok: boolean
  readonly description: string
  /** Behind the `#`. */
  readonly directive: string
  readonly subtest: TapDocument | null
  readonly diagnostics: Readonly<Record<string, string>>
}

export interface TapDocument {
  readonly points: readonly TapPoint[]
}

const POINT = /^(not )?ok (\d+) - ((?:[^#\\]|\\[#\\])*?)(?: # (.*))?$/

export function readTap(text: string): TapDocument {
  assert.ok(text.endsWith('\n'))
  const lines = text.slice(0, -1).split('\n')
  assert.equal(lines.shift(), 'TAP version 14')
  return readDocument(lines)
}

function readDocument(lines: readonly string[]): TapDocument {
  const plan = /^1\.\.(\d+)$/.exec(lines[0] ?? '')
  assert.ok(plan !== null, `no plan but ${lines[0]}`)
  const points: TapPoint[] = []
  let subtest: { name: string; lines: string[] } | null = null
  for (let at = 1; at < lines.length; at++) {
    const line = lines[at] as string
    const named = /^# Subtest: (.*)$/.exec(line)
    if (named !== null) subtest = { name: named[1] as string, lines: [] }
    else if (line.startsWith('    ')) {
      assert.ok(subtest !== null, `indented outside of a subtest: ${line}`)
      subtest.lines.push(line.slice(4))
    } else if (!line.startsWith('#')) {
      const point = POINT.exec(line)
      assert.ok(point !== null, `not a test point: ${line}`)
      const [, not, number, description = '', directive = ''] = point
      assert.equal(Number(number), points.length + 1)
      const diagnostics: Record<string, string> = {}
      if (lines[at + 1] === '  ---') {
        for (at += 2; lines[at] !== '  ...'; at++) {
          const [, key, value] = /^ {2}(\w+): (".*")$/.exec(lines[at] ?? '') ?? []
          assert.ok(key !== undefined && value !== undefined, `not a diagnostic: ${lines[at]}`)
          diagnostics[key] = JSON.parse(value)
        }
      }
      if (subtest !== null) assert.equal(subtest.name, description)
      points.push({
        ok: not === undefined,
        description: description.replace(/\\(.)/g, '$1'),
        directive,
        subtest: subtest === null ? null : readDocument(subtest.lines),
        diagnostics,
      })
      subtest = null
    }
  }
  assert.equal(points.length, Number(plan[1]))
  return { points }
}
