/** Gives every server its turns, round by round, and keeps what has been measured after each load. */

import type { Peer } from './peer.js'
import { type Results, saveResults, type Turn } from './results.js'
import { measuredLine } from './terminal.js'
import { visit, visitIdle } from './visit.js'

/** Measures what is not in `results` yet. @param say takes a line for everything that happens */
export async function runTurns(
  results: Results,
  peers: readonly Peer[],
  say: (line: string) => void,
): Promise<void> {
  const taking = peers.filter((peer) => results.peers.some(({ name }) => name === peer.name))
  // What an interrupted run had begun is done again.
  results.turns = results.turns.filter(({ isWhole }) => isWhole)
  for (let round = 1; round <= results.plan.rounds; round++) {
    for (const peer of taking) {
      if (results.turns.some((turn) => turn.peer === peer.name && turn.round === round)) continue
      say(`round ${round} of ${results.plan.rounds}: ${peer.name}`)
      await takeTurn(results, peer, round, say)
    }
  }
  for (const peer of taking) {
    if (results.idle.some((one) => one.peer === peer.name)) continue
    await takeIdleTurn(results, peer, say)
  }
}

async function takeTurn(
  results: Results,
  peer: Peer,
  round: number,
  say: (line: string) => void,
): Promise<void> {
  const turn: Turn = { peer: peer.name, round, measured: [], failure: null, isWhole: false }
  results.turns.push(turn)
  try {
    await visit(peer, results.plan, results.pinning, (measured) => {
      turn.measured.push(measured)
      saveResults(results)
      say(measuredLine(measured))
    })
  } catch (error) {
    turn.failure = wordsOf(error)
    say(`  FAILED: ${turn.failure}`)
  }
  turn.isWhole = true
  saveResults(results)
}

async function takeIdleTurn(results: Results, peer: Peer, say: (line: string) => void): Promise<void> {
  try {
    const measured = await visitIdle(peer, results.plan.idle, results.pinning)
    results.idle.push({ peer: peer.name, measured, failure: null })
    const kibibytes = (measured.bytesPerConnection / 1024).toFixed(2)
    say(`idle: ${peer.name}: ${measured.clients} connections, ${kibibytes} KiB each`)
  } catch (error) {
    const failure = wordsOf(error)
    results.idle.push({ peer: peer.name, measured: null, failure })
    say(`idle: ${peer.name} FAILED: ${failure}`)
  }
  saveResults(results)
}

/** The first line: what comes after it is the end of a server's output, and may be long. */
function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] as string
}
