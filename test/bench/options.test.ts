/** That the load's command line takes what makes sense and refuses the rest before anything is started. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loopsOf } from '../../bench/load/crowd.js'
import { fanout } from '../../bench/load/scenarios/fanout.js'
import { rooms } from '../../bench/load/scenarios/rooms.js'
import { slowReaders } from '../../bench/load/scenarios/slow-readers.js'
import { NOTHING_NAMED, optionsOf } from './scenario-options.js'

test('lists of loads are closed ones first, then open ones, in their order', () => {
  const options = optionsOf(
    fanout,
    '--in-flight',
    '1,16',
    '--rate',
    '50',
    '--arrivals',
    'poisson',
    '--seed',
    '7',
  )
  assert.deepEqual(loopsOf(options, NOTHING_NAMED), [
    { kind: 'closed', inFlight: 1 },
    { kind: 'closed', inFlight: 16 },
    { kind: 'open', perSecond: 50, arrivals: 'poisson', seed: 7 },
  ])
})

test('without a load there is the scenario’s own', () => {
  assert.deepEqual(loopsOf(optionsOf(fanout), NOTHING_NAMED), [NOTHING_NAMED])
})

test('what cannot be is refused', () => {
  for (const words of [
    ['--payload', '13'],
    ['--payload', '64,70000'],
    ['--in-flight', '0'],
    ['--rate', 'fast'],
    ['--senders', '0'],
    ['--seconds', '-1'],
    ['--arrivals', 'never'],
    ['--spawn', 'nothing'],
    ['--pin-load', '4096'],
    ['--unheard-of'],
  ]) {
    assert.throws(() => optionsOf(fanout, ...words), { name: 'CommanderError' }, words.join(' '))
  }
})

test('a scenario casts its clients', () => {
  const many = rooms.cast(optionsOf(rooms, '--rooms', '3', '--members', '4', '--senders', '2')).topology
  assert.deepEqual([many.clients, many.rooms, many.roomSenders], [12, 3, 6])
  const slow = slowReaders.cast(
    optionsOf(slowReaders, '--receivers', '30', '--stopped', '5', '--trickling', '0'),
  )
  assert.deepEqual([slow.topology.clients, slow.topology.stopped, slow.topology.trickling], [31, 5, 0])
})
