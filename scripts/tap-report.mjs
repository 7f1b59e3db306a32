/**
 * Reads TAP from its input and shows what people want of it: a line for each file as it ends, whatever failed in full, the
 * files that took longest. `tap-report.mjs TOTALS` writes the totals to the file TOTALS, as `passed failed skipped`.
 *
 * What tap runs are groups of files, of which each is a suite named by its path, or a file alone (`test-groups.mjs`). A file that does
 * not end, or has no tests, has failed, whatever the exit status of its process.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { Parser } from 'tap-parser'

const SLOWEST = 20
const [, , totalsPath] = process.argv

const totals = { passed: 0, failed: 0, skipped: 0 }
/** The files that each process runs, by the path of what is started. */
const filesOf = new Map(Object.entries(JSON.parse(readFileSync('build/test/groups/files.json', 'utf8'))))
const expected = new Set([...filesOf.values()].flat())
const ended = []
/** Of the process that is read: where it came to, should it be ended before its end. */
let lastEnded = null

function show(trail, diag) {
  console.log(`\nnot ok ${trail.join(' › ')}`)
  if (diag === null || diag === undefined) return
  const { error, stack, ...rest } = diag
  for (const text of [error, stack]) if (text !== undefined) console.log(String(text).replace(/^/gm, '    '))
  if (error === undefined) console.log(JSON.stringify(rest, null, 2).replace(/^/gm, '    '))
}

function fail(trail, diag) {
  totals.failed++
  show(trail, diag)
}

/**
 * Follows a process, a file or a group of tests. A group with tests in it, such as a file, is not counted itself, unless it is what went
 * wrong. `onResult(result, {isGroup, isBlamed})` hears of each, after what is in it.
 */
function follow(parser, trail, onResult) {
  let child = null
  parser.on('child', (group) => {
    child = { name: group.name, hasTests: false, failedBefore: totals.failed }
    const own = child
    group.on('assert', () => {
      own.hasTests = true
    })
    const files = onResult === endOfProcess ? (filesOf.get(group.name) ?? []) : []
    if (files.length === 0) follow(group, [...trail, group.name], endOfTest)
    else if (files.length === 1) follow(group, files, endOfTest)
    else follow(group, [], endOfShared)
  })
  parser.on('assert', (result) => {
    const of = child?.name === result.name ? child : null
    child = null
    onResult(result, trail, {
      isGroup: of?.hasTests === true,
      isBlamed: of !== null && totals.failed > of.failedBefore,
    })
  })
  parser.on('comment', (comment) => {
    // Seeds, by which a failure can be repeated.
    if (/_SEED=/.test(comment)) console.log(comment.trim())
  })
  parser.on('bailout', (reason) => console.log(`Bail out! ${reason}`))
}

function endOfTest(result, trail, { isGroup, isBlamed }) {
  lastEnded = [...trail, result.name].join(' › ')
  if (result.skip || result.todo) {
    if (!isGroup) totals.skipped++
  } else if (!result.ok && !isBlamed) fail([...trail, result.name], result.diag)
  else if (result.ok && !isGroup) totals.passed++
}

/** Of a process that runs several files. */
function endOfShared(result, trail, { isGroup, isBlamed }) {
  if (!expected.has(result.name)) {
    // Such as what was thrown between two tests.
    endOfTest(result, trail, { isGroup, isBlamed })
    return
  }
  endOfFile(result.name, result, { isGroup, isBlamed })
}

function endOfFile(file, result, { isGroup, isBlamed }) {
  lastEnded = file
  expected.delete(file)
  // tap takes a process without tests for one that was left out.
  const isSkipped = result.skip && result.skip !== 'no tests found' && !isGroup
  if (isSkipped) totals.skipped++
  else if (!result.ok && !isBlamed) fail([file], result.diag)
  else if (!isGroup) fail([file, 'has no tests'])
  const ms = result.time ?? result.diag?.duration_ms ?? 0
  ended.push({ file, ms })
  console.log(`${result.ok && (isGroup || isSkipped) ? 'ok    ' : 'not ok'} ${seconds(ms)} s  ${file}`)
}

function endOfProcess(result, _trail, { isGroup, isBlamed }) {
  const files = filesOf.get(result.name) ?? []
  const unended = files.filter((file) => expected.has(file))
  if (unended.length > 0 && !result.ok && !isBlamed && lastEnded !== null)
    console.log(`\nthe last that ended in ${result.name}: ${lastEnded}`)
  if (files.length === 1) endOfFile(files[0], result, { isGroup, isBlamed })
  else if (unended.length > 0) {
    show([result.name], result.diag)
    for (const file of unended) {
      expected.delete(file)
      fail([file, 'did not end'])
    }
  } else if (filesOf.has(result.diag?.expired)) console.log(`\ntoo long: ${result.diag.expired}`)
  else if (!result.ok && !isBlamed) fail([result.name], result.diag)
  lastEnded = null
}

function seconds(ms) {
  return (ms / 1000).toFixed(1).padStart(6)
}

const parser = new Parser()
follow(parser, [], endOfProcess)
parser.on('complete', ({ failures }) => {
  for (const { tapError } of failures) if (tapError) fail([tapError])
  // tap counts what takes too long twice, and leaves out as many at the end.
  for (const file of expected) fail([file, 'did not run'])
  ended.sort((a, b) => b.ms - a.ms)
  if (ended.length > SLOWEST) {
    console.log('\nslowest:')
    for (const { file, ms } of ended.slice(0, SLOWEST)) console.log(`       ${seconds(ms)} s  ${file}`)
  }
  const { passed, failed, skipped } = totals
  console.log(`\n${ended.length} files: ${passed} passed, ${failed} failed, ${skipped} skipped`)
  if (totalsPath !== undefined) writeFileSync(totalsPath, `${passed} ${failed} ${skipped}\n`)
})
process.stdin.pipe(parser)
