/** Five thousand come at once and everybody hears of everybody, at no less than half the pace of a full pipe. */

import { NO_VIEW } from '../load/live-view.js'
import { perCpuSecond } from '../load/pairs.js'
import { count } from '../load/report/words.js'
import { fanout } from '../load/scenarios/fanout.js'
import { joinStormOptions, joinStorm as runJoinStorm } from '../load/scenarios/join-storm.js'
import { median } from '../load/verdict.js'
import { atLeast, exactly, type Outcome } from './claim.js'
import { PIN_LOAD, runOnce, withRelay, wrongIn } from './runs.js'

const CLIENTS = 5000
const LEAST_SHARE = 0.5

export const joinStorm: Outcome = {
  name: 'join-storm',
  description: `${CLIENTS} clients join at once`,
  prove: async (rounds, say) => {
    const options = joinStormOptions(['--clients', `${CLIENTS}`, ...PIN_LOAD])
    const full = ['--receivers', `${CLIENTS - 1}`, '--in-flight', '256', '--seconds', '3']
    const shares: number[] = []
    let missing = 0
    let wrong = 0
    for (let round = 1; round <= rounds; round++) {
      const storm = await withRelay([{ dialect: 'framed' }], (server) =>
        runJoinStorm(server, options, NO_VIEW),
      )
      const { expected, heard } = storm.announcements ?? { expected: Number.NaN, heard: 0 }
      missing += expected - heard
      const pipe = await runOnce(fanout, full)
      wrong += wrongIn([pipe])
      const perSecond = [1e6 / (storm.server?.cpuUsPerDelivery ?? Number.NaN), perCpuSecond(pipe)] as const
      shares.push(perSecond[0] / perSecond[1])
      const pace = perSecond.map(count).join(' and ')
      say(
        `round ${round} of ${rounds}: ${pace} deliveries/CPU s, all in after ${storm.allInSeconds.toFixed(1)} s`,
      )
    }
    return [
      exactly('announcements missing', missing, 0),
      atLeast('deliveries/CPU s, ratio to 256 in flight', median(shares), LEAST_SHARE),
      exactly('deliveries wrong', wrong, 0),
    ]
  },
}
