/**
 * Reads TAP from its input and shows what people want of it: a line for each file as it ends, whatever failed in full, the
 * files that took longest. `tap-report.mjs TOTALS` writes the totals to the file TOTALS, as `passed failed skipped`.
 */

import { writeFileSync } from 'node:fs'
import { Parser } from 'tap-parser'

const SLOWEST = 20
const [, , totalsPath] = process.argv

const totals = { passed: 0, failed: 0, skipped: 0 }
const files = []
/** Of the file that is being read: where it came to, should it be ended before its end. */
let lastEnded = null

/** A group with tests in it, such as a file, is not counted itself, unless it is what went wrong. */
function count({ ok, skip, todo }) {
  if (skip || todo) totals.skipped++
  else if (ok) totals.passed++
  else totals.failed++
}

function show({ name, diag }, trail) {
  console.log(`\nnot ok ${[...trail, name].join(' › ')}`)
  if (diag !== null && diag !== undefined) {
    const { error, stack, ...rest } = diag
    for (const text of [error, stack])
      if (text !== undefined) console.log(String(text).replace(/^/gm, '    '))
    if (error === undefined) console.log(JSON.stringify(rest, null, 2).replace(/^/gm, '    '))
  }
}

/** Follows a group. `ended` hears of each of its tests that is no group, or failed without one that did. */
function follow(parser, trail, depth) {
  let child = null
  let failedBefore = 0
  parser.on('child', (group) => {
    child = group
    failedBefore = totals.failed
    follow(group, [...trail, group.name], depth + 1)
  })
  parser.on('assert', (result) => {
    const isGroup = child !== null && child.name === result.name
    child = null
    if (depth > 0) lastEnded = [...trail, result.name].join(' › ')
    const blamed = isGroup && totals.failed > failedBefore
    if (!isGroup || (!result.ok && !blamed)) {
      count(result)
      if (!result.ok && !result.skip && !result.todo) show(result, trail)
    }
    if (depth > 0) return
    if (!result.ok && !blamed && lastEnded !== null)
      console.log(`    the last that ended in it: ${lastEnded}`)
    lastEnded = null
    files.push(result)
    const seconds = ((result.time ?? 0) / 1000).toFixed(1)
    console.log(`${result.ok ? 'ok    ' : 'not ok'} ${seconds.padStart(6)} s  ${result.name}`)
  })
  parser.on('comment', (comment) => {
    // Seeds, by which a failure can be repeated.
    if (/_SEED=/.test(comment)) console.log(comment.trim())
  })
  parser.on('bailout', (reason) => console.log(`Bail out! ${reason}`))
}

const parser = new Parser()
follow(parser, [], 0)
parser.on('complete', ({ plan, failures }) => {
  for (const { tapError } of failures) {
    if (!tapError) continue
    totals.failed++
    console.log(`not ok ${tapError}`)
  }
  if (plan?.end > files.length && totals.failed === 0) totals.failed++
  files.sort((a, b) => (b.time ?? 0) - (a.time ?? 0))
  if (files.length > SLOWEST) {
    console.log('\nslowest:')
    for (const { name, time } of files.slice(0, SLOWEST)) {
      console.log(`       ${((time ?? 0) / 1000).toFixed(1).padStart(6)} s  ${name}`)
    }
  }
  const { passed, failed, skipped } = totals
  console.log(`\n${files.length} files: ${passed} passed, ${failed} failed, ${skipped} skipped`)
  if (totalsPath !== undefined) writeFileSync(totalsPath, `${passed} ${failed} ${skipped}\n`)
})
process.stdin.pipe(parser)
