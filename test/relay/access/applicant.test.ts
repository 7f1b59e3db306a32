/** One connection that asks for names, with rules of the test's own: pauses, answers, and who is sent away. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Applicant, type Check, type NameClaim, type Refusal } from '../../../src/relay/access/applicant.js'
import { PAUSE } from '../../../src/relay/fanout/pauses.js'

function applicant(decide: (claim: NameClaim) => Refusal | Check, presentedSecret: string | null = null) {
  const happened: string[] = []
  const asking = {
    pause: (cause: number) => happened.push(cause === PAUSE.access ? 'pause' : 'another pause'),
    resume: (cause: number) => happened.push(cause === PAUSE.access ? 'resume' : 'another resume'),
    carryOn(work: () => void) {
      happened.push('carry on')
      work()
    },
    expel: ({ label }: { label: string }) => happened.push(`expel ${label}`),
  }
  const shown = { remoteAddress: '192.0.2.1', certificateName: 'Cert', presentedSecret }
  const one = new Applicant({ decide }, asking, shown)
  const ask = (secret: string | null) => one.ask('Amy', secret, (refusal) => happened.push(`told ${refusal}`))
  return { one, ask, happened }
}

const later = () => new Promise((resolve) => setImmediate(resolve))

test('what is known at once is told at once, and nothing is paused', () => {
  const { ask, happened } = applicant(({ secret }) => (secret === 'right' ? null : 'no-secret'))
  ask(null)
  ask('right')
  assert.deepEqual(happened, ['told no-secret', 'told null'])
})

test('the rules are told where somebody comes from and what they have shown; what comes with the name counts more', () => {
  const claims: NameClaim[] = []
  const { ask } = applicant((claim) => {
    claims.push(claim)
    return null
  }, 'presented')
  ask(null)
  ask('with the name')
  const rest = { name: 'Amy', certificateName: 'Cert', address: '192.0.2.1' }
  assert.deepEqual(claims, [
    { ...rest, secret: 'presented' },
    { ...rest, secret: 'with the name' },
  ])
})

test('while something is checked nothing is read, and what came of it is told before reading goes on', () => {
  let done: ((refusal: Refusal) => void) | null = null
  const check = {
    begin(told: (refusal: Refusal) => void) {
      done = told
      return () => assert.fail('it was given up')
    },
  }
  const { one, ask, happened } = applicant(() => check)
  ask('right')
  assert.deepEqual(happened, ['pause'])
  ;(done as unknown as (refusal: Refusal) => void)(null)
  assert.deepEqual(happened, ['pause', 'carry on', 'told null', 'resume'])
  one.gone()
})

test('a connection that is over is waited for no longer', () => {
  let givenUp = 0
  const { one, ask, happened } = applicant(() => ({ begin: () => () => givenUp++ }))
  ask('right')
  one.gone()
  one.gone()
  assert.deepEqual([givenUp, happened], [1, ['pause']])
})

test('where too many wait, that is told at once, and nothing is paused', () => {
  const { ask, happened } = applicant(() => ({ begin: () => null }))
  ask('right')
  assert.deepEqual(happened, ['told busy'])
})

test('whoever has shown ten wrong ones is sent away, after the answer; what was not shown or not looked at does not count', async () => {
  let next: Refusal = 'no-secret'
  const { ask, happened } = applicant(() => next)
  for (const refusal of ['no-secret', 'busy', 'too-many'] as const) {
    next = refusal
    for (let times = 0; times < 10; times++) ask(null)
  }
  for (const refusal of ['wrong-secret', 'expired', 'other-name'] as const) {
    next = refusal
    for (let times = 0; times < 3; times++) ask('wrong')
  }
  await later()
  assert.equal(happened.length, 39)
  ask('wrong')
  assert.equal(happened.at(-1), 'told other-name')
  await later()
  assert.equal(happened.at(-1), 'expel refused')
})
